//! Rows of numbers and classes in one scale, for distances between them and for forests.

use ndarray::Array2;

use crate::features::normal_quantile;
use crate::table::{Cells, Column, Table};

/// Coding of the columns that two tables share, fitted to the first.
///
/// A number becomes its normal score `Φ⁻¹(F(v))`, with `F` the share of the reference below it plus half of those equal to
/// it; 0 where it is missing. A class is one-hot. An indicator says where a number is missing.
pub(super) struct RowCoding<'a> {
    columns: Vec<Coded<'a>>,
    width: usize,
}

struct Coded<'a> {
    column: &'a Column,
    /// The numbers of the reference, rising.
    sorted: Vec<f64>,
}

impl<'a> RowCoding<'a> {
    /// Coding of the columns of `reference` that `other` has too.
    pub(super) fn fit(reference: &'a Table, other: &Table) -> Self {
        let shared = reference.columns.iter().filter(|column| other.column(&column.name).is_ok());
        let coded = |column: &'a Column| {
            let mut sorted: Vec<f64> = match &column.cells {
                Cells::Numbers(values) => values.iter().flatten().copied().collect(),
                Cells::Classes { .. } => Vec::new(),
            };
            sorted.sort_unstable_by(f64::total_cmp);
            Coded { column, sorted }
        };
        let columns: Vec<Coded> = shared.map(coded).collect();
        let width = columns.iter().map(|coded| coded.width()).sum();
        Self { columns, width }
    }

    /// The columns of the reference that are compared.
    pub(super) fn columns(&self) -> impl Iterator<Item = &'a Column> + '_ {
        self.columns.iter().map(|coded| coded.column)
    }

    /// Codes, `[n, d]`.
    pub(super) fn encode(&self, table: &Table) -> Array2<f64> {
        let mut codes = Array2::zeros((table.len(), self.width));
        let mut start = 0;
        for coded in &self.columns {
            if let Ok(column) = table.column(&coded.column.name) {
                for row in 0..table.len() {
                    coded.encode(column, row, |place, value| codes[[row, start + place]] = value);
                }
            }
            start += coded.width();
        }
        codes
    }

    /// One column for each of the table, `[n, c]`, as forests see it: scores of numbers, places of classes, what is missing
    /// below all.
    pub(super) fn ordinal(&self, table: &Table) -> Array2<f64> {
        let mut codes = Array2::from_elem((table.len(), self.columns.len()), BELOW_ALL);
        for (j, coded) in self.columns.iter().enumerate() {
            let Ok(column) = table.column(&coded.column.name) else { continue };
            for row in 0..table.len() {
                let place = match &coded.column.cells {
                    Cells::Numbers(_) => column.number(row).map(|value| coded.score(value)),
                    Cells::Classes { levels, .. } => column
                        .text(row)
                        .map(|text| place(levels, &text).unwrap_or(levels.len()) as f64),
                };
                if let Some(place) = place {
                    codes[[row, j]] = place;
                }
            }
        }
        codes
    }
}

/// Where forests see what is missing.
const BELOW_ALL: f64 = -1000.0;

impl Coded<'_> {
    fn width(&self) -> usize {
        match &self.column.cells {
            Cells::Numbers(_) => 1 + usize::from(self.column.n_missing() > 0),
            Cells::Classes { levels, .. } => {
                levels.len() + usize::from(self.column.n_missing() > 0)
            }
        }
    }

    fn encode(&self, column: &Column, row: usize, mut write: impl FnMut(usize, f64)) {
        let has_missing = self.column.n_missing() > 0;
        match &self.column.cells {
            Cells::Numbers(_) => match column.number(row) {
                Some(value) => write(0, self.score(value)),
                None if has_missing => write(1, 1.0),
                None => {}
            },
            Cells::Classes { levels, .. } => match column.text(row) {
                Some(text) => {
                    if let Some(place) = place(levels, &text) {
                        write(place, 1.0);
                    }
                }
                None if has_missing => write(levels.len(), 1.0),
                None => {}
            },
        }
    }

    /// Normal score of a number.
    fn score(&self, value: f64) -> f64 {
        let n = self.sorted.len().max(1) as f64;
        let below = self.sorted.partition_point(|&other| other < value) as f64;
        let up_to = self.sorted.partition_point(|&other| other <= value) as f64;
        normal_quantile(((below + up_to) / (2.0 * n)).clamp(0.5 / n, 1.0 - 0.5 / n))
    }
}

/// Place of a class; `1` and `1.0` are one class.
fn place(levels: &[String], text: &str) -> Option<usize> {
    let exact = levels.iter().position(|level| level == text);
    exact.or_else(|| {
        let number: f64 = text.parse().ok()?;
        levels.iter().position(|level| level.parse() == Ok(number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn rows_are_coded_by_the_reference() {
        let number = |values: &[Option<f64>]| Column::numbers("x", values.to_vec());
        let class = |cells: &[Option<&str>]| Column::classes("c", cells);
        let table = |x: &[Option<f64>], c: &[Option<&str>]| {
            Table::from_columns(None, vec![number(x), class(c)]).unwrap()
        };
        let reference = table(&[Some(1.0), Some(2.0), None], &[Some("a"), Some("b"), Some("a")]);
        let other = table(&[Some(1.5), None, Some(9.0)], &[Some("b"), Some("new"), None]);
        let coding = RowCoding::fit(&reference, &other);
        let codes = coding.encode(&other);
        assert_eq!(codes.row(0).to_vec(), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(codes.row(1).to_vec(), [0.0, 1.0, 0.0, 0.0]);
        assert_abs_diff_eq!(codes[[2, 0]], normal_quantile(0.75), epsilon = 1e-12);
        assert_eq!(coding.ordinal(&other).row(1).to_vec(), [BELOW_ALL, 2.0]);
    }
}
