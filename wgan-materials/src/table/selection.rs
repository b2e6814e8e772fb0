//! Which columns are modelled: what they look like, and what was asked for.

use super::formula_column::position;
use super::options::{ColumnSelection, ReadOptions};
use super::role;
use super::summary::{ColumnReport, ColumnRole};
use super::survey::ColumnSurvey;
use crate::error::MaterialsError;

/// Places of the columns that say what each row is.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaterialColumns {
    /// Of the formulas.
    pub(super) formula: Option<usize>,
    /// Of the structures.
    pub(super) structure: Option<usize>,
}

impl MaterialColumns {
    /// Whether rows are materials, not only feature vectors.
    pub(super) fn any(self) -> bool {
        self.formula.is_some() || self.structure.is_some()
    }

    fn has(self, place: usize) -> bool {
        [self.formula, self.structure].contains(&Some(place))
    }
}

/// What each column but those of formulas and structures is, by place; none for these.
pub(super) fn select(
    columns: &[ColumnSurvey],
    materials: MaterialColumns,
    options: &ReadOptions,
) -> Result<Vec<Option<ColumnReport>>, MaterialsError> {
    let report = |(i, column)| (!materials.has(i)).then(|| role::report(column));
    let mut reports: Vec<_> = columns.iter().enumerate().map(report).collect();
    match &options.columns {
        ColumnSelection::All => {}
        ColumnSelection::None => reports.iter_mut().flatten().for_each(deselect),
        ColumnSelection::Like(roles) => {
            for (report, column) in reports.iter_mut().zip(columns) {
                let Some(report) = report else { continue };
                let role = roles.iter().find(|(name, _)| *name == report.name);
                let found = role.map(|(_, role)| match role {
                    ColumnRole::Class => role::as_classes(column),
                    _ => role::as_numbers(column),
                });
                match found {
                    Some(Ok(found)) => *report = found,
                    Some(Err(reason)) => {
                        report.role = ColumnRole::Ignored;
                        report.reason = Some(reason);
                    }
                    None => deselect(report),
                }
            }
        }
        ColumnSelection::Named(names) => {
            let places = places(columns, names)?;
            for (i, report) in reports.iter_mut().enumerate() {
                match (places.contains(&i), report.as_mut()) {
                    (true, Some(found)) => {
                        *report = Some(modelled(&columns[i], found.clone())?);
                    }
                    (true, None) => return Err(holds_formulas(&columns[i])),
                    (false, Some(found)) => deselect(found),
                    (false, None) => {}
                }
            }
        }
    }
    if materials.structure.is_some() {
        reports.iter_mut().flatten().for_each(leave_to_structure);
    }
    asked(columns, &mut reports, &options.numbers, role::as_numbers)?;
    asked(columns, &mut reports, &options.classes, role::as_classes)?;
    for place in places(columns, &options.ignore)? {
        let report = reports[place].as_mut().ok_or_else(|| holds_formulas(&columns[place]))?;
        report.role = ColumnRole::Ignored;
        report.reason = Some("as asked for".to_string());
    }
    Ok(reports)
}

/// Gives the columns named the role that was asked for.
fn asked(
    columns: &[ColumnSurvey],
    reports: &mut [Option<ColumnReport>],
    names: &[String],
    report: fn(&ColumnSurvey) -> Result<ColumnReport, String>,
) -> Result<(), MaterialsError> {
    for place in places(columns, names)? {
        if reports[place].is_none() {
            return Err(holds_formulas(&columns[place]));
        }
        let found = report(&columns[place]).map_err(|reason| refused(&columns[place], reason))?;
        reports[place] = Some(found);
    }
    Ok(())
}

fn places(columns: &[ColumnSurvey], names: &[String]) -> Result<Vec<usize>, MaterialsError> {
    names.iter().map(|name| position(columns, name)).collect()
}

/// Columns that candidates have of their own structures.
const STRUCTURE_COLUMNS: [&str; 6] = [
    "cif",
    "space_group_number",
    "prototype",
    "volume_A3_per_atom",
    "shortest_distance_ratio",
    "symmetry_ok",
];

fn leave_to_structure(report: &mut ColumnReport) {
    if STRUCTURE_COLUMNS.contains(&report.name.as_str()) {
        report.role = ColumnRole::Ignored;
        report.reason = Some("candidates have that of their own structures".to_string());
    }
}

/// Makes a column that was not asked for an ignored one.
fn deselect(report: &mut ColumnReport) {
    if report.role.is_modelled() {
        report.role = ColumnRole::Ignored;
        report.reason = Some("not asked for".to_string());
    }
}

/// The report on a column that was asked for by name: an identifier or a constant is modelled too.
fn modelled(column: &ColumnSurvey, report: ColumnReport) -> Result<ColumnReport, MaterialsError> {
    match report.role {
        ColumnRole::Ignored => Err(refused(column, report.reason.unwrap_or_default())),
        ColumnRole::SetAside => {
            let as_numbers = role::as_numbers(column).ok().filter(|_| role::is_numeric(column));
            match as_numbers {
                Some(report) => Ok(report),
                None => role::as_classes(column).map_err(|reason| refused(column, reason)),
            }
        }
        _ => Ok(report),
    }
}

fn refused(column: &ColumnSurvey, reason: String) -> MaterialsError {
    MaterialsError::NotModelled { name: column.name.clone(), reason }
}

fn holds_formulas(column: &ColumnSurvey) -> MaterialsError {
    refused(column, "it holds the formulas or the structures".to_string())
}
