//! The chemical elements, by atomic number.

use std::fmt;
use std::str::FromStr;

use mendeleev::Element as Facts;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::MaterialsError;

/// A chemical element: its atomic number, 1 (H) to 118 (Og).
///
/// Ordered by atomic number. Serialised as its symbol.
///
/// # Example
/// ```
/// use wgan_materials::Element;
///
/// let iron = Element::from_symbol("Fe").unwrap();
/// assert_eq!(iron.atomic_number(), 26);
/// assert_eq!(iron.to_string(), "Fe");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element(u8);

/// All elements by atomic number, `ALL_ELEMENTS[z − 1]`.
const ALL_ELEMENTS: [Element; Element::COUNT] = {
    let mut all = [Element(1); Element::COUNT];
    let mut z = 1;
    while z <= Element::COUNT {
        all[z - 1] = Element(z as u8);
        z += 1;
    }
    all
};

impl Element {
    /// Number of known elements.
    pub const COUNT: usize = 118;

    /// All elements by atomic number: `ALL[z − 1]` has atomic number `z`.
    pub const ALL: [Element; Element::COUNT] = ALL_ELEMENTS;

    /// The element with atomic number `z`, if there is one.
    pub fn from_atomic_number(z: usize) -> Option<Self> {
        Self::ALL.get(z.checked_sub(1)?).copied()
    }

    /// The element with this symbol; `Fe`, not `fe` or `FE`.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        let slot = slot(symbol.as_bytes())?;
        let z = BY_SYMBOL[slot];
        (z > 0).then_some(Self(z))
    }

    /// Atomic number, 1..=118.
    pub const fn atomic_number(self) -> usize {
        self.0 as usize
    }

    /// Position in [`Element::ALL`], 0..118: the column of this element in a matrix of fractions.
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// Symbol, such as `Fe`.
    pub const fn symbol(self) -> &'static str {
        self.facts().symbol()
    }

    /// English name, such as `Iron`.
    pub const fn name(self) -> &'static str {
        self.facts().name()
    }

    /// The same element in the crate the facts come from.
    pub(crate) const fn facts(self) -> Facts {
        mendeleev::ALL_ELEMENTS[self.index()]
    }
}

/// Symbols by [`slot`]: 0 where there is none, else the atomic number.
const BY_SYMBOL: [u8; 26 * 27] = {
    let mut table = [0; 26 * 27];
    let mut z = 1;
    while z <= Element::COUNT {
        if let Some(slot) = slot(mendeleev::ALL_ELEMENTS[z - 1].symbol().as_bytes()) {
            table[slot] = z as u8;
        }
        z += 1;
    }
    table
};

/// Place of a one- or two-letter symbol in [`BY_SYMBOL`].
const fn slot(symbol: &[u8]) -> Option<usize> {
    match symbol {
        [a @ b'A'..=b'Z'] => Some((*a - b'A') as usize * 27),
        [a @ b'A'..=b'Z', b @ b'a'..=b'z'] => {
            Some((*a - b'A') as usize * 27 + (*b - b'a') as usize + 1)
        }
        _ => None,
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl FromStr for Element {
    type Err = MaterialsError;

    fn from_str(symbol: &str) -> Result<Self, MaterialsError> {
        Self::from_symbol(symbol)
            .ok_or_else(|| MaterialsError::UnknownElement { symbol: symbol.to_string() })
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.symbol())
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let symbol = String::deserialize(deserializer)?;
        symbol.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::references;

    #[test]
    fn symbols_and_numbers_are_those_of_the_reference() {
        for element in Element::ALL {
            assert_eq!(Element::from_symbol(element.symbol()), Some(element));
        }
        for row in references("elements.csv").concat() {
            let element = Element::from_symbol(&row["symbol"]).unwrap();
            assert_eq!(element.atomic_number().to_string(), row["atomic_number"]);
            assert_eq!(element.symbol(), row["symbol"]);
        }
    }

    #[test]
    fn what_is_not_a_symbol_is_refused() {
        for symbol in ["", "fe", "FE", "D", "Xx", "Fee", "Ü"] {
            assert_eq!(Element::from_symbol(symbol), None, "{symbol}");
        }
        let error = "Xx".parse::<Element>().unwrap_err();
        assert_eq!(error.to_string(), "`Xx` is not the symbol of an element");
        assert_eq!(Element::from_atomic_number(0), None);
        assert_eq!(Element::from_atomic_number(119), None);
    }

    #[test]
    fn json_has_the_symbol() {
        let text = serde_json::to_string(&Element::ALL[25]).unwrap();
        assert_eq!(text, "\"Fe\"");
        assert_eq!(serde_json::from_str::<Element>(&text).unwrap(), Element::ALL[25]);
        assert!(serde_json::from_str::<Element>("\"Qq\"").is_err());
    }
}
