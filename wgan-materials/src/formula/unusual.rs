//! Readings that stand, but are worth a word.

use std::collections::BTreeMap;

/// An unusual way in which a formula was written and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unusual {
    /// `CuSO4.5H2O`, `CaO.SiO2`.
    FullStop,
    /// `Fe(III)2O3`.
    OxidationState,
    /// `TiO2 (rutile)`, `H2O (l)`.
    Label,
    /// `[18O]`, `(13C)O2`.
    MassNumber,
    /// `SIO2` beside `NaCl`: sulfur and iodine.
    LettersApart,
    /// `NACL`, `CAO` in a column without a small letter.
    AllCapitals,
    /// `CaCl_2`, which may also be the second of `CaCl`.
    Underscore,
}

impl Unusual {
    /// What was done with such formulas.
    fn said(self) -> &'static str {
        match self {
            Self::FullStop => "with a full stop read as the dot before another part",
            Self::OxidationState => {
                "with a Roman numeral in brackets, read as an oxidation state and left out"
            }
            Self::Label => "with a label in brackets, left out",
            Self::MassNumber => "with a mass number in brackets, left out",
            Self::LettersApart => {
                "in capitals read letter by letter, though two of them could be one symbol"
            }
            Self::AllCapitals => "in capitals, read as the symbols they can only be",
            Self::Underscore => "with `_` and a number at the end, read as an amount",
        }
    }
}

/// Unusual readings of a column, counted.
#[derive(Debug, Default)]
pub(crate) struct UnusualReadings(BTreeMap<Unusual, Readings>);

#[derive(Debug)]
struct Readings {
    n: usize,
    row: usize,
    formula: String,
}

impl UnusualReadings {
    /// Counts the unusual readings of a formula, which stands in `row`.
    pub(crate) fn add(&mut self, row: usize, formula: &str, unusual: &[Unusual]) {
        for &kind in unusual {
            let first = || Readings { n: 0, row, formula: formula.to_string() };
            self.0.entry(kind).or_insert_with(first).n += 1;
        }
    }

    /// A sentence for each kind of reading, with its number and the first formula.
    pub(crate) fn notes(&self) -> Vec<String> {
        let note = |(kind, found): (&Unusual, &Readings)| {
            let Readings { n, row, formula } = found;
            let noun = if *n == 1 { "formula" } else { "formulas" };
            format!("{n} {noun} {}; first: row {row}, `{formula}`", kind.said())
        };
        self.0.iter().map(note).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_counted_by_kind_with_the_first_of_each() {
        let mut readings = UnusualReadings::default();
        readings.add(2, "CuSO4.5H2O", &[Unusual::FullStop]);
        readings.add(3, "NaCl", &[]);
        readings.add(5, "CaO.SiO2 (glass)", &[Unusual::FullStop, Unusual::Label]);
        let expected = [
            "2 formulas with a full stop read as the dot before another part; first: row 2, \
             `CuSO4.5H2O`",
            "1 formula with a label in brackets, left out; first: row 5, `CaO.SiO2 (glass)`",
        ];
        assert_eq!(readings.notes(), expected);
    }
}
