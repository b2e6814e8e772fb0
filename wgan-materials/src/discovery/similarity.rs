//! How alike two elements are by tabulated facts.

use std::sync::LazyLock;

use crate::element::Element;
use crate::property::ElementProperty;

/// The facts that are compared.
const FACTS: [ElementProperty; 4] = [
    ElementProperty::Electronegativity,
    ElementProperty::AtomicRadius,
    ElementProperty::Group,
    ElementProperty::Period,
];

static DISTANCES: LazyLock<Vec<[f64; Element::COUNT]>> = LazyLock::new(|| {
    let columns = FACTS.map(standardised);
    let distance = |a: usize, b: usize| -> f64 {
        columns.iter().map(|column| (column[a] - column[b]).powi(2)).sum::<f64>().sqrt()
    };
    (0..Element::COUNT).map(|a| std::array::from_fn(|b| distance(a, b))).collect()
});

/// A fact by element, with mean zero and variance one over all elements.
fn standardised(fact: ElementProperty) -> [f64; Element::COUNT] {
    let values = Element::ALL.map(|element| fact.filled(element));
    let n = Element::COUNT as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    values.map(|x| (x - mean) / deviation)
}

/// Distance of two elements: Euclidean, over electronegativity, radius, group and period in standard deviations.
pub(super) fn element_distance(a: usize, b: usize) -> f64 {
    DISTANCES[a][b]
}

/// Similarity `1 / (1 + d)` of two elements, 1 for the same one.
///
/// `d` is the Euclidean distance of electronegativity, radius, group and period, each in standard deviations over all
/// elements; the group of the f-block is 3.
pub fn element_similarity(a: Element, b: Element) -> f64 {
    similarity(a.index() as u8, b.index() as u8)
}

/// As [`element_similarity`], by position.
pub(super) fn similarity(a: u8, b: u8) -> f64 {
    1.0 / (1.0 + element_distance(usize::from(a), usize::from(b)))
}

/// The `k` most similar of `among`, most similar first, without the element itself.
pub(super) fn most_similar(element: u8, among: &[u8], k: usize) -> Vec<u8> {
    let distance = |other: &u8| element_distance(usize::from(element), usize::from(*other));
    let mut others: Vec<u8> = among.iter().copied().filter(|&other| other != element).collect();
    others.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
    others.truncate(k);
    others
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::element;

    #[test]
    fn neighbours_in_a_group_are_alike() {
        let all: Vec<u8> = (0..118).collect();
        assert!(most_similar(element("K"), &all, 2).contains(&element("Rb")));
        assert!(most_similar(element("Br"), &all, 3).contains(&element("Se")));
        assert_eq!(most_similar(element("Na"), &[element("Na"), element("O")], 5), [element("O")]);
    }

    #[test]
    fn similarity_is_symmetric_and_one_for_the_same() {
        for a in Element::ALL {
            assert_eq!(element_similarity(a, a), 1.0);
            for b in Element::ALL {
                assert_eq!(element_similarity(a, b), element_similarity(b, a));
                assert!(element_similarity(a, b) > 0.0);
            }
        }
    }
}
