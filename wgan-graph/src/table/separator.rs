//! What stands between the cells of a file.

use csv::{Reader, ReaderBuilder, StringRecord, Trim};

/// Lines that are looked at to tell the separator.
const N_LINES: usize = 100;

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// Any number of blanks and tabs; there are no quotes.
    Blanks,
}

/// Whether blanks may separate cells. Where a file may have one column they may not: names have
/// blanks too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blanks {
    /// They separate cells where nothing else does.
    Separate,
    /// They belong to the cell.
    Belong,
}

impl Separator {
    /// The separator that gives all of the first lines the same number of cells, two at least.
    ///
    /// Of several a tab or semicolon comes before a comma, as texts have commas, and one without an
    /// empty name before others. Where rows differ in length the first line counts alone.
    pub fn detect(text: &str, blanks: Blanks) -> Self {
        let all = [Self::Tab, Self::Semicolon, Self::Comma];
        let lengths = all.map(|separator| (separator, separator.lengths(text)));
        let even = lengths.iter().filter(|(_, l)| l.cells.is_some_and(|n| n > 1));
        if let Some((separator, _)) = even.min_by_key(|(_, l)| l.has_empty_name) {
            return *separator;
        }
        let uneven = lengths.iter().rev().find(|(_, l)| l.first > 1);
        let is_even_by_blanks = || Self::Blanks.lengths(text).cells.is_some_and(|n| n > 1);
        match uneven {
            Some((separator, _)) => *separator,
            None if blanks == Blanks::Separate && !text.contains('"') && is_even_by_blanks() => {
                Self::Blanks
            }
            None => Self::Comma,
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Blanks => "blanks",
        }
    }

    /// The rows of a text; rows of different length are an error of the crate csv.
    pub fn rows(self, text: &str) -> Result<Vec<StringRecord>, csv::Error> {
        if self == Self::Blanks {
            return Ok(by_blanks(text).collect());
        }
        self.reader(text, false).into_records().collect()
    }

    fn reader(self, text: &str, is_flexible: bool) -> Reader<&[u8]> {
        let delimiter = match self {
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Comma | Self::Blanks => b',',
        };
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(is_flexible)
            .trim(Trim::All)
            .delimiter(delimiter)
            .from_reader(text.as_bytes())
    }

    fn lengths(self, text: &str) -> Lengths {
        let rows: Vec<StringRecord> = match self {
            Self::Blanks => by_blanks(text).take(N_LINES).collect(),
            _ => self.reader(text, true).into_records().take(N_LINES).flatten().collect(),
        };
        let first = rows.first().map_or(0, StringRecord::len);
        Lengths {
            cells: rows.iter().all(|row| row.len() == first).then_some(first),
            first,
            has_empty_name: rows.first().is_some_and(|row| row.iter().any(str::is_empty)),
        }
    }
}

/// Cells per line with some separator.
struct Lengths {
    /// In all lines, if it is the same number.
    cells: Option<usize>,
    /// In the first line.
    first: usize,
    has_empty_name: bool,
}

/// Lines that are not empty, split at blanks.
fn by_blanks(text: &str) -> impl Iterator<Item = StringRecord> + '_ {
    let lines = text.lines().map(|line| StringRecord::from_iter(line.split_whitespace()));
    lines.filter(|row| !row.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_that_gives_even_rows() {
        for (text, expected) in [
            ("source,target\na,b\n", Separator::Comma),
            ("source\ttarget\na\tb\n", Separator::Tab),
            ("source;target;cost\na;b;1,5\n", Separator::Semicolon),
            ("source  target\na b\n\n c\td\n", Separator::Blanks),
            ("Smith, J\tDoe, A\nDoe, A\tRoe, B\n", Separator::Tab),
            ("source,target\na;b,c\n", Separator::Comma),
            ("\"a;b\",c\n\"d;e\",f\n", Separator::Comma),
            ("source,target\t\na,b\t\n", Separator::Comma),
            ("source,target\na,b\nc\n", Separator::Comma), // uneven: an error later
            ("id\nNew York\n", Separator::Comma),
        ] {
            assert_eq!(Separator::detect(text, Blanks::Separate), expected, "{text:?}");
        }
        assert_eq!(Separator::detect("node name\nNew York\n", Blanks::Belong), Separator::Comma);
    }

    #[test]
    fn blanks_may_be_many_and_lines_empty() {
        let rows = Separator::Blanks.rows("a   b\n\n\tc d \n").unwrap();
        let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(cells, [["a", "b"], ["c", "d"]]);
    }
}
