//! What a material is made of, whatever way its formula was written.

mod parts;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::element::Element;
use crate::error::MaterialsError;
use crate::formula::{MAX_AMOUNT, Unusual, read_formula};
use crate::property::ElementProperty;
use parts::Parts;

/// Amounts are whole multiples of 1e-9, so that equality and sums are exact.
const GRID: f64 = 1e9;

/// [`GRID`] as an integer.
const ONE: u64 = 1_000_000_000;

/// Largest amount of one element, brackets multiplied out.
const MAX_TOTAL: f64 = 1e6;

/// Atomic fractions in a ratio of integers up to this one are written with the integers.
const MAX_ATOMS_FROM_FRACTIONS: u64 = 12;

/// Elements with their amounts, reduced.
///
/// - **Order**: by increasing Pauling electronegativity, as in the usual names of salts and oxides
///   (`NaCl`, `TiO2`, `CaTiO3`); equal values by atomic number; elements without a value where
///   [`ElementProperty::filled`] puts them. The rule has no exceptions, so ammonia is `H3N` and methane
///   `H4C`.
/// - **Amounts**: integers are divided by their common divisor (`K6S6` is `KS`). Amounts written
///   with fractions stay as written, because the scale often carries the formula unit
///   (`La1.85Sr0.15CuO4` shows as `Sr0.15La1.85CuO4`, not as `Sr3La37Cu20O80`), with one exception: atomic
///   fractions, which sum to one, become integers where those are at most 12 (`Cu0.5Zn0.5` is `CuZn`).
/// - **Equality**, order and hash compare the ratios only: `La3.7Sr0.3Cu2O8` equals `La1.85Sr0.15CuO4`.
///   Amounts are rounded to 1e-9; beyond that ratios are compared exactly, so `Al0.333Ni0.667` is not `AlNi2`.
///
/// # Example
/// ```
/// use wgan_materials::Composition;
///
/// let gypsum = Composition::parse("CaSO4·2H2O")?;
/// assert_eq!(gypsum.to_string(), "CaH4SO6");
/// assert_eq!(gypsum.n_elements(), 4);
/// assert_eq!(Composition::parse("Ti2O4")?, Composition::parse("TiO₂")?);
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
#[derive(Clone)]
pub struct Composition {
    /// The amounts as the smallest integers in the same ratio, and one part of it in steps of 1e-9: 1e9 where the amounts
    /// are integers.
    parts: Parts,
}

impl Composition {
    /// Reads a formula: brackets, fractions, hydrates, Unicode, LaTeX and HTML subscripts.
    ///
    /// # Errors
    /// [`MaterialsError::Formula`] with the position and what was expected;
    /// [`MaterialsError::Composition`] for amounts beyond what is kept.
    pub fn parse(formula: &str) -> Result<Self, MaterialsError> {
        Ok(Self::read(formula)?.0)
    }

    /// [`parse`](Self::parse), with what was unusual about the formula.
    pub(crate) fn read(formula: &str) -> Result<(Self, Vec<Unusual>), MaterialsError> {
        let reading = read_formula(formula)?;
        Ok((Self::from_amounts(reading.terms)?, reading.unusual))
    }

    /// Sums amounts by element; they need not be reduced or normalised.
    ///
    /// # Errors
    /// [`MaterialsError::Composition`] if there is no element, or if an element's sum is not between 1e-9
    /// and 1e6, or above 1000 after reduction.
    pub fn from_amounts(
        amounts: impl IntoIterator<Item = (Element, f64)>,
    ) -> Result<Self, MaterialsError> {
        let mut sums: Vec<(Element, f64)> = Vec::new();
        for (element, amount) in amounts {
            match sums.iter_mut().find(|(known, _)| *known == element) {
                Some((_, sum)) => *sum += amount,
                None => sums.push((element, amount)),
            }
        }
        sums.sort_unstable_by_key(|(element, _)| (display_rank(*element), *element));
        let on_grid = |(element, amount)| steps(element, amount).map(|steps| (element, steps));
        let parts: Result<Vec<(Element, u64)>, MaterialsError> =
            sums.into_iter().map(on_grid).collect();
        Self::reduced(&parts?)
    }

    /// From amounts in display order, in steps of 1e-9.
    fn reduced(parts: &[(Element, u64)]) -> Result<Self, MaterialsError> {
        let divisor = parts.iter().fold(0, |divisor, &(_, steps)| gcd(divisor, steps));
        if divisor == 0 {
            return Err(MaterialsError::Composition {
                expected: "at least one element",
                got: "none".to_string(),
            });
        }
        let ratio: Vec<(Element, u64)> =
            parts.iter().map(|&(element, steps)| (element, steps / divisor)).collect();
        let is_integer = divisor % ONE == 0 || is_small_atomic_fraction(&ratio, divisor);
        let unit = if is_integer { ONE } else { divisor };
        let composition = Self { parts: Parts::new(unit, &ratio) };
        // What is displayed has to be read again.
        if let Some((element, amount)) =
            composition.amounts().find(|(_, amount)| *amount > MAX_AMOUNT)
        {
            return Err(MaterialsError::Composition {
                expected: "amounts of at most 1000 in the reduced formula",
                got: format!("{element} {amount}"),
            });
        }
        Ok(composition)
    }

    /// Elements with their parts of the ratio, in display order: what equality, order and hash look at.
    fn parts(
        &self,
    ) -> impl DoubleEndedIterator<Item = (Element, u64)> + ExactSizeIterator + Clone + '_ {
        (0..self.parts.len()).map(|i| self.parts.get(i))
    }

    /// Elements and amounts in display order.
    pub fn amounts(
        &self,
    ) -> impl DoubleEndedIterator<Item = (Element, f64)> + ExactSizeIterator + Clone + '_ {
        let unit = self.parts.unit();
        self.parts().map(move |(element, part)| (element, (part * unit) as f64 / GRID))
    }

    /// The amounts as the smallest integers in the same ratio, in display order.
    ///
    /// These are the amounts themselves where [`is_integer`](Self::is_integer) holds.
    pub fn ratio(&self) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        self.parts().map(|(_, part)| part)
    }

    /// Elements in display order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = Element> + Clone + '_ {
        self.parts().map(|(element, _)| element)
    }

    /// Number of different elements.
    pub fn n_elements(&self) -> usize {
        self.parts.len()
    }

    /// Atoms in the formula as displayed, `Σ amount`.
    pub fn n_atoms(&self) -> f64 {
        self.amounts().map(|(_, amount)| amount).sum()
    }

    /// Atomic fraction of an element, 0 where it is absent.
    pub fn fraction(&self, element: Element) -> f64 {
        let found = self.fractions().find(|(known, _)| *known == element);
        found.map_or(0.0, |(_, fraction)| fraction)
    }

    /// Elements and atomic fractions in display order; the fractions sum to one.
    pub fn fractions(&self) -> impl Iterator<Item = (Element, f64)> + '_ {
        let total = self.ratio().sum::<u64>() as f64;
        self.parts().map(move |(element, part)| (element, part as f64 / total))
    }

    /// Whether the displayed amounts are integers.
    pub fn is_integer(&self) -> bool {
        self.parts.unit() == ONE
    }

    /// The set of elements, by atomic number.
    pub fn chemical_system(&self) -> Vec<Element> {
        let mut elements: Vec<Element> = self.elements().collect();
        elements.sort_unstable();
        elements
    }

    /// Distance `Σ |xₑ − yₑ|` of the atomic fractions: 0 for equal compositions, 2 for disjoint ones.
    pub fn distance(&self, other: &Self) -> f64 {
        let shared: f64 = self
            .fractions()
            .map(|(element, ours)| {
                let theirs = other.fraction(element);
                (ours - theirs).abs() - theirs
            })
            .sum();
        (1.0 + shared).clamp(0.0, 2.0)
    }

    /// Tolerance for sums over [`ratio`](Self::ratio) that corresponds to `tolerance` in the amounts.
    ///
    /// Zero for integer amounts: they are exact.
    pub(crate) fn tolerance(&self, tolerance: f64) -> i64 {
        if self.is_integer() { 0 } else { (tolerance * GRID / self.parts.unit() as f64) as i64 }
    }
}

/// Rank in display order, from the electronegativity: ties are left to the atomic number.
fn display_rank(element: Element) -> u64 {
    (ElementProperty::Electronegativity.filled(element) * 1000.0).round() as u64
}

/// An amount in steps of 1e-9.
fn steps(element: Element, amount: f64) -> Result<u64, MaterialsError> {
    let steps = (amount * GRID).round();
    if steps >= 1.0 && amount <= MAX_TOTAL {
        return Ok(steps as u64);
    }
    Err(MaterialsError::Composition {
        expected: "an amount from 1e-9 to 1e6",
        got: format!("{element} {amount}"),
    })
}

/// Whether parts of this size sum to one (within 1e-6) and are in the ratio of small integers.
fn is_small_atomic_fraction(ratio: &[(Element, u64)], part: u64) -> bool {
    let sum = ratio.iter().map(|(_, n)| n).sum::<u64>() * part;
    sum.abs_diff(ONE) <= 1000 && ratio.iter().all(|&(_, n)| n <= MAX_ATOMS_FROM_FRACTIONS)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl FromStr for Composition {
    type Err = MaterialsError;

    fn from_str(formula: &str) -> Result<Self, MaterialsError> {
        Self::parse(formula)
    }
}

impl fmt::Display for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |(element, amount): (Element, f64)| match amount {
            1.0 => element.to_string(),
            amount => format!("{element}{amount}"),
        };
        f.pad(&self.amounts().map(word).collect::<String>())
    }
}

impl fmt::Debug for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Composition {
    fn eq(&self, other: &Self) -> bool {
        self.parts().eq(other.parts())
    }
}

impl Eq for Composition {}

impl PartialOrd for Composition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Composition {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

impl Hash for Composition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().for_each(|part| part.hash(state));
    }
}

impl Serialize for Composition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Composition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let formula = String::deserialize(deserializer)?;
        formula.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    use super::*;
    use crate::shared_data::tables;

    fn read(formula: &str) -> Composition {
        Composition::parse(formula).unwrap()
    }

    #[test]
    fn display_is_reduced_and_in_order_of_electronegativity() {
        let cases = [
            ("ClNa", "NaCl"),
            ("O4Ti2", "TiO2"),
            ("TiCaO3", "CaTiO3"),
            ("K6S6", "KS"),
            ("NaN", "NaN"),
            ("InF", "InF"),
            ("NH3", "H3N"),
            ("La1.85Sr0.15CuO4", "Sr0.15La1.85CuO4"),
            ("Ba0.4K0.6Fe2As2", "K0.6Ba0.4Fe2As2"),
            ("Cu0.5Zn0.5", "ZnCu"),
            ("Mo0.39Ru0.61", "Mo0.39Ru0.61"),
            ("(La0.5Sr0.5)2CuO4", "SrLaCuO4"),
            ("Fe0.0000616Ni1", "Fe0.0000616Ni"),
        ];
        for (formula, shown) in cases {
            assert_eq!(read(formula).to_string(), shown);
        }
    }

    #[test]
    fn equal_ratios_are_equal_and_hash_equally() {
        let pairs = [
            ("La3.7Sr0.3Cu2O8", "La1.85Sr0.15CuO4"),
            ("Zn0.5O0.5", "ZnO"),
            ("Li0.5CoO2", "LiCo2O4"),
            ("K6S6", "KS"),
        ];
        for (a, b) in pairs {
            assert_eq!(read(a), read(b));
            let set: HashSet<_> = [read(a), read(b)].into_iter().collect();
            assert_eq!(set.len(), 1, "{a} {b}");
        }
        assert_ne!(read("Al0.333Ni0.667"), read("AlNi2"));
        assert_ne!(read("LiF"), read("NaF"));
    }

    #[test]
    fn amounts_that_make_no_composition_are_refused() {
        let fe = Element::from_symbol("Fe").unwrap();
        for amount in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-12, 1e7] {
            assert!(Composition::from_amounts([(fe, amount)]).is_err(), "{amount}");
        }
        let none = Composition::from_amounts([]).unwrap_err().to_string();
        assert_eq!(none, "composition: expected at least one element, got none");
        let huge = Composition::parse("((Fe999)999)999").unwrap_err().to_string();
        assert!(huge.starts_with("composition: expected an amount from 1e-9 to 1e6, got Fe"));
        let large = Composition::parse("(Fe100)20O").unwrap_err().to_string();
        let expected = "expected amounts of at most 1000 in the reduced formula, got Fe 2000";
        assert!(large.ends_with(expected), "{large}");
        assert_eq!(read("(C2H4)500"), read("CH2"));
    }

    #[test]
    fn distance_is_that_of_the_fractions() {
        assert_abs_diff_eq!(read("NaCl").distance(&read("NaCl")), 0.0);
        assert_abs_diff_eq!(read("NaCl").distance(&read("MgO")), 2.0);
        // fractions 1/2, 1/2 against 1/3, 2/3
        assert_abs_diff_eq!(read("TiO").distance(&read("TiO2")), 1.0 / 3.0, epsilon = 1e-12);
    }

    #[test]
    fn every_formula_of_the_real_files_survives_display() {
        let files = ["expt_gap", "supercon_tc", "metallic_glass", "steels_yield", "dielectric"];
        for (file, rows) in tables(&files) {
            let parsed: Vec<_> =
                rows.iter().filter_map(|row| Composition::parse(&row["formula"]).ok()).collect();
            assert!(
                parsed.len() * 1000 > rows.len() * 995,
                "{file}: {} of {}",
                parsed.len(),
                rows.len()
            );
            for composition in &parsed {
                let shown = composition.to_string();
                assert_eq!(&read(&shown), composition);
                assert_eq!(read(&shown).to_string(), shown);
            }
        }
    }

    /// Up to six parts with amounts of at most six significant decimals; integers are below `most`.
    fn amounts(most: u32) -> impl Strategy<Value = Vec<(Element, f64)>> {
        let amount = prop_oneof![
            (1u32..most).prop_map(f64::from),
            (1u32..20_000).prop_map(|n| f64::from(n) / 1000.0),
            (1u32..1_000_000).prop_map(|n| f64::from(n) / 1e6),
        ];
        prop::collection::vec((0usize..118, amount), 1..7).prop_map(|parts| {
            parts.into_iter().map(|(i, amount)| (Element::ALL[i], amount)).collect()
        })
    }

    proptest! {
        #[test]
        fn parse_after_display_is_the_identity(amounts in amounts(166)) {
            let composition = Composition::from_amounts(amounts).unwrap();
            let shown = composition.to_string();
            let again = read(&shown);
            prop_assert!(again.amounts().eq(composition.amounts()));
            prop_assert_eq!(again.to_string(), shown);
            prop_assert_eq!(again, composition);
        }

        #[test]
        fn order_and_scale_do_not_matter(amounts in amounts(20), factor in 1u32..8) {
            let reversed = amounts.iter().rev().map(|&(e, amount)| (e, amount * f64::from(factor)));
            let scaled = Composition::from_amounts(reversed).unwrap();
            prop_assert_eq!(Composition::from_amounts(amounts).unwrap(), scaled);
        }

        #[test]
        fn distance_is_a_metric(a in amounts(166), b in amounts(166), c in amounts(166)) {
            let [a, b, c] = [a, b, c].map(|amounts| Composition::from_amounts(amounts).unwrap());
            prop_assert!((a.distance(&b) - b.distance(&a)).abs() < 1e-12); // round-off
            prop_assert!(a.distance(&c) <= a.distance(&b) + b.distance(&c) + 1e-12);
            prop_assert!(a.distance(&a) < 1e-12);
            let total: f64 = a.fractions().map(|(_, fraction)| fraction).sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
        }
    }
}
