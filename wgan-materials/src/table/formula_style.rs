//! How the formulas of a column are written, as far as one of them does not tell.

use super::cell::is_missing;
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::formula::{Unusual, readings_of_capitals};
use crate::oxidation::is_charge_neutral;

/// What the formulas of a column have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct FormulaStyle {
    /// No formula has a small letter, and one makes sense in capitals only: `NACL`.
    is_in_capitals: bool,
    /// An amount stands right behind a symbol, so that `_2` is no amount.
    has_plain_amounts: bool,
}

impl FormulaStyle {
    /// The style of a column with these cells.
    pub(super) fn of(cells: &[String]) -> Self {
        let formulas = || cells.iter().filter(|cell| !is_missing(cell));
        let has_small = |text: &String| text.chars().any(char::is_lowercase);
        let is_only_in_capitals = |text: &String| {
            Composition::parse(text).is_err() && !readings_of_capitals(text).is_empty()
        };
        Self {
            is_in_capitals: !formulas().any(has_small) && formulas().any(is_only_in_capitals),
            has_plain_amounts: formulas().any(|text| has_plain_amount(text)),
        }
    }

    /// Reads a formula of the column, with what was unusual about it.
    ///
    /// # Errors
    /// As [`Composition::parse`], and a formula that in this column can mean two things.
    pub(super) fn read(&self, text: &str) -> Result<(Composition, Vec<Unusual>), MaterialsError> {
        if self.is_in_capitals {
            return read_capitals(text);
        }
        let (composition, mut unusual) = Composition::read(text)?;
        if unusual.contains(&Unusual::LettersApart) && only_letters_balance(text, &composition) {
            unusual.retain(|kind| *kind != Unusual::LettersApart);
        }
        if self.has_plain_amounts && unusual.contains(&Unusual::Underscore) {
            let at = text.chars().position(|char| char == '_').unwrap_or(0);
            let found = "`_` before it, where other cells have none: is it a running number?";
            return Err(refused(text, at + 1, "an amount right behind its symbol", found));
        }
        Ok((composition, unusual))
    }
}

/// Whether charges balance letter by letter and in no other reading of the capitals: `K2CO3`, but not `CUO`.
fn only_letters_balance(text: &str, letters: &Composition) -> bool {
    let readings = readings_of_capitals(text);
    // Of more than two readings not all are in the list.
    let is_complete = readings.iter().any(|reading| reading == text);
    let balances =
        |reading: &String| Composition::parse(reading).is_ok_and(|other| is_charge_neutral(&other));
    let mut others = readings.iter().filter(|reading| *reading != text);
    is_complete && is_charge_neutral(letters) && !others.any(balances)
}

fn read_capitals(text: &str) -> Result<(Composition, Vec<Unusual>), MaterialsError> {
    match readings_of_capitals(text).as_slice() {
        [one] if one == text => Ok((Composition::parse(text)?, Vec::new())),
        [one] => {
            let (composition, mut unusual) = Composition::read(one)?;
            unusual.push(Unusual::AllCapitals);
            Ok((composition, unusual))
        }
        [one, other] => {
            let found = format!("capitals, which can be `{one}` or `{other}`");
            Err(refused(text, 1, "symbols in small and large letters", &found))
        }
        _ => Composition::read(text),
    }
}

fn refused(text: &str, position: usize, expected: &str, found: &str) -> MaterialsError {
    MaterialsError::Formula {
        formula: text.to_string(),
        position,
        expected: expected.to_string(),
        found: found.to_string(),
    }
}

/// Whether a digit stands right behind a letter or a bracket.
fn has_plain_amount(text: &str) -> bool {
    let is_symbol = |byte: u8| byte.is_ascii_alphabetic() || byte == b')' || byte == b']';
    text.as_bytes().windows(2).any(|pair| is_symbol(pair[0]) && pair[1].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str], text: &str) -> String {
        let cells: Vec<String> = cells.iter().map(|cell| cell.to_string()).collect();
        match FormulaStyle::of(&cells).read(text) {
            Ok((composition, _)) => composition.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn letters_that_balance_alone_are_worth_no_remark() {
        let style = FormulaStyle::of(&["NaCl".to_string()]);
        let is_remarked = |text: &str| {
            let (_, unusual) = style.read(text).unwrap();
            unusual.contains(&Unusual::LettersApart)
        };
        for text in ["K2CO3", "KP(HO2)2", "CO2"] {
            assert!(!is_remarked(text), "{text}");
        }
        // Silicon dioxide, copper oxide, cobalt oxide, tin dioxide, indium phosphide.
        for text in ["SIO2", "CUO", "COO", "SNO2", "INP"] {
            assert!(is_remarked(text), "{text}");
        }
    }

    #[test]
    fn capitals_are_symbols_where_the_whole_column_has_no_small_letter() {
        let column = ["NACL", "AL2O3", "K2O", "SIO2"];
        for (text, expected) in [
            ("NACL", "NaCl"),
            ("AL2O3", "Al2O3"),
            ("K2O", "K2O"),
            ("MGO", "MgO"),
            ("ZNSE", "ZnSe"),
            ("CAF2", "CaF2"),
        ] {
            assert_eq!(read(&column, text), expected);
        }
        for text in ["SIO2", "CUO", "NIO", "SNO2", "HFO2"] {
            assert!(read(&column, text).contains("capitals, which can be"), "{text}");
        }
        // With a small letter somewhere, or without proof, capitals are symbols of one letter.
        assert_eq!(read(&["NaCl", "KOH"], "KOH"), "KHO");
        assert_eq!(read(&["CO2", "NO2"], "CO2"), "CO2");
        assert!(read(&["NaCl", "AL2O3"], "AL2O3").contains("no element"));
    }

    #[test]
    fn a_number_behind_an_underscore_is_no_amount_where_other_cells_write_amounts_plainly() {
        for column in [["TiO2", "NaCl_2"], ["Al2O3", "MgO_3"], ["Ca(OH)2", "KF_2"]] {
            assert!(read(&column, column[1]).contains("a running number?"), "{column:?}");
        }
        assert_eq!(read(&["CaCl_2", "Fe_2O_3"], "CaCl_2"), "CaCl2");
        assert_eq!(read(&["TiO2", "Fe_2O_3"], "Fe_2O_3"), "Fe2O3");
    }
}
