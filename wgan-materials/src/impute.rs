//! Numbers for the facts that are missing.

use std::sync::LazyLock;

use crate::element::Element;
use crate::property::ElementProperty;

/// Filled values by property and element.
type Filled = [[f64; Element::COUNT]; ElementProperty::ALL.len()];

static FILLED: LazyLock<Filled> = LazyLock::new(|| {
    ElementProperty::ALL.map(|property| Element::ALL.map(|element| fill(property, element)))
});

impl ElementProperty {
    /// The fact where it is known, else a number by this rule, in the unit of the property.
    ///
    /// - group of the f-block: 3;
    /// - electron affinity: 0, as the anion of the elements without one is not bound or not known;
    /// - oxidation states of elements without main states (noble gases and the heaviest): 0;
    /// - melting point: the boiling point, for carbon, which sublimes, and helium, which does not freeze;
    /// - all else: the mean of the elements directly above and below in the table that have the fact
    ///   (for the f-block the partner in the other row); where neither has it, the mean of the nearest
    ///   lower and the nearest higher atomic number that have it.
    pub fn filled(self, element: Element) -> f64 {
        FILLED[self as usize][element.index()]
    }

    /// The elements for which [`filled`](Self::filled) is a rule and not a fact.
    pub fn imputed(self) -> Vec<Element> {
        let missing = |element: &Element| self.value(*element).is_none();
        Element::ALL.into_iter().filter(missing).collect()
    }
}

fn fill(property: ElementProperty, element: Element) -> f64 {
    use ElementProperty as P;
    let ruled = || match property {
        P::Group => Some(3.0),
        P::ElectronAffinity | P::MinOxidation | P::MaxOxidation => Some(0.0),
        P::MeltingPoint => P::BoilingPoint.value(element),
        _ => None,
    };
    let known = property.value(element);
    known
        .or_else(ruled)
        .or_else(|| mean(column_neighbours(element).filter_map(|other| property.value(other))))
        .or_else(|| mean(nearest_known(property, element)))
        .unwrap_or(0.0)
}

/// The elements directly above and below.
fn column_neighbours(element: Element) -> impl Iterator<Item = Element> {
    let (column, period) = place(element);
    let beside = move |other: &Element| {
        let (their_column, their_period) = place(*other);
        their_column == column && their_period.abs_diff(period) == 1
    };
    Element::ALL.into_iter().filter(beside)
}

/// Column and period of the long form: groups 1 to 18, then 19 to 32 for La to Yb and Ac to No.
fn place(element: Element) -> (usize, u32) {
    let facts = element.facts();
    let column = match element.atomic_number() {
        z @ 57..=70 => 19 + z - 57,
        z @ 89..=102 => 19 + z - 89,
        _ => facts.group().map_or(3, |group| group.group_number() as usize),
    };
    (column, facts.period())
}

/// The fact for the nearest lower and the nearest higher atomic number that have it.
fn nearest_known(property: ElementProperty, element: Element) -> impl Iterator<Item = f64> {
    let (lower, higher) = Element::ALL.split_at(element.index());
    let below = lower.iter().rev().find_map(|&other| property.value(other));
    let above = higher.iter().find_map(|&other| property.value(other));
    [below, above].into_iter().flatten()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(symbol: &str) -> Element {
        Element::from_symbol(symbol).unwrap()
    }

    #[test]
    fn column_neighbours_are_those_of_the_printed_table() {
        let expected = [
            ("H", "Li"),
            ("Be", "Mg"),
            ("F", "Cl"),
            ("Ti", "Zr"),
            ("Y", "Sc Lu"),
            ("Zr", "Ti Hf"),
            ("Nd", "U"),
            ("Kr", "Ar Xe"),
        ];
        for (symbol, neighbours) in expected {
            let found: Vec<_> = column_neighbours(element(symbol)).map(Element::symbol).collect();
            assert_eq!(found.join(" "), neighbours, "{symbol}");
        }
    }

    #[test]
    fn every_property_has_a_finite_number_for_every_element() {
        for property in ElementProperty::ALL {
            for element in Element::ALL {
                assert!(property.filled(element).is_finite(), "{property:?} of {element}");
            }
            println!("{}: {:?}", property.name(), property.imputed());
        }
    }

    #[test]
    fn known_facts_are_kept_and_unknown_ones_listed() {
        let chi = ElementProperty::Electronegativity;
        assert_eq!(chi.filled(element("Fe")), 1.83);
        assert_eq!(chi.filled(element("Pm")), 1.3); // none above; Np below has 1.30
        assert_eq!(chi.filled(element("Ar")), 3.0); // Ne has none; Kr has 3.00
        assert_eq!(chi.filled(element("He")), (2.2 + 0.98) / 2.0); // no neighbour: H and Li
        assert!(chi.imputed().contains(&element("Pm")));
        assert!(!chi.imputed().contains(&element("Fe")));
        assert_eq!(ElementProperty::ElectronAffinity.filled(element("N")), 0.0);
        let carbon = element("C");
        assert_eq!(
            ElementProperty::MeltingPoint.filled(carbon),
            ElementProperty::BoilingPoint.filled(carbon)
        );
        assert_eq!(ElementProperty::Group.filled(element("Nd")), 3.0);
    }
}
