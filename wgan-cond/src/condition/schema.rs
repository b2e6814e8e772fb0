//! The columns of a model's conditions, fitted to training data.

use std::collections::BTreeSet;
use std::ops::Range;

use ndarray::{Array2, ArrayViewMut1, Axis};
use serde::{Deserialize, Serialize};

use super::{Coding, Condition, Encoded, Extrapolation, Scale, Value};
use crate::error::CondError;

/// One condition, not fitted yet: its name, unit and kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionColumn {
    /// Name.
    pub name: String,
    /// Unit of a number, if it has one.
    pub unit: Option<String>,
    /// How a number is scaled; `None` for categories.
    pub scale: Option<Scale>,
}

impl ConditionColumn {
    /// A column of categories.
    pub fn categories(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, scale: None }
    }

    /// A column of numbers, standardised; an empty unit is no unit.
    pub fn number(name: impl Into<String>, unit: &str) -> Self {
        let unit = (!unit.is_empty()).then(|| unit.to_owned());
        Self { name: name.into(), unit, scale: Some(Scale::Standard) }
    }

    /// The same column with its numbers scaled by rank.
    #[must_use]
    pub fn by_rank(self) -> Self {
        Self { scale: Some(Scale::Rank), ..self }
    }

    /// Name and unit, as in `gap (eV)`.
    pub fn label(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} ({unit})", self.name),
            None => self.name.clone(),
        }
    }
}

/// The columns of a model's conditions, fitted to training data.
///
/// A coded condition is one row of `m` numbers. Categories are one-hot, so that the first linear
/// layer behind them is their embedding; a number takes two entries, its scaled value and 1. What
/// is not given is 0 throughout, so the zero row is the condition "anything".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    columns: Vec<(ConditionColumn, Coding)>,
    /// Combinations of categories in the training data, by number in each column.
    seen: BTreeSet<Vec<usize>>,
}

/// Category numbers of one condition, `None` where nothing is given.
pub(crate) type Cell = Vec<Option<usize>>;

impl Schema {
    /// Columns fitted to the conditions of the training data, where values may be missing.
    ///
    /// # Errors
    /// Two columns of one name, a name in `rows` that is no column, a value of the wrong kind, a
    /// number that is not finite, a column without values or with one number only.
    pub fn fit(columns: &[ConditionColumn], rows: &[Condition]) -> Result<Self, CondError> {
        check_names(columns, rows)?;
        let fitted: Result<Vec<_>, CondError> =
            columns.iter().map(|column| Ok((column.clone(), fit_coding(column, rows)?))).collect();
        Self::of_codings(fitted?, rows)
    }

    /// Columns with these codings, and the combinations of categories in `rows`.
    pub(super) fn of_codings(
        columns: Vec<(ConditionColumn, Coding)>,
        rows: &[Condition],
    ) -> Result<Self, CondError> {
        let mut schema = Self { columns, seen: BTreeSet::new() };
        let encoded = schema.encode_given(rows)?;
        schema.seen = (0..rows.len())
            .filter_map(|row| schema.cell(&encoded.y, row).into_iter().collect())
            .collect();
        Ok(schema)
    }

    /// Columns with their codings.
    pub fn columns(&self) -> &[(ConditionColumn, Coding)] {
        &self.columns
    }

    /// Entries `m` of a coded condition.
    pub fn width(&self) -> usize {
        self.columns.iter().map(|(_, coding)| coding.width()).sum()
    }

    /// Column `name`: its entries in a coded condition, what it is, and its coding.
    ///
    /// # Errors
    /// [`CondError::UnknownColumn`].
    pub fn column(
        &self,
        name: &str,
    ) -> Result<(Range<usize>, &ConditionColumn, &Coding), CondError> {
        let mut blocks = self.blocks();
        blocks.find(|(_, column, _)| column.name == name).ok_or_else(|| self.unknown_column(name))
    }

    /// Codes conditions that give every column.
    ///
    /// # Errors
    /// A missing or unknown column, an unknown category, a value of the wrong kind, a number that
    /// is not finite. Numbers out of range are coded and reported in the result.
    pub fn encode(&self, rows: &[Condition]) -> Result<Encoded, CondError> {
        for (i, condition) in rows.iter().enumerate() {
            let missing =
                |(column, _): &&(ConditionColumn, Coding)| condition.get(&column.name).is_none();
            if let Some((column, coding)) = self.columns.iter().find(missing) {
                let expected = expectation(column, coding);
                return Err(CondError::Missing { row: i + 1, name: column.name.clone(), expected });
            }
        }
        self.encode_given(rows)
    }

    /// Like [`Schema::encode`], with zeros where a column is not given: for models that were
    /// trained with conditions [withheld](crate::ConditionDropout).
    ///
    /// # Errors
    /// As [`Schema::encode`], but for missing columns.
    pub fn encode_given(&self, rows: &[Condition]) -> Result<Encoded, CondError> {
        let mut y = Array2::zeros((rows.len(), self.width()));
        let mut extrapolations = Vec::new();
        for (i, condition) in rows.iter().enumerate() {
            if let Some(name) = condition.names().find(|name| !self.has(name)) {
                return Err(self.unknown_column(name));
            }
            for (block, column, coding) in self.blocks() {
                if let Some(value) = condition.get(&column.name) {
                    let mut row = y.row_mut(i);
                    let entries = row.slice_axis_mut(Axis(0), block.into());
                    extrapolations.extend(encode_value(i + 1, value, column, coding, entries)?);
                }
            }
            extrapolations.extend(self.unseen_combination(&y, i));
        }
        Ok(Encoded { y, extrapolations })
    }

    /// Category numbers of a coded condition.
    pub(crate) fn cell(&self, y: &Array2<f32>, row: usize) -> Cell {
        self.blocks()
            .filter(|(_, _, coding)| matches!(coding, Coding::OneHot { .. }))
            .map(|(block, _, _)| block.clone().position(|entry| y[[row, entry]] > 0.0))
            .collect()
    }

    /// Entries that hold the scaled value of a number.
    pub(crate) fn number_entries(&self) -> Vec<usize> {
        self.blocks()
            .filter(|(_, _, coding)| !matches!(coding, Coding::OneHot { .. }))
            .map(|(block, _, _)| block.start)
            .collect()
    }

    /// Entries of each column.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (Range<usize>, &ConditionColumn, &Coding)> {
        self.columns.iter().scan(0, |start, (column, coding)| {
            let block = *start..*start + coding.width();
            *start = block.end;
            Some((block, column, coding))
        })
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|(column, _)| column.name == name)
    }

    fn unknown_column(&self, name: &str) -> CondError {
        let known = self.columns.iter().map(|(column, _)| column.label()).collect();
        CondError::UnknownColumn { name: name.to_owned(), known }
    }

    /// Flags a full set of categories that the training data does not have.
    fn unseen_combination(&self, y: &Array2<f32>, row: usize) -> Option<Extrapolation> {
        let cell: Vec<usize> = self.cell(y, row).into_iter().collect::<Option<_>>()?;
        if self.seen.is_empty() || self.seen.contains(&cell) {
            return None;
        }
        let mut numbers = cell.iter();
        let named = self.columns.iter().filter_map(|(column, coding)| match coding {
            Coding::OneHot { categories } => {
                numbers.next().map(|&k| format!("{}={}", column.name, categories[k]))
            }
            _ => None,
        });
        let categories = named.collect::<Vec<_>>().join(", ");
        Some(Extrapolation::UnseenCombination { row: row + 1, categories })
    }
}

fn check_names(columns: &[ConditionColumn], rows: &[Condition]) -> Result<(), CondError> {
    for (i, column) in columns.iter().enumerate() {
        if columns[..i].iter().any(|other| other.name == column.name) {
            return Err(CondError::DuplicateColumn { name: column.name.clone() });
        }
    }
    let is_known = |name: &&str| columns.iter().any(|column| column.name == *name);
    match rows.iter().flat_map(Condition::names).find(|name| !is_known(name)) {
        None => Ok(()),
        Some(name) => {
            let known = columns.iter().map(ConditionColumn::label).collect();
            Err(CondError::UnknownColumn { name: name.to_owned(), known })
        }
    }
}

fn fit_coding(column: &ConditionColumn, rows: &[Condition]) -> Result<Coding, CondError> {
    let given = rows
        .iter()
        .enumerate()
        .filter_map(|(i, condition)| condition.get(&column.name).map(|value| (i + 1, value)));
    let (coding, reason) = match column.scale {
        None => {
            let names: Result<Vec<_>, _> =
                given.map(|(row, value)| category_name(row, value, column)).collect();
            (Coding::of_categories(names?), "the training data has no value of it")
        }
        Some(scale) => {
            let numbers: Result<Vec<_>, _> =
                given.map(|(row, value)| number(row, value, column)).collect();
            let reason = "expected at least two different numbers in the training data";
            (Coding::of_numbers(numbers?, scale), reason)
        }
    };
    coding.ok_or_else(|| CondError::Useless { name: column.label(), reason })
}

/// Writes the code of one value to its entries; tells when it is out of range.
fn encode_value(
    row: usize,
    value: &Value,
    column: &ConditionColumn,
    coding: &Coding,
    mut entries: ArrayViewMut1<'_, f32>,
) -> Result<Option<Extrapolation>, CondError> {
    if let Coding::OneHot { categories } = coding {
        let got = category_name(row, value, column)?;
        let Some(k) = categories.iter().position(|category| *category == got) else {
            let (name, known) = (column.name.clone(), categories.clone());
            return Err(CondError::UnknownCategory { row, name, got, known });
        };
        entries[k] = 1.0;
        return Ok(None);
    }
    let got = number(row, value, column)?;
    entries[0] = coding.scaled(got) as f32;
    entries[1] = 1.0;
    let outside = coding.range().filter(|&(least, most)| got < least || got > most);
    Ok(outside.map(|range| Extrapolation::OutOfRange { row, column: column.label(), got, range }))
}

/// What a column takes, in words.
fn expectation(column: &ConditionColumn, coding: &Coding) -> String {
    match (coding, &column.unit) {
        (Coding::OneHot { categories }, _) => format!("one of {}", categories.join(", ")),
        (_, Some(unit)) => format!("a number in {unit}"),
        (_, None) => "a number".to_owned(),
    }
}

fn category_name(row: usize, value: &Value, column: &ConditionColumn) -> Result<String, CondError> {
    match value {
        Value::Category(name) => Ok(name.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Within { .. } => Err(wrong_kind(row, value, column, "a category")),
    }
}

fn number(row: usize, value: &Value, column: &ConditionColumn) -> Result<f64, CondError> {
    match *value {
        Value::Number(number) if number.is_finite() => Ok(number),
        Value::Number(got) => Err(CondError::NotFinite { row, name: column.name.clone(), got }),
        // The middle; who wants the interval draws from it first.
        Value::Within { centre, half_width } if (centre + half_width).is_finite() => Ok(centre),
        Value::Within { .. } => Err(wrong_kind(row, value, column, "a finite interval")),
        Value::Category(_) => Err(wrong_kind(row, value, column, "a number")),
    }
}

fn wrong_kind(row: usize, value: &Value, column: &ConditionColumn, kind: &str) -> CondError {
    let expected = match &column.unit {
        Some(unit) => format!("{kind} in {unit}"),
        None => kind.to_owned(),
    };
    CondError::WrongKind { row, name: column.name.clone(), expected, got: format!("{value}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn phase_and_gap() -> (Schema, Vec<Condition>) {
        let row = |phase: &str, gap: f64| Condition::new().with("phase", phase).with("gap", gap);
        let rows =
            vec![row("hexagonal", 1.0), row("cubic", 3.0), row("cubic", 1.0), row("cubic", 3.0)];
        let columns = [ConditionColumn::categories("phase"), ConditionColumn::number("gap", "eV")];
        (Schema::fit(&columns, &rows).unwrap(), rows)
    }

    fn message(rows: &[Condition]) -> String {
        phase_and_gap().0.encode(rows).unwrap_err().to_string()
    }

    #[test]
    fn categories_are_one_hot_and_numbers_standard() {
        let (schema, rows) = phase_and_gap();
        let encoded = schema.encode(&rows).unwrap();
        let expected = array![
            [0.0, 1.0, -1.0, 1.0],
            [1.0, 0.0, 1.0, 1.0],
            [1.0, 0.0, -1.0, 1.0],
            [1.0, 0.0, 1.0, 1.0]
        ];
        assert_eq!(encoded, Encoded { y: expected, extrapolations: vec![] });
    }

    #[test]
    fn what_is_not_given_is_zero() {
        let (schema, _) = phase_and_gap();
        let rows = [Condition::new(), Condition::new().with("gap", 3.0)];
        let y = schema.encode_given(&rows).unwrap().y;
        assert_eq!(y, array![[0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]);
    }

    #[test]
    fn bad_conditions_are_explained() {
        let base = Condition::new().with("phase", "cubic");
        assert_eq!(
            message(std::slice::from_ref(&base)),
            "condition 1: `gap` is missing; it takes a number in eV"
        );
        assert_eq!(
            message(&[Condition::new().with("gap", 2.0)]),
            "condition 1: `phase` is missing; it takes one of cubic, hexagonal"
        );
        assert_eq!(
            message(&[
                base.clone().with("gap", 2.0),
                base.clone().with("gap", 2.0).with("phase", "Cubic")
            ]),
            "condition 2, `phase`: unknown category \"Cubic\"; there are cubic, hexagonal"
        );
        assert_eq!(
            message(&[base.clone().with("gap", "wide")]),
            "condition 1, `gap`: got wide, expected a number in eV"
        );
        assert_eq!(
            message(&[base.clone().with("gap", f64::NAN)]),
            "condition 1, `gap`: NaN is not a finite number"
        );
        assert_eq!(
            message(&[base.with("gap", 2.0).with("Tc", 4)]),
            "no condition `Tc`; there are phase, gap (eV)"
        );
    }

    #[test]
    fn extrapolation_is_flagged_and_still_coded() {
        let (schema, _) = phase_and_gap();
        let rows = [
            Condition::new().with("phase", "cubic").with("gap", 2.0),
            Condition::new().with("phase", "hexagonal").with("gap", 5.0),
        ];
        let encoded = schema.encode(&rows).unwrap();
        assert_eq!(encoded.y[[1, 2]], 3.0);
        assert_eq!(encoded.extrapolations.len(), 1);
        assert_eq!(
            encoded.extrapolations[0].to_string(),
            "condition 2: gap (eV) = 5 is an extrapolation, the training data has 1 to 3"
        );
    }

    #[test]
    fn categories_that_never_met_are_an_extrapolation() {
        let row = |a: &str, b: i32| Condition::new().with("a", a).with("b", b);
        let columns = [ConditionColumn::categories("a"), ConditionColumn::categories("b")];
        let schema = Schema::fit(&columns, &[row("x", 0), row("y", 1)]).unwrap();
        let encoded = schema.encode(&[row("y", 1), row("x", 1)]).unwrap();
        assert_eq!(
            encoded.extrapolations.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "condition 2: a=x, b=1 is an extrapolation, the training data has no such combination"
            ]
        );
    }

    #[test]
    fn columns_that_condition_nothing_are_refused() {
        let rows = [Condition::new().with("t", 3.0), Condition::new().with("t", 3.0)];
        let constant = Schema::fit(&[ConditionColumn::number("t", "K")], &rows).unwrap_err();
        assert_eq!(
            constant.to_string(),
            "condition `t (K)`: expected at least two different numbers in the training data"
        );
        let absent = Schema::fit(&[ConditionColumn::categories("p")], &[]).unwrap_err();
        assert_eq!(absent.to_string(), "condition `p`: the training data has no value of it");
        let column = ConditionColumn::number("t", "K");
        let twice = Schema::fit(&[column.clone(), column], &rows).unwrap_err();
        assert_eq!(twice.to_string(), "condition `t` is declared twice");
    }

    #[test]
    fn a_schema_survives_a_file() {
        let (schema, _) = phase_and_gap();
        let text = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<Schema>(&text).unwrap(), schema);
    }
}
