//! Charge balance under common oxidation states, and the nearest composition that has it.

mod charge;
mod common;
mod nearest;
mod states;

pub(crate) use common::UsualCharges;
pub use common::is_charge_neutral_usual;
pub use nearest::nearest_neutral;

use crate::composition::Composition;
use crate::element::Element;
use charge::{Ions, reaches};
use common::usual_ions;

/// Charge that passes for zero, e per formula as displayed, where amounts are fractions: they are rounded.
const TOLERANCE: f64 = 1e-4;

/// Whether one common oxidation state per element sums to zero, `Σ amountₑ · stateₑ = 0`.
///
/// Exact for integer amounts; within 1e-4 for fractional ones. Elements alone are not neutral compounds.
/// Real tables are not all neutral in this sense: Fe₃O₄ is not, as iron has one state only (see
/// [`is_charge_neutral_mixed`]), and alloys have no such states at all.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, is_charge_neutral, is_charge_neutral_mixed};
///
/// assert!(is_charge_neutral(&Composition::parse("CaTiO3")?));
/// assert!(!is_charge_neutral(&Composition::parse("Na2Cl")?));
/// let magnetite = Composition::parse("Fe3O4")?;
/// assert!(!is_charge_neutral(&magnetite) && is_charge_neutral_mixed(&magnetite));
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub fn is_charge_neutral(composition: &Composition) -> bool {
    let tolerance = composition.tolerance(TOLERANCE);
    reaches(&ions(composition), -tolerance..=tolerance)
}

/// As [`is_charge_neutral`], but one element may be in two neighbouring positive states at once.
///
/// Its mean state can then be any number between its lowest and its highest common positive state: iron in
/// Fe₃O₄ (8/3), copper in La₁.₈₅Sr₀.₁₅CuO₄ (2.15).
pub fn is_charge_neutral_mixed(composition: &Composition) -> bool {
    let tolerance = composition.tolerance(TOLERANCE);
    let mut ions = ions(composition);
    if reaches(&ions, -tolerance..=tolerance) {
        return true;
    }
    (0..ions.len()).any(|i| {
        let last = ions.len() - 1;
        ions.swap(i, last);
        let (mixed, rest) = (ions[last], &ions[..last]);
        let found = match positive(mixed.states) {
            [lowest, .., highest] => {
                let from = -mixed.count * i64::from(*highest) - tolerance;
                let to = -mixed.count * i64::from(*lowest) + tolerance;
                reaches(rest, from..=to)
            }
            _ => false,
        };
        ions.swap(i, last);
        found
    })
}

/// Whether a neutral choice of states exists in which every cation is less electronegative than every anion.
///
/// The Pauling test of SMACT (Davies et al. 2016): equal electronegativities on both sides do not
/// pass. Stricter than [`is_charge_neutral`]: sulfates pass, as S⁶⁺ is below O²⁻, while a nitride oxide that
/// needs N⁵⁺ beside S²⁻ does not.
///
/// # References
/// Davies et al. (2016), Computational screening of all stoichiometric inorganic materials, Chem 1, 617-627 (SMACT).
pub fn electronegativity_ok(composition: &Composition) -> bool {
    // Elements come sorted by electronegativity, so the cations are the first k for some k.
    let tolerance = composition.tolerance(TOLERANCE);
    let chi: Vec<Option<f64>> = composition.elements().map(Element::electronegativity).collect();
    let mut ions = ions(composition);
    let cations: Vec<&[i8]> = ions.iter().map(|ions| positive(ions.states)).collect();
    ions.iter_mut().for_each(|ions| ions.states = negative(ions.states));
    (1..chi.len()).any(|k| {
        ions[k - 1].states = cations[k - 1];
        chi[k - 1] < chi[k] && reaches(&ions, -tolerance..=tolerance)
    })
}

fn ions(composition: &Composition) -> Vec<Ions<'static>> {
    ions_in(composition, Element::oxidation_states)
}

/// The elements of a composition in some of their states.
fn ions_in(
    composition: &Composition,
    states: impl Fn(Element) -> &'static [i8],
) -> Vec<Ions<'static>> {
    let parts = composition.elements().zip(composition.ratio());
    parts.map(|(element, part)| Ions { count: part as i64, states: states(element) }).collect()
}

/// The states above zero; states are sorted.
fn positive(states: &[i8]) -> &[i8] {
    &states[states.partition_point(|&state| state < 0)..]
}

/// The states below zero; states are sorted.
fn negative(states: &[i8]) -> &[i8] {
    &states[..states.partition_point(|&state| state < 0)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::{references, tables};

    fn read(formula: &str) -> Composition {
        Composition::parse(formula).unwrap()
    }

    #[test]
    fn known_salts_and_oxides_are_neutral() {
        for formula in ["NaCl", "CaTiO3", "CuSO4·5H2O", "Na2O2", "K4[Fe(CN)6]", "Ba0.5Sr0.5TiO3"] {
            assert!(is_charge_neutral(&read(formula)), "{formula}");
        }
        for formula in ["Na2Cl", "Fe", "O2", "Fe3O4", "Mg2Cu", "HeO", "PmCl3"] {
            assert!(!is_charge_neutral(&read(formula)), "{formula}");
        }
    }

    #[test]
    fn mixed_valence_is_between_two_positive_states_of_one_element() {
        for formula in ["Fe3O4", "La1.85Sr0.15CuO4", "YBa2Cu3O7", "Mn3O4"] {
            assert!(!is_charge_neutral(&read(formula)) || formula == "YBa2Cu3O7", "{formula}");
            assert!(is_charge_neutral_mixed(&read(formula)), "{formula}");
        }
        for formula in ["Na2Cl", "Na3O", "Fe", "Mg2Cu"] {
            assert!(!is_charge_neutral_mixed(&read(formula)), "{formula}");
        }
    }

    #[test]
    fn cations_are_less_electronegative_than_anions() {
        for formula in ["NaCl", "CaSO4", "LiFePO4", "H2O", "CO2"] {
            assert!(electronegativity_ok(&read(formula)), "{formula}");
        }
        // Na2Cl: not neutral; CSe2: both 2.55; Fe: alone
        for formula in ["Na2Cl", "CSe2", "Fe"] {
            assert!(!electronegativity_ok(&read(formula)), "{formula}");
        }
        // neutral only with gold(I) beside hydrogen(−I), and gold is the more electronegative
        assert!(is_charge_neutral(&read("AuH3")) && !electronegativity_ok(&read("AuH3")));
    }

    /// The outside judge: any one state per element of the filtered list, in floating point, within 1e-4.
    fn judge(amounts: &[(&Vec<i8>, f64)]) -> bool {
        fn sums(amounts: &[(&Vec<i8>, f64)], sum: f64) -> bool {
            match amounts {
                [] => sum.abs() <= 1e-4,
                [(states, amount), rest @ ..] => {
                    states.iter().any(|&state| sums(rest, sum + amount * f64::from(state)))
                }
            }
        }
        amounts.len() > 1 && sums(amounts, 0.0)
    }

    #[test]
    fn verdict_is_that_of_the_outside_judge() {
        let states = references("oxidation_states.csv").pop().unwrap();
        let mut table = vec![Vec::new(); 119];
        let mut is_listed = [false; 119];
        for row in &states {
            let z: usize = row["atomic_number"].parse().unwrap();
            is_listed[z] = true;
            if row["in_icsd24_filtered"] == "1" {
                table[z].push(row["oxidation_state"].parse::<i8>().unwrap());
            }
        }
        let files = [
            "expt_gap",
            "supercon_tc",
            "perovskite_abx3",
            "double_perovskites_icsd",
            "castelli_perovskites",
            "aflow_thermomechanical",
            "elastic_moduli",
            "metallic_glass",
            "expt_is_metal",
            "dielectric",
            "mp_formation_energy_sample",
        ];
        for (file, rows) in tables(&files) {
            let (mut n, mut same, mut neutral) = (0, 0, 0);
            for row in rows {
                let Ok(composition) = Composition::parse(&row["formula"]) else {
                    continue;
                };
                if !composition.elements().all(|element| is_listed[element.atomic_number()]) {
                    continue;
                }
                let mut raw: Vec<(Element, f64)> = Vec::new();
                for (element, amount) in
                    crate::formula::read_formula(&row["formula"]).unwrap().terms
                {
                    match raw.iter_mut().find(|(known, _)| *known == element) {
                        Some((_, sum)) => *sum += amount,
                        None => raw.push((element, amount)),
                    }
                }
                let raw: Vec<_> =
                    raw.iter().map(|(e, amount)| (&table[e.atomic_number()], *amount)).collect();
                let ours = is_charge_neutral(&composition);
                n += 1;
                neutral += usize::from(ours);
                same += usize::from(ours == judge(&raw));
            }
            println!(
                "{file}: {:.2} % neutral, {same} of {n} agree",
                100.0 * neutral as f64 / n as f64
            );
            assert!(n >= 100 && same * 1000 >= n * 999, "{file}");
        }
    }
}
