//! Frames and Parquet files as columns of text.

use std::fs::File;
use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use polars::io::mmap::MmapBytesReader;
use polars::prelude::{
    Column, DataFrame, DataType, NewChunkedArray, ParquetReader, PolarsError, PolarsResult,
    SerReader, StringChunked, StringChunkedBuilder,
};

use super::column::CellType;
use super::input::Input;
use crate::error::MaterialsError;

/// A named column of cells, all text or missing.
pub(super) struct TextColumn {
    cells: StringChunked,
}

impl TextColumn {
    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell, without the blanks around it; empty where it is missing.
    pub(super) fn get(&self, row: usize) -> &str {
        self.cells.get(row).unwrap_or("").trim()
    }

    /// A cell as it is: where blank lines mean something.
    pub(super) fn whole(&self, row: usize) -> &str {
        self.cells.get(row).unwrap_or("")
    }

    /// Cells of a column of a frame; all missing where they are of a type that is not modelled.
    pub(super) fn of(column: &Column) -> PolarsResult<Self> {
        let cells = match CellType::of(column.dtype()) {
            Some(_) => {
                let text = column.strict_cast(&DataType::String)?;
                text.str()?.rechunk().into_owned()
            }
            None => StringChunked::from_iter_options(
                column.name().clone(),
                std::iter::repeat_n(None::<&str>, column.len()),
            ),
        };
        Ok(Self { cells })
    }
}

/// Collects the cells of a column of a text file.
pub(super) struct TextBuilder(StringChunkedBuilder);

impl TextBuilder {
    /// For about `n` cells.
    pub(super) fn new(n: usize) -> Self {
        Self(StringChunkedBuilder::new("".into(), n))
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, cell: &str) {
        self.0.append_value(cell);
    }

    /// The column.
    pub(super) fn finish(self) -> TextColumn {
        TextColumn { cells: self.0.finish() }
    }
}

/// What a column of a typed frame holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Text of a file without types.
    Untyped,
    /// Cells of this type.
    Typed(CellType),
    /// Something that is not modelled, in words.
    Unusable(String),
}

impl Kind {
    pub(super) fn of(dtype: &DataType) -> Self {
        match (CellType::of(dtype), dtype) {
            (Some(cell_type), _) => Self::Typed(cell_type),
            (None, DataType::Date | DataType::Datetime(..) | DataType::Time) => {
                Self::Unusable("dates are not modelled".to_string())
            }
            (None, DataType::Null) => Self::Unusable("empty".to_string()),
            (None, other) => Self::Unusable(format!("cells of type {other} are not modelled")),
        }
    }
}

/// Names and kinds of the columns of a frame.
pub(super) fn kinds(frame: &DataFrame) -> (Vec<String>, Vec<Kind>) {
    let columns = frame.columns().iter();
    columns.map(|column| (column.name().to_string(), Kind::of(column.dtype()))).unzip()
}

/// Reads up to `n` rows of a Parquet file, from row `from` on.
pub(super) fn parquet_rows(
    input: &Input,
    from: usize,
    n: usize,
) -> Result<DataFrame, MaterialsError> {
    // polars panics where a damaged file contradicts itself.
    fn rows<R: MmapBytesReader>(reader: R, from: usize, n: usize) -> PolarsResult<DataFrame> {
        let read = || ParquetReader::new(reader).with_slice(Some((from, n))).finish();
        let damaged = |_| Err(PolarsError::ComputeError(DAMAGED.into()));
        panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(damaged)
    }
    let path = &input.path;
    let rows = match input.bytes() {
        Some(bytes) => rows(Cursor::new(bytes), from, n),
        None => {
            let file = File::open(path).map_err(|error| unreadable(path, &error.to_string()))?;
            rows(file, from, n)
        }
    };
    rows.map_err(|error| failed(path, &error))
}

/// Of a file that contradicts itself.
const DAMAGED: &str = "the file is damaged";

/// The columns of a frame as text.
pub(super) fn text_columns(
    path: &Path,
    frame: &DataFrame,
) -> Result<Vec<TextColumn>, MaterialsError> {
    let text = |column: &Column| match TextColumn::of(column) {
        Ok(text) if text.len() == frame.height() => Ok(text),
        Ok(_) => Err(unreadable(path, DAMAGED)),
        Err(error) => {
            let first = error.to_string();
            let first = first.lines().next().unwrap_or_default().to_string();
            Err(unreadable(path, &format!("column `{}`: {first}", column.name())))
        }
    };
    frame.columns().iter().map(text).collect()
}

fn failed(path: &Path, error: &PolarsError) -> MaterialsError {
    unreadable(path, error.to_string().lines().next().unwrap_or_default())
}

fn unreadable(path: &Path, reason: &str) -> MaterialsError {
    MaterialsError::Unreadable { path: path.to_path_buf(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::{ColumnRole, ReadOptions, Table};
    use polars::prelude::*;

    fn frame() -> DataFrame {
        let mut frame = df!(
            "Formula" => ["NaCl", "TiO2", "Xx", "NaN"],
            "gap_eV" => [Some(8.5), None, Some(1.0), Some(1e-10)],
            "n" => [3i64, 7, 5, 3],
            "word" => ["a", "b", "c", "d"],
        )
        .unwrap();
        let lists: Series = [1, 2, 3, 4]
            .iter()
            .map(|&n| Some(Series::new("".into(), [n])))
            .collect::<ListChunked>()
            .into_series();
        frame.with_column(lists.with_name("lists".into()).into()).unwrap();
        frame
    }

    fn check(table: &Table) {
        assert_eq!(table.rows, [1, 2, 4]);
        let gap = table.column("gap_eV").unwrap();
        assert_eq!(gap.values().unwrap(), [Some(8.5), None, Some(1e-10)]);
        assert_eq!(table.column("n").unwrap().values().unwrap(), [Some(3.0), Some(7.0), Some(3.0)]);
        assert_eq!(table.summary.skipped[0].row, 3);
        let lists = table.summary.columns.iter().find(|column| column.name == "lists").unwrap();
        assert_eq!(lists.role, ColumnRole::Ignored);
        let reason = lists.reason.as_deref().unwrap();
        assert!(reason.contains("list") && reason.ends_with("not modelled"), "{reason}");
    }

    #[test]
    fn a_frame_is_read_with_its_types() {
        let table = Table::from_frame(&frame(), &ReadOptions::default()).unwrap();
        check(&table);
        let back = table.frame().unwrap();
        assert_eq!(back.column("n").unwrap().dtype(), &DataType::Int64);
        assert_eq!(back.column("gap_eV").unwrap().null_count(), 1);
    }

    #[test]
    fn parquet_is_read_with_its_numbers_and_holes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.parquet");
        ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame()).unwrap();
        check(&Table::read(&path, &ReadOptions::default()).unwrap());
    }
}
