//! Which compositions are known, and in what sense.

use std::collections::HashSet;

use crate::composition::Composition;
use crate::element::Element;

/// Atomic fractions are compared after rounding to this step.
const STEP: f64 = 1e-4;

/// Atomic fractions in steps of 1e-4, by atomic number; equal for what counts as the same composition.
fn rounded_fractions(composition: &Composition) -> Vec<(Element, u32)> {
    let rounded = |(element, x): (Element, f64)| (element, (x / STEP).round() as u32);
    let mut parts: Vec<_> = composition.fractions().map(rounded).collect();
    parts.sort_unstable();
    parts
}

/// What is known: compositions and sets of elements.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    compositions: HashSet<Vec<(Element, u32)>>,
    systems: HashSet<Vec<Element>>,
}

impl Known {
    pub(crate) fn new(reference: &[Composition]) -> Self {
        Self {
            compositions: reference.iter().map(rounded_fractions).collect(),
            systems: reference.iter().map(Composition::chemical_system).collect(),
        }
    }

    /// Whether the composition is known.
    pub(crate) fn has(&self, composition: &Composition) -> bool {
        self.compositions.contains(&rounded_fractions(composition))
    }

    /// Whether a known compound has the same set of elements.
    pub(crate) fn has_system(&self, composition: &Composition) -> bool {
        self.systems.contains(&composition.chemical_system())
    }
}

/// Distinct compositions divided by their number, none if there are none.
pub(crate) fn unique(compositions: &[Composition]) -> Option<f64> {
    let distinct: HashSet<_> = compositions.iter().map(rounded_fractions).collect();
    (!compositions.is_empty()).then(|| distinct.len() as f64 / compositions.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    #[test]
    fn the_way_of_writing_does_not_make_a_compound_new() {
        let known = Known::new(&read(&["TiO2", "YBa2Cu3O6.93"]));
        let asked = read(&["Ti2O4", "Y2Ba4Cu6O13.86", "YBa2Cu3O6.9301", "YBa2Cu3O6.8", "TiO"]);
        let found: Vec<bool> = asked.iter().map(|composition| known.has(composition)).collect();
        assert_eq!(found, [true, true, true, false, false]);
    }

    #[test]
    fn a_system_is_new_only_if_the_set_of_elements_is() {
        let known = Known::new(&read(&["TiO2", "CaTiO3"]));
        let found: Vec<bool> =
            read(&["Ti2O3", "CaTi2O4", "CaO", "Ti"]).iter().map(|c| known.has_system(c)).collect();
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn repeats_lower_the_unique_share() {
        assert_eq!(unique(&read(&["NaCl", "ClNa", "Na2Cl2", "KCl"])), Some(0.5));
        assert_eq!(unique(&[]), None);
    }
}
