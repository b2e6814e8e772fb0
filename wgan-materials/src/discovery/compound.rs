//! A composition as proposals handle it: whole parts in order of atomic number, and a key that swaps update.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock};

use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::material::Material;
use crate::property::ElementProperty;
use crate::structure::Prototype;

/// Amounts are whole multiples of 1e-9, as in [`Composition`].
const GRID: f64 = 1e9;

/// Stands for an element that has been taken out.
pub(super) const HOLE: u8 = u8::MAX;

/// Elements (positions in [`Element::ALL`]) with their parts of the ratio, in order of atomic number, and what kind of
/// structure they form.
///
/// Equal compositions of one kind have equal keys. Of a million different ones two share a key once in 10⁷ times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Compound {
    /// `mixed(kind) + Σ part_key(element, part)`, wrapping, without the first term where nothing is known of the structure.
    pub(super) key: u64,
    /// A digest of the prototype; zero where nothing is known of the structure.
    pub(super) kind: u64,
    /// One part in steps of 1e-9 of the formula as displayed.
    pub(super) unit: u64,
    /// Elements and parts.
    pub(super) parts: Box<[(u8, u64)]>,
}

/// What one element with one part adds to the key (the mixing of SplitMix64, Steele et al. 2014).
pub(super) fn part_key(element: u8, part: u64) -> u64 {
    mixed(part.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ mixed(u64::from(element) + 1))
}

/// A bijection of 64 bits without visible order.
pub(super) fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Compound {
    pub(super) fn new(composition: &Composition) -> Self {
        Self::of_kind(composition, 0)
    }

    /// A composition in a kind of structure.
    pub(super) fn of_kind(composition: &Composition, kind: u64) -> Self {
        let mut parts: Vec<(u8, u64)> = composition
            .elements()
            .zip(composition.ratio())
            .map(|(element, part)| (element.index() as u8, part))
            .collect();
        parts.sort_unstable();
        let first = composition.amounts().zip(composition.ratio()).next();
        let unit =
            first.map_or(1.0, |((_, amount), part)| (amount * GRID / part as f64).round()) as u64;
        Self { key: key(&parts, kind), kind, unit, parts: parts.into() }
    }

    /// From amounts in steps of 1e-9, each element once.
    ///
    /// # Errors
    /// As [`Composition::from_amounts`].
    pub(super) fn from_steps(
        steps: impl Iterator<Item = (u8, u64)>,
        kind: u64,
    ) -> Result<Self, MaterialsError> {
        let amounts = steps.map(|(e, steps)| (Element::ALL[usize::from(e)], steps as f64 / GRID));
        Ok(Self::of_kind(&Composition::from_amounts(amounts)?, kind))
    }

    /// The composition with the amounts as displayed.
    ///
    /// # Errors
    /// As [`Composition::from_amounts`].
    pub(super) fn composition(&self) -> Result<Composition, MaterialsError> {
        Composition::from_amounts(self.amounts().map(|(e, x)| (Element::ALL[usize::from(e)], x)))
    }

    /// Elements and amounts as displayed, in order of atomic number.
    pub(super) fn amounts(&self) -> impl Iterator<Item = (u8, f64)> + '_ {
        self.parts.iter().map(|&(e, part)| (e, (part * self.unit) as f64 / GRID))
    }

    /// Amounts in steps of 1e-9, in order of atomic number.
    pub(super) fn steps(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        self.parts.iter().map(|&(e, part)| (e, part * self.unit))
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn has(&self, element: u8) -> bool {
        self.parts.iter().any(|&(e, _)| e == element)
    }

    /// Whether every displayed amount is whole.
    pub(super) fn is_integer(&self) -> bool {
        self.unit as f64 == GRID
    }

    /// The key with the element in place `i` replaced by another.
    pub(super) fn swapped_key(&self, i: usize, element: u8) -> u64 {
        let (old, part) = self.parts[i];
        self.key.wrapping_sub(part_key(old, part)).wrapping_add(part_key(element, part))
    }

    /// The compound with the elements in some places replaced.
    pub(super) fn swapped(&self, swaps: &[(usize, u8)]) -> Self {
        let mut parts = self.parts.clone();
        for &(i, element) in swaps {
            parts[i].0 = element;
        }
        parts.sort_unstable();
        Self { key: key(&parts, self.kind), kind: self.kind, unit: self.unit, parts }
    }

    /// The same composition in another kind of structure, or with nothing known of it.
    pub(super) fn as_kind(&self, kind: u64) -> Self {
        Self { key: key(&self.parts, kind), kind, ..self.clone() }
    }

    /// The set of elements.
    pub(super) fn system(&self) -> u128 {
        self.parts.iter().fold(0, |set, &(e, _)| set | 1 << e)
    }

    /// Places in display order: from the least to the most electronegative.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by_key(|&i| rank(self.parts[i].0));
        order
    }

    /// A digest of kind and parts in display order: what is left of a compound without its elements.
    pub(super) fn pattern(&self) -> u64 {
        self.order()
            .iter()
            .fold(self.len() as u64 ^ self.kind, |key, &i| mixed(key ^ self.parts[i].1))
    }
}

/// Place of an element in display order, as in [`Composition`].
pub(super) fn rank(element: u8) -> u8 {
    static RANKS: LazyLock<[u8; Element::COUNT]> = LazyLock::new(|| {
        let chi =
            |e: &Element| (ElementProperty::Electronegativity.filled(*e) * 1000.0).round() as u64;
        let mut order = Element::ALL;
        order.sort_unstable_by_key(|e| (chi(e), *e));
        let mut ranks = [0; Element::COUNT];
        order.iter().enumerate().for_each(|(rank, e)| ranks[e.index()] = rank as u8);
        ranks
    });
    RANKS[usize::from(element)]
}

/// The kind of a material: a digest of its prototype, zero without one.
pub(super) fn material_kind(material: &Material) -> u64 {
    let digest = |prototype: &Arc<Prototype>| {
        let text = prototype.to_string();
        text.bytes().fold(1, |kind, byte| mixed(kind ^ u64::from(byte)))
    };
    material.prototype.as_ref().map_or(0, digest)
}

fn key(parts: &[(u8, u64)], kind: u64) -> u64 {
    let start = if kind == 0 { 0 } else { mixed(kind) };
    parts.iter().fold(start, |sum, &(e, part)| sum.wrapping_add(part_key(e, part)))
}

/// Keys are mixed already, so they are their own hash.
#[derive(Default)]
pub(super) struct Unhashed(u64);

impl Hasher for Unhashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = mixed(self.0 ^ u64::from(byte)));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// A map by key; never iterated over, as its order means nothing.
pub(super) type KeyMap<V> = HashMap<u64, V, BuildHasherDefault<Unhashed>>;

/// A digest of a set of elements.
pub(super) fn set_key(set: u128) -> u64 {
    mixed(mixed(set as u64) ^ (set >> 64) as u64)
}

/// Compounds for tests.
#[cfg(test)]
pub(super) fn compounds(formulas: &[&str]) -> Vec<Compound> {
    formulas.iter().map(|f| Compound::new(&Composition::parse(f).unwrap())).collect()
}

/// Position of an element, for tests.
#[cfg(test)]
pub(super) fn element(symbol: &str) -> u8 {
    Element::from_symbol(symbol).unwrap().index() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_compositions_have_equal_keys_and_others_do_not() {
        let all = compounds(&["TiO2", "Ti2O4", "Ti0.5O", "TiO", "SnO2", "La3.7Sr0.3Cu2O8"]);
        assert_eq!(all[0].key, all[1].key);
        assert_eq!(all[0].key, all[2].key);
        assert_ne!(all[0].key, all[3].key);
        assert_ne!(all[0].key, all[4].key);
        assert_eq!(all[5].key, compounds(&["La1.85Sr0.15CuO4"])[0].key);
    }

    #[test]
    fn a_swap_changes_the_key_as_the_whole_compound_would() {
        let [tio2, sno2]: [Compound; 2] = compounds(&["TiO2", "SnO2"]).try_into().unwrap();
        let titanium = tio2.parts.iter().position(|&(e, _)| e == element("Ti")).unwrap();
        assert_eq!(tio2.swapped_key(titanium, element("Sn")), sno2.key);
        assert_eq!(tio2.swapped(&[(titanium, element("Sn"))]), sno2);
    }

    #[test]
    fn a_compound_is_its_composition() {
        for formula in ["CaTiO3", "Sr0.15La1.85CuO4", "Fe0.0000616Ni", "ZnCu"] {
            let composition = Composition::parse(formula).unwrap();
            let again = Compound::new(&composition).composition().unwrap();
            assert_eq!(again.to_string(), composition.to_string());
        }
    }

    #[test]
    fn kinds_of_structure_keep_compounds_apart() {
        let [zns, znse]: [Compound; 2] = compounds(&["ZnS", "ZnSe"]).try_into().unwrap();
        let (blende, wurtzite) = (zns.as_kind(1), zns.as_kind(2));
        assert_ne!(blende.key, wurtzite.key);
        assert_ne!(blende.pattern(), wurtzite.pattern());
        assert_eq!(wurtzite.as_kind(0), zns);
        let sulfur = zns.parts.iter().position(|&(e, _)| e == element("S")).unwrap();
        assert_eq!(blende.swapped_key(sulfur, element("Se")), znse.as_kind(1).key);
        assert_eq!(blende.swapped(&[(sulfur, element("Se"))]), znse.as_kind(1));
    }

    #[test]
    fn a_pattern_is_the_parts_in_display_order() {
        let all = compounds(&["CaTiO3", "NaNbO3", "CaF2", "OF2", "SrLaCuO4"]);
        assert_eq!(all[0].pattern(), all[1].pattern());
        assert_eq!(all[2].pattern(), all[3].pattern());
        assert_ne!(all[0].pattern(), all[4].pattern());
    }
}
