//! Which elements stand in which slot of a pattern, and beside which others.

use super::compound::{Compound, KeyMap, mixed};
use super::rates::N;

/// Weight of the law by role where a pattern is rare, in compounds.
const BACK_OFF: f32 = 5.0;

/// What each element has in every role, in occurrences.
const FLOOR: f32 = 0.01;

/// Counts of elements by slot and in pairs.
///
/// A pattern is the parts of a compound in display order, a slot one place of it; the role of a slot is its number
/// among so many elements.
pub(super) struct Slots {
    slots: KeyMap<Vec<(u8, u32)>>,
    roles: KeyMap<[f32; N]>,
    patterns: KeyMap<u32>,
    pairs: Vec<[f32; N]>,
    n: f32,
}

impl Slots {
    pub(super) fn new(known: &[Compound]) -> Self {
        let mut slots = Self {
            slots: KeyMap::default(),
            roles: KeyMap::default(),
            patterns: KeyMap::default(),
            pairs: vec![[0.0; N]; N],
            n: known.len() as f32,
        };
        known.iter().for_each(|c| slots.add(c));
        for role in slots.roles.values_mut() {
            let total = role.iter().sum::<f32>() + FLOOR * N as f32;
            role.iter_mut().for_each(|share| *share = (*share + FLOOR) / total);
        }
        slots
    }

    fn add(&mut self, c: &Compound) {
        let pattern = c.pattern();
        *self.patterns.entry(pattern).or_default() += 1;
        for (slot, &i) in c.order().iter().enumerate() {
            let element = c.parts[i].0;
            let of = self.slots.entry(slot_key(pattern, slot)).or_default();
            match of.iter_mut().find(|(other, _)| *other == element) {
                Some((_, count)) => *count += 1,
                None => of.push((element, 1)),
            }
            let role = self.roles.entry(slot_key(c.len() as u64, slot)).or_insert([0.0; N]);
            role[usize::from(element)] += 1.0;
        }
        for &(a, _) in &c.parts {
            c.parts.iter().for_each(|&(b, _)| self.pairs[usize::from(a)][usize::from(b)] += 1.0);
        }
    }

    /// Compounds with this pattern.
    pub(super) fn n_pattern(&self, pattern: u64) -> u32 {
        self.patterns.get(&pattern).copied().unwrap_or(0)
    }

    /// Compounds with this element.
    pub(super) fn n_element(&self, element: u8) -> f32 {
        self.n_pair(element, element)
    }

    /// Compounds with both elements.
    pub(super) fn n_pair(&self, a: u8, b: u8) -> f32 {
        self.pairs[usize::from(a)][usize::from(b)]
    }

    /// Elements seen in a slot, with their counts.
    pub(super) fn seen(&self, pattern: u64, slot: usize) -> &[(u8, u32)] {
        self.slots.get(&slot_key(pattern, slot)).map_or(&[], Vec::as_slice)
    }

    /// `ln P(element | pattern, slot)`, smoothed with the law of the role.
    pub(super) fn log_slot(&self, pattern: u64, of: usize, slot: usize, element: u8) -> f32 {
        let role = self.roles.get(&slot_key(of as u64, slot));
        let role = role.map_or(1.0 / N as f32, |role| role[usize::from(element)]);
        let seen = self.seen(pattern, slot).iter().find(|(other, _)| *other == element);
        let count = seen.map_or(0.0, |&(_, count)| count as f32);
        ((count + BACK_OFF * role) / (self.n_pattern(pattern) as f32 + BACK_OFF)).ln()
    }

    /// `ln((n_ab + 1) / (n_a·n_b/n + 1))`: how much more often two elements occur together than by chance.
    pub(super) fn log_lift(&self, a: u8, b: u8) -> f32 {
        let expected = self.n_element(a) * self.n_element(b) / self.n.max(1.0);
        ((self.n_pair(a, b) + 1.0) / (expected + 1.0)).ln()
    }
}

fn slot_key(pattern: u64, slot: usize) -> u64 {
    mixed(pattern ^ mixed(slot as u64 + 1))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::discovery::compound::{compounds, element};

    #[test]
    fn slots_are_counted_in_display_order() {
        let known = compounds(&["NaCl", "KCl", "NaBr", "CaF2"]);
        let slots = Slots::new(&known);
        let pattern = compounds(&["LiI"])[0].pattern();
        assert_eq!(slots.n_pattern(pattern), 3);
        let mut seen = slots.seen(pattern, 0).to_vec();
        seen.sort_unstable();
        assert_eq!(seen, [(element("Na"), 2), (element("K"), 1)]);
    }

    #[test]
    fn the_law_of_a_slot_sums_to_one() {
        let slots = Slots::new(&compounds(&["NaCl", "KCl", "NaBr", "CaF2"]));
        let pattern = compounds(&["LiI"])[0].pattern();
        let total: f32 = (0..N as u8).map(|e| slots.log_slot(pattern, 2, 1, e).exp()).sum();
        assert_relative_eq!(total, 1.0, epsilon = 1e-4); // single precision, 118 terms
    }

    #[test]
    fn lift_compares_with_independence() {
        let slots = Slots::new(&compounds(&["NaCl", "KCl", "MgO", "CaO"]));
        let [na, cl, o] = ["Na", "Cl", "O"].map(element);
        // Together once where 1·2/4 is expected; never, where 1·2/4 is expected.
        assert_relative_eq!(slots.log_lift(na, cl), (2.0_f32 / 1.5).ln());
        assert_relative_eq!(slots.log_lift(na, o), (1.0_f32 / 1.5).ln());
    }
}
