//! Which compositions are known, and in what sense.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use rayon::prelude::*;

use crate::composition::Composition;

/// Atomic fractions are compared after rounding to this step.
const STEP: f64 = 1e-4;

/// A digest of the atomic fractions in steps of 1e-4: equal for what counts as the same composition.
///
/// Of ten million different compositions, two have the same 128 bits once in 10²⁴ times.
fn digest(composition: &Composition) -> u128 {
    let rounded = |x: f64| (x / STEP).round() as u32;
    let mut parts: Vec<_> =
        composition.fractions().map(|(element, x)| (element, rounded(x))).collect();
    parts.sort_unstable();
    let half = |start: u8| {
        let mut hasher = DefaultHasher::new();
        (start, &parts).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// The set of elements: a bit for each.
fn system(composition: &Composition) -> u128 {
    composition.elements().fold(0, |bits, element| bits | 1 << element.index())
}

/// Distinct values of all compositions, sorted.
fn distinct(compositions: &[Composition], of: fn(&Composition) -> u128) -> Vec<u128> {
    let mut all: Vec<u128> = compositions.par_iter().map(of).collect();
    all.par_sort_unstable();
    all.dedup();
    all.shrink_to_fit();
    all
}

/// What is known: compositions and sets of elements.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    compositions: Vec<u128>,
    systems: Vec<u128>,
}

impl Known {
    pub(crate) fn new(reference: &[Composition]) -> Self {
        Self { compositions: distinct(reference, digest), systems: distinct(reference, system) }
    }

    /// Whether the composition is known.
    pub(crate) fn has(&self, composition: &Composition) -> bool {
        self.compositions.binary_search(&digest(composition)).is_ok()
    }

    /// Whether a known compound has the same set of elements.
    pub(crate) fn has_system(&self, composition: &Composition) -> bool {
        self.systems.binary_search(&system(composition)).is_ok()
    }
}

/// Distinct compositions divided by their number, none if there are none.
pub(crate) fn unique(compositions: &[Composition]) -> Option<f64> {
    let n = distinct(compositions, digest).len();
    (!compositions.is_empty()).then(|| n as f64 / compositions.len() as f64)
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
