//! Tables of any kind: numbers and classes side by side, and models of them.

mod coding;
mod encoder;
mod generator;
mod layout;
mod mixture;
mod model;
mod score;

use std::path::Path;

use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;

pub use encoder::TableEncoder;
pub use mixture::{Component, Mixture};
pub use model::{TableModel, TableModelConfig, TableRows};
pub use score::synthetic_score;

use crate::error::MaterialsError;
use crate::table::mixed_columns;

/// Columns of numbers and classes, any of whose cells may be missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MixedTable {
    columns: Vec<MixedColumn>,
}

/// A named column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MixedColumn {
    /// Name in the header.
    pub name: String,
    /// One cell per row.
    pub cells: MixedCells,
}

/// The cells of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum MixedCells {
    /// Finite numbers.
    Numbers(Vec<Option<f64>>),
    /// Classes by their names.
    Classes(Vec<Option<String>>),
}

impl MixedTable {
    /// A table of these columns.
    ///
    /// # Errors
    /// No column, no row, columns of different lengths or of one name, a number that is not finite.
    pub fn new(mut columns: Vec<MixedColumn>) -> Result<Self, MaterialsError> {
        let n = columns.first().map_or(0, |column| column.cells.len());
        if n == 0 {
            return Err(WganError::TooFew { at: "table", what: "rows", expected: 1, got: 0 }.into());
        }
        for (i, column) in columns.iter().enumerate() {
            let refused =
                |reason: String| MaterialsError::MixedColumn { name: column.name.clone(), reason };
            if column.cells.len() != n {
                let got = column.cells.len();
                return Err(refused(format!("{got} rows where the first column has {n}")));
            }
            if columns[..i].iter().any(|other| other.name == column.name) {
                return Err(refused("there are two columns of this name".to_owned()));
            }
            if let MixedCells::Numbers(values) = &column.cells
                && let Some(row) = values.iter().position(|v| v.is_some_and(|v| !v.is_finite()))
            {
                return Err(refused(format!("row {} is not a finite number", row + 1)));
            }
        }
        for column in &mut columns {
            if let MixedCells::Numbers(values) = &mut column.cells {
                // −0 becomes 0, so that equal numbers are the same number.
                values.iter_mut().flatten().for_each(|value| *value += 0.0);
            }
        }
        Ok(Self { columns })
    }

    /// Reads a CSV (comma, semicolon, tab or bar; UTF-8, else Latin-1) or Parquet file.
    ///
    /// A column is one of numbers if all cells that are there are numbers; `NA`, `?`, `-` and the like are missing there,
    /// and in a column of classes only an empty cell is.
    ///
    /// # Errors
    /// A file that cannot be read or is no table, a row with too few or too many cells.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, MaterialsError> {
        Self::new(mixed_columns(path.as_ref())?)
    }

    /// Writes a CSV file, which is complete or absent at any time.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), MaterialsError> {
        let line = |cells: Vec<String>| format!("{}\n", cells.join(","));
        let names = self.columns.iter().map(|column| quoted(&column.name)).collect();
        let row = |i| line(self.columns.iter().map(|column| column.cells.text(i)).collect());
        let text: String = std::iter::once(line(names)).chain((0..self.len()).map(row)).collect();
        Ok(write_atomically(path.as_ref(), text.as_bytes())?)
    }

    /// The columns, in the order of the file.
    pub fn columns(&self) -> &[MixedColumn] {
        &self.columns
    }

    /// The column of this name.
    ///
    /// # Errors
    /// [`MaterialsError::NoSuchColumn`].
    pub fn column(&self, name: &str) -> Result<&MixedColumn, MaterialsError> {
        let found = self.columns.iter().find(|column| column.name == name);
        found.ok_or_else(|| MaterialsError::NoSuchColumn {
            name: name.to_owned(),
            columns: self.columns.iter().map(|column| column.name.clone()).collect(),
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.columns[0].cells.len()
    }

    /// Whether there is no row, which is never so.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows with these numbers, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |column: &MixedColumn| MixedColumn {
            name: column.name.clone(),
            cells: column.cells.select(rows),
        };
        Self { columns: self.columns.iter().map(pick).collect() }
    }

    /// The rows that repeat no earlier one.
    #[must_use]
    pub fn without_repeats(&self) -> Self {
        let mut seen = std::collections::HashSet::new();
        let row = |i: &usize| -> Vec<String> {
            self.columns.iter().map(|column| column.cells.text(*i)).collect()
        };
        let rows: Vec<usize> = (0..self.len()).filter(|i| seen.insert(row(i))).collect();
        self.select(&rows)
    }
}

impl MixedCells {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            MixedCells::Numbers(values) => values.len(),
            MixedCells::Classes(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn select(&self, rows: &[usize]) -> Self {
        match self {
            MixedCells::Numbers(v) => MixedCells::Numbers(rows.iter().map(|&r| v[r]).collect()),
            MixedCells::Classes(v) => {
                MixedCells::Classes(rows.iter().map(|&r| v[r].clone()).collect())
            }
        }
    }

    /// A cell as it stands in a CSV file; empty where it is missing.
    fn text(&self, row: usize) -> String {
        match self {
            MixedCells::Numbers(values) => values[row].map_or(String::new(), |v| v.to_string()),
            MixedCells::Classes(values) => values[row].as_deref().map_or(String::new(), quoted),
        }
    }
}

/// A cell of a CSV file; in quotes where it needs them.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests;
