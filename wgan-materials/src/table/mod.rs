//! Tables of known materials: reading them, and saying what was read.

mod cell;
mod column;
mod formula_column;
mod frame;
mod input;
mod options;
mod records;
mod rows;
mod source;
mod summary;
mod survey;
mod unit;

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use options::{OnBadRow, OnRepeat, PropertySelection, ReadOptions};
pub use summary::{ColumnReport, ColumnRole, ReadSummary, SkippedRow};

use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::evaluate::MaterialRows;
use crate::mixed::MixedColumn;
use rows::Sorter;
use source::Source;
use survey::{ColumnSurvey, Survey};

/// A numeric column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Property {
    /// Name in the header.
    pub name: String,
    /// Unit, as far as the name tells.
    pub unit: Option<String>,
    /// One number per row of the table, none where the cell is missing.
    pub values: Vec<Option<f64>>,
}

/// Compositions with numeric properties, row by row.
///
/// - **Formula column**: the one asked for, else the first named formula, composition, compound or material in
///   any letter case, else the one with most elements among those of which half the cells parse.
/// - **Properties**: all columns of which at least 80 % of the cells present are numbers, without
///   identifiers (`id` and the like, integers that only grow) and constants, which are set aside; or the ones asked
///   for, whatever they hold.
/// - **Cells**: empty, `NA`, `n/a`, `NaN`, `null`, `None`, `-`, `?`, `.` are missing. `<1E-10`, `~3`, `3.2(1)`, `1-2`
///   and other text in a property are bad, and so is a formula that does not parse. A decimal comma is read where
///   the separator is a semicolon or a tab.
/// - **Rows**: a row with a bad cell or a wrong number of cells is skipped, or ends the reading, or has its bad
///   properties blanked ([`OnBadRow`]). A row that repeats all cells of an earlier one is dropped or kept ([`OnRepeat`]). Rows that share
///   a formula only are all kept. The summary has every row left out, with its line and the reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Table {
    /// What each row is made of; shared with the models that are fitted to it.
    pub compositions: Arc<[Composition]>,
    /// Numeric columns.
    pub properties: Vec<Property>,
    /// Line of the file on which each row starts; in Parquet, the row from 1.
    pub rows: Vec<usize>,
    /// What was read and what was left out.
    pub summary: ReadSummary,
}

impl Table {
    /// Reads a CSV (comma, semicolon, tab or bar; UTF-8, else Latin-1) or Parquet file.
    ///
    /// # Errors
    /// A file that cannot be read or is no table, a column that is not there, no formula column, a bad row
    /// under [`OnBadRow::Fail`], or no row that can be used.
    ///
    /// # Example
    /// ```no_run
    /// use wgan_materials::{ReadOptions, Table};
    ///
    /// let table = Table::read("examples/data/compounds.csv", &ReadOptions::default())?;
    /// println!("{}", table.summary);
    /// # Ok::<(), wgan_materials::MaterialsError>(())
    /// ```
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, MaterialsError> {
        let path = path.as_ref();
        let source = Source::open(path)?;
        let decimal_comma = matches!(source.separator, Some(';' | '\t'));
        let survey = Survey::of(&source, decimal_comma)?;
        let formula = formula_column::find(&survey.columns, options.formula_column.as_deref())?;
        let reports = select(&survey.columns, formula, &options.properties)?;
        let mut sorter = Sorter::new(formula, &reports, survey.n_rows, decimal_comma, options);
        source.for_each_part(|part| {
            sorter.add(part);
            Ok(())
        })?;
        let sorted = sorter.finish();
        if let (OnBadRow::Fail, Some(bad)) = (options.on_bad_row, sorted.first_bad()) {
            return Err(bad_row(bad));
        }
        sorted.into_table(path, &source, survey, reports)
    }

    /// The rows for comparison with others.
    pub fn material_rows(&self) -> MaterialRows<'_> {
        let properties = self.properties.iter().map(Into::into).collect();
        MaterialRows { compositions: &self.compositions, properties }
    }

    /// The rows with these numbers, in this order; what was left out when reading is not told again.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let of = |property: &Property| Property {
            values: rows.iter().map(|&row| property.values[row]).collect(),
            ..property.clone()
        };
        Self {
            compositions: rows.iter().map(|&row| self.compositions[row].clone()).collect(),
            properties: self.properties.iter().map(of).collect(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            summary: self.summary.clone(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.compositions.len()
    }

    /// Whether there is no row; never so after [`read`](Self::read).
    pub fn is_empty(&self) -> bool {
        self.compositions.is_empty()
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

/// Reads a CSV or Parquet file without a column of formulas: a column whose cells are all numbers or missing is one of
/// numbers, any other one of classes.
pub(crate) fn mixed_columns(path: &Path) -> Result<Vec<MixedColumn>, MaterialsError> {
    let source = Source::open(path)?;
    let decimal_comma = matches!(source.separator, Some(';' | '\t'));
    let survey = Survey::of(&source, decimal_comma)?;
    let mut columns: Vec<MixedColumn> = survey.columns.iter().map(column::mixed_column).collect();
    source.for_each_part(|part| {
        if let Some(bad) = part.ragged.first() {
            return Err(bad_row(bad));
        }
        let pairs = columns.iter_mut().zip(&part.columns);
        pairs.for_each(|(column, cells)| column::extend_mixed(column, cells, decimal_comma));
        Ok(())
    })?;
    Ok(columns)
}

/// What each column but that of the formulas is, by place; none for the formula column.
fn select(
    columns: &[ColumnSurvey],
    formula: usize,
    wanted: &PropertySelection,
) -> Result<Vec<Option<ColumnReport>>, MaterialsError> {
    let report = |(i, column)| (i != formula).then(|| column::report(column));
    let mut reports: Vec<_> = columns.iter().enumerate().map(report).collect();
    match wanted {
        PropertySelection::All => {}
        PropertySelection::None => reports.iter_mut().flatten().for_each(deselect),
        PropertySelection::Among(names) => {
            for report in reports.iter_mut().flatten() {
                match names.contains(&report.name) && report.role != ColumnRole::Ignored {
                    true => report.role = ColumnRole::Property,
                    false => deselect(report),
                }
            }
        }
        PropertySelection::Named(names) => {
            let places: Result<Vec<usize>, _> =
                names.iter().map(|name| formula_column::position(columns, name)).collect();
            let places = places?;
            for (i, report) in reports.iter_mut().enumerate() {
                match (places.contains(&i), report) {
                    (true, Some(report)) => insist(report)?,
                    (true, None) => {
                        let name = columns[i].name.clone();
                        let reason = "it holds the formulas".to_string();
                        return Err(MaterialsError::NotNumeric { name, reason });
                    }
                    (false, Some(report)) => deselect(report),
                    (false, None) => {}
                }
            }
        }
    }
    Ok(reports)
}

/// Makes a column that was not asked for an ignored one.
fn deselect(report: &mut ColumnReport) {
    if report.role == ColumnRole::Property {
        report.role = ColumnRole::Ignored;
        report.reason = Some("not asked for".to_string());
    }
}

/// Makes a column that was asked for by name a property.
fn insist(report: &mut ColumnReport) -> Result<(), MaterialsError> {
    if report.role == ColumnRole::Ignored {
        let reason = report.reason.clone().unwrap_or_default();
        return Err(MaterialsError::NotNumeric { name: report.name.clone(), reason });
    }
    report.role = ColumnRole::Property;
    Ok(())
}

fn bad_row(bad: &SkippedRow) -> MaterialsError {
    let SkippedRow { row, column, cell, reason, .. } = bad.clone();
    MaterialsError::BadRow { row, column, cell, reason }
}

#[cfg(test)]
mod tests;
