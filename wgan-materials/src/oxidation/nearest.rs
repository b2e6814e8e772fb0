//! The nearest charge-neutral composition with the same elements.

use super::charge::{Ions, reaches, sums};
use super::{is_charge_neutral_usual, negative, positive, usual_ions};
use crate::composition::Composition;
use crate::element::Element;

/// Most atoms in a formula that the search proposes, where twice those of the composition are not enough.
const MAX_ATOMS: i64 = 48;

/// Atoms up to which any formula counts as small.
const FEW_ATOMS: i64 = 12;

/// Formulas of one size that are looked at before the search goes on to the next size.
const BUDGET: usize = 2000;

/// Most choices of states that are listed for a fractional composition.
const MAX_CHOICES: usize = 100_000;

/// The neutral composition of the same elements that is nearest in [`Composition::distance`].
///
/// A composition that is neutral already comes back as it is. Integer compositions stay small integers: all
/// formulas of at most 12 atoms, or of at most twice as many as the composition has, are searched by branch and
/// bound; larger ones, up to 48 atoms, only where none of these is neutral (`Mg3Al2O7` goes to `Mg5Al4O11`, not to
/// the nearer `Mg13Al8O25`). Fractional ones keep all amounts but one, which is rounded to as few decimals as
/// neutrality allows.
///
/// States are those of [`is_charge_neutral_usual`], all alike: an oxide with too much oxygen loses it rather than becoming a
/// peroxide (`AlO5` goes to `Al2O3`), and in lanthanum cuprate copper stays divalent.
///
/// None where no state of one element can balance any of another (alloys, elements alone), and where the
/// search finds nothing within its bounds. Those bounds are: 48 atoms; 2000 formulas per size, so that with
/// more than about five elements, or when the answer is far, it is near rather than nearest; for fractional
/// compositions 100,000 choices of states.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, nearest_neutral};
///
/// let neutral = |formula| -> Option<String> {
///     Some(nearest_neutral(&Composition::parse(formula).ok()?)?.to_string())
/// };
/// assert_eq!(neutral("Al3O4").as_deref(), Some("Al2O3"));
/// assert_eq!(neutral("La1.85Sr0.15CuO4").as_deref(), Some("Sr0.15La1.85CuO3.925"));
/// assert_eq!(neutral("Mg2Cu"), None);
/// ```
pub fn nearest_neutral(composition: &Composition) -> Option<Composition> {
    if is_charge_neutral_usual(composition) {
        return Some(composition.clone());
    }
    let ions = usual_ions(composition);
    if !can_balance(&ions) {
        return None;
    }
    if composition.is_integer() {
        Search::new(composition, ions).run()
    } else {
        nearest_fractional(composition, &ions)
    }
}

/// Whether every element has states and some pair of them has opposite signs.
fn can_balance(ions: &[Ions]) -> bool {
    let has = |i: usize, side: fn(&[i8]) -> &[i8]| !side(ions[i].states).is_empty();
    let all = 0..ions.len();
    let anion = |i: usize| has(i, negative);
    let cation_beside = |i: usize| all.clone().any(|j| j != i && has(j, positive));
    ions.iter().all(|ions| !ions.states.is_empty())
        && all.clone().any(|i| anion(i) && cation_beside(i))
}

/// Branch and bound over formulas with integer amounts, from few atoms to many.
///
/// With parts `rᵢ` that sum to `R`, a formula `nᵢ` of `N` atoms is at the distance
/// `Σ |nᵢ·R − N·rᵢ| / (N·R)`.
struct Search<'a> {
    elements: Vec<Element>,
    parts: Vec<i64>,
    total: i64,
    /// The formula being built.
    trial: Vec<Ions<'a>>,
    /// Lowest and highest state among this element and those after it.
    state_range: Vec<(i64, i64)>,
    best: Option<(f64, Vec<i64>)>,
    budget: usize,
}

/// What the counts chosen so far leave to the open elements.
#[derive(Clone, Copy)]
struct Partial {
    /// Atoms of the whole formula, `N`.
    atoms: i64,
    /// Atoms not yet given to an element.
    left: i64,
    /// `Σ |nᵢ·R − N·rᵢ|` so far.
    moved: i64,
    /// `Σ (nᵢ·R − N·rᵢ)` so far; it ends at zero.
    excess: i64,
    /// Lowest and highest charge so far.
    charge: (i64, i64),
}

impl<'a> Search<'a> {
    fn new(composition: &Composition, ions: Vec<Ions<'a>>) -> Self {
        let parts: Vec<i64> = ions.iter().map(|ions| ions.count).collect();
        Self {
            elements: composition.elements().collect(),
            total: parts.iter().sum(),
            parts,
            state_range: state_ranges(&ions),
            trial: ions,
            best: None,
            budget: 0,
        }
    }

    fn run(mut self) -> Option<Composition> {
        let small = (2 * self.total).max(FEW_ATOMS);
        for atoms in self.parts.len() as i64..=MAX_ATOMS {
            if atoms > small && self.best.is_some() {
                break;
            }
            self.budget = BUDGET;
            let start = Partial { atoms, left: atoms, moved: 0, excess: 0, charge: (0, 0) };
            self.extend(0, start);
        }
        let (_, counts) = self.best?;
        let amounts = counts.into_iter().map(|count| count as f64);
        Composition::from_amounts(self.elements.into_iter().zip(amounts)).ok()
    }

    /// Chooses the counts of element `i` and those after it, nearest first.
    fn extend(&mut self, i: usize, so_far: Partial) {
        let open = (self.parts.len() - i - 1) as i64;
        if open == 0 {
            let last = self.with(i, so_far.left, so_far);
            return self.finish(last);
        }
        let middle = (so_far.atoms * self.parts[i] + self.total / 2) / self.total;
        for count in outward(middle, 1, so_far.left - open) {
            let next = self.with(i, count, so_far);
            if self.budget > 0 && self.may_improve(next) && self.may_balance(i + 1, next) {
                self.extend(i + 1, next);
            }
        }
    }

    /// Gives element `i` this many atoms.
    fn with(&mut self, i: usize, count: i64, so_far: Partial) -> Partial {
        self.trial[i].count = count;
        let shift = count * self.total - so_far.atoms * self.parts[i];
        let (lowest, highest) = so_far.charge;
        let charge = |state: Option<&i8>| count * state.map_or(0, |&state| i64::from(state));
        let states = self.trial[i].states;
        Partial {
            atoms: so_far.atoms,
            left: so_far.left - count,
            moved: so_far.moved + shift.abs(),
            excess: so_far.excess + shift,
            charge: (lowest + charge(states.first()), highest + charge(states.last())),
        }
    }

    /// Whether it can still be nearer than the best: the open elements have to undo the excess.
    fn may_improve(&self, partial: Partial) -> bool {
        let distance = self.distance(partial.moved + partial.excess.abs(), partial.atoms);
        self.best.as_ref().is_none_or(|(best, _)| distance < best - 1e-12)
    }

    /// Whether the atoms left, given to element `i` and those after it, can still reach charge zero.
    fn may_balance(&self, i: usize, partial: Partial) -> bool {
        let (lowest, highest) = self.state_range[i];
        partial.charge.0 + partial.left * lowest <= 0
            && partial.charge.1 + partial.left * highest >= 0
    }

    fn distance(&self, moved: i64, atoms: i64) -> f64 {
        moved as f64 / (atoms * self.total) as f64
    }

    fn finish(&mut self, formula: Partial) {
        if !self.may_improve(formula) {
            return;
        }
        self.budget = self.budget.saturating_sub(1);
        if reaches(&self.trial, 0..=0) {
            let counts = self.trial.iter().map(|ions| ions.count).collect();
            self.best = Some((self.distance(formula.moved, formula.atoms), counts));
        }
    }
}

/// Lowest and highest state among each element and those after it.
fn state_ranges(ions: &[Ions]) -> Vec<(i64, i64)> {
    let mut range = (i64::MAX, i64::MIN);
    let widened = ions.iter().rev().map(|ions| {
        let states = || ions.states.iter().map(|&state| i64::from(state));
        range = states().fold(range, |(low, high), state| (low.min(state), high.max(state)));
        range
    });
    let mut ranges: Vec<_> = widened.collect();
    ranges.reverse();
    ranges
}

/// Integers from `low` to `high`, by distance from `middle`.
fn outward(middle: i64, low: i64, high: i64) -> impl Iterator<Item = i64> {
    let reach = (high - middle).max(middle - low).max(0);
    let pairs = (0..=reach).flat_map(move |step| {
        let below = (step > 0).then_some(middle - step);
        [Some(middle + step), below].into_iter().flatten()
    });
    pairs.filter(move |count| (low..=high).contains(count))
}

/// Changes one amount so that the charges balance.
fn nearest_fractional(composition: &Composition, ions: &[Ions]) -> Option<Composition> {
    let choices = ions.iter().map(|ions| ions.states.len()).fold(1, usize::saturating_mul);
    if choices > MAX_CHOICES {
        return None;
    }
    let mut changes: Vec<(f64, usize, f64)> =
        (0..ions.len()).flat_map(|i| changes_of(ions, i)).collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut rounded = changes.into_iter().take(20).filter_map(|(_, i, factor)| {
        (2..=6).find_map(|decimals| with_amount(composition, i, factor, decimals))
    });
    rounded.next()
}

/// Ways to balance by changing element `i` alone: distance, `i`, factor on its amount; the nearest few.
fn changes_of(ions: &[Ions], i: usize) -> Vec<(f64, usize, f64)> {
    let mut others = ions.to_vec();
    let ion = others.remove(i);
    let rest: i64 = others.iter().map(|ions| ions.count).sum();
    let share = |count: f64| count / (count + rest as f64);
    let from = share(ion.count as f64);
    let mut changes = Vec::new();
    for charge in sums(&others) {
        for &state in ion.states {
            let count = -charge as f64 / f64::from(state);
            if count > 0.0 {
                changes.push((2.0 * (share(count) - from).abs(), i, count / ion.count as f64));
            }
        }
    }
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    changes.truncate(20);
    changes
}

/// The composition with one amount multiplied and rounded, if that is neutral.
fn with_amount(
    composition: &Composition,
    i: usize,
    factor: f64,
    decimals: i32,
) -> Option<Composition> {
    let mut amounts: Vec<_> = composition.amounts().collect();
    let grid = 10f64.powi(decimals);
    amounts[i].1 = (amounts[i].1 * factor * grid).round() / grid;
    let candidate = Composition::from_amounts(amounts).ok()?;
    is_charge_neutral_usual(&candidate).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(formula: &str) -> Composition {
        Composition::parse(formula).unwrap()
    }

    /// Distance to the nearest neutral formula with counts up to `most` and small as a whole, one by one.
    fn by_enumeration(composition: &Composition, most: u32) -> Option<f64> {
        let small = f64::max(12.0, 2.0 * composition.n_atoms());
        let elements: Vec<Element> = composition.elements().collect();
        let n = elements.len() as u32;
        let formulas = (0..most.pow(n)).map(|code| {
            let counts = (0..n).map(|i| f64::from(code / most.pow(i) % most + 1));
            Composition::from_amounts(elements.iter().copied().zip(counts)).unwrap()
        });
        let neutral = formulas.filter(|c| c.n_atoms() <= small && is_charge_neutral_usual(c));
        neutral.map(|other| composition.distance(&other)).min_by(f64::total_cmp)
    }

    #[test]
    fn known_slips_are_mended() {
        let cases = [
            ("Al3O4", "Al2O3"),
            ("NaCl2", "NaCl"),
            ("Na2Cl", "NaCl"),
            ("AlO5", "Al2O3"),
            ("CaTiO3", "CaTiO3"),
            ("Mg3Al2O7", "Mg5Al4O11"),
        ];
        for (formula, neutral) in cases {
            assert_eq!(nearest_neutral(&read(formula)).unwrap().to_string(), neutral, "{formula}");
        }
        for formula in ["Mg2Cu", "Fe", "NaK", "HeO", "O2"] {
            assert_eq!(nearest_neutral(&read(formula)), None, "{formula}");
        }
    }

    #[test]
    fn fractional_amounts_change_in_one_element() {
        let neutral = nearest_neutral(&read("La1.85Sr0.15CuO4")).unwrap();
        assert_eq!(neutral.to_string(), "Sr0.15La1.85CuO3.925");
        let neutral = nearest_neutral(&read("Na0.33Cl0.5")).unwrap();
        assert!(is_charge_neutral_usual(&neutral));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn answer_is_neutral_has_the_same_elements_and_is_no_farther_than_enumeration(
            parts in prop::collection::btree_map(0usize..94, 1u32..9, 2..4),
        ) {
            let amounts = parts.into_iter().map(|(i, n)| (Element::ALL[i], f64::from(n)));
            let composition = Composition::from_amounts(amounts).unwrap();
            let expected = by_enumeration(&composition, 12);
            let found = nearest_neutral(&composition);
            if let Some(found) = &found {
                prop_assert!(is_charge_neutral_usual(found));
                prop_assert_eq!(found.chemical_system(), composition.chemical_system());
            }
            if let Some(expected) = expected {
                prop_assert!(composition.distance(&found.unwrap()) <= expected + 1e-9);
            }
        }
    }
}
