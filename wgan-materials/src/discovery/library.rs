//! What is known, and what can be looked up in it.

use super::amounts::Amounts;
use super::compound::{Compound, KeyMap, mixed, set_key};
use super::holes::{Holes, One, Two, one_holes, two_holes};
use super::rates::{ContextRates, Rates, anion_beside, parts_around};
use super::slots::Slots;

/// Known compounds with all counts that proposals and features need.
pub(super) struct Library {
    /// In order of their keys, each once.
    pub(super) compounds: Vec<Compound>,
    pub(super) one_holes: Holes<One>,
    pub(super) two_holes: Holes<Two>,
    pub(super) rates: Rates,
    /// Rates beside the same most electronegative element.
    pub(super) by_anion: ContextRates,
    /// Rates among compounds with the same parts.
    pub(super) by_parts: ContextRates,
    pub(super) slots: Slots,
    pub(super) amounts: Amounts,
    index: KeyMap<u32>,
    systems: KeyMap<Vec<u32>>,
    followers: KeyMap<Vec<(u64, u32)>>,
    follows: KeyMap<u32>,
}

impl Library {
    pub(super) fn new(mut compounds: Vec<Compound>) -> Self {
        compounds.sort_unstable();
        compounds.dedup_by_key(|c| c.key);
        let (one_holes, two_holes) = (one_holes(&compounds), two_holes(&compounds));
        let mut systems: KeyMap<Vec<u32>> = KeyMap::default();
        for (i, c) in (0u32..).zip(&compounds) {
            systems.entry(set_key(c.system())).or_default().push(i);
        }
        let (followers, follows) = followers(&compounds, &systems);
        Self {
            rates: Rates::new(&one_holes),
            by_anion: ContextRates::new(&compounds, &one_holes, anion_beside),
            by_parts: ContextRates::new(&compounds, &one_holes, parts_around),
            slots: Slots::new(&compounds),
            amounts: Amounts::new(&compounds),
            index: (0u32..).zip(&compounds).map(|(i, c)| (c.key, i)).collect(),
            one_holes,
            two_holes,
            systems,
            followers,
            follows,
            compounds,
        }
    }

    /// Whether it is told apart what structure a compound has.
    pub(super) fn has_structures(&self) -> bool {
        self.compounds.iter().any(|c| c.kind != 0)
    }

    /// Whether a compound is known.
    pub(super) fn has(&self, key: u64) -> bool {
        self.index.contains_key(&key)
    }

    /// Known compounds of exactly these elements.
    pub(super) fn in_system(&self, set: u128) -> impl ExactSizeIterator<Item = &Compound> {
        let of = self.systems.get(&set_key(set)).map_or(&[][..], Vec::as_slice);
        of.iter().map(|&i| &self.compounds[i as usize])
    }

    /// Whether a compound of exactly these elements is known.
    pub(super) fn has_system(&self, set: u128) -> bool {
        self.systems.contains_key(&set_key(set))
    }

    /// Chance that elements that have pattern `p` have `q` too, `(T_pq + 3·n_q/n) / (n_p + 10)`.
    pub(super) fn follow_rate(&self, p: u64, q: u64) -> f32 {
        let together = self.follows.get(&pattern_pair(p, q)).map_or(0.0, |&count| count as f32);
        let by_chance = self.slots.n_pattern(q) as f32 / self.compounds.len().max(1) as f32;
        (together + 3.0 * by_chance) / (self.slots.n_pattern(p) as f32 + 10.0)
    }

    /// Patterns that occur with the same elements as pattern `p`, most frequent first: an example of each.
    pub(super) fn followers(&self, p: u64) -> impl Iterator<Item = (u64, &Compound)> {
        let of = self.followers.get(&p).map_or(&[][..], Vec::as_slice);
        of.iter().map(|&(q, example)| (q, &self.compounds[example as usize]))
    }
}

fn pattern_pair(p: u64, q: u64) -> u64 {
    mixed(p ^ mixed(q))
}

/// For each pattern, those that the same elements form as well; and how often.
fn followers(
    compounds: &[Compound],
    systems: &KeyMap<Vec<u32>>,
) -> (KeyMap<Vec<(u64, u32)>>, KeyMap<u32>) {
    let patterns: Vec<u64> = compounds.iter().map(Compound::pattern).collect();
    let mut all: Vec<(u64, u64, u32)> = Vec::new();
    for (i, c) in (0u32..).zip(compounds) {
        let same = &systems[&set_key(c.system())];
        let others = same.iter().filter(|&&j| j != i);
        all.extend(others.map(|&j| (patterns[i as usize], patterns[j as usize], j)));
    }
    all.sort_unstable();
    let mut counted: Vec<(u64, u32, u64, u32)> = Vec::new();
    let mut counts: KeyMap<u32> = KeyMap::default();
    for alike in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let ((p, q, example), count) = (alike[0], alike.len() as u32);
        counts.insert(pattern_pair(p, q), count);
        counted.push((p, u32::MAX - count, q, example));
    }
    counted.sort_unstable();
    let mut followers: KeyMap<Vec<(u64, u32)>> = KeyMap::default();
    for (p, _, q, example) in counted {
        let of = followers.entry(p).or_default();
        if of.len() < MOST_FOLLOWERS {
            of.push((q, example));
        }
    }
    (followers, counts)
}

/// Patterns that are kept for each pattern.
const MOST_FOLLOWERS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn a_pattern_is_followed_by_those_of_the_same_elements() {
        let known = compounds(&["FeCl2", "FeCl3", "TiCl2", "TiCl3", "MgCl2", "Fe2Cl4"]);
        let library = Library::new(known.clone());
        assert_eq!(library.compounds.len(), 5);
        let (two, three) = (known[0].pattern(), known[1].pattern());
        let found: Vec<u64> = library.followers(two).map(|(q, _)| q).collect();
        assert_eq!(found, [three]);
        // Of three dichlorides two have a trichloride; 3 · 2/5 by chance.
        assert!((library.follow_rate(two, three) - (2.0 + 1.2) / 13.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_known_is_found_by_key_and_by_elements() {
        let library = Library::new(compounds(&["FeCl2", "FeCl3", "NaCl"]));
        let asked = compounds(&["Fe2Cl6", "FeCl", "KCl"]);
        assert_eq!(
            asked.iter().map(|c| library.has(c.key)).collect::<Vec<_>>(),
            [true, false, false]
        );
        assert_eq!(library.in_system(asked[1].system()).len(), 2);
        assert!(!library.has_system(asked[2].system()));
    }
}
