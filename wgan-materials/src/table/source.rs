//! From a file to columns of text, part by part.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::frame::{self, TextColumn};
use super::input::{Input, Lines};
use super::records::{Record, Records, separator, unquoted};
use super::summary::SkippedRow;
use crate::composition::Composition;
use crate::error::MaterialsError;

/// Bytes of text in a part: large enough that what is done once for each part costs nothing.
const PART_BYTES: usize = 4 << 20;

/// Rows of Parquet in a part: about as many as a row group has.
const PART_ROWS: usize = 1 << 18;

/// A table before anything is known about its columns. It is read in parts, so that it need not fit into memory.
pub(super) struct Source {
    path: PathBuf,
    input: Input,
    /// Column names.
    pub(super) names: Vec<String>,
    /// What separates the cells of a text file.
    pub(super) separator: Option<char>,
    /// Columns that were left out.
    notes: Vec<String>,
    /// What tells that the file has changed.
    stamp: Option<(u64, SystemTime)>,
}

/// Some rows of a table, one after the other.
pub(super) struct Part {
    /// The columns; all cells are text.
    pub(super) columns: Vec<TextColumn>,
    /// Where each row stands: its line in a text file, its number from 1 otherwise.
    pub(super) rows: Vec<usize>,
    /// Rows that have too few or too many cells; they are not in the columns.
    pub(super) ragged: Vec<SkippedRow>,
}

impl Source {
    /// Opens a CSV (comma, semicolon, tab or bar) or Parquet file.
    pub(super) fn open(path: &Path) -> Result<Self, MaterialsError> {
        let input = Input::open(path)?;
        let stamp = input.stamp();
        let path = path.to_path_buf();
        if input.is_parquet()? {
            if input.is_piped() {
                return not_a_table(&path, "a file, as Parquet is not read in order", "a pipe");
            }
            let (names, notes) = frame::parquet_names(&path)?;
            return Ok(Self { path, input, names, separator: None, notes, stamp });
        }
        let mut lines = input.lines()?;
        let mut text = lines.block(PART_BYTES)?.unwrap_or_default();
        let (names, separator) = loop {
            let separator = separator(&text);
            let mut records = Records::new(&text, separator, 1);
            let header = records.next();
            if let Some(line) = records.unclosed {
                match lines.block(text.len())? {
                    Some(more) => text.push_str(&more),
                    None => return unclosed(&path, line),
                }
            } else if let Some(header) = header {
                break (names(&path, &text, &header)?, separator);
            } else {
                let expected = "a header row with column names";
                return not_a_table(&path, expected, "an empty file");
            }
        };
        drop(lines);
        let (separator, notes) = (Some(char::from(separator)), Vec::new());
        Ok(Self { path, input, names, separator, notes, stamp })
    }

    /// The error of a table without rows.
    pub(super) fn without_rows<T>(&self) -> Result<T, MaterialsError> {
        let expected = match self.separator {
            Some(_) => "at least one row below the header",
            None => "at least one row",
        };
        not_a_table(&self.path, expected, "none")
    }

    /// Hands over the rows part by part, in their order, and returns what else the reader should know.
    ///
    /// # Errors
    /// That of `take`, and if the file is not what it was when it was opened.
    pub(super) fn for_each_part(
        &self,
        mut take: impl FnMut(Part) -> Result<(), MaterialsError>,
    ) -> Result<Vec<String>, MaterialsError> {
        let mut notes = self.notes.clone();
        match self.separator {
            Some(separator) => {
                let lines = self.input.lines()?;
                let mut parts = TextParts::new(self, separator as u8, lines);
                while let Some(part) = parts.next_part()? {
                    take(part)?;
                }
                notes.extend(parts.lines.note());
            }
            None => {
                let mut n_before = 0;
                loop {
                    let columns =
                        frame::from_parquet(&self.path, &self.names, n_before, PART_ROWS)?;
                    let n = columns.first().map_or(0, TextColumn::len);
                    if n == 0 {
                        break;
                    }
                    let rows = (n_before + 1..=n_before + n).collect();
                    take(Part { columns, rows, ragged: Vec::new() })?;
                    n_before += n;
                }
            }
        }
        if self.input.stamp() != self.stamp {
            let reason = "it changed while it was read".to_string();
            return Err(MaterialsError::Unreadable { path: self.path.clone(), reason });
        }
        Ok(notes)
    }
}

/// The parts of a text file.
struct TextParts<'a> {
    source: &'a Source,
    separator: u8,
    lines: Lines<'a>,
    /// The start of a record whose end was not read yet.
    rest: String,
    /// Line on which the rest or the next block starts.
    line: usize,
    has_header: bool,
}

impl<'a> TextParts<'a> {
    fn new(source: &'a Source, separator: u8, lines: Lines<'a>) -> Self {
        Self { source, separator, lines, rest: String::new(), line: 1, has_header: true }
    }

    /// The next records, none at the end of the file.
    fn next_part(&mut self) -> Result<Option<Part>, MaterialsError> {
        loop {
            let mut text = std::mem::take(&mut self.rest);
            // A record that goes on is read again: twice as much each time.
            let more = self.lines.block(PART_BYTES.max(text.len()))?;
            let is_last = more.is_none();
            if is_last && text.is_empty() {
                return Ok(None);
            }
            text.push_str(&more.unwrap_or_default());
            let mut clean = Clean::new(&text, self.separator, self.source.names.len());
            let mut records = Records::new(&text, self.separator, self.line);
            let mut end = text.len();
            let mut has_header = self.has_header;
            while let Some(record) = records.next() {
                if let Some(line) = records.unclosed {
                    if is_last {
                        return unclosed(&self.source.path, line);
                    }
                    // Blocks end where lines do, so only a quote can hold a record open.
                    end = record.cells.first().map_or(end, |cell| cell.start);
                    records.line = record.line;
                } else if !std::mem::take(&mut has_header) {
                    clean.push(record);
                }
            }
            self.has_header = has_header;
            self.line = records.line;
            let Clean { bytes, rows, ragged, .. } = clean;
            self.rest = text.split_off(end);
            if rows.is_empty() && ragged.is_empty() {
                continue;
            }
            let Source { path, names, .. } = self.source;
            let columns = frame::from_csv(path, names, bytes, self.separator, rows.len())?;
            return Ok(Some(Part { columns, rows, ragged }));
        }
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

fn unclosed<T>(path: &Path, line: usize) -> Result<T, MaterialsError> {
    let found = format!("one opened on line {line} that is never closed");
    not_a_table(path, "quotes in pairs", &found)
}

pub(super) fn not_a_table<T>(
    path: &Path,
    expected: &'static str,
    found: &str,
) -> Result<T, MaterialsError> {
    Err(MaterialsError::NotATable { path: path.to_path_buf(), expected, found: found.to_string() })
}
