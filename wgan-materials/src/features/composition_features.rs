//! Compositions as rows of numbers: element fractions and statistics of element properties.

use ndarray::{Array2, ArrayViewMut1};
use rayon::prelude::*;

use crate::composition::Composition;
use crate::element::Element;
use crate::property::ElementProperty;

/// Number of statistics for each element property.
const N_STATISTICS: usize = 5;

/// Atomic fractions, one column per element: `[n, 118]`, rows sum to one.
///
/// # Shapes
/// - returns: `[n, 118]`
pub fn fraction_rows(compositions: &[Composition]) -> Array2<f64> {
    fill_rows(compositions, Element::COUNT, write_fractions)
}

/// Atomic fractions, then the statistics of each [`ElementProperty`] in the order of its list: `[n, 118 + 5·19]`.
///
/// For a property with values `vₑ` (unknown ones by the rule of [`ElementProperty::filled`]) and fractions `xₑ`:
/// mean `m = Σ xₑ vₑ`, average deviation `Σ xₑ |vₑ − m|`, minimum, maximum and range over the elements present, in
/// the unit of the property.
///
/// # Shapes
/// - returns: `[n, 118 + 5·19]`, in the units of the properties
///
/// # Example
/// ```
/// use wgan_materials::{Composition, feature_names, feature_rows};
///
/// let rows = feature_rows(&[Composition::parse("CO2")?]);
/// let column = |name: &str| feature_names().iter().position(|known| known == name).unwrap();
/// let at = |name: &str| rows[[0, column(name)]];
/// assert!((at("fraction_O") - 2.0 / 3.0).abs() < 1e-12);
/// assert!((at("atomic_number_mean") - 22.0 / 3.0).abs() < 1e-12); // (6 + 8 + 8) / 3
/// assert!((at("atomic_number_deviation") - 8.0 / 9.0).abs() < 1e-12); // (4/3 + 2/3 + 2/3) / 3
/// assert_eq!(at("atomic_number_range"), 2.0);
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
///
/// # References
/// Ward, Agrawal, Choudhary, Wolverton (2016), A general-purpose machine learning framework for predicting
/// properties of inorganic materials, npj Comput. Mater. 2, 16028 (Magpie).
pub fn feature_rows(compositions: &[Composition]) -> Array2<f64> {
    fill_rows(compositions, feature_names().len(), |composition, mut row| {
        let (fractions, statistics) = row.view_mut().split_at(ndarray::Axis(0), Element::COUNT);
        write_fractions(composition, fractions);
        write_statistics(composition, statistics);
    })
}

/// Names of the columns of [`feature_rows`]: `fraction_H`, …, `atomic_number_mean`, `atomic_number_deviation`,
/// `atomic_number_minimum`, `atomic_number_maximum`, `atomic_number_range`, …
pub fn feature_names() -> Vec<String> {
    let fractions = Element::ALL.iter().map(|element| format!("fraction_{element}"));
    let words = ["mean", "deviation", "minimum", "maximum", "range"];
    let statistics = ElementProperty::ALL
        .iter()
        .flat_map(|property| words.map(|word| format!("{}_{word}", property.name())));
    fractions.chain(statistics).collect()
}

fn fill_rows(
    compositions: &[Composition],
    n_columns: usize,
    write: impl Fn(&Composition, ArrayViewMut1<f64>) + Sync,
) -> Array2<f64> {
    let mut rows = Array2::zeros((compositions.len(), n_columns));
    let targets: Vec<_> = rows.rows_mut().into_iter().zip(compositions).collect();
    targets.into_par_iter().for_each(|(row, composition)| write(composition, row));
    rows
}

fn write_fractions(composition: &Composition, mut row: ArrayViewMut1<f64>) {
    for (element, fraction) in composition.fractions() {
        row[element.index()] = fraction;
    }
}

fn write_statistics(composition: &Composition, mut row: ArrayViewMut1<f64>) {
    let fractions: Vec<_> = composition.fractions().collect();
    for (property, mut cells) in
        ElementProperty::ALL.into_iter().zip(row.exact_chunks_mut(N_STATISTICS))
    {
        let values = fractions.iter().map(|&(element, x)| (x, property.filled(element)));
        cells.assign(&ndarray::arr1(&statistics(values)));
    }
}

/// Mean, average deviation, minimum, maximum and range of values with weights that sum to one.
fn statistics(weighted: impl Iterator<Item = (f64, f64)> + Clone) -> [f64; N_STATISTICS] {
    let mean: f64 = weighted.clone().map(|(x, v)| x * v).sum();
    let deviation = weighted.clone().map(|(x, v)| x * (v - mean).abs()).sum();
    let values = weighted.map(|(_, v)| v);
    let minimum = values.clone().fold(f64::INFINITY, f64::min);
    let maximum = values.fold(f64::NEG_INFINITY, f64::max);
    [mean, deviation, minimum, maximum, maximum - minimum]
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn read(formula: &str) -> Composition {
        Composition::parse(formula).unwrap()
    }

    #[test]
    fn an_element_alone_has_no_spread() {
        let rows = feature_rows(&[read("Fe")]);
        let names = feature_names();
        for (name, value) in names.iter().zip(rows.row(0)) {
            if name.ends_with("_range") || name.ends_with("_deviation") {
                assert_eq!(*value, 0.0, "{name}");
            }
        }
        let column = names.iter().position(|name| name == "electronegativity_mean").unwrap();
        assert_eq!(rows[[0, column]], 1.83);
    }

    #[test]
    fn rows_do_not_depend_on_how_the_formula_is_written() {
        let rows = feature_rows(&[read("Al2(SO4)3"), read("S6O24Al4")]);
        assert_eq!(rows.row(0), rows.row(1));
    }

    #[test]
    fn fractions_come_first_and_sum_to_one() {
        let compositions = [read("YBa2Cu3O6.93"), read("NaCl")];
        let rows = feature_rows(&compositions);
        assert_eq!(rows.ncols(), feature_names().len());
        assert_eq!(
            rows.view().split_at(ndarray::Axis(1), Element::COUNT).0,
            fraction_rows(&compositions)
        );
        for row in fraction_rows(&compositions).rows() {
            assert_abs_diff_eq!(row.sum(), 1.0, epsilon = 1e-12);
        }
    }

    #[test]
    fn salt_has_the_statistics_of_its_two_elements() {
        // Pauling 0.93 and 3.16
        let expected = [2.045, 1.115, 0.93, 3.16, 2.23];
        let found = statistics([(0.5, 0.93), (0.5, 3.16)].into_iter());
        for (found, expected) in found.iter().zip(expected) {
            assert_abs_diff_eq!(*found, expected, epsilon = 1e-12);
        }
    }

    #[test]
    fn no_compositions_give_no_rows() {
        assert_eq!(feature_rows(&[]).dim(), (0, feature_names().len()));
    }
}
