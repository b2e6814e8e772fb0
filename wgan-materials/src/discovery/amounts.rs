//! Which amounts follow each other: one or two amounts changed, and elements that share a site.

use super::compound::{Compound, KeyMap, mixed, part_key};
use super::holes::{Holes, pairs};

/// One unit of the formula in steps of 1e-9.
const ONE: u64 = 1_000_000_000;

/// How far the amounts on a shared site may be from a whole number, in steps.
const TOLERANCE: u64 = 1000;

/// Targets that are kept for each origin; rates are known for all.
const MOST_TARGETS: usize = 16;

/// Groups larger than this teach no moves: everything in them is one step from everything else.
const MOST_ALIKE: usize = 60;

/// What has a digest of 64 bits.
pub(super) trait Digest: Copy + Ord {
    fn digest(self) -> u64;
}

impl Digest for u8 {
    fn digest(self) -> u64 {
        mixed(u64::from(self))
    }
}

impl Digest for u64 {
    fn digest(self) -> u64 {
        mixed(self)
    }
}

impl Digest for (u64, u64) {
    fn digest(self) -> u64 {
        mixed(self.0 ^ mixed(self.1))
    }
}

/// How often something turns into something else: `rate(a → b) = (S_ab + 0.05) / (n_a + 10)`.
pub(super) struct Moves<T> {
    targets: KeyMap<Vec<(T, u32)>>,
    counts: KeyMap<u32>,
    n: KeyMap<u32>,
}

impl<T: Digest> Moves<T> {
    /// From moves by the digest of their origin, and the number of times each origin occurs.
    fn new(mut moves: Vec<(u64, T)>, n: KeyMap<u32>) -> Self {
        moves.sort_unstable();
        let (mut targets, mut counts): (KeyMap<Vec<(T, u32)>>, KeyMap<u32>) = Default::default();
        for alike in moves.chunk_by(|a, b| a == b) {
            let ((origin, target), count) = (alike[0], alike.len() as u32);
            counts.insert(mixed(origin ^ target.digest()), count);
            targets.entry(origin).or_default().push((target, count));
        }
        for of in targets.values_mut() {
            of.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            of.truncate(MOST_TARGETS);
        }
        Self { targets, counts, n }
    }

    fn share(&self, origin: u64, count: f32) -> f32 {
        let n = self.n.get(&origin).map_or(0.0, |&n| n as f32);
        (count + 0.05) / (n + 10.0)
    }

    /// Chance of this move.
    pub(super) fn rate(&self, origin: u64, target: T) -> f32 {
        let count = self.counts.get(&mixed(origin ^ target.digest()));
        self.share(origin, count.map_or(0.0, |&count| count as f32))
    }

    /// The most frequent targets with their rates.
    pub(super) fn targets(&self, origin: u64) -> impl Iterator<Item = (T, f32)> + '_ {
        let of = self.targets.get(&origin).map_or(&[][..], Vec::as_slice);
        of.iter().map(move |&(target, count)| (target, self.share(origin, count as f32)))
    }
}

/// What the table says about amounts, in steps of 1e-9 of the formulas as displayed.
pub(super) struct Amounts {
    /// Compounds that differ in the amount of one element.
    pub(super) singles: Holes<(u64, u32)>,
    /// Compounds that differ in the amounts of two elements.
    pub(super) shifts: Holes<(u64, u64, u32)>,
    /// From one amount to another.
    pub(super) single_moves: Moves<u64>,
    /// From two amounts, smaller first, to two others.
    pub(super) shift_moves: Moves<(u64, u64)>,
    /// From the whole number of places of a site to the smaller of two shares.
    pub(super) splits: Moves<u64>,
    /// From the main element of a site to the other.
    pub(super) guests: Moves<u8>,
}

impl Amounts {
    pub(super) fn new(known: &[Compound]) -> Self {
        let singles = Holes::new(each_place(known).collect());
        let shifts = Holes::new(each_pair(known).collect());
        let (single_moves, shift_moves) = (single_moves(&singles), shift_moves(&shifts));
        let (splits, guests) = shared_sites(known);
        Self { singles, shifts, single_moves, shift_moves, splits, guests }
    }
}

fn each_place(known: &[Compound]) -> impl Iterator<Item = (u64, (u64, u32))> + '_ {
    (0u32..).zip(known).filter(|(_, c)| c.len() > 1).flat_map(|(n, c)| {
        let key = amounts_key(c);
        c.steps()
            .enumerate()
            .map(move |(i, (_, x))| (open_key(c, key, &[i]), (x, n)))
            .collect::<Vec<_>>()
    })
}

fn each_pair(known: &[Compound]) -> impl Iterator<Item = (u64, (u64, u64, u32))> + '_ {
    (0u32..).zip(known).flat_map(|(n, c)| {
        let (key, steps) = (amounts_key(c), c.steps().collect::<Vec<_>>());
        pairs(c.len())
            .map(|(i, j)| (open_key(c, key, &[i, j]), (steps[i].1, steps[j].1, n)))
            .collect::<Vec<_>>()
    })
}

fn single_moves(singles: &Holes<(u64, u32)>) -> Moves<u64> {
    let (mut moves, mut n) = (Vec::new(), KeyMap::default());
    for group in singles.groups() {
        group.iter().for_each(|(x, _)| *n.entry(x.digest()).or_default() += 1);
        if group.len() <= MOST_ALIKE {
            for &(x, _) in group {
                let others = group.iter().filter(|&&(y, _)| y != x);
                moves.extend(others.map(|&(y, _)| (x.digest(), y)));
            }
        }
    }
    Moves::new(moves, n)
}

fn shift_moves(shifts: &Holes<(u64, u64, u32)>) -> Moves<(u64, u64)> {
    let (mut moves, mut n) = (Vec::new(), KeyMap::default());
    for group in shifts.groups() {
        for &(a, b, _) in group {
            let origin = shift_origin(a, b);
            *n.entry(origin).or_default() += 1;
            if group.len() <= MOST_ALIKE {
                let others = group.iter().filter(|&&(x, y, _)| x != a && y != b);
                moves.extend(others.map(|&(x, y, _)| (origin, aligned((a, b), (x, y)))));
            }
        }
    }
    Moves::new(moves, n)
}

fn shared_sites(known: &[Compound]) -> (Moves<u64>, Moves<u8>) {
    let (mut splits, mut n_sites) = (Vec::new(), KeyMap::default());
    let (mut guests, mut n_hosts) = (Vec::new(), KeyMap::default());
    for c in known {
        let steps: Vec<(u8, u64)> = c.steps().collect();
        steps.iter().for_each(|(e, _)| *n_hosts.entry(e.digest()).or_default() += 1);
        for (i, j) in pairs(steps.len()) {
            let ((a, x), (b, y)) = (steps[i], steps[j]);
            let Some(places) = places_shared(x, y) else {
                continue;
            };
            *n_sites.entry(places.digest()).or_default() += 1;
            splits.push((places.digest(), x.min(y)));
            guests.extend((x >= y).then_some((a.digest(), b)));
            guests.extend((y >= x).then_some((b.digest(), a)));
        }
    }
    (Moves::new(splits, n_sites), Moves::new(guests, n_hosts))
}

/// The digest of two amounts in any order.
pub(super) fn shift_origin(x: u64, y: u64) -> u64 {
    (x.min(y), x.max(y)).digest()
}

/// `target` in the order in which the amounts of `origin` would be sorted.
pub(super) fn aligned(origin: (u64, u64), target: (u64, u64)) -> (u64, u64) {
    if origin.0 > origin.1 { (target.1, target.0) } else { target }
}

/// Key of elements and amounts as displayed, not reduced.
pub(super) fn amounts_key(c: &Compound) -> u64 {
    c.steps().fold(0, |sum, (e, x)| sum.wrapping_add(part_key(e, x)))
}

/// `key` with the amounts in some places left open; the elements stay.
pub(super) fn open_key(c: &Compound, key: u64, places: &[usize]) -> u64 {
    places.iter().fold(key, |key, &i| {
        let (e, part) = c.parts[i];
        key.wrapping_sub(part_key(e, part * c.unit)).wrapping_add(mixed(u64::from(e) + 1000))
    })
}

/// The whole number of places that two amounts fill together, if neither is whole itself.
pub(super) fn places_shared(x: u64, y: u64) -> Option<u64> {
    let rest = (x + y) % ONE;
    let is_whole = rest.min(ONE - rest) < TOLERANCE;
    (!x.is_multiple_of(ONE) && !y.is_multiple_of(ONE) && is_whole)
        .then_some((x + y + ONE / 2) / ONE)
}

/// The number of places that an amount fills alone, if it is whole.
pub(super) fn places_filled(x: u64) -> Option<u64> {
    x.is_multiple_of(ONE).then_some(x / ONE)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::discovery::compound::{compounds, element};

    #[test]
    fn amounts_that_sum_to_a_whole_number_share_a_site() {
        assert_eq!(places_shared(1_850_000_000, 150_000_000), Some(2));
        assert_eq!(places_shared(500_000_000, 500_000_000), Some(1));
        assert_eq!(places_shared(500_000_000, 400_000_000), None);
        assert_eq!(places_shared(1_000_000_000, 2_000_000_000), None);
        assert_eq!(places_filled(2_000_000_000), Some(2));
        assert_eq!(places_filled(1_500_000_000), None);
    }

    #[test]
    fn moves_learnt_in_one_system_hold_in_another() {
        let known = compounds(&["La1.85Sr0.15CuO4", "La1.8Sr0.2CuO4", "Nd1.85Ce0.15CuO4"]);
        let amounts = Amounts::new(&known);
        let origin = shift_origin(150_000_000, 1_850_000_000);
        let found: Vec<_> = amounts.shift_moves.targets(origin).collect();
        // Seen twice as an origin, moved once: (1 + 0.05) / (n + 10), n counts each pair of places.
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, (200_000_000, 1_800_000_000));
        assert_relative_eq!(found[0].1, 1.05 / 12.0);
        let guests: Vec<u8> =
            amounts.guests.targets(element("La").digest()).map(|(e, _)| e).collect();
        assert_eq!(guests, [element("Sr")]);
    }

    #[test]
    fn a_move_is_the_same_in_either_order_of_the_elements() {
        assert_eq!(shift_origin(3, 5), shift_origin(5, 3));
        assert_eq!(aligned((5, 3), (7, 1)), (1, 7));
        assert_eq!(aligned((3, 5), (1, 7)), (1, 7));
    }
}
