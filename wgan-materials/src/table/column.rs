//! What a column is: property, identifier, constant or something else.

use std::collections::HashSet;

use super::cell::{Cell, read_cell};
use super::frame::TextColumn;
use super::summary::{ColumnReport, ColumnRole};
use super::unit::unit_of;

/// Share of the cells that are there which must be numbers, for the rest to be called bad cells.
const LEAST_NUMBERS: f64 = 0.8;

/// Rows from which on integers that only grow are taken for an identifier.
const LEAST_IDENTIFIER: usize = 10;

/// Names of identifiers, in lower case.
const IDENTIFIERS: [&str; 12] =
    ["id", "index", "idx", "row", "no", "no.", "nr", "#", "unnamed: 0", "key", "uid", "entry"];

/// The cells of a column read as numbers, and what that makes of the column.
pub(super) struct NumericColumn {
    /// One per row.
    pub(super) cells: Vec<Cell>,
    /// Role and statistics.
    pub(super) report: ColumnReport,
}

/// Reads a column that is not the formula column.
pub(super) fn read(column: &TextColumn, decimal_comma: bool) -> NumericColumn {
    let cells: Vec<Cell> =
        (0..column.len()).map(|row| read_cell(column.get(row), decimal_comma)).collect();
    let numbers: Vec<f64> = cells.iter().filter_map(Cell::number).collect();
    let missing = cells.iter().filter(|cell| **cell == Cell::Missing).count();
    let present = cells.len() - missing;
    let is_numeric = numbers.len() as f64 >= LEAST_NUMBERS * present as f64 && !numbers.is_empty();
    // In a column of text, `Na` may be sodium and `-` a sign: only empty cells are missing.
    let missing = if is_numeric { missing } else { n_empty(column) };
    let (role, reason) = match is_numeric {
        true => role(&column.name, &numbers, missing),
        false => (ColumnRole::Ignored, not_numbers(numbers.len(), present)),
    };
    let mut report = ColumnReport {
        name: column.name.clone(),
        role,
        reason,
        unit: unit_of(&column.name),
        n: if is_numeric { numbers.len() } else { cells.len() - missing },
        missing,
        bad: if is_numeric { present - numbers.len() } else { 0 },
        min: None,
        max: None,
        mean: None,
        distinct: 0,
    };
    if is_numeric {
        report.describe(&numbers);
    } else {
        report.distinct = distinct_texts(column);
    }
    NumericColumn { cells, report }
}

/// Report on the formula column; `parsed` of its cells parse and have `distinct` compositions.
pub(super) fn formula_report(column: &TextColumn, parsed: usize, distinct: usize) -> ColumnReport {
    let missing = n_empty(column);
    ColumnReport {
        name: column.name.clone(),
        role: ColumnRole::Formula,
        reason: None,
        unit: None,
        n: parsed,
        missing,
        bad: column.len() - missing - parsed,
        min: None,
        max: None,
        mean: None,
        distinct,
    }
}

impl Cell {
    fn number(&self) -> Option<f64> {
        match self {
            Cell::Number(value) => Some(*value),
            _ => None,
        }
    }
}

fn role(name: &str, numbers: &[f64], missing: usize) -> (ColumnRole, Option<String>) {
    let first = numbers[0];
    if numbers.len() > 1 && numbers.iter().all(|&value| value == first) {
        return (ColumnRole::SetAside, Some(format!("constant: every value is {first}")));
    }
    let integers = numbers.iter().all(|value| value.fract() == 0.0);
    let lower = name.to_lowercase();
    if integers
        && (IDENTIFIERS.contains(&lower.as_str())
            || lower.ends_with("_id")
            || lower.ends_with(" id"))
    {
        return (ColumnRole::SetAside, Some("identifier, by its name".to_string()));
    }
    let grows = numbers.is_sorted_by(|a, b| a < b);
    if integers && grows && missing == 0 && numbers.len() >= LEAST_IDENTIFIER {
        return (ColumnRole::SetAside, Some("identifier: integers that only grow".to_string()));
    }
    (ColumnRole::Property, None)
}

fn not_numbers(numbers: usize, present: usize) -> Option<String> {
    Some(match (numbers, present) {
        (_, 0) => "empty".to_string(),
        (0, _) => "text".to_string(),
        _ => format!("only {numbers} of {present} cells are numbers"),
    })
}

fn n_empty(column: &TextColumn) -> usize {
    (0..column.len()).filter(|&row| column.get(row).is_empty()).count()
}

fn distinct_texts(column: &TextColumn) -> usize {
    let cells = (0..column.len()).map(|row| column.get(row));
    cells.filter(|cell| !cell.is_empty()).collect::<HashSet<_>>().len()
}
