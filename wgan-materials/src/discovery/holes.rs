//! Known compounds by what is left of them without one element, or without two.

use super::compound::{Compound, HOLE, KeyMap, part_key};

/// What is known to stand in holes, found by the key of what is around the hole.
pub(super) struct Holes<F> {
    places: KeyMap<(u32, u32)>,
    fillings: Vec<F>,
}

/// The element in a hole, and which compound has it there.
pub(super) type One = (u8, u32);

/// The elements in two holes, that with the smaller part first, and which compound has them there.
pub(super) type Two = (u8, u8, u32);

impl<F: Ord + Copy> Holes<F> {
    /// From fillings with the keys of their holes.
    pub(super) fn new(mut all: Vec<(u64, F)>) -> Self {
        all.sort_unstable();
        let mut places: KeyMap<(u32, u32)> = KeyMap::default();
        for (i, &(key, _)) in (0u32..).zip(&all) {
            places.entry(key).or_insert((i, i)).1 = i + 1;
        }
        Self { places, fillings: all.into_iter().map(|(_, filling)| filling).collect() }
    }

    /// What is known to fill a hole.
    pub(super) fn of(&self, key: u64) -> &[F] {
        self.places.get(&key).map_or(&[], |place| self.slice(*place))
    }

    /// The fillings of each hole, in an order that is always the same.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[F]> {
        let mut places: Vec<(u32, u32)> = self.places.values().copied().collect();
        places.sort_unstable();
        places.into_iter().map(|place| self.slice(place))
    }

    fn slice(&self, (from, to): (u32, u32)) -> &[F] {
        &self.fillings[from as usize..to as usize]
    }
}

/// The key of a compound with a hole in place `i`.
pub(super) fn hole_key(c: &Compound, i: usize) -> u64 {
    c.swapped_key(i, HOLE)
}

/// The key of a compound with holes in places `i` and `j`.
pub(super) fn two_hole_key(c: &Compound, i: usize, j: usize) -> u64 {
    let (element, part) = c.parts[j];
    hole_key(c, i).wrapping_sub(part_key(element, part)).wrapping_add(part_key(HOLE, part))
}

/// Every known compound, once for each of its elements taken out.
pub(super) fn one_holes(known: &[Compound]) -> Holes<One> {
    let holes = |(n, c): (u32, &Compound)| -> Vec<(u64, One)> {
        (0..c.len()).map(|i| (hole_key(c, i), (c.parts[i].0, n))).collect()
    };
    Holes::new((0u32..).zip(known).flat_map(holes).collect())
}

/// Every known compound, once for each pair of its elements taken out.
pub(super) fn two_holes(known: &[Compound]) -> Holes<Two> {
    let hole = |n: u32, c: &Compound, (i, j): (usize, usize)| {
        let (i, j) = smaller_first(c, i, j);
        (two_hole_key(c, i, j), (c.parts[i].0, c.parts[j].0, n))
    };
    let holes = |(n, c): (u32, &Compound)| -> Vec<(u64, Two)> {
        pairs(c.len()).map(|pair| hole(n, c, pair)).collect()
    };
    Holes::new((0u32..).zip(known).flat_map(holes).collect())
}

/// Pairs `i < j < n`.
pub(super) fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (i + 1..n).map(move |j| (i, j)))
}

/// Two places, that with the smaller part first.
pub(super) fn smaller_first(c: &Compound, i: usize, j: usize) -> (usize, usize) {
    if c.parts[i].1 > c.parts[j].1 { (j, i) } else { (i, j) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn compounds_that_differ_in_one_element_share_a_hole() {
        let known = compounds(&["NaCl", "KCl", "NaBr", "MgO"]);
        let holes = one_holes(&known);
        let place = |c: &Compound, symbol: &str| {
            let z = crate::Element::from_symbol(symbol).unwrap().index() as u8;
            c.parts.iter().position(|&(e, _)| e == z).unwrap()
        };
        let around = |symbol| holes.of(hole_key(&known[0], place(&known[0], symbol))).len();
        assert_eq!(around("Na"), 2); // NaCl, KCl
        assert_eq!(around("Cl"), 2); // NaCl, NaBr
        let sizes: Vec<usize> = two_holes(&known).groups().map(<[Two]>::len).collect();
        assert_eq!(sizes, [4]); // all are 1 : 1
    }

    #[test]
    fn amounts_keep_holes_apart() {
        let known = compounds(&["FeCl2", "FeCl3", "TiCl3"]);
        let mut sizes: Vec<usize> = one_holes(&known).groups().map(<[One]>::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 1, 1, 1, 2]); // _Cl3 is filled by Fe and Ti
    }
}
