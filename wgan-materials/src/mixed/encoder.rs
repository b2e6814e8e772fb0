//! Rows of a table as numbers, and back.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;

use super::coding::{Code, ColumnCoding};
use super::{MixedColumn, MixedTable};
use crate::error::MaterialsError;

/// Codes the rows of a table, fitted to its columns.
///
/// - A class is one-hot.
/// - A number is the one-hot of its mode and, where modes have a width, its offset `(v − μ) / 2σ` within it. Modes are
///   the values that at least 5 % of the rows share, or all where there are at most 24 different ones, and the
///   components of a Gaussian [`Mixture`](super::Mixture) of the others.
/// - A missing cell has an entry of its own, in columns that miss some.
///
/// Decoding takes the largest one-hot entry. Numbers come back with as many decimals as the column had, integers as
/// integers, and are cut off at the smallest and largest value of the column. The rows it was fitted to come
/// back as they were, up to round-off where a number has more than nine decimals.
///
/// # Example
/// ```
/// use wgan_materials::{MixedCells, MixedColumn, MixedTable, TableEncoder};
///
/// let gap = MixedCells::Numbers(vec![Some(0.0), Some(1.5), None]);
/// let phase = MixedCells::Classes(["cubic", "cubic", "hexagonal"].map(|p| Some(p.into())).into());
/// let column = |name: &str, cells| MixedColumn { name: name.into(), cells };
/// let table = MixedTable::new(vec![column("gap", gap), column("phase", phase)])?;
/// let encoder = TableEncoder::fit(&table, 5);
/// let codes = encoder.encode(&table)?;
/// assert_eq!(codes.row(2).to_vec(), [0.0, 0.0, 1.0, 0.0, 1.0]); // gap: 0, 1.5, missing; phase
/// assert_eq!(encoder.decode(codes.view())?, table);
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableEncoder {
    columns: Vec<ColumnCoding>,
}

impl TableEncoder {
    /// Encoder of tables like this one, with at most `most_modes` mixture components per column.
    pub fn fit(table: &MixedTable, most_modes: usize) -> Self {
        let fit = |column| ColumnCoding::fit(column, most_modes);
        Self { columns: table.columns().iter().map(fit).collect() }
    }

    /// Entries of a code.
    pub fn width(&self) -> usize {
        self.columns.iter().map(ColumnCoding::width).sum()
    }

    /// Codes `[n, width]` of the rows of a table with the same columns; others it may have are not looked at.
    ///
    /// # Errors
    /// A column that is not there or of the other kind, a class, a missing cell or a number that the column did not
    /// have when this was fitted; numbers do so where all modes are single values.
    pub fn encode(&self, table: &MixedTable) -> Result<Array2<f64>, MaterialsError> {
        let mut codes = Array2::zeros((table.len(), self.width()));
        let mut start = 0;
        for coding in &self.columns {
            let column = table.column(&coding.name)?;
            for (row, code) in coding.encode(&column.cells)?.into_iter().enumerate() {
                codes[[row, start + code.entry]] = 1.0;
                if coding.has_offset() {
                    codes[[row, start + coding.n_entries()]] = code.offset;
                }
            }
            start += coding.width();
        }
        Ok(codes)
    }

    /// The table of these codes, `[n, width]`.
    ///
    /// # Errors
    /// Another width, no rows.
    pub fn decode(&self, codes: ArrayView2<'_, f64>) -> Result<MixedTable, MaterialsError> {
        if codes.ncols() != self.width() {
            let (expected, got) = (vec![self.width()], vec![codes.ncols()]);
            return Err(WganError::Shape { at: "codes of a table", expected, got }.into());
        }
        let mut start = 0;
        let mut column = |coding: &ColumnCoding| {
            let (from, n) = (start, coding.n_entries());
            start += coding.width();
            let code = |row: usize| {
                let entry = |i: usize| codes[[row, from + i]];
                let larger = |best: usize, i: usize| if entry(i) > entry(best) { i } else { best };
                let offset = if coding.has_offset() { entry(n) } else { 0.0 };
                Code { entry: (0..n).fold(0, larger), offset }
            };
            let cells = coding.decode((0..codes.nrows()).map(code));
            MixedColumn { name: coding.name.clone(), cells }
        };
        MixedTable::new(self.columns.iter().map(&mut column).collect())
    }

    pub(super) fn columns(&self) -> &[ColumnCoding] {
        &self.columns
    }
}
