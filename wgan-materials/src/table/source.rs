//! From a file to columns of text.

use std::io::ErrorKind;
use std::path::Path;

use super::frame::{self, TextColumn};
use super::records::{Record, Records, separator, unquoted};
use super::summary::SkippedRow;
use crate::composition::Composition;
use crate::error::MaterialsError;

/// First bytes of files that are not text, with what they are.
const SIGNATURES: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF document"),
];

/// A table before anything is known about its columns.
pub(super) struct Source {
    /// The columns; all cells are text.
    pub(super) columns: Vec<TextColumn>,
    /// Where each row stands: its line in a text file, its number from 1 otherwise.
    pub(super) rows: Vec<usize>,
    /// Rows that have too few or too many cells; they are not in the columns.
    pub(super) ragged: Vec<SkippedRow>,
    /// What separates the cells of a text file.
    pub(super) separator: Option<char>,
    /// What else the reader should know.
    pub(super) notes: Vec<String>,
}

impl Source {
    /// Reads a CSV (comma, semicolon, tab or bar) or Parquet file.
    pub(super) fn open(path: &Path) -> Result<Self, MaterialsError> {
        let bytes = bytes(path)?;
        if bytes.starts_with(b"PAR1") {
            return Self::from_parquet(path);
        }
        let (text, notes) = text(path, bytes)?;
        let source = Self::from_text(path, &text)?;
        Ok(Self { notes, ..source })
    }

    fn from_parquet(path: &Path) -> Result<Self, MaterialsError> {
        let (columns, notes) = frame::from_parquet(path)?;
        let n_rows = columns.first().map_or(0, TextColumn::len);
        if n_rows == 0 {
            return not_a_table(path, "at least one row", "none");
        }
        Ok(Self {
            columns,
            rows: (1..=n_rows).collect(),
            ragged: Vec::new(),
            separator: None,
            notes,
        })
    }

    fn from_text(path: &Path, text: &str) -> Result<Self, MaterialsError> {
        let separator = separator(text);
        let mut records = Records::new(text, separator);
        let Some(header) = records.next() else {
            return not_a_table(path, "a header row with column names", "an empty file");
        };
        let names = names(path, text, &header)?;
        let mut clean = Clean::new(text, separator, names.len());
        records.by_ref().for_each(|record| clean.push(record));
        if let Some(line) = records.unclosed {
            let found = format!("one opened on line {line} that is never closed");
            return not_a_table(path, "quotes in pairs", &found);
        }
        if clean.rows.is_empty() && clean.ragged.is_empty() {
            return not_a_table(path, "at least one row below the header", "none");
        }
        let columns = frame::from_csv(path, &names, clean.bytes, separator, clean.rows.len())?;
        Ok(Self {
            columns,
            rows: clean.rows,
            ragged: clean.ragged,
            separator: Some(char::from(separator)),
            notes: Vec::new(),
        })
    }
}

/// The rows of a text in a form that leaves no doubt about quotes, line ends and numbers of cells.
struct Clean<'a> {
    text: &'a str,
    separator: u8,
    n_columns: usize,
    bytes: Vec<u8>,
    rows: Vec<usize>,
    ragged: Vec<SkippedRow>,
}

impl<'a> Clean<'a> {
    fn new(text: &'a str, separator: u8, n_columns: usize) -> Self {
        let bytes = Vec::with_capacity(text.len());
        Self { text, separator, n_columns, bytes, rows: Vec::new(), ragged: Vec::new() }
    }

    fn push(&mut self, mut record: Record) {
        while record.cells.len() > self.n_columns
            && record.cells.last().is_some_and(|last| self.text[last.clone()].trim().is_empty())
        {
            record.cells.pop();
        }
        if record.cells.len() != self.n_columns {
            return self.ragged.push(self.skipped(&record));
        }
        self.rows.push(record.line);
        for (i, cell) in record.cells.iter().enumerate() {
            if i > 0 {
                self.bytes.push(self.separator);
            }
            let cell = &self.text[cell.clone()];
            // A quoted cell is kept apart from a blank line too.
            if record.quoted || (self.n_columns == 1 && cell.is_empty()) {
                let inner = unquoted(cell).replace('"', "\"\"");
                self.bytes.extend_from_slice(format!("\"{inner}\"").as_bytes());
            } else {
                self.bytes.extend_from_slice(cell.as_bytes());
            }
        }
        self.bytes.push(b'\n');
    }

    fn skipped(&self, record: &Record) -> SkippedRow {
        let start = record.cells.first().map_or(0, |cell| cell.start);
        let end = record.cells.last().map_or(start, |cell| cell.end);
        let cell: String = self.text[start..end].chars().take(80).collect();
        let (n, expected) = (record.cells.len(), self.n_columns);
        let lines = match self.text[start..end].matches('\n').count() {
            0 => String::new(),
            more => format!("; quotes hold it together over {} lines", more + 1),
        };
        SkippedRow {
            row: record.line,
            column: String::new(),
            cell,
            kind: "wrong number of cells".to_string(),
            reason: format!("{n} cells where the header has {expected}{lines}"),
        }
    }
}

/// Column names: trimmed, numbered where empty, distinct.
fn names(path: &Path, text: &str, header: &Record) -> Result<Vec<String>, MaterialsError> {
    let mut names: Vec<String> = Vec::new();
    for (i, cell) in header.cells.iter().enumerate() {
        let name = match unquoted(&text[cell.clone()]).trim() {
            "" => format!("column {}", i + 1),
            name => name.to_string(),
        };
        if names.contains(&name) {
            return not_a_table(path, "column names that differ", &format!("`{name}` twice"));
        }
        names.push(name);
    }
    match (names.iter().find(|name| is_number(name)), names.iter().find(|name| is_formula(name))) {
        (Some(number), Some(formula)) => {
            let found = format!("`{formula}` and `{number}`");
            not_a_table(path, "a header row with column names", &found)
        }
        _ => Ok(names),
    }
}

fn is_number(name: &str) -> bool {
    name.parse::<f64>().is_ok()
}

/// Whether a name is the formula of a compound: a file without a header starts with one.
fn is_formula(name: &str) -> bool {
    Composition::parse(name).is_ok_and(|composition| composition.n_elements() > 1)
}

fn bytes(path: &Path) -> Result<Vec<u8>, MaterialsError> {
    let unreadable = |reason: &str| MaterialsError::Unreadable {
        path: path.to_path_buf(),
        reason: reason.to_string(),
    };
    if path.is_dir() {
        return Err(unreadable("it is a folder, not a file"));
    }
    std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => unreadable("there is no such file"),
        ErrorKind::PermissionDenied => unreadable("permission denied"),
        _ => unreadable(&error.to_string()),
    })
}

/// The text without its byte order mark; lines that are not UTF-8 are read as Latin-1, with a note.
fn text(path: &Path, bytes: Vec<u8>) -> Result<(String, Vec<String>), MaterialsError> {
    let known = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    let binary = bytes.iter().take(1 << 16).any(|&byte| byte == 0).then_some("binary data");
    if let Some(found) = known.map(|(_, kind)| *kind).or(binary) {
        return not_a_table(path, "CSV text in UTF-8, or Parquet", found);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text.trim_start_matches('\u{feff}').to_string(), Vec::new())),
        Err(error) => Ok(text_of_lines(error.as_bytes())),
    }
}

/// Each line in the encoding it is in, with a note on those that are not UTF-8.
fn text_of_lines(bytes: &[u8]) -> (String, Vec<String>) {
    let mut text = String::with_capacity(bytes.len());
    let mut odd = Vec::new();
    for (i, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                odd.push(i + 1);
                text.extend(line.iter().map(|&byte| char::from(byte)));
            }
        }
    }
    let note = match odd.as_slice() {
        [line] => format!("line {line} is not UTF-8; it was read as Latin-1"),
        lines => format!(
            "{} lines are not UTF-8, line {} first; they were read as Latin-1",
            lines.len(),
            lines.first().copied().unwrap_or_default()
        ),
    };
    (text.trim_start_matches('\u{feff}').to_string(), vec![note])
}

pub(super) fn not_a_table<T>(
    path: &Path,
    expected: &'static str,
    found: &str,
) -> Result<T, MaterialsError> {
    Err(MaterialsError::NotATable { path: path.to_path_buf(), expected, found: found.to_string() })
}
