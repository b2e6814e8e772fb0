//! Support by known compounds that are one or two swaps away.

use super::log;
use crate::discovery::compound::Compound;
use crate::discovery::holes::{hole_key, pairs, smaller_first, two_hole_key};
use crate::discovery::library::Library;
use crate::discovery::rates::{anion_beside, parts_around};

/// Number of features.
pub(super) const D: usize = 14;

/// Product of rates from which a compound two swaps away counts as a parent.
const LEAST_OF_TWO: f32 = 0.002;

/// Added to the usual number of partners of an element, so that rare ones are not covered by chance.
const USUAL: f32 = 0.2;

/// Compounds in which an element is missing count as so many more.
const MORE: f32 = 3.0;

/// Sums over the known compounds one swap away.
#[derive(Default)]
struct Votes {
    by_slot: Vec<f32>,
    parents: f32,
    highest: f32,
    beside_anion: f32,
    among_parts: f32,
    both: f32,
    per_filling: f32,
    largest_hole: f32,
    /// Share of an element's usual partners that are known here, by slot.
    covered: Vec<f32>,
}

/// Votes `Σ rate(a → b)` over known compounds one swap away, in several forms, and the same for two swaps.
pub(super) fn evidence(c: &Compound, library: &Library) -> [f32; D] {
    let mut votes = Votes::default();
    (0..c.len()).for_each(|i| votes.add(c, i, library));
    let total: f32 = votes.by_slot.iter().sum();
    votes.by_slot.sort_unstable_by(f32::total_cmp);
    let from_top = |k: usize| votes.by_slot.len().checked_sub(k).map_or(0.0, |i| votes.by_slot[i]);
    let (two, parents_of_two) = two_swap_votes(c, library);
    let most_covered = votes.covered.iter().copied().fold(0.0, f32::max);
    [
        log(total),
        votes.parents.ln_1p(),
        votes.highest,
        log(from_top(c.len())),
        log(from_top(2)),
        (two + 1e-5).ln(),
        parents_of_two.ln_1p(),
        log(votes.beside_anion),
        log(votes.among_parts),
        log(votes.both),
        log(votes.per_filling),
        votes.largest_hole.ln_1p(),
        most_covered,
        votes.covered.iter().sum::<f32>() / c.len() as f32,
    ]
}

impl Votes {
    fn add(&mut self, c: &Compound, i: usize, library: &Library) {
        let b = c.parts[i].0;
        let fillings = library.one_holes.of(hole_key(c, i));
        let (anion, parts) = (anion_beside(c, i), parts_around(c, i));
        let (mut votes, mut back) = (0.0, 0.0);
        for &(a, _) in fillings.iter().filter(|&&(a, _)| !c.has(a)) {
            let rate = library.rates.rate(a, b);
            let beside = library.by_anion.rate(anion, a, b, rate);
            votes += rate;
            back += library.rates.rate(b, a);
            self.parents += 1.0;
            self.highest = self.highest.max(rate);
            self.beside_anion += beside;
            self.among_parts += library.by_parts.rate(parts, a, b, rate);
            self.both += library.by_parts.rate(parts, a, b, beside);
        }
        self.by_slot.push(votes);
        self.covered.push(back / (library.rates.total(b) + USUAL));
        self.per_filling += votes / (fillings.len() as f32 + MORE);
        self.largest_hole = self.largest_hole.max(fillings.len() as f32);
    }
}

/// `Σ rate(a → x) · rate(b → y)` over known compounds two swaps away, and how many there are.
fn two_swap_votes(c: &Compound, library: &Library) -> (f32, f32) {
    let (mut votes, mut parents) = (0.0, 0.0);
    for (i, j) in pairs(c.len()) {
        let (i, j) = smaller_first(c, i, j);
        let ((x, p), (y, q)) = (c.parts[i], c.parts[j]);
        for &(a, b, _) in library.two_holes.of(two_hole_key(c, i, j)) {
            if c.has(a) || c.has(b) {
                continue;
            }
            let rate = |a, b| library.rates.rate(a, x) * library.rates.rate(b, y);
            let vote = if p == q { rate(a, b).max(rate(b, a)) } else { rate(a, b) };
            votes += vote;
            parents += f32::from(u8::from(vote > LEAST_OF_TWO));
        }
    }
    (votes, parents)
}
