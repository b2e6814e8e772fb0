//! How a table is read.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::summary::ColumnRole;

/// Which columns besides the formulas are modelled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnSelection {
    /// All numbers and classes but identifiers and constants.
    #[default]
    All,
    /// No column: compositions alone.
    None,
    /// These columns, identifiers and constants too.
    Named(Vec<String>),
    /// Those of these columns that are there, each as numbers or classes: what is compared with another table.
    Like(Vec<(String, ColumnRole)>),
}

impl FromStr for ColumnSelection {
    type Err = Infallible;

    /// `all`, `none` or names between commas.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let name = |name: &str| name.trim().to_string();
        Ok(match text.trim() {
            "all" => Self::All,
            "none" | "" => Self::None,
            names => {
                Self::Named(names.split(',').map(name).filter(|name| !name.is_empty()).collect())
            }
        })
    }
}

/// What a row that cannot be used does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBadRow {
    /// It is left out, and the summary says so.
    #[default]
    Skip,
    /// It ends the reading with an error.
    Fail,
    /// It is left out only if it has no formula; a number that is none counts as missing.
    Blank,
}

/// What a row does that repeats all cells of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRepeat {
    /// It is dropped, and the summary says so.
    Drop,
    /// It is a row like any other.
    Keep,
}

/// How a table is read; the default finds the formulas and models all numbers and classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// Name of the formula column; found by name or content where none is given.
    pub formula_column: Option<String>,
    /// Folder of CIF and POSCAR files, one for each row that names it; what is read is then a table of them.
    pub structures: Option<PathBuf>,
    /// Distance in Å up to which positions count as the same when the symmetry of a structure is looked for; 0.1, as in
    /// the Materials Project, where none is given.
    pub tolerance: Option<f64>,
    /// Which other columns are modelled.
    pub columns: ColumnSelection,
    /// Columns to take as numbers, whatever they look like.
    pub numbers: Vec<String>,
    /// Columns to take as classes, whatever they look like.
    pub classes: Vec<String>,
    /// Columns to leave out.
    pub ignore: Vec<String>,
    /// What a row that cannot be used does.
    pub on_bad_row: OnBadRow,
    /// What a repeated row does; where nothing is said, it is dropped in a table of known materials, where it is a slip,
    /// and kept in one without formulas, where it is a measurement.
    pub on_repeat: Option<OnRepeat>,
}

impl ReadOptions {
    /// Takes the formulas from this column.
    #[must_use]
    pub fn with_formula_column(mut self, name: impl Into<String>) -> Self {
        self.formula_column = Some(name.into());
        self
    }

    /// Models these columns.
    #[must_use]
    pub fn with_columns(mut self, columns: ColumnSelection) -> Self {
        self.columns = columns;
        self
    }

    /// Decides what a bad row does.
    #[must_use]
    pub fn with_on_bad_row(mut self, on_bad_row: OnBadRow) -> Self {
        self.on_bad_row = on_bad_row;
        self
    }

    /// Decides what a repeated row does.
    #[must_use]
    pub fn with_on_repeat(mut self, on_repeat: OnRepeat) -> Self {
        self.on_repeat = Some(on_repeat);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_read_from_a_word_or_a_list() {
        let read = |text: &str| text.parse::<ColumnSelection>().unwrap();
        assert_eq!(read("all"), ColumnSelection::All);
        assert_eq!(read("none"), ColumnSelection::None);
        let named = ColumnSelection::Named(vec!["a".to_string(), "b c".to_string()]);
        assert_eq!(read("a, b c"), named);
    }
}
