//! Laws of simple facts of a composition: which elements, how many, and how much of the main one.

use wgan_core::transport::w1_sorted;

use crate::composition::Composition;
use crate::element::Element;

/// W₁ between the laws of the number of elements, in elements; none if a side is empty.
pub(super) fn count_w1(real: &[Composition], fake: &[Composition]) -> Option<f64> {
    law_w1(real, fake, |composition| composition.n_elements() as f64)
}

/// W₁ between the laws of the largest atomic fraction; none if a side is empty.
pub(super) fn largest_fraction_w1(real: &[Composition], fake: &[Composition]) -> Option<f64> {
    law_w1(real, fake, |composition| composition.fractions().map(|(_, x)| x).fold(0.0, f64::max))
}

/// Total variation `½ Σ |pₑ − qₑ|` between the laws of element occurrences; none if a side is empty.
pub(super) fn prevalence_tv(real: &[Composition], fake: &[Composition]) -> Option<f64> {
    let (p, q) = (occurrence_law(real)?, occurrence_law(fake)?);
    Some(0.5 * p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>())
}

/// Number of rows that contain each element, by atomic number.
pub(crate) fn occurrences(compositions: &[Composition]) -> [usize; Element::COUNT] {
    let mut counts = [0; Element::COUNT];
    let elements = compositions.iter().flat_map(Composition::elements);
    elements.for_each(|element| counts[element.index()] += 1);
    counts
}

/// Share of the occurrences that each element has.
fn occurrence_law(compositions: &[Composition]) -> Option<[f64; Element::COUNT]> {
    let counts = occurrences(compositions);
    let total: usize = counts.iter().sum();
    (total > 0).then(|| counts.map(|count| count as f64 / total as f64))
}

fn law_w1(
    real: &[Composition],
    fake: &[Composition],
    fact: impl Fn(&Composition) -> f64,
) -> Option<f64> {
    let facts = |rows: &[Composition]| rows.iter().map(&fact).collect::<Vec<f64>>();
    w1_sorted(&facts(real), &facts(fake)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    #[test]
    fn distances_of_small_tables_are_those_worked_out_by_hand() {
        let (real, fake) = (read(&["NaCl", "TiO2"]), read(&["NaCl", "NaCl", "CaTiO3"]));
        // numbers of elements 2, 2 against 2, 2, 3: a third moves by one
        assert_abs_diff_eq!(count_w1(&real, &fake).unwrap(), 1.0 / 3.0, epsilon = 1e-12);
        // largest fractions 1/2, 2/3 against 1/2, 1/2, 3/5: from the quantile functions,
        // [1/2, 2/3): 2/3 against 1/2, [2/3, 1]: 2/3 against 3/5
        let expected = (1.0 / 6.0) * (1.0 / 6.0) + (1.0 / 3.0) * (1.0 / 15.0);
        assert_abs_diff_eq!(largest_fraction_w1(&real, &fake).unwrap(), expected, epsilon = 1e-12);
        // Na Cl Ti O: 1/4 each, against Na 2/7, Cl 2/7, Ca Ti O 1/7 each
        let expected = 0.5 * (2.0 * (2.0 / 7.0 - 0.25) + 2.0 * (0.25 - 1.0 / 7.0) + 1.0 / 7.0);
        assert_abs_diff_eq!(prevalence_tv(&real, &fake).unwrap(), expected, epsilon = 1e-12);
    }

    #[test]
    fn tables_without_common_elements_are_at_total_variation_one() {
        let tv = prevalence_tv(&read(&["NaCl"]), &read(&["MgO", "Fe"])).unwrap();
        assert_abs_diff_eq!(tv, 1.0, epsilon = 1e-12);
    }

    #[test]
    fn an_empty_table_has_no_law() {
        let some = read(&["NaCl"]);
        assert_eq!(count_w1(&some, &[]), None);
        assert_eq!(prevalence_tv(&[], &some), None);
        assert_eq!(largest_fraction_w1(&some, &[]), None);
    }
}
