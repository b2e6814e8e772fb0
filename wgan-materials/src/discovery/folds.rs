//! Which rows are hidden: by chance or by value, all rows of a material together.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::material::Material;

/// Numbers of rows that stay known and that are hidden, each in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenFold {
    /// Rows that stay known.
    pub known: Vec<usize>,
    /// Rows that are hidden.
    pub hidden: Vec<usize>,
}

/// Cuts rows into `folds` parts by chance; each part is hidden once. Rows of one material stay together.
///
/// Parts hold equally many materials, give or take one. The same seed gives the same parts in whatever order the rows are.
pub fn hidden_folds(materials: &[Material], folds: usize, seed: u64) -> Vec<HiddenFold> {
    let mut groups: Vec<Vec<usize>> = groups(materials).into_values().collect();
    groups.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    (0..folds)
        .map(|fold| parted(groups.iter().enumerate().map(|(i, rows)| (i % folds == fold, rows))))
        .collect()
}

/// Hides the materials with the highest values, a `share` of all: extrapolation.
///
/// A material's value is its highest; rows without a value are left out. Equal values go by composition.
pub fn hidden_by_value(materials: &[Material], values: &[Option<f64>], share: f64) -> HiddenFold {
    let mut ranked: Vec<(f64, Vec<usize>)> = Vec::new();
    for rows in groups(materials).into_values() {
        let highest =
            rows.iter().filter_map(|&i| values[i]).filter(|x| x.is_finite()).reduce(f64::max);
        ranked.extend(highest.map(|value| (value, rows)));
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let n_hidden = (share.clamp(0.0, 1.0) * ranked.len() as f64).round() as usize;
    parted(ranked.iter().enumerate().map(|(i, (_, rows))| (i < n_hidden, rows)))
}

fn groups(materials: &[Material]) -> BTreeMap<&Material, Vec<usize>> {
    let mut groups: BTreeMap<&Material, Vec<usize>> = BTreeMap::new();
    for (row, material) in materials.iter().enumerate() {
        groups.entry(material).or_default().push(row);
    }
    groups
}

fn parted<'a>(groups: impl Iterator<Item = (bool, &'a Vec<usize>)>) -> HiddenFold {
    let (mut known, mut hidden) = (Vec::new(), Vec::new());
    for (is_hidden, rows) in groups {
        if is_hidden { hidden.extend(rows) } else { known.extend(rows) }
    }
    known.sort_unstable();
    hidden.sort_unstable();
    HiddenFold { known, hidden }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;

    fn rows() -> Vec<Material> {
        let formulas = ["TiO2", "NaCl", "Ti2O4", "KCl", "KBr", "NaBr", "Na2Cl2", "MgO"];
        formulas.iter().map(|formula| Composition::parse(formula).unwrap().into()).collect()
    }

    #[test]
    fn every_row_is_hidden_once_and_repeats_stay_together() {
        let rows = rows();
        let folds = hidden_folds(&rows, 3, 0);
        let mut hidden: Vec<usize> = folds.iter().flat_map(|fold| fold.hidden.clone()).collect();
        hidden.sort_unstable();
        assert_eq!(hidden, (0..8).collect::<Vec<_>>());
        for fold in &folds {
            assert_eq!(fold.known.len() + fold.hidden.len(), 8);
            assert!(fold.hidden.iter().all(|&i| fold.known.iter().all(|&j| rows[i] != rows[j])));
        }
        assert_eq!(folds, hidden_folds(&rows, 3, 0));
        assert_ne!(folds, hidden_folds(&rows, 3, 1));
    }

    #[test]
    fn the_highest_values_are_hidden() {
        let values =
            [Some(1.0), None, Some(9.0), Some(4.0), Some(3.0), Some(2.0), None, Some(f64::NAN)];
        // TiO2 has 9, KCl 4, KBr 3, NaBr 2; NaCl and MgO have none.
        let fold = hidden_by_value(&rows(), &values, 0.5);
        assert_eq!(fold, HiddenFold { known: vec![4, 5], hidden: vec![0, 2, 3] });
    }
}
