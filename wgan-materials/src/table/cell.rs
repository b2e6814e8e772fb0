//! What one cell of a numeric column says.

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

/// Words for a missing value, in lower case; those of spreadsheets among them.
#[rustfmt::skip]
const MISSING: [&str; 22] = [
    "", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "-", "–", "—", "?", ".", "--", "---", "n.a.",
    "n.d.", "#div/0!", "#value!", "#ref!", "#num!",
];

/// Whether the cell says that nothing is known: empty, `NA`, `n/a`, `NaN`, `null`, `None`, `-`, `?`, `.`
/// and the like, in any letter case.
pub(super) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 7 && MISSING.contains(&text.to_lowercase().as_str())
}

/// Reads a cell; `1,5` is a number only where a comma is the decimal sign.
pub(super) fn read_cell(text: &str, decimal_comma: bool) -> Cell {
    let text = text.trim();
    match number(text, decimal_comma) {
        Some(value) if value.is_finite() => Cell::Number(value),
        _ if is_missing(text) => Cell::Missing,
        Some(_) => Cell::Odd("not a finite number"),
        None => Cell::Odd(reason(text)),
    }
}

fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let plain = text.replace('−', "-");
    if let Ok(value) = plain.parse() {
        return Some(value);
    }
    let is_decimal = decimal_comma && plain.matches(',').count() == 1 && !plain.contains('.');
    is_decimal.then(|| plain.replace(',', ".").parse().ok()).flatten()
}

/// Why a text that is neither missing nor a number is not a number.
fn reason(text: &str) -> &'static str {
    let has_digit = text.chars().any(|char| char.is_ascii_digit());
    let range = |text: &str| {
        let ends = text.split_once(['-', '–', '…']).or(text.split_once(".."));
        ends.is_some_and(|(a, b)| number(a.trim(), false).and(number(b.trim(), false)).is_some())
    };
    match text.chars().next() {
        _ if !has_digit => TEXT,
        Some('<' | '>' | '≤' | '≥') => "a bound, not a number",
        Some('~' | '≈') => "an approximate value, not a number",
        _ if text.contains('±') || text.ends_with(')') => "a number with its uncertainty",
        _ if number(text, true).is_some() => "a decimal comma where the separator is a comma too",
        _ if range(text) => "a range, not a number",
        _ => NOT_A_NUMBER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(read_cell(text, false), Cell::Number(value), "{text}");
        }
        assert_eq!(read_cell("1,5", true), Cell::Number(1.5));
    }

    #[test]
    fn words_for_missing_are_missing() {
        for text in ["", " ", "NA", "n/a", "NaN", "nan", "NULL", "None", "-", "?", "."] {
            assert_eq!(read_cell(text, false), Cell::Missing, "{text}");
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
            ("1,5", "a decimal comma where the separator is a comma too"),
            ("1-2", "a range, not a number"),
            ("1.5..2", "a range, not a number"),
            ("inf", "not a finite number"),
            ("1e999", "not a finite number"),
            ("metal", "text, not a number"),
            ("3 K", "not a number"),
        ] {
            assert_eq!(read_cell(text, false), Cell::Odd(reason), "{text}");
        }
    }
}
