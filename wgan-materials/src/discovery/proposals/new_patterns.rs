//! Small whole amounts that are neutral, for elements known to go together, in patterns that the table lacks.

use rayon::prelude::*;

use super::heaviest;
use crate::discovery::compound::{Compound, KeyMap};
use crate::discovery::library::Library;
use crate::element::Element;
use crate::oxidation::{UsualCharges, electronegativity_ok};

/// Most atoms in a formula.
const MOST_ATOMS: usize = 14;

/// Most elements in a formula.
const MOST_ELEMENTS: usize = 4;

/// Formulas that are kept for one set of elements.
const MOST_OF_SYSTEM: usize = 4;

/// One step of an amount in steps of 1e-9.
const ONE: u64 = 1_000_000_000;

/// The `n` with the fewest atoms, those of elements with many known compounds first.
///
/// A formula counts if one state of each element, none of them rare, makes it neutral, and if some choice of states
/// that does has cations less electronegative than anions. Its pattern must not be in the table.
pub(super) fn new_patterns(library: &Library, n: usize) -> Vec<Compound> {
    let mut systems: KeyMap<(u32, &Compound)> = KeyMap::default();
    for c in library.compounds.iter().filter(|c| (2..=MOST_ELEMENTS).contains(&c.len())) {
        let key = crate::discovery::compound::set_key(c.system());
        systems.entry(key).or_insert((0, c)).0 += 1;
    }
    let mut systems: Vec<(u32, &Compound)> = systems.into_values().collect();
    systems.sort_unstable();
    let all = systems.par_iter().flat_map_iter(|&(members, c)| {
        let elements: Vec<u8> = c.parts.iter().map(|&(e, _)| e).collect();
        let unknown = |c: &Compound| library.slots.n_pattern(c.pattern()) == 0;
        let found = neutral(&elements).into_iter().filter(unknown).take(MOST_OF_SYSTEM);
        found.map(move |c| {
            let atoms: u64 = c.parts.iter().map(|&(_, part)| part).sum();
            (c.key, members as f32 / atoms as f32, c)
        })
    });
    heaviest(all.collect(), n)
}

/// Neutral formulas of these elements, fewest atoms first.
fn neutral(elements: &[u8]) -> Vec<Compound> {
    let has_states = |&e: &u8| !Element::ALL[usize::from(e)].oxidation_states().is_empty();
    if !elements.iter().all(has_states) {
        return Vec::new();
    }
    let mut charges = UsualCharges::of(elements.iter().map(|&e| Element::ALL[usize::from(e)]));
    let mut found = Vec::new();
    for atoms in elements.len()..=MOST_ATOMS {
        each_formula(elements.len(), atoms, &mut Vec::new(), &mut |amounts| {
            if found.len() < 4 * MOST_OF_SYSTEM
                && amounts.iter().copied().reduce(gcd) == Some(1)
                && charges.are_neutral(amounts)
            {
                let steps = elements.iter().zip(amounts).map(|(&e, &x)| (e, x as u64 * ONE));
                found.extend(Compound::from_steps(steps, 0).ok().filter(is_plausible));
            }
        });
    }
    found
}

/// Whether cations can be less electronegative than anions.
fn is_plausible(c: &Compound) -> bool {
    c.composition().is_ok_and(|found| electronegativity_ok(&found))
}

/// All ways to give `atoms` atoms to `places` elements, at least one each.
fn each_formula(
    places: usize,
    atoms: usize,
    chosen: &mut Vec<usize>,
    visit: &mut impl FnMut(&[usize]),
) {
    if places == 1 {
        chosen.push(atoms);
        visit(chosen);
        chosen.pop();
        return;
    }
    for amount in 1..=atoms.saturating_sub(places - 1) {
        chosen.push(amount);
        each_formula(places - 1, atoms - amount, chosen, visit);
        chosen.pop();
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::{compounds, element};

    #[test]
    fn all_formulas_of_a_size_are_visited() {
        let mut n = 0;
        each_formula(3, 7, &mut Vec::new(), &mut |amounts| {
            assert_eq!(amounts.iter().sum::<usize>(), 7);
            n += 1;
        });
        assert_eq!(n, 15); // C(6, 2)
    }

    #[test]
    fn sodium_and_chlorine_have_one_neutral_formula_without_positive_chlorine() {
        assert_eq!(neutral(&[element("Na"), element("Cl")]), compounds(&["NaCl"]));
        assert!(neutral(&[element("He"), element("O")]).is_empty());
    }

    #[test]
    fn only_patterns_outside_the_table_are_proposed() {
        let library = Library::new(compounds(&["Al2O3", "VO2", "CaF2"]));
        let found = new_patterns(&library, 100);
        // V2O3 has the pattern of Al2O3.
        assert!(compounds(&["VO", "V2O5"]).iter().all(|c| found.contains(c)));
        assert!(found.iter().all(|c| library.slots.n_pattern(c.pattern()) == 0));
    }
}
