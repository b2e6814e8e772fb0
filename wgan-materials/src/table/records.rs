//! Records of a separated text: where they are, how many cells they have, and what separates the cells.

use std::ops::Range;

use crate::composition::Composition;

/// Bytes that may separate cells, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records that are looked at to find the separator.
const SNIFFED: usize = 100;

/// One record: a line, or several where a quoted cell holds line ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Line of the file it starts on, from 1.
    pub(super) line: usize,
    /// Bytes of its cells, quotes included.
    pub(super) cells: Vec<Range<usize>>,
    /// Whether any cell holds a quote.
    pub(super) quoted: bool,
}

/// The records of a text, blank lines left out.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    separator: u8,
    at: usize,
    /// Line that comes next.
    pub(super) line: usize,
    /// Line on which a quote was opened that is never closed.
    pub(super) unclosed: Option<usize>,
}

impl<'a> Records<'a> {
    /// The records of a text that starts on this line of its file.
    pub(super) fn new(text: &'a str, separator: u8, line: usize) -> Self {
        Self { bytes: text.as_bytes(), separator, at: 0, line, unclosed: None }
    }

    /// Reads the cell that starts here; leaves `at` on its separator, on the line end or on the end.
    fn cell(&mut self, quoted: &mut bool) -> Range<usize> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'"') {
            *quoted = true;
            self.skip_quoted();
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == self.separator || byte == b'\n' {
                break;
            }
            *quoted |= byte == b'"';
            self.at += 1;
        }
        let is_last = self.bytes.get(self.at).is_none_or(|&byte| byte == b'\n');
        let carriage_return = is_last && self.at > start && self.bytes[self.at - 1] == b'\r';
        start..self.at - usize::from(carriage_return)
    }

    /// Moves behind the closing quote; a doubled quote does not close.
    fn skip_quoted(&mut self) {
        let opened = self.line;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' if self.bytes.get(self.at) == Some(&b'"') => self.at += 1,
                b'"' => return,
                b'\n' => self.line += 1,
                _ => {}
            }
        }
        self.unclosed = Some(opened);
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while self.at < self.bytes.len() {
            let mut record = Record { line: self.line, cells: Vec::new(), quoted: false };
            loop {
                record.cells.push(self.cell(&mut record.quoted));
                let ended = self.bytes.get(self.at) != Some(&self.separator);
                self.at += 1;
                if ended {
                    break;
                }
            }
            self.line += 1;
            let first = &record.cells[0];
            let blank =
                record.cells.len() == 1 && self.bytes[first.clone()].trim_ascii().is_empty();
            if !blank {
                return Some(record);
            }
        }
        None
    }
}

/// The separator for which most of the first records have as many cells as the header, two at least; where
/// several do as well, the one that leaves most records with a formula.
///
/// A text with one column has none; a comma then does no harm.
pub(super) fn separator(text: &str) -> u8 {
    let is_formula =
        |cell: &Range<usize>| Composition::parse(&unquoted(&text[cell.clone()])).is_ok();
    let score = |separator: u8| {
        let mut records = Records::new(text, separator, 1).take(SNIFFED);
        let header = records.next().map_or(0, |record| record.cells.len());
        let (mut alike, mut formulas) = (0, 0);
        for record in records {
            alike += usize::from(record.cells.len() == header);
            formulas += usize::from(record.cells.iter().any(is_formula));
        }
        (header > 1).then_some((alike, formulas, header))
    };
    let scored = SEPARATORS.iter().rev().map(|&separator| (score(separator), separator));
    match scored.max_by_key(|(score, _)| *score) {
        Some((Some(_), separator)) => separator,
        _ => b',',
    }
}

/// The text of a cell, without the quotes around it and with doubled quotes made single.
pub(super) fn unquoted(cell: &str) -> String {
    let inner = cell.trim_end().strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
    match inner {
        Some(inner) => inner.replace("\"\"", "\""),
        None => cell.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = Records::new(text, b',', 1);
        let words = |record: Record| {
            let cells = record.cells.into_iter().map(|range| unquoted(&text[range]));
            (record.line, cells.collect())
        };
        records.map(words).collect()
    }

    fn row(line: usize, words: &[&str]) -> (usize, Vec<String>) {
        (line, words.iter().map(|word| word.to_string()).collect())
    }

    #[test]
    fn lines_end_in_any_way_and_blank_ones_are_left_out() {
        let expected = vec![row(1, &["a", "b"]), row(3, &["1", "2"]), row(4, &["3", ""])];
        assert_eq!(cells("a,b\r\n\r\n1,2\r\n3,"), expected);
        assert_eq!(cells("a,b\n\n1,2\n3,\n"), expected);
        assert!(cells("").is_empty());
    }

    #[test]
    fn quoted_cells_hold_separators_quotes_and_line_ends() {
        let expected =
            vec![row(1, &["a,b", "say \"x\""]), row(2, &["two\nlines", "1"]), row(4, &["c", "2"])];
        assert_eq!(cells("\"a,b\",\"say \"\"x\"\"\"\n\"two\nlines\",1\nc,2"), expected);
        assert_eq!(cells("5\" pipe,1"), vec![row(1, &["5\" pipe", "1"])]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_found() {
        let mut records = Records::new("a,b\n\"c,d\ne,f", b',', 1);
        assert_eq!(records.by_ref().count(), 2);
        assert_eq!(records.unclosed, Some(2));
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
    }
}
