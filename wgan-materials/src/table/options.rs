//! How a table is read.

use std::convert::Infallible;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which columns are properties.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertySelection {
    /// All numeric columns but identifiers and constants.
    #[default]
    All,
    /// No column: compositions alone.
    None,
    /// These columns, identifiers and constants too.
    Named(Vec<String>),
    /// Those of these columns that are there and hold numbers, identifiers and constants too.
    Among(Vec<String>),
}

impl FromStr for PropertySelection {
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
    /// It is left out only if it has no formula; a property that is no number counts as missing.
    Blank,
}

/// What a row does that repeats all cells of an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnRepeat {
    /// It is dropped, and the summary says so: in a table of known materials it is a slip.
    #[default]
    Drop,
    /// It is a row like any other: a list of candidates that repeats itself must be seen to.
    Keep,
}

/// How a table is read; the default finds the formulas and takes all numeric columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// Name of the formula column; found by name or content where there is none.
    pub formula_column: Option<String>,
    /// Which columns are properties.
    pub properties: PropertySelection,
    /// What a row that cannot be used does.
    pub on_bad_row: OnBadRow,
    /// What a row does that repeats all cells of an earlier one.
    pub on_repeat: OnRepeat,
}

impl ReadOptions {
    /// Takes the formulas from this column.
    pub fn with_formula_column(mut self, name: impl Into<String>) -> Self {
        self.formula_column = Some(name.into());
        self
    }

    /// Takes these columns as properties.
    pub fn with_properties(mut self, properties: PropertySelection) -> Self {
        self.properties = properties;
        self
    }

    /// Decides what a bad row does.
    pub fn with_on_bad_row(mut self, on_bad_row: OnBadRow) -> Self {
        self.on_bad_row = on_bad_row;
        self
    }

    /// Decides what a repeated row does.
    pub fn with_on_repeat(mut self, on_repeat: OnRepeat) -> Self {
        self.on_repeat = on_repeat;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_read_from_a_word_or_a_list() {
        let read = |text: &str| text.parse::<PropertySelection>().unwrap();
        assert_eq!(read("all"), PropertySelection::All);
        assert_eq!(read("none"), PropertySelection::None);
        let named = PropertySelection::Named(vec!["a".to_string(), "b c".to_string()]);
        assert_eq!(read("a, b c"), named);
    }
}
