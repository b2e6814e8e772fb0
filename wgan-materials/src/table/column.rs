//! What a column is: property, identifier, constant or something else.

use super::cell::{TEXT, read_cell};
use super::frame::TextColumn;
use super::summary::{ColumnReport, ColumnRole};
use super::survey::{ColumnSurvey, Numbers};
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

/// Role and statistics of a column that is not the formula column.
pub(super) fn report(column: &ColumnSurvey) -> ColumnReport {
    let numbers = &column.numbers;
    let is_reserved = CANDIDATE_COLUMNS.contains(&column.name.as_str());
    let present = column.n - column.n_missing;
    let is_numeric = numbers.n as f64 >= LEAST_NUMBERS * present as f64 && numbers.n > 0;
    // In a column of text, `Na` may be sodium and `-` a sign: only empty cells are missing.
    let missing = if is_numeric { column.n_missing } else { column.n_empty };
    let (role, reason) = match is_numeric {
        _ if is_reserved => (ColumnRole::Ignored, Some(RESERVED.to_string())),
        true => role(&column.name, numbers, missing),
        false => (ColumnRole::Ignored, Some(not_numbers(column, present))),
    };
    let range = numbers.range.filter(|_| is_numeric);
    ColumnReport {
        name: column.name.clone(),
        role,
        reason,
        unit: unit_of(&column.name),
        n: if is_numeric { numbers.n } else { column.n - missing },
        missing,
        bad: if is_numeric { present - numbers.n } else { 0 },
        min: range.map(|(min, _)| min),
        max: range.map(|(_, max)| max),
        mean: numbers.mean().filter(|_| is_numeric),
        distinct: if is_numeric { numbers.distinct() } else { column.distinct_texts() },
    }
}

/// A column without cells: of numbers if all cells that there are going to be are numbers or missing, else of classes.
pub(super) fn mixed_column(column: &ColumnSurvey) -> MixedColumn {
    let cells = match column.faults.is_empty() {
        true => MixedCells::Numbers(Vec::with_capacity(column.n)),
        false => MixedCells::Classes(Vec::with_capacity(column.n)),
    };
    MixedColumn { name: column.name.clone(), cells }
}

/// Adds the cells of a part.
pub(super) fn extend_mixed(column: &mut MixedColumn, part: &TextColumn, decimal_comma: bool) {
    let texts = (0..part.len()).map(|row| part.get(row));
    match &mut column.cells {
        MixedCells::Numbers(numbers) => {
            numbers.extend(texts.map(|text| read_cell(text, decimal_comma).number()));
        }
        MixedCells::Classes(classes) => {
            classes.extend(texts.map(|text| (!text.is_empty()).then(|| text.to_owned())));
        }
    }
}

/// Report on the formula column; `parsed` of its cells parse and have `distinct` compositions.
pub(super) fn formula_report(
    column: &ColumnSurvey,
    parsed: usize,
    distinct: usize,
) -> ColumnReport {
    ColumnReport {
        name: column.name.clone(),
        role: ColumnRole::Formula,
        reason: None,
        unit: None,
        n: parsed,
        missing: column.n_empty,
        bad: column.n - column.n_empty - parsed,
        min: None,
        max: None,
        mean: None,
        distinct,
    }
}

fn role(name: &str, numbers: &Numbers, missing: usize) -> (ColumnRole, Option<String>) {
    if let (true, 1, Some((first, _))) = (numbers.n > 1, numbers.distinct(), numbers.range) {
        return (ColumnRole::SetAside, Some(format!("constant: every value is {first}")));
    }
    let lower = name.to_lowercase();
    let is_named =
        IDENTIFIERS.contains(&lower.as_str()) || lower.ends_with("_id") || lower.ends_with(" id");
    if numbers.is_integer && is_named {
        return (ColumnRole::SetAside, Some("identifier, by its name".to_string()));
    }
    let all_differ = numbers.distinct() == numbers.n;
    if numbers.is_integer && lower.starts_with("column ") && all_differ {
        let reason = "identifier: integers that all differ, without a name";
        return (ColumnRole::SetAside, Some(reason.to_string()));
    }
    let is_complete = missing == 0 && numbers.n >= LEAST_IDENTIFIER;
    if numbers.is_integer && numbers.is_growing && is_complete {
        return (ColumnRole::SetAside, Some("identifier: integers that only grow".to_string()));
    }
    (ColumnRole::Property, None)
}

/// Why a column is no property: the fault of most of its cells.
fn not_numbers(column: &ColumnSurvey, present: usize) -> String {
    let most = column.faults.iter().max_by_key(|(_, n)| **n);
    let fault = most.map_or("", |(reason, _)| reason);
    match (column.numbers.n, present) {
        (_, 0) => "empty".to_string(),
        (0, _) if fault == TEXT => "text".to_string(),
        (0, _) => fault.to_string(),
        (n, _) => format!("only {n} of {present} cells are numbers; most of the others: {fault}"),
    }
}
