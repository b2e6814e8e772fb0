//! Which column holds the formulas.

use super::cell::is_missing;
use super::survey::ColumnSurvey;
use crate::composition::Composition;
use crate::error::MaterialsError;

/// Names of a formula column, in any letter case, the likeliest first.
const NAMES: [&str; 4] = ["formula", "composition", "compound", "material"];

/// Share of the cells that must parse.
const MIN_SHARE: f64 = 0.5;

/// Shares that differ by less are alike: a few slips.
const ALIKE: f64 = 0.1;

/// The place of the formula column, if there is one, and a word on how it was found where its name does not tell.
///
/// It is the one asked for; else, among the columns of which half the cells parse, those of which most cells parse: one of the known
/// names, or the one with most elements per formula; else the first of the known names.
pub(super) fn find(
    columns: &[ColumnSurvey],
    wanted: Option<&str>,
) -> Result<(Option<usize>, Option<String>), MaterialsError> {
    if let Some(name) = wanted {
        return Ok((Some(position(columns, name)?), None));
    }
    let samples: Vec<Sample> = columns.iter().map(sample).collect();
    let name = |place: usize| &columns[place].name;
    let rank =
        |place: &usize| NAMES.iter().position(|known| name(*place).eq_ignore_ascii_case(known));
    // Codes such as `B` and `F` are not taken for elements, so most cells must have several where the name does not tell.
    let may_be = |place: &usize| {
        let Sample { share, n_elements } = samples[*place];
        share >= MIN_SHARE && (rank(place).is_some() || n_elements >= MIN_ELEMENTS)
    };
    let places = || 0..columns.len();
    let best = places().filter(may_be).map(|place| samples[place].share).fold(0.0, f64::max);
    let is_alike = |place: &usize| may_be(place) && samples[*place].share > best - ALIKE;
    let alike: Vec<usize> = places().filter(is_alike).collect();
    let named = alike.iter().copied().filter(|place| rank(place).is_some()).min_by_key(rank);
    let by_elements =
        |a: &usize, b: &usize| samples[*a].n_elements.total_cmp(&samples[*b].n_elements);
    let found = named.or_else(|| alike.iter().rev().copied().max_by(by_elements));
    let passed_over = places().filter(|place| rank(place).is_some()).min_by_key(rank);
    let note = match (found, passed_over) {
        (Some(found), Some(passed)) if rank(&found).is_none() => Some(format!(
            "formulas are taken from column `{}`, as {:.0} % of the cells of `{}` are formulas",
            name(found),
            100.0 * samples[passed].share,
            name(passed)
        )),
        (Some(found), None) => Some(format!("formulas are taken from column `{}`", name(found))),
        _ => None,
    };
    Ok((found.or(passed_over), note))
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

/// Mean number of elements per formula, at least, where the name does not tell.
const MIN_ELEMENTS: f64 = 1.5;

/// What some cells of a column look like as formulas.
#[derive(Clone, Copy)]
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
