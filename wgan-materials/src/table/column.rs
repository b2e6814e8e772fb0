//! What a column is: property, identifier, constant or something else.

use std::collections::{BTreeMap, HashSet};

use super::cell::{Cell, TEXT, read_cell};
use super::frame::TextColumn;
use super::summary::{ColumnReport, ColumnRole};
use super::unit::unit_of;
use crate::candidates::CANDIDATE_COLUMNS;
use crate::mixed::{MixedCells, MixedColumn};

/// Share of the cells that are there which must be numbers, for the rest to be called bad cells.
const LEAST_NUMBERS: f64 = 0.8;

/// Rows from which on integers that only grow are taken for an identifier.
const LEAST_IDENTIFIER: usize = 10;

/// Names of identifiers, in lower case, those of the databases among them.
#[rustfmt::skip]
const IDENTIFIERS: [&str; 25] = [
    "id", "index", "idx", "row", "no", "no.", "nr", "#", "unnamed: 0", "key", "uid", "entry", "icsd", "icsd_number",
    "icsd number", "icsd_code", "collection_code", "collection code", "cod", "cod_number", "cod number", "mpid", "mp",
    "oqmd", "doi",
];

/// Why a column of a name that candidates use themselves is no property.
const RESERVED: &str = "candidates have a column of this name";

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
    let is_reserved = CANDIDATE_COLUMNS.contains(&column.name.as_str());
    let missing = cells.iter().filter(|cell| **cell == Cell::Missing).count();
    let present = cells.len() - missing;
    let is_numeric = numbers.len() as f64 >= LEAST_NUMBERS * present as f64 && !numbers.is_empty();
    // In a column of text, `Na` may be sodium and `-` a sign: only empty cells are missing.
    let missing = if is_numeric { missing } else { n_empty(column) };
    let (role, reason) = match is_numeric {
        _ if is_reserved => (ColumnRole::Ignored, Some(RESERVED.to_string())),
        true => role(&column.name, &numbers, missing),
        false => (ColumnRole::Ignored, Some(not_numbers(&cells, numbers.len(), present))),
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

/// Reads a column as numbers if all cells that are there are numbers, else as classes.
pub(super) fn read_mixed(column: &TextColumn, decimal_comma: bool) -> MixedColumn {
    let texts = || (0..column.len()).map(|row| column.get(row));
    let cells: Vec<Cell> = texts().map(|text| read_cell(text, decimal_comma)).collect();
    let is_numeric = !cells.iter().any(|cell| matches!(cell, Cell::Odd(_)));
    let cells = if is_numeric {
        MixedCells::Numbers(cells.iter().map(Cell::number).collect())
    } else {
        let class = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        MixedCells::Classes(texts().map(class).collect())
    };
    MixedColumn { name: column.name.clone(), cells }
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
    if integers && lower.starts_with("column ") && all_differ(numbers) {
        let reason = "identifier: integers that all differ, without a name";
        return (ColumnRole::SetAside, Some(reason.to_string()));
    }
    let grows = numbers.is_sorted_by(|a, b| a < b);
    if integers && grows && missing == 0 && numbers.len() >= LEAST_IDENTIFIER {
        return (ColumnRole::SetAside, Some("identifier: integers that only grow".to_string()));
    }
    (ColumnRole::Property, None)
}

/// Why a column is no property: the fault of most of its cells.
fn not_numbers(cells: &[Cell], numbers: usize, present: usize) -> String {
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in cells {
        if let Cell::Odd(reason) = cell {
            *faults.entry(reason).or_default() += 1;
        }
    }
    let fault = faults.into_iter().max_by_key(|(_, n)| *n).map_or("", |(reason, _)| reason);
    match (numbers, present) {
        (_, 0) => "empty".to_string(),
        (0, _) if fault == TEXT => "text".to_string(),
        (0, _) => fault.to_string(),
        _ => format!("only {numbers} of {present} cells are numbers; most of the others: {fault}"),
    }
}

fn all_differ(numbers: &[f64]) -> bool {
    let mut seen = HashSet::new();
    numbers.iter().all(|number| seen.insert(number.to_bits()))
}

fn n_empty(column: &TextColumn) -> usize {
    (0..column.len()).filter(|&row| column.get(row).is_empty()).count()
}

fn distinct_texts(column: &TextColumn) -> usize {
    let cells = (0..column.len()).map(|row| column.get(row));
    cells.filter(|cell| !cell.is_empty()).collect::<HashSet<_>>().len()
}
