//! Known patterns filled with the elements that their slots prefer and that go together.

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::discovery::compound::{Compound, KeyMap, rank};
use crate::discovery::library::Library;

/// Patterns of fewer compounds are left to swaps.
const FEWEST_MEMBERS: u32 = 3;

/// Fillings of a pattern that are kept at least.
const FEWEST_FILLINGS: usize = 30;

/// At most `n` fillings; a pattern has a share of them in proportion to its known compounds.
///
/// A filling scores `Σ ln P(element | slot) + Σ ln lift` over slots and pairs; a beam search keeps the best.
pub(super) fn fillings(library: &Library, n: usize) -> Vec<Compound> {
    let mut first: KeyMap<&Compound> = KeyMap::default();
    library.compounds.iter().for_each(|c| {
        first.entry(c.pattern()).or_insert(c);
    });
    let members = |pattern| library.slots.n_pattern(pattern);
    let mut patterns: Vec<(u32, u64, &Compound)> = first
        .into_iter()
        .map(|(pattern, example)| (members(pattern), pattern, example))
        .filter(|&(members, ..)| members >= FEWEST_MEMBERS)
        .collect();
    patterns.sort_unstable_by_key(|&(members, pattern, _)| Reverse((members, pattern)));
    let total: f64 = patterns.iter().map(|&(members, ..)| f64::from(members)).sum();
    let share = |members: u32| (n as f64 * f64::from(members) / total) as usize;
    let found: Vec<Vec<Compound>> = patterns
        .par_iter()
        .map(|&(members, pattern, example)| {
            beam(library, pattern, example, share(members).max(FEWEST_FILLINGS))
        })
        .collect();
    found.into_iter().flatten().take(n).collect()
}

/// Elements chosen for the first slots, with their score.
type Partial = (f32, Vec<u8>);

fn beam(library: &Library, pattern: u64, example: &Compound, width: usize) -> Vec<Compound> {
    let order = example.order();
    let mut partial: Vec<Partial> = vec![(0.0, Vec::new())];
    for slot in 0..order.len() {
        let options: Vec<(u8, f32)> = library
            .slots
            .seen(pattern, slot)
            .iter()
            .map(|&(e, _)| (e, library.slots.log_slot(pattern, order.len(), slot, e)))
            .collect();
        let mut next: Vec<Partial> = Vec::new();
        for before in &partial {
            next.extend(options.iter().filter_map(|&option| extended(library, before, option)));
        }
        next.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        next.truncate(if slot + 1 == order.len() { width } else { 2 * width });
        partial = next;
    }
    let filled = |(_, elements): Partial| {
        example.swapped(&order.iter().copied().zip(elements).collect::<Vec<_>>())
    };
    partial.into_iter().map(filled).collect()
}

/// With one more element, which must come later in display order than the last.
fn extended(
    library: &Library,
    (score, chosen): &Partial,
    (element, log_slot): (u8, f32),
) -> Option<Partial> {
    if chosen.last().is_some_and(|&last| rank(last) >= rank(element)) {
        return None;
    }
    let lift: f32 = chosen.iter().map(|&other| library.slots.log_lift(other, element)).sum();
    let mut chosen = chosen.clone();
    chosen.push(element);
    Some((score + log_slot + lift, chosen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn a_pattern_is_filled_with_all_combinations_of_its_slots() {
        let library = Library::new(compounds(&["NaCl", "KBr", "RbI", "MgO2"]));
        let mut found = fillings(&library, 100);
        found.sort();
        let mut expected =
            compounds(&["NaCl", "NaBr", "NaI", "KCl", "KBr", "KI", "RbCl", "RbBr", "RbI"]);
        expected.sort();
        assert_eq!(found, expected);
    }
}
