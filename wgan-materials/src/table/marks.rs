//! What commas and dots mean in the numbers of a column.

/// How the numbers of a column are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Marks {
    /// A dot before the decimals; a comma is a fault.
    #[default]
    Plain,
    /// A dot before the decimals and commas between thousands: `1,250.5`.
    Thousands,
    /// A comma before the decimals and dots between thousands: `1.250,5`.
    DecimalComma,
}

impl Marks {
    /// What is said of a column whose numbers are written so.
    pub(super) fn said(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Thousands => Some("commas are read as marks between thousands, `1,250` as 1250"),
            Self::DecimalComma => Some(
                "commas are read as decimal marks and dots as marks between thousands, `1.250,5` as 1250.5",
            ),
        }
    }

    /// A number written so; none for anything else.
    pub(super) fn number(self, text: &str) -> Option<f64> {
        let plain = with_exponent(text.replace('−', "-"));
        let plain = ungrouped(&plain, &[' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’']);
        let read = |text: String| text.parse().ok();
        match self {
            Self::Plain => read(plain),
            Self::Thousands => read(ungrouped(&plain, &[','])),
            Self::DecimalComma if plain.matches(',').count() == 1 => {
                let whole = ungrouped(&plain, &['.']);
                (!whole.contains('.')).then(|| read(whole.replace(',', "."))).flatten()
            }
            Self::DecimalComma if is_grouped(&plain, '.') => read(ungrouped(&plain, &['.'])),
            Self::DecimalComma if plain.contains('.') => None,
            Self::DecimalComma => read(plain),
        }
    }
}

/// A number whose power of ten is written out, `1.5x10^-3`, with an exponent.
fn with_exponent(text: String) -> String {
    let Some((number, power)) = text.split_once("10") else { return text };
    let mantissa = number.trim_end().trim_end_matches(['x', '×', '*', '·']);
    let exponent = power.strip_prefix('^').or_else(|| power.starts_with('-').then_some(power));
    match exponent {
        Some(exponent) if mantissa.len() < number.trim_end().len() => {
            format!("{}e{}", mantissa.trim_end(), exponent.trim_matches(['{', '}']))
        }
        _ => text,
    }
}

/// A number without the marks between its thousands, where they stand between groups of three digits; else the text itself.
fn ungrouped(text: &str, marks: &[char]) -> String {
    let fitting = marks.iter().find(|&&mark| is_grouped(text, mark));
    fitting.map_or_else(|| text.to_string(), |mark| text.replace(*mark, ""))
}

/// Whether a mark parts the whole digits of a number into groups of three.
fn is_grouped(text: &str, mark: char) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let end = digits.find(|char: char| !char.is_ascii_digit() && char != mark);
    let (whole, rest) = digits.split_at(end.unwrap_or(digits.len()));
    let mut groups = whole.split(mark);
    let first = groups.next().unwrap_or_default();
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let is_parted = whole.contains(mark) && !rest.contains(mark);
    is_first && is_parted && groups.all(|group| group.len() == 3)
}

/// How many cells of a column have which marks.
#[derive(Clone, Debug, Default)]
pub(super) struct MarkCounts {
    /// A comma that can only stand before decimals: `1,5`, `0,125`, `1.250,5`.
    decimal_comma: usize,
    /// A dot that can only stand before decimals: `1.5`.
    decimal_dot: usize,
    /// Commas that can only stand between thousands: `1,250.5`, `1,234,567`.
    thousands_comma: usize,
    /// A comma before three digits: `1,250`.
    either_comma: usize,
    /// A dot before three digits: `1.250`.
    either_dot: usize,
    /// Whole numbers below 1000.
    small: usize,
    /// Those from 100 up.
    hundreds: usize,
    /// Whole numbers from 1000 up without marks.
    large: usize,
}

impl MarkCounts {
    /// Counts a cell.
    pub(super) fn add(&mut self, text: &str) {
        let n = |mark: char| text.matches(mark).count();
        let is = |marks: Marks| marks.number(text).is_some();
        let count = match (n(','), n('.')) {
            (0, 0) => {
                let digits = text.trim_start_matches(['+', '-']);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return;
                }
                self.hundreds += usize::from(digits.len() == 3);
                if digits.len() <= 3 { &mut self.small } else { &mut self.large }
            }
            (0, 1) if text.parse::<f64>().is_ok() => match is_grouped(text, '.') {
                true => &mut self.either_dot,
                false => &mut self.decimal_dot,
            },
            (0, _) if is(Marks::DecimalComma) => &mut self.decimal_comma, // `1.234.567`
            (1, 0) if is_grouped(text, ',') => &mut self.either_comma,
            (1.., _) if is(Marks::Thousands) => &mut self.thousands_comma,
            (1, _) if is(Marks::DecimalComma) => &mut self.decimal_comma,
            _ => return,
        };
        *count += 1;
    }

    /// What most of the cells agree on, and in doubt [`Marks::Plain`], under which commas are faults.
    ///
    /// Where every comma stands before exactly three digits and nothing else tells, commas part thousands if the other numbers are
    /// below 1000, or in quoted cells of a file with commas; they are decimal marks in a file with semicolons if all numbers have one.
    pub(super) fn judged(&self, separator: Option<char>) -> Marks {
        let n_commas = self.decimal_comma + self.either_comma + self.thousands_comma;
        if self.decimal_comma > self.decimal_dot + self.thousands_comma {
            return Marks::DecimalComma;
        }
        if n_commas == 0 || self.decimal_comma > 0 {
            return Marks::Plain;
        }
        if self.decimal_dot + self.thousands_comma > 0 {
            return if self.large == 0 { Marks::Thousands } else { Marks::Plain };
        }
        match (separator, self.small, self.large + self.either_dot) {
            (Some(';'), 0, 0) => Marks::DecimalComma,
            (Some(';'), ..) => Marks::Plain,
            (Some(','), _, 0) | (_, 1.., 0) => Marks::Thousands,
            _ => Marks::Plain,
        }
    }

    /// Whether the numbers with marks have one dot before three digits, and no other mark.
    pub(super) fn has_dots_before_three_digits(&self) -> bool {
        let others = self.decimal_comma + self.either_comma + self.thousands_comma;
        self.either_dot > 0 && others + self.decimal_dot == 0
    }

    /// Whether dots that are read as decimal points may part thousands: `1.250` beside 987.
    pub(super) fn is_doubtful(&self) -> bool {
        self.has_dots_before_three_digits() && self.hundreds > 0 && self.large == 0
    }
}

/// Whether a text is a number whose comma can part thousands or decimals.
pub(super) fn is_unclear(text: &str) -> bool {
    text.matches(',').count() == 1 && !text.contains('.') && is_grouped(text, ',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(separator: char, cells: &[&str]) -> Marks {
        let mut counts = MarkCounts::default();
        cells.iter().for_each(|cell| counts.add(cell));
        counts.judged(Some(separator))
    }

    #[test]
    fn numbers_are_read_by_the_marks_of_their_column() {
        for (marks, text, value) in [
            (Marks::Plain, "2.288", Some(2.288)),
            (Marks::Plain, "2,288", None),
            (Marks::Plain, "1 234.5", Some(1234.5)),
            (Marks::Plain, "12\u{202f}345", Some(12345.0)),
            (Marks::Plain, "-1'234'567", Some(-1_234_567.0)),
            (Marks::Plain, "12 34", None),
            (Marks::Plain, "1.5x10^-3", Some(1.5e-3)),
            (Marks::Plain, "2.5 × 10−4", Some(2.5e-4)),
            (Marks::Plain, "3·10^{5}", Some(3e5)),
            (Marks::Plain, "2x105", None),
            (Marks::Plain, "10^5x", None),
            (Marks::Thousands, "2,288", Some(2288.0)),
            (Marks::Thousands, "1,234,567.5", Some(1_234_567.5)),
            (Marks::Thousands, "−1,250e3", Some(-1.25e6)),
            (Marks::Thousands, "987", Some(987.0)),
            (Marks::Thousands, "1,5", None),
            (Marks::Thousands, "0,125", None),
            (Marks::DecimalComma, "2,288", Some(2.288)),
            (Marks::DecimalComma, "1.234,5", Some(1234.5)),
            (Marks::DecimalComma, "1.250", Some(1250.0)),
            (Marks::DecimalComma, "1 250,75", Some(1250.75)),
            (Marks::DecimalComma, "2.5", None),
            (Marks::DecimalComma, "-0,5e-3", Some(-0.0005)),
        ] {
            assert_eq!(marks.number(text), value, "{marks:?} {text}");
        }
    }

    #[test]
    fn marks_are_judged_over_the_column() {
        for (separator, cells, expected) in [
            ('\t', &["987", "1,250", "18,430"][..], Marks::Thousands),
            (',', &["1,250", "2,288"], Marks::Thousands),
            ('\t', &["1,250", "987.5"], Marks::Thousands),
            ('\t', &["1,234,567", "12"], Marks::Thousands),
            (',', &["1,5", "2,25", "3"], Marks::DecimalComma),
            (';', &["1,250", "2,5"], Marks::DecimalComma),
            ('\t', &["1.250", "12,5"], Marks::DecimalComma),
            (';', &["1.234.567", "12"], Marks::DecimalComma),
            (';', &["1,250", "2,288"], Marks::DecimalComma),
            // Nothing tells, or the cells do not agree: commas are faults.
            ('\t', &["1,250", "2,288"], Marks::Plain),
            ('\t', &["1,250", "1500"], Marks::Plain),
            (';', &["1,250", "987"], Marks::Plain),
            ('\t', &["1,250", "1.250"], Marks::Plain),
            (',', &["15.638", "25.99", "21,4"], Marks::Plain),
            (',', &["1.5", "2500.5", "1,250", "12500"], Marks::Plain),
            (',', &["8.5", "3.0"], Marks::Plain),
            (',', &["text", ""], Marks::Plain),
        ] {
            assert_eq!(judged(separator, cells), expected, "{separator:?} {cells:?}");
        }
    }
}
