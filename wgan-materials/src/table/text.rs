//! Separated text as records of cells.

use std::io::{self, Read};

use csv::{Reader, ReaderBuilder, StringRecord};

use super::input::Lines;
use crate::composition::Composition;

/// Bytes that may separate cells, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

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
            let next = next.map(|text| text.replace("\r\n", "\n"));
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
}

/// What came next in a text.
pub(super) enum Next<'a> {
    /// A record and the line it starts on, from 1.
    Record(&'a StringRecord, usize),
    /// A record that starts on this line and has a quote that is never closed.
    Unclosed(usize),
    /// Nothing.
    End,
}

impl<'a> Records<Decoded<'a>> {
    /// The records of a file.
    pub(super) fn of(lines: Lines<'a>, separator: u8) -> Self {
        let decoded = Decoded { lines, block: Vec::new(), at: 0, is_ended: false };
        Self::new(decoded, separator)
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
        Self { reader, record: StringRecord::new() }
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
        let line = end.saturating_sub(1);
        let last = &self.record[self.record.len() - 1];
        Ok(match last.strip_suffix('\n').unwrap_or(last).strip_suffix(END) {
            Some("") if self.record.len() == 1 => Next::End,
            // Without a line end behind it.
            Some(_) => Next::Unclosed(end),
            None => Next::Record(&self.record, line),
        })
    }
}

/// The separator for which most of the first records have as many cells as the header, two at least; where
/// several do as well, the one that leaves most records with a formula.
///
/// A text with one column has none; a comma then does no harm.
pub(super) fn separator(text: &str) -> u8 {
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
        _ => b',',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        let text = format!("{text}\n");
        let mut records = Records::new(text.as_bytes(), b',');
        let mut found = Vec::new();
        while let Next::Record(record, line) = records.next().unwrap() {
            found.push((line, record.iter().map(str::to_string).collect()));
        }
        found
    }

    fn row(line: usize, words: &[&str]) -> (usize, Vec<String>) {
        (line, words.iter().map(|word| word.to_string()).collect())
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
            vec![row(1, &["a,b", "say \"x\""]), row(2, &["two\nlines", "1"]), row(4, &["c", "2"])];
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
    }
}
