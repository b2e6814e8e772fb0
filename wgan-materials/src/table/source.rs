//! A file or a frame as columns of text, part by part.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use csv::StringRecord;
use polars::prelude::{Column as FrameColumn, DataFrame};

use super::frame::{self, Kind, TextBuilder, TextColumn};
use super::input::{Input, not_a_table};
use super::structure_files::StructureFiles;
use super::summary::SkippedRow;
use super::text::{Layout, Next, Records, is_compound};
use crate::error::MaterialsError;

/// Rows of a part: large enough that what is done once for each part costs nothing.
const PART_ROWS: usize = 1 << 17;

/// Bytes of text of a part, at most; long cells make short parts.
const PART_BYTES: usize = 1 << 24;

/// Bytes in which separator and header are looked for.
const SNIFFED_BYTES: usize = 1 << 20;

/// A table before anything is known about its columns. It is read in parts, so that it need not fit into memory.
pub(super) struct Source<'a> {
    /// What messages call it.
    pub(super) path: PathBuf,
    origin: Origin<'a>,
    /// Column names.
    pub(super) names: Vec<String>,
    /// What the columns hold.
    pub(super) kinds: Vec<Kind>,
    /// What was left out before anything was read.
    notes: Vec<String>,
}

enum Origin<'a> {
    Frame(Cow<'a, DataFrame>),
    Text { input: Input, layout: Layout, stamp: Option<Stamp> },
    Parquet { input: Input, stamp: Option<Stamp> },
}

/// Length and time of change of a file.
type Stamp = (u64, SystemTime);

/// Some rows of a table, one after the other.
pub(super) struct Part {
    /// The columns; all cells are text.
    pub(super) columns: Vec<TextColumn>,
    /// Where each row stands: as a spreadsheet counts in a text file, with the header as row 1; from 1 otherwise.
    pub(super) rows: Vec<usize>,
    /// Rows that have too few or too many cells; they are not in the columns.
    pub(super) ragged: Vec<SkippedRow>,
}

impl<'a> Source<'a> {
    /// A frame in memory.
    pub(super) fn frame(frame: &'a DataFrame) -> Self {
        let (names, kinds) = frame::kinds(frame);
        let origin = Origin::Frame(Cow::Borrowed(frame));
        Self { path: PathBuf::from("frame"), origin, names, kinds, notes: Vec::new() }
    }

    /// A frame that was made from files.
    fn made(path: &Path, frame: DataFrame, notes: Vec<String>) -> Self {
        let (names, kinds) = frame::kinds(&frame);
        Self {
            path: path.to_path_buf(),
            origin: Origin::Frame(Cow::Owned(frame)),
            names,
            kinds,
            notes,
        }
    }

    /// Structure files alone, or a file as [`open`](Self::open) takes it; with the structure files of a folder beside its rows
    /// where one is given.
    pub(super) fn with_structures(
        path: &Path,
        folder: Option<&Path>,
    ) -> Result<Self, MaterialsError> {
        let Some(folder) = folder else {
            if path.is_dir() || (StructureFiles::is_one(path) && path.is_file()) {
                let files = StructureFiles::read(path)?;
                return Ok(Self::made(path, files.frame()?, files.notes));
            }
            return Self::open(Input::open(path)?);
        };
        let table = Self::open(Input::open(path)?)?;
        let files = StructureFiles::read(folder)?;
        let joined = files.joined(table.whole_frame()?)?;
        Ok(Self::made(path, joined, files.notes))
    }

    /// All rows as one frame of text.
    fn whole_frame(&self) -> Result<DataFrame, MaterialsError> {
        let mut cells: Vec<Vec<String>> = vec![Vec::new(); self.names.len()];
        self.for_each_part(|part| {
            for (column, to) in part.columns.iter().zip(&mut cells) {
                to.extend((0..column.len()).map(|row| column.whole(row).to_owned()));
            }
            Ok(())
        })?;
        let height = cells.first().map_or(0, Vec::len);
        let columns = self.names.iter().zip(cells);
        let columns = columns.map(|(name, cells)| FrameColumn::new(name.as_str().into(), cells));
        Ok(DataFrame::new(height, columns.collect())?)
    }

    /// Opens a CSV (comma, semicolon, tab or bar) or Parquet file.
    pub(super) fn open(input: Input) -> Result<Self, MaterialsError> {
        let stamp = input.stamp();
        let path = input.path.clone();
        if input.is_parquet()? {
            let (names, kinds) = frame::kinds(&frame::parquet_rows(&input, 0, 1)?);
            let origin = Origin::Parquet { input, stamp };
            return Ok(Self { path, origin, names, kinds, notes: Vec::new() });
        }
        let start = input.lines()?.block(SNIFFED_BYTES)?.unwrap_or_default();
        if let Some(found) = other_format(&start) {
            return not_a_table(&path, "rows of cells", found);
        }
        let layout = Layout::of(&start);
        let mut records = Records::of(input.lines()?, layout);
        let names = match records.next().map_err(|error| failed(&path, &error))? {
            Next::Record(header, _) => names(&path, header)?,
            Next::Unclosed(line) => return unclosed(&path, line),
            Next::End => {
                let expected = "a header row with column names";
                return not_a_table(&path, expected, "an empty file");
            }
        };
        drop(records);
        let kinds = vec![Kind::Untyped; names.len()];
        let origin = Origin::Text { input, layout, stamp };
        Ok(Self { path, origin, names, kinds, notes: Vec::new() })
    }

    /// What separates the cells of a text file.
    pub(super) fn separator(&self) -> Option<char> {
        match self.origin {
            Origin::Text { layout, .. } => Some(char::from(layout.separator)),
            _ => None,
        }
    }

    /// The error of a table without rows.
    pub(super) fn without_rows<T>(&self) -> Result<T, MaterialsError> {
        let expected = match self.origin {
            Origin::Text { .. } => "at least one row below the header",
            _ => "at least one row",
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
        match &self.origin {
            Origin::Frame(frame) => {
                for from in (0..frame.height()).step_by(PART_ROWS) {
                    take(self.part(&frame.slice(from as i64, PART_ROWS), from)?)?;
                }
            }
            Origin::Parquet { input, stamp } => {
                let mut from = 0;
                loop {
                    let rows = frame::parquet_rows(input, from, PART_ROWS)?;
                    if rows.height() == 0 {
                        break;
                    }
                    take(self.part(&rows, from)?)?;
                    from += rows.height();
                }
                self.unchanged(input, *stamp)?;
            }
            Origin::Text { input, layout, stamp } => {
                let mut records = Records::of(input.lines()?, *layout);
                let failed = |error| failed(&self.path, &error);
                records.next().map_err(failed)?; // the header
                let mut part = TextPart::new(self.names.len(), char::from(layout.separator));
                loop {
                    match records.next().map_err(failed)? {
                        Next::Record(record, row) => part.push(record, row),
                        Next::Unclosed(line) => return unclosed(&self.path, line),
                        Next::End => break,
                    }
                    if part.is_full() {
                        take(part.take())?;
                    }
                }
                if !part.is_empty() {
                    take(part.take())?;
                }
                match layout.n_comments {
                    0 => {}
                    1 => notes.push("1 comment before the table was left out".to_string()),
                    n => notes.push(format!("{n} comments before the table were left out")),
                }
                notes.extend(records.lines().note());
                self.unchanged(input, *stamp)?;
            }
        }
        Ok(notes)
    }

    fn part(&self, rows: &DataFrame, from: usize) -> Result<Part, MaterialsError> {
        Ok(Part {
            columns: frame::text_columns(&self.path, rows)?,
            rows: (from + 1..=from + rows.height()).collect(),
            ragged: Vec::new(),
        })
    }

    fn unchanged(&self, input: &Input, stamp: Option<Stamp>) -> Result<(), MaterialsError> {
        if input.stamp() == stamp {
            return Ok(());
        }
        let reason = "it changed while it was read".to_string();
        Err(MaterialsError::Unreadable { path: self.path.clone(), reason })
    }
}

/// Records of a text file on their way into a part.
struct TextPart {
    separator: char,
    columns: Vec<TextBuilder>,
    rows: Vec<usize>,
    ragged: Vec<SkippedRow>,
    n_bytes: usize,
}

impl TextPart {
    fn new(n_columns: usize, separator: char) -> Self {
        let columns = (0..n_columns).map(|_| TextBuilder::new(1024)).collect();
        Self { separator, columns, rows: Vec::new(), ragged: Vec::new(), n_bytes: 0 }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.ragged.is_empty()
    }

    fn is_full(&self) -> bool {
        self.rows.len() + self.ragged.len() >= PART_ROWS || self.n_bytes >= PART_BYTES
    }

    fn push(&mut self, record: &StringRecord, row: usize) {
        let n_columns = self.columns.len();
        let mut n = record.len();
        while n > n_columns && record[n - 1].trim().is_empty() {
            n -= 1;
        }
        if n != n_columns {
            return self.ragged.push(self.skipped(record, n, row));
        }
        self.rows.push(row);
        self.n_bytes += record.as_slice().len();
        self.columns.iter_mut().zip(record).for_each(|(column, cell)| column.push(cell));
    }

    fn skipped(&self, record: &StringRecord, n: usize, row: usize) -> SkippedRow {
        let cells: Vec<&str> = record.iter().take(n).collect();
        let text = cells.join(&self.separator.to_string());
        let expected = self.columns.len();
        let lines = match text.matches('\n').count() {
            0 => String::new(),
            more => format!("; quotes hold it together over {} lines", more + 1),
        };
        SkippedRow {
            row,
            column: String::new(),
            cell: text.chars().take(80).collect(),
            kind: "wrong number of cells".to_string(),
            reason: format!("{n} cells where the header has {expected}{lines}"),
        }
    }

    fn take(&mut self) -> Part {
        let empty = Self::new(self.columns.len(), self.separator);
        let Self { columns, rows, ragged, .. } = std::mem::replace(self, empty);
        Part { columns: columns.into_iter().map(TextBuilder::finish).collect(), rows, ragged }
    }
}

/// Column names: trimmed, numbered where empty, distinct.
fn names(path: &Path, header: &StringRecord) -> Result<Vec<String>, MaterialsError> {
    let mut names: Vec<String> = Vec::new();
    for (i, cell) in header.iter().enumerate() {
        let name = match cell.trim() {
            "" => format!("column {}", i + 1),
            name => name.to_string(),
        };
        if names.contains(&name) {
            return not_a_table(path, "column names that differ", &format!("`{name}` twice"));
        }
        names.push(name);
    }
    let number = names.iter().find(|name| name.parse::<f64>().is_ok());
    let found = match (number, names.iter().find(|name| is_compound(name))) {
        (Some(number), Some(formula)) => format!("`{formula}` and `{number}`"),
        (Some(number), None) if names.iter().all(|name| name.parse::<f64>().is_ok()) => {
            format!("`{number}`, a number")
        }
        _ => return Ok(names),
    };
    not_a_table(path, "a header row with column names", &found)
}

/// Formats that are text, but no table.
fn other_format(start: &str) -> Option<&'static str> {
    let start = start.trim_start();
    let begins = |with: &str| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    match start {
        _ if begins("<!doctype") || begins("<html") => Some("an HTML page"),
        _ if begins("<?xml") => Some("XML"),
        _ if begins("{\"") || begins("[{") || begins("{\n") => Some("JSON"),
        _ if begins("data_") && start.contains("_cell_length_a") => Some("a CIF file"),
        _ => None,
    }
}

fn unclosed<T>(path: &Path, line: usize) -> Result<T, MaterialsError> {
    let found = format!("one opened on line {line} that is never closed");
    not_a_table(path, "quotes in pairs", &found)
}

/// The error below a failed read.
fn failed(path: &Path, error: &csv::Error) -> MaterialsError {
    let reason = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    };
    MaterialsError::Unreadable { path: path.to_path_buf(), reason }
}
