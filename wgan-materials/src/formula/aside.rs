//! Brackets that hold no atoms: oxidation states, labels and mass numbers.

use crate::element::Element;

/// Roman numerals that cannot be meant as atoms.
pub(super) const NUMERALS: [&str; 8] = ["II", "III", "IV", "VI", "VII", "VIII", "IX", "X"];

/// Elements whose compounds are named with an oxidation state of one.
#[rustfmt::skip]
const MONOVALENT: [&str; 14] = [
    "Cu", "Ag", "Au", "Hg", "Tl", "In", "Ga", "H", "Li", "Na", "K", "Rb", "Cs", "Rh",
];

/// Elements whose compounds are named with an oxidation state of five.
#[rustfmt::skip]
const PENTAVALENT: [&str; 17] = [
    "V", "Nb", "Ta", "P", "As", "Sb", "Bi", "Cr", "Mo", "W", "Mn", "Re", "U", "Pa", "Np", "Pu", "Ir",
];

/// Words in brackets behind a formula that name a state, a phase or a mineral, in lower case.
#[rustfmt::skip]
const LABELS: [&str; 77] = [
    "s", "l", "g", "aq", "c", "cr", "am", "m", "t", "o", "h", "r", "solid", "liquid", "gas", "amorphous", "glass", "vitreous", "crystal", "crystalline",
    "ice", "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "sigma", "omega", "α", "β",
    "γ", "δ", "ε", "ζ", "η", "θ", "κ", "λ", "σ", "ω", "cubic", "tetragonal", "orthorhombic", "monoclinic", "triclinic",
    "trigonal", "rhombohedral", "hexagonal", "hex", "fcc", "bcc", "hcp", "rutile", "anatase", "brookite", "wurtzite",
    "zincblende", "sphalerite", "rocksalt", "perovskite", "spinel", "corundum", "quartz", "cristobalite", "tridymite",
    "coesite", "stishovite", "graphite", "diamond", "calcite", "aragonite", "white",
];

/// Whether a Roman `I` or `V` behind this element can be its oxidation state.
pub(super) fn has_state(element: Element, numeral: &str) -> bool {
    let elements: &[&str] = match numeral {
        "I" => &MONOVALENT,
        "V" => &PENTAVALENT,
        _ => &[],
    };
    elements.contains(&element.symbol())
}

/// Whether a word is a label: small letters, or a longer word in any letter case.
pub(super) fn is_label(word: &str) -> bool {
    let lower = word.to_lowercase();
    let is_word = word == lower || word.chars().count() > 3;
    is_word && LABELS.contains(&lower.as_str())
}

/// Whether an isotope of the element can have this mass number: up to three times the atomic number, and above it by half but
/// for the lightest.
pub(super) fn is_mass_number(number: usize, element: Element) -> bool {
    let z = element.atomic_number();
    let least = if z < 3 { z + 1 } else { (3 * z).div_ceil(2) };
    (least..=3 * z).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_words_and_no_symbols() {
        for label in ["rutile", "Rutile", "beta", "β", "s", "aq", "Hexagonal", "am"] {
            assert!(is_label(label), "{label}");
        }
        for other in ["S", "Am", "C", "acac", "en", "Cl", "OH"] {
            assert!(!is_label(other), "{other}");
        }
    }

    #[test]
    fn mass_numbers_are_near_twice_the_atomic_number() {
        let of = |symbol: &str| Element::from_symbol(symbol).unwrap();
        for (number, symbol) in
            [(2, "H"), (3, "H"), (6, "Li"), (13, "C"), (18, "O"), (57, "Fe"), (235, "U")]
        {
            assert!(is_mass_number(number, of(symbol)), "{number}{symbol}");
        }
        for (number, symbol) in [(5, "H"), (2, "C"), (3, "C"), (12, "Ca"), (2, "Fe"), (7, "Al")] {
            assert!(!is_mass_number(number, of(symbol)), "{number}{symbol}");
        }
    }
}
