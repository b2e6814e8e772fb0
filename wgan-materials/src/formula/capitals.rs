//! Formulas without a small letter.

use crate::element::Element;

/// Elements up to here are found in materials, and so are thorium, uranium and plutonium.
const LAST_STABLE: usize = 83;

/// The ways to read the capitals of a formula as symbols, two at most: `NACL` is `NaCl`, `SIO2` is `SiO2` or `SIO2`.
///
/// None where there is a small letter, or no way.
pub(crate) fn readings_of_capitals(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.iter().any(|char| char.is_lowercase()) {
        return Vec::new();
    }
    // From the end: the ways to read what starts at each place.
    let mut ways: Vec<Vec<String>> = vec![Vec::new(); chars.len() + 1];
    ways[chars.len()] = vec![String::new()];
    for at in (0..chars.len()).rev() {
        let mut found = Vec::new();
        let mut symbol = |symbol: String, rest: usize| {
            found.extend(ways[rest].iter().map(|rest| format!("{symbol}{rest}")));
        };
        if !chars[at].is_ascii_uppercase() {
            symbol(chars[at].to_string(), at + 1);
        } else {
            if let Some(pair) = pair(&chars[at..]) {
                symbol(pair, at + 2);
            }
            if Element::from_symbol(&chars[at].to_string()).is_some() {
                symbol(chars[at].to_string(), at + 1);
            }
        }
        found.truncate(2);
        ways[at] = found;
    }
    ways.swap_remove(0)
}

/// The symbol that two capitals make in usual writing, `Si` of `SI`.
fn pair(chars: &[char]) -> Option<String> {
    let (&first, &second) = (chars.first()?, chars.get(1)?);
    if !second.is_ascii_uppercase() {
        return None;
    }
    let symbol = format!("{first}{}", second.to_ascii_lowercase());
    Element::from_symbol(&symbol).map(|_| symbol)
}

/// Whether a text has no small letter and two neighbouring capitals could be one element that materials have.
pub(super) fn could_be_one_symbol(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_likely = |z: usize| z <= LAST_STABLE || matches!(z, 90 | 92 | 94);
    let likely =
        |pair: String| Element::from_symbol(&pair).is_some_and(|e| is_likely(e.atomic_number()));
    !chars.iter().any(|char| char.is_lowercase())
        && chars.windows(2).any(|two| pair(two).is_some_and(likely))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_read_where_there_is_one_way() {
        for (text, expected) in [
            ("NACL", "NaCl"),
            ("CAO", "CaO"),
            ("AL2O3", "Al2O3"),
            ("MGAL2O4", "MgAl2O4"),
            ("FE(OH)3", "Fe(OH)3"),
            ("ZNSE", "ZnSe"),
            ("K2O", "K2O"),
        ] {
            assert_eq!(readings_of_capitals(text), [expected], "{text}");
        }
        for text in ["SIO2", "CUO", "NIO", "HFO2", "COO", "SNO2"] {
            assert_eq!(readings_of_capitals(text).len(), 2, "{text}");
        }
        for text in ["NaCl", "XX2", "ZQ"] {
            assert!(readings_of_capitals(text).is_empty(), "{text}");
        }
        assert!(readings_of_capitals(&"CO".repeat(500)).len() == 2);
    }

    #[test]
    fn pairs_of_elements_that_no_material_has_do_not_count() {
        for text in ["SIO2", "CO2", "HFO2", "INP", "PUO2"] {
            assert!(could_be_one_symbol(text), "{text}");
        }
        for text in ["KNO3", "KCN", "NH3", "H2SO4", "SiO2", "KPO3", "C2O"] {
            assert!(!could_be_one_symbol(text), "{text}");
        }
    }
}
