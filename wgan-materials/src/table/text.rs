//! Separated text as records of cells.

use std::io::{self, Read};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::input::Lines;
use crate::composition::Composition;

/// Bytes that may separate cells, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What stands for any number of blanks between cells.
pub(super) const BLANKS: u8 = b' ';

/// How lines become records.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Layout {
    /// Byte between cells, or [`BLANKS`].
    pub(super) separator: u8,
    /// Lines before the table that hold comments or nothing.
    n_before: usize,
    /// Which of them is a comment with the names of the columns.
    header: Option<usize>,
    /// Comments before the table, without the header.
    pub(super) n_comments: usize,
}

impl Layout {
    /// The layout of a text that starts like this.
    ///
    /// Lines at the start that begin with `#` or `%` are comments. The last of them holds the names of the columns if it has as
    /// many cells as the first line below and that line is data.
    pub(super) fn of(start: &str) -> Self {
        let is_comment = |line: &str| line.starts_with(COMMENT);
        let before = start.lines().take_while(|line| is_comment(line) || line.trim().is_empty());
        let before: Vec<&str> = before.collect();
        let n = before.iter().filter(|line| is_comment(line)).count();
        if n == 0 {
            return Self { separator: separator(start), ..Self::default() };
        }
        let rest: usize = start.split_inclusive('\n').take(before.len()).map(str::len).sum();
        let rest = &start[rest..];
        let last = before.iter().rposition(|line| is_comment(line)).unwrap_or(0);
        let named = uncommented(before[last]);
        let with_names = separator(&format!("{named}\n{rest}"));
        let (names, first) = (cells_of_first(named, with_names), cells_of_first(rest, with_names));
        let is_header =
            names.len() > 1 && names.len() == first.len() && !is_data(&names) && is_data(&first);
        let header = is_header.then_some(last);
        let separator = if is_header { with_names } else { separator(rest) };
        let n_comments = n - usize::from(header.is_some());
        Self { separator, n_before: before.len(), header, n_comments }
    }

    /// A block of lines, the first of which has number `first`, as text for the reader: line ends and the number of lines stay.
    fn laid_out(&self, block: &str, first: usize) -> String {
        let mut text = String::with_capacity(block.len());
        for (i, line) in block.split_inclusive('\n').enumerate() {
            let place = first + i;
            let line = if Some(place) == self.header {
                uncommented(line)
            } else if place < self.n_before {
                "\n"
            } else {
                line
            };
            if self.separator != BLANKS {
                text += line;
                continue;
            }
            for (j, cell) in line.split_whitespace().enumerate() {
                text += if j > 0 { "\t" } else { "" };
                text += cell;
            }
            text += if line.ends_with('\n') { "\n" } else { "" };
        }
        text
    }
}

/// What begins a comment.
const COMMENT: [char; 2] = ['#', '%'];

fn uncommented(line: &str) -> &str {
    line.trim_start_matches(COMMENT).trim_start_matches(' ')
}

/// Cells of the first record of a text.
fn cells_of_first(text: &str, separator: u8) -> Vec<String> {
    if separator == BLANKS {
        let line = text.lines().next().unwrap_or_default();
        return line.split_whitespace().map(str::to_string).collect();
    }
    match Records::new(text.as_bytes(), separator).next() {
        Ok(Next::Record(record, _)) => record.iter().map(|cell| cell.trim().to_string()).collect(),
        _ => Vec::new(),
    }
}

/// Whether a record is one of data: it has a number or a compound.
fn is_data(cells: &[String]) -> bool {
    cells.iter().any(|cell| is_number(cell) || is_compound(cell))
}

fn is_number(cell: &str) -> bool {
    cell.replacen(',', ".", 1).parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a text is the formula of several elements.
pub(super) fn is_compound(text: &str) -> bool {
    Composition::parse(text).is_ok_and(|composition| composition.n_elements() > 1)
}

/// Records that are looked at to find the separator.
const MAX_SNIFFED: usize = 100;

/// Bytes of text that are decoded at once.
const BLOCK: usize = 1 << 20;

/// What stands behind the end of a text: a quote that is never closed swallows it.
const END: &str = "\u{1}end\u{1}";

/// Decoded text, with [`END`] as its last record.
pub(super) struct Decoded<'a> {
    /// Where the text comes from.
    pub(super) lines: Lines<'a>,
    layout: Layout,
    n_lines: usize,
    block: Vec<u8>,
    at: usize,
    is_ended: bool,
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() && !self.is_ended {
            let next = self.lines.block(BLOCK).map_err(io::Error::other)?;
            self.is_ended = next.is_none();
            // Lines are counted by their line feeds.
            let next = next.map(|text| {
                let text = text.replace("\r\n", "\n");
                let first = self.n_lines;
                self.n_lines += text.matches('\n').count();
                match self.layout.separator == BLANKS || first < self.layout.n_before {
                    true => self.layout.laid_out(&text, first),
                    false => text,
                }
            });
            self.block = next.unwrap_or_else(|| format!("\n{END}\n")).into_bytes();
            self.at = 0;
        }
        let n = buffer.len().min(self.block.len() - self.at);
        buffer[..n].copy_from_slice(&self.block[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// The records of a text, blank lines left out.
pub(super) struct Records<R> {
    reader: Reader<R>,
    record: StringRecord,
    /// Line ends inside the cells of the records so far.
    n_inside: usize,
}

/// What came next in a text.
pub(super) enum Next<'a> {
    /// A record and its row as a spreadsheet counts: from 1, blank lines count, line ends inside cells do not.
    Record(&'a StringRecord, usize),
    /// A record that starts on this line and has a quote that is never closed.
    Unclosed(usize),
    /// Nothing.
    End,
}

impl<'a> Records<Decoded<'a>> {
    /// The records of a file.
    pub(super) fn of(lines: Lines<'a>, layout: Layout) -> Self {
        let block = Vec::new();
        let decoded = Decoded { lines, layout, n_lines: 0, block, at: 0, is_ended: false };
        Self::new(decoded, if layout.separator == BLANKS { b'\t' } else { layout.separator })
    }

    /// Where the text comes from.
    pub(super) fn lines(&self) -> &Lines<'a> {
        &self.reader.get_ref().lines
    }
}

impl<R: Read> Records<R> {
    fn new(text: R, separator: u8) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .buffer_capacity(1 << 16)
            .from_reader(text);
        Self { reader, record: StringRecord::new(), n_inside: 0 }
    }

    /// The next record that is not blank.
    ///
    /// # Errors
    /// What the system said.
    pub(super) fn next(&mut self) -> Result<Next<'_>, csv::Error> {
        loop {
            if !self.reader.read_record(&mut self.record)? {
                return Ok(Next::End);
            }
            if self.record.len() > 1 || !self.record[0].trim().is_empty() {
                break;
            }
        }
        // The reader stands on the line after the record; blank lines before the record are behind it.
        let inner: usize = self.record.iter().map(|cell| cell.matches('\n').count()).sum();
        let end = (self.reader.position().line() as usize).saturating_sub(inner);
        let row = end.saturating_sub(self.n_inside + 1);
        self.n_inside += inner;
        let last = &self.record[self.record.len() - 1];
        Ok(match last.strip_suffix('\n').unwrap_or(last).strip_suffix(END) {
            Some("") if self.record.len() == 1 => Next::End,
            // Without a line end behind it.
            Some(_) => Next::Unclosed(end),
            None => Next::Record(&self.record, row),
        })
    }
}

/// The separator for which most of the first records have as many cells as the header, two at least; where
/// several do as well, the one that leaves most records with a formula.
///
/// Where no byte does, blanks may, if all lines then have as many cells as the header and one column holds numbers or compounds.
/// A text with one column has no separator; a comma then does no harm.
fn separator(text: &str) -> u8 {
    let score = |separator: u8| {
        let mut records = Records::new(text.as_bytes(), separator);
        let header = match records.next() {
            Ok(Next::Record(record, _)) => record.len(),
            _ => 0,
        };
        let (mut alike, mut formulas) = (0, 0);
        for _ in 1..MAX_SNIFFED {
            let Ok(Next::Record(record, _)) = records.next() else { break };
            alike += usize::from(record.len() == header);
            formulas += usize::from(record.iter().any(|cell| Composition::parse(cell).is_ok()));
        }
        (header > 1).then_some((alike, formulas, header))
    };
    let scored = SEPARATORS.iter().rev().map(|&separator| (score(separator), separator));
    match scored.max_by_key(|(score, _)| *score) {
        Some((Some(_), separator)) => separator,
        _ if has_cells_between_blanks(text) => BLANKS,
        _ => b',',
    }
}

/// Whether the words of the first lines are cells of a table.
fn has_cells_between_blanks(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(MAX_SNIFFED);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let [header, rows @ ..] = rows.as_slice() else { return false };
    let n = header.len();
    let is_even = n > 1 && !rows.is_empty() && rows.iter().all(|row| row.len() == n);
    let all = |column: usize, is: fn(&str) -> bool| rows.iter().all(|row| is(row[column]));
    is_even && !text.contains('"') && (0..n).any(|j| all(j, is_number) || all(j, is_compound))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        let text = format!("{text}\n");
        let mut records = Records::new(text.as_bytes(), b',');
        let mut found = Vec::new();
        while let Next::Record(record, row) = records.next().unwrap() {
            found.push((row, record.iter().map(str::to_string).collect()));
        }
        found
    }

    fn row(row: usize, words: &[&str]) -> (usize, Vec<String>) {
        (row, words.iter().map(|word| word.to_string()).collect())
    }

    #[test]
    fn lines_end_in_any_way_and_blank_ones_are_left_out() {
        let expected = vec![row(1, &["a", "b"]), row(3, &["1", "2"]), row(4, &["3", ""])];
        assert_eq!(cells("a,b\n\n1,2\n3,"), expected);
        assert_eq!(cells("a,b\n  \n1,2\n3,\n"), expected);
        assert!(cells("").is_empty());
    }

    #[test]
    fn quoted_cells_hold_separators_quotes_and_line_ends() {
        let expected =
            vec![row(1, &["a,b", "say \"x\""]), row(2, &["two\nlines", "1"]), row(3, &["c", "2"])];
        assert_eq!(cells("\"a,b\",\"say \"\"x\"\"\"\n\"two\nlines\",1\nc,2"), expected);
        assert_eq!(cells("5\" pipe,1"), vec![row(1, &["5\" pipe", "1"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found() {
        let text = format!("a,b\n\"c,d\ne,f\n{END}\n");
        let mut records = Records::new(text.as_bytes(), b',');
        assert!(matches!(records.next(), Ok(Next::Record(_, 1))));
        assert!(matches!(records.next(), Ok(Next::Unclosed(2))));
        let text = format!("a,b\n{END}\n");
        let mut records = Records::new(text.as_bytes(), b',');
        assert!(matches!(records.next(), Ok(Next::Record(_, 1))));
        assert!(matches!(records.next(), Ok(Next::End)));
    }

    #[test]
    fn separators_are_told_by_their_regularity() {
        assert_eq!(separator("formula,gap\nNaCl,1\n"), b',');
        assert_eq!(separator("formula;gap\nNaCl;1,5\nKCl;2,5\n"), b';');
        assert_eq!(separator("formula\tgap, eV\nNaCl\t1\n"), b'\t');
        assert_eq!(separator("formula|gap\nNaCl|1\n"), b'|');
        assert_eq!(separator("formula;gap, eV\nNaCl;8,5\nTiO2;3,0\n"), b';');
        assert_eq!(separator("formula\nNaCl\n"), b',');
        assert_eq!(separator("formula,note\nNaCl,a;b\nKCl,c\n"), b',');
        for blanks in [
            "formula gap\nGaAs 1.42\nNaCl 8.5\n",
            "compound   gap\nGaAs       1.42\n\nTiO2       3.0\n",
            "  name  x\n  a     1\n  b     2e5\n",
            "formula class\nNaCl salt\nTiO2 oxide\n",
            "formula gap\nNaCl 8,5\nMgO 7,8\n",
        ] {
            assert_eq!(separator(blanks), BLANKS, "{blanks:?}");
        }
        for one in
            ["formula\nNaCl\n", "my formula\nNa Cl 2\n", "a b\nc d\n", "\"a b\"\n\"NaCl 1\"\n"]
        {
            assert_eq!(separator(one), b',', "{one:?}");
        }
    }

    #[test]
    fn comments_before_the_table_are_left_out_and_may_name_the_columns() {
        let laid_out = |text: &str| {
            let layout = Layout::of(text);
            (layout.laid_out(text, 0), layout.n_comments)
        };
        for (text, expected, n) in [
            ("# made by hand\nformula,gap\nNaCl,8.5\n", "\nformula,gap\nNaCl,8.5\n", 1),
            ("# a, b\n\n% c\nformula,gap\nNaCl,1\n", "\n\n\nformula,gap\nNaCl,1\n", 2),
            ("# made\n# formula,gap\nNaCl,8.5\n", "\nformula,gap\nNaCl,8.5\n", 1),
            ("#formula gap\nGaAs 1.4\n", "formula\tgap\nGaAs\t1.4\n", 0),
            ("#,formula,gap\n1,NaCl,8.5\n", ",formula,gap\n1,NaCl,8.5\n", 0),
            ("formula,gap\n# no,1\n", "formula,gap\n# no,1\n", 0),
        ] {
            assert_eq!(laid_out(text), (expected.to_string(), n), "{text:?}");
        }
    }
}
