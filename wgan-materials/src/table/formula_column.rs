//! Which column holds the formulas.

use super::cell::is_missing;
use super::survey::ColumnSurvey;
use crate::composition::Composition;
use crate::error::MaterialsError;

/// Names of a formula column, in any letter case, the likeliest first.
const NAMES: [&str; 4] = ["formula", "composition", "compound", "material"];

/// Share of the cells that must parse where the name does not tell.
const MIN_SHARE: f64 = 0.5;

/// The place of the formula column, if there is one.
///
/// It is the one asked for; else the first of the known names of which half the cells parse; else, among the columns of
/// which half the cells parse, the one with most elements per formula; else the first of the known names.
pub(super) fn find(
    columns: &[ColumnSurvey],
    wanted: Option<&str>,
) -> Result<Option<usize>, MaterialsError> {
    if let Some(name) = wanted {
        return position(columns, name).map(Some);
    }
    let named: Vec<usize> = NAMES
        .iter()
        .filter_map(|name| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
        .collect();
    let found = named
        .iter()
        .copied()
        .find(|&i| sample(&columns[i]).share >= MIN_SHARE)
        .or_else(|| richest(columns))
        .or(named.first().copied());
    Ok(found)
}

/// The column of this name; letter case matters only where two names differ by nothing else.
pub(super) fn position(columns: &[ColumnSurvey], name: &str) -> Result<usize, MaterialsError> {
    let exact = columns.iter().position(|column| column.name == name);
    let any_case = || columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    exact.or_else(any_case).ok_or_else(|| MaterialsError::NoSuchColumn {
        name: name.to_string(),
        columns: names(columns),
    })
}

fn names(columns: &[ColumnSurvey]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The column whose formulas have most elements: `ABO3` before a column of ions `A`. Codes such as `B` and `F` are not
/// taken for elements, so most cells must have several.
fn richest(columns: &[ColumnSurvey]) -> Option<usize> {
    let samples = columns.iter().map(sample).enumerate().rev();
    let is_formula =
        |sample: &Sample| sample.share >= MIN_SHARE && sample.n_elements >= MIN_ELEMENTS;
    let formulas = samples.filter(|(_, sample)| is_formula(sample));
    formulas.max_by(|(_, a), (_, b)| a.n_elements.total_cmp(&b.n_elements)).map(|(i, _)| i)
}

/// Mean number of elements per formula, at least, where the name does not tell.
const MIN_ELEMENTS: f64 = 1.5;

/// What some cells of a column look like as formulas.
struct Sample {
    /// Share of the cells that parse, those for missing values left out.
    share: f64,
    /// Mean number of elements of those that parse.
    n_elements: f64,
}

fn sample(column: &ColumnSurvey) -> Sample {
    let (mut n, mut parsed, mut elements) = (0, 0, 0);
    // `NaN` in a column of numbers is not sodium nitride.
    for cell in column.sample().iter().filter(|cell| !is_missing(cell)) {
        n += 1;
        if let Ok(composition) = Composition::parse(cell) {
            parsed += 1;
            elements += composition.n_elements();
        }
    }
    let ratio = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
    Sample { share: ratio(parsed, n), n_elements: ratio(elements, parsed) }
}
