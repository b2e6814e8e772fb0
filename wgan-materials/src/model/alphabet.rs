//! Elements a data set uses, and compositions as filled slots.

use serde::{Deserialize, Serialize};

use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;

/// Elements of a data set in slot order, and the largest number of them in one composition.
///
/// A composition fills slots `0, 1, …` with its elements from the most to the least
/// electronegative: the anion is chosen first and the cations are chosen to fit it. Indices into
/// the alphabet rise strictly from slot to slot, so each composition has one encoding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alphabet {
    elements: Vec<Element>,
    n_slots: usize,
}

/// A composition as slots: element indices and their amounts.
pub type Slots = Vec<(usize, f64)>;

impl Alphabet {
    /// Alphabet of `compositions`.
    pub fn of(compositions: &[Composition]) -> Self {
        let mut elements: Vec<Element> =
            compositions.iter().flat_map(Composition::elements).collect();
        elements.sort_unstable();
        elements.dedup();
        let n_slots = compositions.iter().map(Composition::n_elements).max().unwrap_or(0);
        // Any composition of all elements lists them in display order.
        let all = Composition::from_amounts(elements.iter().map(|&e| (e, 1.0)));
        let ordered = all.map_or(elements, |c| c.elements().collect::<Vec<_>>());
        Self { elements: ordered.into_iter().rev().collect(), n_slots }
    }

    /// Elements in slot order.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Number of slots.
    pub fn n_slots(&self) -> usize {
        self.n_slots
    }

    /// Slots of a composition whose elements are all in the alphabet.
    pub fn encode(&self, composition: &Composition) -> Option<Slots> {
        let index = |e: Element| self.elements.iter().position(|&other| other == e);
        let amounts = composition.amounts().rev();
        amounts.map(|(element, amount)| Some((index(element)?, amount))).collect()
    }

    /// Composition of filled slots.
    ///
    /// # Errors
    /// If no amount is above zero.
    pub fn decode(&self, slots: &[(usize, f64)]) -> Result<Composition, MaterialsError> {
        Composition::from_amounts(slots.iter().map(|&(i, amount)| (self.elements[i], amount)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compositions() -> Vec<Composition> {
        ["CaTiO3", "NaCl", "Sr0.15La1.85CuO4", "Fe2O3"]
            .iter()
            .map(|f| Composition::parse(f).unwrap())
            .collect()
    }

    #[test]
    fn decoding_an_encoded_composition_returns_it() {
        let known = compositions();
        let alphabet = Alphabet::of(&known);
        assert_eq!(alphabet.n_slots(), 4);
        for composition in known {
            let slots = alphabet.encode(&composition).unwrap();
            assert!(slots.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert_eq!(alphabet.decode(&slots).unwrap(), composition);
        }
    }
}
