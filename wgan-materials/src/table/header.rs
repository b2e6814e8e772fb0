//! Whether the first row names the columns, and there are columns.

use super::input::not_a_table;
use super::source::Source;
use super::summary::{ColumnReport, ColumnRole};
use super::survey::ColumnSurvey;
use super::text::is_compound;
use crate::error::MaterialsError;

/// Refuses a header that is a row of data: the name of the column of formulas is one, or a number stands beside a word that the rows
/// below repeat.
pub(super) fn check_header(
    source: &Source,
    columns: &[ColumnSurvey],
    formula: Option<usize>,
) -> Result<(), MaterialsError> {
    let names = &source.names;
    let number = names.iter().find(|name| name.parse::<f64>().is_ok());
    let is_repeated =
        |column: &&ColumnSurvey| column.numbers.n == 0 && column.sample().contains(&column.name);
    let found = match (formula.map(|formula| &names[formula]), number) {
        _ if source.separator().is_none() => return Ok(()), // names of a frame are names
        (Some(name), _) if is_compound(name) => format!("`{name}`, a formula"),
        (_, Some(number)) => match columns.iter().find(is_repeated) {
            Some(repeated) => {
                format!("`{number}` beside `{}`, which rows below have too", repeated.name)
            }
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    not_a_table(&source.path, "a header row with column names", &found)
}

/// Refuses lines of words without a common separator: one column, whose name is several words and which is good for nothing.
pub(super) fn check_columns(
    source: &Source,
    has_materials: bool,
    reports: &[Option<ColumnReport>],
) -> Result<(), MaterialsError> {
    let says_something = |report: &ColumnReport| match report.role {
        ColumnRole::Class => report.distinct < report.n,
        role => role.is_modelled(),
    };
    let is_used = has_materials || reports.iter().flatten().any(says_something);
    match source.names.as_slice() {
        [name]
            if !is_used && source.separator().is_some() && name.contains(char::is_whitespace) =>
        {
            let expected =
                "cells between commas, semicolons, tabs, bars or blanks, as many in each line";
            not_a_table(&source.path, expected, &format!("one column, `{name}`"))
        }
        _ => Ok(()),
    }
}
