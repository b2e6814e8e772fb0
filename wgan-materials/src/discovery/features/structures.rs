//! What speaks for a composition in a kind of structure.

use super::{Evidence, VOTES, amounts, features, joined, occupancy, swaps};
use crate::discovery::compound::{Compound, KeyMap};
use crate::discovery::library::Library;

/// Figures about the kind of structure.
const OWN: usize = 5;

/// Figures on moves that tell kinds of structure apart: how often kinds occur with the same elements.
const FOLLOWS: usize = 2;

/// Number of features.
pub(in crate::discovery) const D: usize = swaps::D + occupancy::D + FOLLOWS + super::D + OWN;

/// Known compounds twice: with their kinds of structure, and as compositions alone.
///
/// A swap of elements speaks for a candidate more where the structure stays the same, and still for its composition where
/// it does not.
pub(in crate::discovery) struct Structures {
    structures: Library,
    compositions: Library,
    /// Kinds that each pattern of amounts is known in, most frequent first.
    kinds: KeyMap<Vec<u64>>,
}

impl Structures {
    fn own(&self, c: &Compound, votes: f32, all_votes: f32) -> [f32; OWN] {
        let (pattern, plain) = (c.pattern(), c.as_kind(0));
        let of_kind = self.structures.slots.n_pattern(pattern) as f32;
        let of_amounts = self.compositions.slots.n_pattern(plain.pattern()) as f32;
        [
            f32::from(u8::from(self.compositions.has(plain.key))),
            ((of_kind + 0.5) / (of_amounts + 0.5)).ln(),
            votes - all_votes,
            (self.kinds(c).len() as f32).ln_1p(),
            (self.structures.in_system(c.system()).len() as f32).ln_1p(),
        ]
    }
}

impl Evidence<D> for Structures {
    fn of(known: Vec<Compound>) -> Self {
        let compositions = Library::new(known.iter().map(|c| c.as_kind(0)).collect());
        Self { kinds: kinds(&known), structures: Library::new(known), compositions }
    }

    fn library(&self) -> &Library {
        &self.structures
    }

    fn kinds(&self, composition: &Compound) -> &[u64] {
        self.kinds.get(&composition.as_kind(0).pattern()).map_or(&[], Vec::as_slice)
    }

    fn figures(&self, c: &Compound) -> [f32; D] {
        let here = swaps::evidence(c, &self.structures);
        let plain = features(&c.as_kind(0), &self.compositions);
        joined(&[
            &here,
            &occupancy::evidence(c, &self.structures),
            &amounts::evidence(c, &self.structures)[..FOLLOWS],
            &plain,
            &self.own(c, here[VOTES], plain[VOTES]),
        ])
    }
}

fn kinds(known: &[Compound]) -> KeyMap<Vec<u64>> {
    let mut pairs: Vec<(u64, u64)> =
        known.iter().map(|c| (c.as_kind(0).pattern(), c.kind)).collect();
    pairs.sort_unstable();
    let mut counted: Vec<(u64, usize, u64)> =
        pairs.chunk_by(|a, b| a == b).map(|same| (same[0].0, same.len(), same[0].1)).collect();
    counted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
    let mut kinds: KeyMap<Vec<u64>> = KeyMap::default();
    counted.into_iter().for_each(|(pattern, _, kind)| kinds.entry(pattern).or_default().push(kind));
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    /// Salts in kind 1, and one in kind 2.
    fn salts() -> Vec<Compound> {
        let known = compounds(&["NaCl", "KCl", "NaBr", "CsCl"]);
        known.iter().enumerate().map(|(i, c)| c.as_kind(if i < 3 { 1 } else { 2 })).collect()
    }

    #[test]
    fn votes_in_the_same_kind_weigh_more() {
        let evidence = Structures::of(salts());
        let kbr = &compounds(&["KBr"])[0];
        let [rock_salt, other] = [1, 2].map(|kind| evidence.figures(&kbr.as_kind(kind)));
        assert!(rock_salt[VOTES] > other[VOTES]);
        let plain = swaps::D + occupancy::D + FOLLOWS + VOTES;
        assert_eq!(rock_salt[plain], other[plain]);
        assert!(rock_salt.iter().chain(&other).all(|x| x.is_finite()));
    }

    #[test]
    fn kinds_of_a_pattern_come_most_frequent_first() {
        let evidence = Structures::of(salts());
        assert_eq!(evidence.kinds(&compounds(&["LiI"])[0]), [1, 2]);
        assert!(evidence.kinds(&compounds(&["CaF2"])[0]).is_empty());
    }
}
