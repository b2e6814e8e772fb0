//! Which of the oxidation states are rare, and charge balance without those.

use std::sync::LazyLock;

use super::charge::{Ions, reaches};
use super::{TOLERANCE, ions_in};
use crate::composition::Composition;
use crate::element::Element;

/// Rare oxidation states by symbol, lowest first.
///
/// Of the reports of an element in [`Element::oxidation_states`] in the Inorganic Crystal Structure Database, fewer than one in a
/// hundred has this state (counts of SMACT's `icsd24` list, Davies et al. 2019, J. Open Source Softw. 4, 1361).
#[rustfmt::skip]
const RARE: [(&str, &[i8]); 46] = [
    ("Sr", &[4]),
    ("Sc", &[1]),
    ("Y", &[1, 2, 4]),
    ("Zr", &[1]),
    ("V", &[1]),
    ("Nb", &[1, 2, 6]),
    ("Ta", &[1]),
    ("Cr", &[1]),
    ("Mo", &[-1, 1]),
    ("W", &[3]),
    ("Mn", &[-1, 1, 5, 6, 7]),
    ("Re", &[2]),
    ("Fe", &[1, 5, 6]),
    ("Ru", &[1, 7]),
    ("Co", &[-1, 1]),
    ("Rh", &[-1, 5]),
    ("Pt", &[5]),
    ("Ag", &[3]),
    ("Zn", &[3]),
    ("B", &[-2, -1, 1, 2]),
    ("Ga", &[-3, 1, 4]),
    ("In", &[-3, -1]),
    ("Tl", &[-1, 2]),
    ("Si", &[-3, -2, -1, 2, 3]),
    ("Ge", &[-2, -1]),
    ("Sn", &[-2, -1]),
    ("Pb", &[-4, -1, 3]),
    ("N", &[-5, -4, 2, 4]),
    ("P", &[1, 2]),
    ("As", &[1, 4]),
    ("Sb", &[2, 4]),
    ("Bi", &[-2, -1, 1]),
    ("O", &[-1]),
    ("S", &[1, 2, 3, 5]),
    ("Se", &[1, 2]),
    ("Te", &[-3, 1, 2, 5]),
    ("Cl", &[1, 3]),
    ("Br", &[1, 3, 7]),
    ("I", &[1, 3]),
    ("La", &[1, 2, 4]),
    ("Nd", &[4]),
    ("Eu", &[4]),
    ("Gd", &[4]),
    ("Dy", &[4]),
    ("Er", &[4]),
    ("Lu", &[2]),
];

impl Element {
    /// Those of [`oxidation_states`](Self::oxidation_states) that fewer than one report in a hundred has: O(−I), Fe(VI).
    ///
    /// # Example
    /// ```
    /// use wgan_materials::Element;
    ///
    /// let oxygen = Element::from_symbol("O").unwrap();
    /// assert_eq!((oxygen.oxidation_states(), oxygen.rare_oxidation_states()), (&[-2, -1][..], &[-1][..]));
    /// ```
    pub fn rare_oxidation_states(self) -> &'static [i8] {
        let line = RARE.iter().find(|(symbol, _)| *symbol == self.symbol());
        line.map_or(&[], |(_, states)| states)
    }

    /// [`oxidation_states`](Self::oxidation_states) without the [rare ones](Self::rare_oxidation_states).
    pub fn usual_oxidation_states(self) -> &'static [i8] {
        static USUAL: LazyLock<Vec<Vec<i8>>> = LazyLock::new(|| {
            let usual = |element: &Element| {
                let rare = element.rare_oxidation_states();
                let all = element.oxidation_states().iter().copied();
                all.filter(|state| !rare.contains(state)).collect()
            };
            Element::ALL.iter().map(usual).collect()
        });
        &USUAL[self.index()]
    }
}

/// Charge balance by usual states, for many whole amounts of the same elements.
pub(crate) struct UsualCharges(Vec<Ions<'static>>);

impl UsualCharges {
    pub(crate) fn of(elements: impl Iterator<Item = Element>) -> Self {
        let ions = |element: Element| Ions { count: 0, states: element.usual_oxidation_states() };
        Self(elements.map(ions).collect())
    }

    /// Whether these amounts, one for each element, are neutral: what [`is_charge_neutral_usual`] says of their composition.
    pub(crate) fn are_neutral(&mut self, amounts: &[usize]) -> bool {
        self.0.iter_mut().zip(amounts).for_each(|(ions, &amount)| ions.count = amount as i64);
        reaches(&self.0, 0..=0)
    }
}

/// As [`is_charge_neutral`](crate::is_charge_neutral), without rare states: peroxides do not pass.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, is_charge_neutral, is_charge_neutral_usual};
///
/// // Neutral only with C(−IV) beside O(−I).
/// let odd = Composition::parse("CaAl2CO4")?;
/// assert!(is_charge_neutral(&odd) && !is_charge_neutral_usual(&odd));
/// assert!(is_charge_neutral_usual(&Composition::parse("CaTiO3")?));
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub fn is_charge_neutral_usual(composition: &Composition) -> bool {
    let tolerance = composition.tolerance(TOLERANCE);
    reaches(&usual_ions(composition), -tolerance..=tolerance)
}

/// The elements in their usual states, in the order of the composition.
pub(super) fn usual_ions(composition: &Composition) -> Vec<Ions<'static>> {
    ions_in(composition, Element::usual_oxidation_states)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oxidation::is_charge_neutral;
    use crate::shared_data::references;

    fn read(formula: &str) -> Composition {
        Composition::parse(formula).unwrap()
    }

    #[test]
    fn rare_states_are_states_and_every_element_keeps_one() {
        for (symbol, states) in RARE {
            let element = Element::from_symbol(symbol).unwrap();
            assert_eq!(element.rare_oxidation_states(), states);
            assert!(
                states.iter().all(|state| element.oxidation_states().contains(state)),
                "{symbol}"
            );
            assert!(!element.usual_oxidation_states().is_empty(), "{symbol}");
        }
    }

    #[test]
    fn rare_states_are_those_of_the_reference_counts() {
        for (rows, element) in references("oxidation_states.csv")
            .iter()
            .flat_map(|rows| Element::ALL.map(|element| (rows, element)))
            .filter(|(rows, element)| rows.iter().any(|row| row["symbol"] == element.symbol()))
        {
            let listed = rows
                .iter()
                .filter(|row| row["symbol"] == element.symbol() && row["in_icsd24_filtered"] == "1")
                .map(|row| {
                    let count = row["icsd24_count"].parse::<u32>().unwrap_or(0);
                    (row["oxidation_state"].parse::<i8>().unwrap(), count)
                });
            let listed: Vec<(i8, u32)> = listed.collect();
            let total: u32 = listed.iter().map(|(_, count)| count).sum();
            let rare =
                listed.iter().filter(|(_, count)| count * 100 < total).map(|(state, _)| *state);
            assert_eq!(rare.collect::<Vec<_>>(), element.rare_oxidation_states(), "{element}");
        }
    }

    #[test]
    fn amounts_are_neutral_where_their_composition_is() {
        for elements in [&["Fe", "O"][..], &["Na", "Cl", "O"], &["La", "Mn", "O"], &["He", "O"]] {
            let elements: Vec<Element> =
                elements.iter().map(|symbol| Element::from_symbol(symbol).unwrap()).collect();
            let mut charges = UsualCharges::of(elements.iter().copied());
            for amounts in (1..5).flat_map(|a| (1..5).map(move |b| [a, b, 3])) {
                let parts = elements.iter().zip(amounts).map(|(&e, amount)| (e, amount as f64));
                let composition = Composition::from_amounts(parts).unwrap();
                let expected = is_charge_neutral_usual(&composition);
                assert_eq!(charges.are_neutral(&amounts), expected, "{composition}");
            }
        }
    }

    #[test]
    fn what_is_neutral_without_rare_states_is_neutral() {
        for formula in ["NaCl", "CaTiO3", "CuSO4", "Mg2Si", "Ba0.5Sr0.5TiO3"] {
            assert!(is_charge_neutral_usual(&read(formula)), "{formula}");
            assert!(is_charge_neutral(&read(formula)), "{formula}");
        }
        for formula in ["Na2O2", "Fe", "Na2Cl", "HeO"] {
            assert!(!is_charge_neutral_usual(&read(formula)), "{formula}");
        }
        assert!(is_charge_neutral(&read("Na2O2")));
    }
}
