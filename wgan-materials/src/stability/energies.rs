//! What a column of formation energies has to be, and what to say where it seems to be something else.

use std::collections::BTreeMap;

use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;

/// No known compound lies below this, eV/atom: the lowest of the Materials Project are at −4.6.
const LOWEST_PER_ATOM: f64 = -6.0;
/// Below this, units of eV are unlikely for a formula unit too.
const LOWEST_PER_FORMULA: f64 = -60.0;
/// An element this far from zero is not a reference with noise, eV/atom.
const FAR_FROM_ZERO: f64 = 0.5;
/// Energies of one composition this close are the same, eV/atom.
const SAME: f64 = 1e-6;

/// Names of formation energy columns, in order of preference, in small letters without other signs.
const NAMES: [&str; 8] = [
    "formationenergy",
    "eform",
    "energyofformation",
    "formationenthalpy",
    "heatofformation",
    "enthalpyofformation",
    "deltae",
    "hform",
];

/// The column that holds formation energies, by its name; none if no name or more than one says so.
///
/// # Example
/// ```
/// use wgan_materials::formation_energy_column;
///
/// let names = ["band_gap_eV", "e_form_eV_per_atom"];
/// assert_eq!(formation_energy_column(&names), Some("e_form_eV_per_atom"));
/// assert_eq!(formation_energy_column(&["band_gap_eV"]), None);
/// ```
pub fn formation_energy_column<'a>(names: &[&'a str]) -> Option<&'a str> {
    for wanted in NAMES {
        let mut found = names.iter().filter(|name| plain(name).contains(wanted));
        if let Some(first) = found.next() {
            return found.next().is_none().then_some(first);
        }
    }
    None
}

/// Small letters and digits of a name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What to know about a column of formation energies: one sentence each, none where nothing is odd.
///
/// # Errors
/// [`MaterialsError::Stability`] if the elements' own rows are far from 0 eV/atom: these are total energies.
pub fn energy_notes(
    column: &str,
    compositions: &[Composition],
    energies: &[f64],
) -> Result<Vec<String>, MaterialsError> {
    let (elements, lowest) =
        (element_energies(compositions, energies), lowest(compositions, energies));
    check_references(&elements)?;
    let below: Vec<String> = elements
        .iter()
        .filter(|(_, e)| **e < -SAME)
        .map(|(el, e)| format!("{el} at {e:.3}"))
        .collect();
    let below = (!below.is_empty()).then(|| {
        format!(
            "elements count as 0 eV/atom; their rows say otherwise and are not used: {}",
            below.join(", ")
        )
    });
    let notes = [name_note(column), unit_note(lowest), below, repeats_note(compositions, energies)];
    Ok(notes.into_iter().flatten().collect())
}

/// Formation energies from total energies per atom: each element's lowest row is its reference.
///
/// # Errors
/// [`MaterialsError::Stability`] if an element of a compound has no row of its own.
pub fn formation_energies(
    compositions: &[Composition],
    total_energies: &[f64],
) -> Result<Vec<f64>, MaterialsError> {
    let references = element_energies(compositions, total_energies);
    let mut missing: Vec<Element> = compositions.iter().flat_map(Composition::elements).collect();
    missing.sort_unstable();
    missing.dedup();
    missing.retain(|element| !references.contains_key(element));
    if !missing.is_empty() {
        return Err(MaterialsError::Stability {
            what: "total energies".to_owned(),
            expected: "a row for each element as the reference",
            got: format!("none for {}", listed(&missing)),
        });
    }
    let formation = |(composition, energy): (&Composition, &f64)| {
        let reference: f64 = composition.fractions().map(|(e, x)| x * references[&e]).sum();
        energy - reference
    };
    Ok(compositions.iter().zip(total_energies).map(formation).collect())
}

/// Lowest energy of each element that has a row, eV/atom.
fn element_energies(compositions: &[Composition], energies: &[f64]) -> BTreeMap<Element, f64> {
    let mut lowest = BTreeMap::new();
    for (composition, &energy) in compositions.iter().zip(energies) {
        if let (1, Some(element)) = (composition.n_elements(), composition.elements().next()) {
            let kept = lowest.entry(element).or_insert(energy);
            *kept = energy.min(*kept);
        }
    }
    lowest
}

fn lowest<'a>(compositions: &'a [Composition], energies: &[f64]) -> Option<(&'a Composition, f64)> {
    let rows = compositions.iter().zip(energies.iter().copied());
    rows.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// Refused where most elements lie far below zero.
fn check_references(elements: &BTreeMap<Element, f64>) -> Result<(), MaterialsError> {
    let far: Vec<_> = elements.iter().filter(|(_, e)| **e < -FAR_FROM_ZERO).collect();
    match far.first() {
        Some((element, energy)) if 2 * far.len() > elements.len() => {
            Err(MaterialsError::Stability {
                what: "formation energies".to_owned(),
                expected: "0 eV/atom for elements",
                got: format!("{energy} for {element}: these are total energies"),
            })
        }
        _ => Ok(()),
    }
}

/// Words in a name, in small letters without other signs, that tell of another unit than eV/atom.
const OTHER_UNITS: [&str; 6] = ["percell", "performula", "perfu", "evfu", "kjmol", "kjpermol"];

fn name_note(column: &str) -> Option<String> {
    let is_other = OTHER_UNITS.iter().any(|unit| plain(column).contains(unit));
    is_other.then(|| format!("column `{column}` is not per atom by its name; expected eV per atom"))
}

fn unit_note(lowest: Option<(&Composition, f64)>) -> Option<String> {
    let (composition, energy) = lowest.filter(|(_, energy)| *energy < LOWEST_PER_ATOM)?;
    let likely = if energy < LOWEST_PER_FORMULA { "kJ/mol" } else { "eV per formula unit" };
    Some(format!(
        "{composition} has {energy}, but no compound lies below {LOWEST_PER_ATOM} eV/atom: this looks like {likely}; \
         expected eV per atom"
    ))
}

fn repeats_note(compositions: &[Composition], energies: &[f64]) -> Option<String> {
    let mut ranges: BTreeMap<&Composition, (f64, f64)> = BTreeMap::new();
    for (composition, &energy) in compositions.iter().zip(energies) {
        let (low, high) = ranges.entry(composition).or_insert((energy, energy));
        (*low, *high) = (low.min(energy), high.max(energy));
    }
    let differing: Vec<_> = ranges.iter().filter(|(_, (low, high))| high - low > SAME).collect();
    let (composition, (low, high)) =
        differing.iter().max_by(|a, b| (a.1.1 - a.1.0).total_cmp(&(b.1.1 - b.1.0)))?;
    let n = differing.len();
    let have = if n == 1 { "composition has" } else { "compositions have" };
    Some(format!(
        "{n} {have} several energies, the lowest counts; most differ those of {composition}, from {low} to {high} eV/atom"
    ))
}

/// Symbols, at most ten.
fn listed(elements: &[Element]) -> String {
    let symbols: Vec<String> = elements.iter().take(10).map(Element::to_string).collect();
    let more = elements.len().saturating_sub(symbols.len());
    match more {
        0 => symbols.join(", "),
        more => format!("{} and {more} more", symbols.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    fn notes(formulas: &[&str], energies: &[f64]) -> Vec<String> {
        energy_notes("e", &read(formulas), energies).unwrap()
    }

    #[test]
    fn columns_are_found_by_name_unless_two_claim_it() {
        let find = formation_energy_column;
        assert_eq!(
            find(&["formula", "Formation Energy (eV/atom)"]),
            Some("Formation Energy (eV/atom)")
        );
        assert_eq!(find(&["eform", "heat_of_formation_eV"]), Some("eform"));
        assert_eq!(find(&["e_form_a", "e_form_b"]), None);
        assert_eq!(find(&["energy_eV_per_atom"]), None);
    }

    #[test]
    fn an_ordinary_column_needs_no_words() {
        assert!(notes(&["NaCl", "Na", "Ti2O4", "TiO2"], &[-2.1, 0.0, -3.2, -3.2]).is_empty());
    }

    #[test]
    fn units_are_judged_by_magnitude_and_name() {
        assert_eq!(
            notes(&["Al2O3", "NaCl"], &[-17.3, -4.2]),
            [
                "Al2O3 has -17.3, but no compound lies below -6 eV/atom: this looks like eV per formula unit; expected eV per \
              atom"
            ]
        );
        assert!(notes(&["Al2O3"], &[-1675.7])[0].contains("looks like kJ/mol"));
        assert_eq!(
            energy_notes("e_form_eV_per_cell", &read(&["Al2O3"]), &[-3.4]).unwrap(),
            ["column `e_form_eV_per_cell` is not per atom by its name; expected eV per atom"]
        );
    }

    #[test]
    fn several_energies_of_a_composition_are_told() {
        assert_eq!(
            notes(&["TiO2", "Ti2O4", "NaCl"], &[-3.2, -3.1, -2.0]),
            [
                "1 composition has several energies, the lowest counts; most differ those of TiO2, from -3.2 to -3.1 eV/atom"
            ]
        );
    }

    #[test]
    fn total_energies_are_refused_or_referred_to_the_elements() {
        let known = read(&["Na", "Cl", "NaCl", "Na"]);
        let energies = [-1.3, -1.8, -3.4, -1.2];
        assert_eq!(
            energy_notes("e", &known, &energies).unwrap_err().to_string(),
            "stability, formation energies: expected 0 eV/atom for elements, got -1.3 for Na: these are total energies"
        );
        let formation = formation_energies(&known, &energies).unwrap();
        assert_abs_diff_eq!(formation[2], -3.4 + (1.3 + 1.8) / 2.0, epsilon = 1e-12);
        assert_eq!(formation[0], 0.0);
        assert_eq!(
            formation_energies(&read(&["Na", "NaCl"]), &[-1.3, -3.4]).unwrap_err().to_string(),
            "stability, total energies: expected a row for each element as the reference, got none for Cl"
        );
        let one_off = notes(&["Na", "Cl", "NaCl"], &[-0.02, 0.0, -2.0]);
        assert_eq!(
            one_off,
            [
                "elements count as 0 eV/atom; their rows say otherwise and are not used: Na at -0.020"
            ]
        );
    }
}
