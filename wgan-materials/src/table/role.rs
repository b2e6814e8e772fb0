//! What a column is: number, class, identifier, constant or something else.

use super::cell::{NOT_A_NUMBER, NOT_ONLY_A_NUMBER, TEXT};
use super::column::CellType;
use super::frame::Kind;
use super::summary::{ColumnReport, ColumnRole};
use super::survey::{ColumnSurvey, Numbers};
use super::unit::unit_of;

/// Share of the cells that are there which must be numbers, for the rest to be called bad cells.
const MIN_NUMBERS: f64 = 0.8;

/// Rows from which on integers that count up are taken for an identifier.
const MIN_IDENTIFIER: usize = 10;

/// Most different whole numbers that count as classes.
pub(super) const MAX_CODES: usize = 10;

/// Rows per class, at least, for whole numbers to count as classes.
const MIN_ROWS_PER_CODE: usize = 4;

/// Mean length from which on texts are free text.
const MAX_CLASS_LENGTH: f64 = 60.0;

/// Names of identifiers, in lower case, those of the databases among them.
#[rustfmt::skip]
const IDENTIFIERS: [&str; 24] = [
    "id", "index", "idx", "row", "no", "no.", "nr", "#", "unnamed: 0", "key", "uid", "entry", "icsd", "icsd_number",
    "icsd number", "icsd_code", "collection_code", "collection code", "cod", "cod_number", "cod number", "mpid",
    "oqmd", "doi",
];

/// Columns that candidates have besides those of the table.
const CANDIDATE_COLUMNS: [&str; 15] = [
    "formula",
    "charge_neutral",
    "electronegativity_ok",
    "novel",
    "nearest_known",
    "nearest_distance",
    "critic_score",
    "score",
    "source",
    "predicted_energy_eV_per_atom",
    "predicted_energy_low",
    "predicted_energy_high",
    "predicted_above_hull_eV_per_atom",
    "probability_stable",
    "decomposes_into",
];

/// Why a column of a name that candidates use themselves is not modelled.
const RESERVED: &str = "candidates have a column of this name";

/// Role and statistics of a column that is not the formula column.
pub(super) fn report(column: &ColumnSurvey) -> ColumnReport {
    let present = column.n - column.n_missing;
    let is_numeric = is_numeric(column);
    let is_reserved = CANDIDATE_COLUMNS.contains(&column.name.as_str());
    let (role, reason) = match &column.kind {
        _ if is_reserved => (ColumnRole::Ignored, Some(RESERVED.to_string())),
        Kind::Unusable(reason) => (ColumnRole::Ignored, Some(reason.clone())),
        _ if present == 0 => (ColumnRole::SetAside, Some("empty".to_string())),
        Kind::Typed(CellType::Boolean | CellType::Category) => text_role(column, true),
        _ if is_numeric => number_role(column),
        _ => text_role(column, false),
    };
    described(column, role, reason, is_numeric)
}

/// The report on a column with this role; numbers are described where most cells are numbers.
fn described(
    column: &ColumnSurvey,
    role: ColumnRole,
    reason: Option<String>,
    is_numeric: bool,
) -> ColumnReport {
    let numbers = &column.numbers;
    // In a column of text, `Na` may be sodium and `-` a sign: only empty cells are missing.
    let missing = if is_numeric { column.n_missing } else { column.n_empty };
    let present = column.n - missing;
    let range = numbers.range.filter(|_| is_numeric);
    ColumnReport {
        name: column.name.clone(),
        role,
        reason,
        unit: unit_of(&column.name),
        n: if is_numeric { numbers.n } else { present },
        missing,
        bad: if is_numeric { present - numbers.n } else { 0 },
        min: range.map(|(min, _)| min),
        max: range.map(|(_, max)| max),
        mean: numbers.mean().filter(|_| is_numeric),
        distinct: if is_numeric { numbers.distinct() } else { column.distinct_texts() },
    }
}

/// The report on a column that was asked for as numbers.
pub(super) fn as_numbers(column: &ColumnSurvey) -> Result<ColumnReport, String> {
    match &column.kind {
        Kind::Unusable(reason) => Err(reason.clone()),
        _ if column.numbers.n == 0 => Err(not_numbers(column)),
        _ => Ok(described(column, ColumnRole::Number, None, true)),
    }
}

/// The report on a column that was asked for as classes.
pub(super) fn as_classes(column: &ColumnSurvey) -> Result<ColumnReport, String> {
    match &column.kind {
        Kind::Unusable(reason) => Err(reason.clone()),
        _ if column.n == column.n_empty => Err("empty".to_string()),
        _ => Ok(described(column, ColumnRole::Class, None, is_numeric(column))),
    }
}

/// Whether most cells that are there are numbers and none is written as a code.
pub(super) fn is_numeric(column: &ColumnSurvey) -> bool {
    let present = column.n - column.n_missing;
    let numbers = column.numbers.n;
    numbers > 0
        && numbers as f64 >= MIN_NUMBERS * present as f64
        && !(column.n_codes > 0 && column.numbers.is_integer && has_codes(column))
        && !matches!(column.kind, Kind::Typed(CellType::Boolean | CellType::Category))
}

/// Whether numbers that are written as codes lose something as numbers: in text, but not in a column of integers.
fn has_codes(column: &ColumnSurvey) -> bool {
    matches!(column.kind, Kind::Untyped | Kind::Typed(CellType::Text))
}

/// Whole numbers from here on are not all numbers of `f64`: 2⁵³.
const MAX_INTEGER: f64 = (1_u64 << 53) as f64;

/// Type of the cells of a column with this role.
pub(super) fn cell_type(column: &ColumnSurvey, role: ColumnRole) -> CellType {
    match column.kind {
        Kind::Typed(cell_type) if cell_type != CellType::Text => cell_type,
        _ if role == ColumnRole::Number || is_numeric(column) => {
            let is_exact = |(min, max): (f64, f64)| min.min(-max) > -MAX_INTEGER;
            match column.numbers.is_integer && column.numbers.range.is_some_and(is_exact) {
                true => CellType::Int64,
                false => CellType::Float64,
            }
        }
        _ => CellType::Text,
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

/// Report on the column of structures; `n` of its cells could be read and have `distinct` prototypes.
pub(super) fn structure_report(column: &ColumnSurvey, n: usize, distinct: usize) -> ColumnReport {
    ColumnReport { role: ColumnRole::Structure, ..formula_report(column, n, distinct) }
}

/// Role of a column of numbers.
fn number_role(column: &ColumnSurvey) -> (ColumnRole, Option<String>) {
    let Numbers { n, is_integer, is_counting, range, .. } = column.numbers;
    let distinct = column.numbers.distinct();
    let set_aside = |reason: &str| (ColumnRole::SetAside, Some(reason.to_string()));
    if let (true, 1, Some((first, _))) = (n > 1, distinct, range) {
        return set_aside(&format!("constant: every value is {first}"));
    }
    let lower = column.name.to_lowercase();
    let is_named =
        IDENTIFIERS.contains(&lower.as_str()) || lower.ends_with("_id") || lower.ends_with(" id");
    if is_integer && is_named && distinct == n {
        return set_aside("identifier, by its name");
    }
    if is_integer && lower.starts_with("column ") && distinct == n {
        return set_aside("identifier: integers that all differ, without a name");
    }
    let is_complete =
        column.n_missing == 0 && n >= MIN_IDENTIFIER && unit_of(&column.name).is_none();
    if is_integer && is_counting && is_complete {
        return set_aside("identifier: numbers that count up");
    }
    if is_integer && range.is_some_and(|(min, max)| is_space_group(&lower, min, max)) {
        return (ColumnRole::Class, Some("space groups, by the name".to_string()));
    }
    if is_integer && repeats(distinct, n) {
        let reason = format!("{distinct} different whole numbers");
        return (ColumnRole::Class, Some(reason));
    }
    (ColumnRole::Number, None)
}

/// Whether whole numbers of this range under this name, in lower case, are those of space groups.
fn is_space_group(name: &str, min: f64, max: f64) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_named =
        name.contains("spacegroup") || ["sg", "sgr", "sgnumber", "spgnum"].contains(&name.as_str());
    is_named && min >= 1.0 && max <= 230.0
}

/// Role of a column of text; `is_typed` if its type says that it holds classes.
fn text_role(column: &ColumnSurvey, is_typed: bool) -> (ColumnRole, Option<String>) {
    let (n, distinct) = (column.n - column.n_empty, column.distinct_texts());
    let set_aside = |reason: String| (ColumnRole::SetAside, Some(reason));
    let ignored = |reason: String| (ColumnRole::Ignored, Some(reason));
    if n > 1 && distinct == 1 {
        let first = column.sample().iter().find(|cell| !cell.is_empty());
        return set_aside(format!("constant: every value is {:?}", first.map_or("", |cell| cell)));
    }
    if !is_typed {
        let most = column.faults.iter().max_by_key(|(_, n)| **n);
        if let Some((reason, count)) = most
            && ![TEXT, NOT_A_NUMBER, NOT_ONLY_A_NUMBER].contains(reason)
            && count * 2 > n - column.numbers.n
            && !are_labels(column, n)
        {
            return ignored(not_numbers(column));
        }
        if column.sample().iter().filter(|cell| is_date(cell)).count() * 2 > column.sample().len() {
            return ignored("dates are not modelled".to_string());
        }
        if column.sample().iter().filter(|cell| is_list(cell)).count() * 2 > column.sample().len() {
            return ignored("lists are not modelled".to_string());
        }
        if column.mean_length() > MAX_CLASS_LENGTH {
            return ignored("free text".to_string());
        }
        // Texts such as `3 K` of which all differ were measured; larger tables tell identifiers.
        let is_measured = most.is_some_and(|(reason, _)| *reason == NOT_ONLY_A_NUMBER)
            && n < MIN_IDENTIFIER
            && distinct == n;
        let is_nearly_numbers = column.numbers.n * 2 >= n && !repeats(distinct, n);
        if column.n_codes == 0 && (is_measured || is_nearly_numbers) {
            return ignored(not_numbers(column));
        }
    }
    if distinct == n && n >= MIN_IDENTIFIER {
        return set_aside(format!("identifier: all {n} texts differ"));
    }
    if !is_typed && distinct * 2 > n && n >= MIN_IDENTIFIER {
        return ignored(format!("free text: {distinct} of {n} texts differ"));
    }
    (ColumnRole::Class, None)
}

/// Whether texts that look like numbers with a fault are labels: a few, each often, and no number among them (`<=50K`, `18-25`).
fn are_labels(column: &ColumnSurvey, n: usize) -> bool {
    column.numbers.n == 0 && repeats(column.distinct_texts(), n)
}

/// Whether cells are a few different ones, each often.
fn repeats(distinct: usize, n: usize) -> bool {
    distinct <= MAX_CODES && n >= MIN_ROWS_PER_CODE * distinct
}

/// Whether a text is a day: `2024-05-31`, `31.5.2024`, `5/31/2024`, a time after it allowed.
fn is_date(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let is_whole = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3
        && parts.iter().all(is_whole)
        && (parts[0].len() == 4 || parts[2].len() == 4 || parts[2].len() == 2)
        && parts.iter().all(|part| part.len() <= 4)
}

/// Whether a text is a list or an object: `[1, 2]`, `{"a": 1}`.
fn is_list(text: &str) -> bool {
    let ends = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    text.len() > 1 && (ends('[', ']') || ends('{', '}') || (ends('(', ')') && text.contains(',')))
}

/// Why a column does not hold numbers: the fault of most of its cells.
pub(super) fn not_numbers(column: &ColumnSurvey) -> String {
    let present = column.n - column.n_missing;
    let most = column.faults.iter().max_by_key(|(_, n)| **n);
    let fault = most.map_or("", |(reason, _)| reason);
    match (column.numbers.n, present) {
        (_, 0) => "empty".to_string(),
        (0, _) if fault == TEXT => "text".to_string(),
        (0, _) => fault.to_string(),
        (n, _) => format!("only {n} of {present} cells are numbers; most of the others: {fault}"),
    }
}
