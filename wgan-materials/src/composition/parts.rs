//! Elements with whole parts, in as little memory as most formulas allow.

use crate::element::Element;

/// Elements that are kept in place.
const MOST: usize = 8;

/// Elements with their parts of the whole, and how much one part is.
///
/// 32 bytes without an allocation for up to eight elements with parts up to 65,535, which are nearly all formulas there are:
/// tables of millions of rows are held in memory.
#[derive(Clone)]
pub(super) enum Parts {
    InPlace { unit: u32, n: u8, elements: [Element; MOST], ratio: [u16; MOST] },
    Apart(Box<Apart>),
}

/// Parts of any number and size.
#[derive(Clone)]
pub(super) struct Apart {
    unit: u64,
    parts: Box<[(Element, u64)]>,
}

impl Parts {
    /// `parts` in their order, of which one is `unit`.
    pub(super) fn new(unit: u64, parts: &[(Element, u64)]) -> Self {
        Self::in_place(unit, parts)
            .unwrap_or_else(|| Self::Apart(Box::new(Apart { unit, parts: parts.into() })))
    }

    fn in_place(unit: u64, parts: &[(Element, u64)]) -> Option<Self> {
        let &(first, _) = parts.first()?;
        let (mut elements, mut ratio) = ([first; MOST], [0; MOST]);
        for (i, &(element, part)) in parts.iter().enumerate() {
            *elements.get_mut(i)? = element;
            ratio[i] = u16::try_from(part).ok()?;
        }
        Some(Self::InPlace {
            unit: u32::try_from(unit).ok()?,
            n: parts.len() as u8,
            elements,
            ratio,
        })
    }

    /// How much one part is.
    pub(super) fn unit(&self) -> u64 {
        match self {
            Self::InPlace { unit, .. } => u64::from(*unit),
            Self::Apart(apart) => apart.unit,
        }
    }

    /// Number of elements.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::InPlace { n, .. } => usize::from(*n),
            Self::Apart(apart) => apart.parts.len(),
        }
    }

    /// Element and part number `i`, below [`Parts::len`].
    pub(super) fn get(&self, i: usize) -> (Element, u64) {
        match self {
            Self::InPlace { elements, ratio, .. } => (elements[i], u64::from(ratio[i])),
            Self::Apart(apart) => apart.parts[i],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(n: usize, part: u64) -> Vec<(Element, u64)> {
        Element::ALL[..n].iter().map(|&element| (element, part)).collect()
    }

    #[test]
    fn what_is_put_in_is_read_whatever_its_size() {
        let cases =
            [(1, 1, 1), (8, 65_535, 1_000_000_000), (9, 3, 50), (2, 65_536, 1), (3, 7, 1 << 40)];
        for (n, part, unit) in cases {
            let given = parts(n, part);
            let kept = Parts::new(unit, &given);
            assert_eq!((kept.unit(), kept.len()), (unit, n));
            assert_eq!((0..n).map(|i| kept.get(i)).collect::<Vec<_>>(), given);
            let is_in_place = matches!(kept, Parts::InPlace { .. });
            assert_eq!(is_in_place, n <= 8 && part < 65_536 && unit < 1 << 32);
        }
    }

    #[test]
    fn a_formula_takes_as_much_as_four_numbers() {
        assert_eq!(size_of::<Parts>(), 32);
    }
}
