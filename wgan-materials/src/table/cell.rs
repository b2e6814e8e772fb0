//! What one cell of a numeric column says.

use super::marks::{Marks, is_unclear};

/// A cell of a numeric column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing is known.
    Missing,
    /// A finite number.
    Number(f64),
    /// Something else, with the reason why it is no number.
    Odd(&'static str),
}

impl Cell {
    /// The number, if it is one.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(value) => Some(*value),
            _ => None,
        }
    }
}

/// The reason of a cell without a digit.
pub(super) const TEXT: &str = "text, not a number";

/// The reason of a cell with digits that is nothing better known.
pub(super) const NOT_A_NUMBER: &str = "not a number";

/// The reason of a cell that begins like a number: `3 K`, `$20`.
pub(super) const NOT_ONLY_A_NUMBER: &str = "not only a number";

/// Words for a missing value, in lower case; those of spreadsheets among them.
#[rustfmt::skip]
const MISSING: [&str; 32] = [
    "", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "-", "–", "—", "?", ".", "--", "---", "n.a.",
    "n.d.", "n/d", "n.m.", "bdl", "b.d.l.", "tbd", "unknown", "<na>", "*", "#div/0!", "#value!", "#ref!", "#num!", "#name?",
    "#null!",
];

/// Whether the cell says that nothing is known: empty, `NA`, `n/a`, `NaN`, `null`, `None`, `-`, `?`, `.`
/// and the like, in any letter case.
pub(super) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 7 && MISSING.contains(&text.to_lowercase().as_str())
}

/// Reads a cell of a column whose numbers have these marks.
pub(super) fn read_cell(text: &str, marks: Marks) -> Cell {
    let text = text.trim();
    match text.parse().ok().filter(|_| marks != Marks::DecimalComma).or_else(|| marks.number(text))
    {
        Some(value) if f64::is_finite(value) => Cell::Number(value),
        _ if is_missing(text) => Cell::Missing,
        Some(_) => Cell::Odd("not a finite number"),
        None => Cell::Odd(reason(text)),
    }
}

/// Why a text that is neither missing nor a number is not a number.
fn reason(text: &str) -> &'static str {
    let has_digit = text.chars().any(|char| char.is_ascii_digit());
    let range = |text: &str| {
        let ends = text.split_once(['-', '–', '…']).or(text.split_once(".."));
        let is_number = |text: &str| Marks::Plain.number(text.trim()).is_some();
        ends.is_some_and(|(a, b)| is_number(a) && is_number(b))
    };
    match text.chars().next() {
        _ if !has_digit => TEXT,
        Some('<' | '>' | '≤' | '≥') => "a bound, not a number",
        Some('~' | '≈') => "an approximate value, not a number",
        _ if text.ends_with('%') => "a percentage, not a number",
        _ if text.contains('±') || text.ends_with(')') => "a number with its uncertainty",
        _ if is_unclear(text) => "a comma that can part thousands or decimals",
        _ if Marks::DecimalComma.number(text).is_some() => "a decimal comma among other numbers",
        _ if Marks::Plain.number(text).is_some() => "a decimal point among decimal commas",
        _ if Marks::Thousands.number(text).is_some() => {
            "commas between thousands among other numbers"
        }
        _ if range(text) => "a range, not a number",
        Some('0'..='9' | '+' | '-' | '−' | '.' | '$' | '€' | '£') => NOT_ONLY_A_NUMBER,
        _ => NOT_A_NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_plain(text: &str) -> Cell {
        read_cell(text, Marks::Plain)
    }

    #[test]
    fn numbers_are_read_with_blanks_signs_and_exponents() {
        for (text, value) in [
            ("1e5", 1e5),
            (" 3.2 ", 3.2),
            ("-4", -4.0),
            ("−4", -4.0),
            ("+.5", 0.5),
            ("1E-10", 1e-10),
            ("\u{a0}7", 7.0),
        ] {
            assert_eq!(read_plain(text), Cell::Number(value), "{text}");
        }
        assert_eq!(read_cell("1,5", Marks::DecimalComma), Cell::Number(1.5));
    }

    #[test]
    fn words_for_missing_are_missing() {
        for text in [
            "", " ", "NA", "n/a", "NaN", "nan", "NULL", "None", "-", "?", ".", "--", "n.d.",
            "#DIV/0!", "bdl", "<NA>",
        ] {
            assert_eq!(read_plain(text), Cell::Missing, "{text}");
        }
    }

    #[test]
    fn everything_else_has_a_reason() {
        for (text, reason) in [
            ("<1E-10", "a bound, not a number"),
            (">5", "a bound, not a number"),
            ("~3", "an approximate value, not a number"),
            ("3.2(1)", "a number with its uncertainty"),
            ("3.2 ± 0.1", "a number with its uncertainty"),
            ("1,5", "a decimal comma among other numbers"),
            ("1,250", "a comma that can part thousands or decimals"),
            ("1,234,567", "commas between thousands among other numbers"),
            ("1-2", "a range, not a number"),
            ("1.5..2", "a range, not a number"),
            ("inf", "not a finite number"),
            ("1e999", "not a finite number"),
            ("metal", "text, not a number"),
            ("3 K", "not only a number"),
            ("$20", "not only a number"),
            ("P63/mmc", "not a number"),
            ("10%", "a percentage, not a number"),
        ] {
            assert_eq!(read_plain(text), Cell::Odd(reason), "{text}");
        }
        let point = read_cell("2.5", Marks::DecimalComma);
        assert_eq!(point, Cell::Odd("a decimal point among decimal commas"));
    }
}
