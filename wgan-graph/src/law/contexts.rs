//! Contexts as cells: every combination of levels that was observed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::observations::{Column, Observations};
use crate::error::GraphError;

/// Numbers with more distinct values than this are put into groups.
const MAX_LEVELS: usize = 32;
/// Groups that they are put into, of about the same number of observations.
const N_GROUPS: usize = 12;

/// A context of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Name of the column.
    pub name: String,
    /// What it was seen to be.
    pub levels: Levels,
}

/// Values of a context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Levels {
    /// Numbers in ascending order: the values themselves, or the means of groups of values.
    Numbers(Vec<f64>),
    /// Classes in alphabetical order.
    Classes(Vec<String>),
}

/// One context that is wanted: `hour=8`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Name of the column.
    pub name: String,
    /// Value, as text.
    pub value: String,
}

impl std::str::FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        match parts.filter(|(name, value)| !name.is_empty() && !value.is_empty()) {
            Some((name, value)) => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            None => Err(format!("expected COLUMN=VALUE, got `{text}`")),
        }
    }
}

impl Context {
    fn of(name: &str, column: &Column) -> Self {
        let levels = match column {
            Column::Numbers(values) => Levels::Numbers(number_levels(values)),
            Column::Classes(values) => {
                let mut levels = values.clone();
                levels.sort();
                levels.dedup();
                Levels::Classes(levels)
            }
        };
        Self { name: name.to_owned(), levels }
    }

    /// Number of levels.
    pub fn n_levels(&self) -> usize {
        match &self.levels {
            Levels::Numbers(levels) => levels.len(),
            Levels::Classes(levels) => levels.len(),
        }
    }

    /// Level as text.
    pub fn text(&self, level: usize) -> String {
        match &self.levels {
            Levels::Numbers(levels) => levels.get(level).map(f64::to_string),
            Levels::Classes(levels) => levels.get(level).cloned(),
        }
        .unwrap_or_else(|| "(never seen)".to_owned())
    }

    /// The level of a value given as text.
    ///
    /// # Errors
    /// [`GraphError::Context`] for a class that was not seen, and for a number beyond those that were.
    pub fn level(&self, value: &str) -> Result<usize, GraphError> {
        let refuse = |expected: String| {
            let (name, got) = (self.name.clone(), value.to_owned());
            Err(GraphError::Context { name, got, expected })
        };
        match &self.levels {
            Levels::Classes(levels) => match levels.iter().position(|level| level == value) {
                Some(level) => Ok(level),
                None => refuse(format!("one of {}", shortened(levels))),
            },
            Levels::Numbers(levels) => {
                let (low, high) = (levels[0], levels[levels.len() - 1]);
                // Means of groups do not reach as far as the values: half a group more.
                let reach = (high - low) / levels.len() as f64;
                match value.parse::<f64>() {
                    Ok(x) if x >= low - reach && x <= high + reach => Ok(nearest(levels, x)),
                    _ => refuse(format!("a number from {low} to {high}, as was observed")),
                }
            }
        }
    }

    /// Closeness of two levels: 1 for the same; for numbers `exp(−|Δ|/h)` with the bandwidth `h` as a share of the
    /// range, 0 for other classes.
    fn closeness(&self, a: usize, b: usize, bandwidth: f64) -> f64 {
        if a == b {
            return 1.0;
        }
        match &self.levels {
            Levels::Numbers(levels) if bandwidth > 0.0 => {
                let range = levels[levels.len() - 1] - levels[0];
                (-(levels[a] - levels[b]).abs() / (bandwidth * range)).exp()
            }
            _ => 0.0,
        }
    }
}

/// A few of many names.
fn shortened(names: &[String]) -> String {
    const MOST: usize = 12;
    let more =
        if names.len() > MOST { format!(", … ({} in all)", names.len()) } else { String::new() };
    format!("{}{more}", names[..names.len().min(MOST)].join(", "))
}

/// The distinct values, or the means of groups of like size.
fn number_levels(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= MAX_LEVELS {
        return distinct;
    }
    let group = |g: usize| &sorted[g * sorted.len() / N_GROUPS..(g + 1) * sorted.len() / N_GROUPS];
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut means: Vec<f64> = (0..N_GROUPS).map(|g| mean(group(g))).collect();
    means.dedup();
    means
}

/// The level nearest to `x`, the lower of two.
fn nearest(levels: &[f64], x: f64) -> usize {
    let gap = |i: &usize| (levels[*i] - x).abs();
    (0..levels.len()).min_by(|a, b| gap(a).total_cmp(&gap(b))).unwrap_or(0)
}

/// The contexts of a model and the combinations of levels that were observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contexts {
    /// The columns.
    pub columns: Vec<Context>,
    /// Level of each column in each cell, in ascending order.
    pub cells: Vec<Vec<usize>>,
}

impl Contexts {
    /// Contexts of `observations`, and the cell of each of them.
    pub fn of(observations: &Observations) -> (Self, Vec<usize>) {
        let columns: Vec<Context> =
            observations.contexts.iter().map(|(name, column)| Context::of(name, column)).collect();
        let level = |column: usize, row: usize| match (
            &columns[column].levels,
            &observations.contexts[column].1,
        ) {
            (Levels::Numbers(levels), Column::Numbers(values)) => nearest(levels, values[row]),
            (Levels::Classes(levels), Column::Classes(values)) => {
                levels.binary_search(&values[row]).unwrap_or(0)
            }
            _ => 0,
        };
        let keys: Vec<Vec<usize>> = (0..observations.len())
            .map(|row| (0..columns.len()).map(|column| level(column, row)).collect())
            .collect();
        let mut places: BTreeMap<&[usize], usize> =
            keys.iter().map(|key| (key.as_slice(), 0)).collect();
        places.values_mut().enumerate().for_each(|(i, place)| *place = i);
        let cells = places.keys().map(|key| key.to_vec()).collect();
        let cell_of = keys.iter().map(|key| places[key.as_slice()]).collect();
        (Self { columns, cells }, cell_of)
    }

    /// Levels of observations that come later, one list per row. A class that was never seen is a level beyond
    /// the last: nothing is close to it. Of numbers it is the nearest level.
    ///
    /// # Errors
    /// [`GraphError::Observations`] for a context that they lack, or that is numbers in one and names in the other.
    pub fn keys(&self, observations: &Observations) -> Result<Vec<Vec<usize>>, GraphError> {
        let mut keys = vec![Vec::with_capacity(self.columns.len()); observations.len()];
        for context in &self.columns {
            let found = observations.contexts.iter().find(|(name, _)| *name == context.name);
            let Some((_, column)) = found else {
                let reason = format!("no context `{}`, which the model depends on", context.name);
                return Err(GraphError::Observations { reason });
            };
            for (row, key) in keys.iter_mut().enumerate() {
                key.push(match (&context.levels, column) {
                    (Levels::Numbers(levels), Column::Numbers(values)) => {
                        nearest(levels, values[row])
                    }
                    (Levels::Classes(levels), column) => {
                        let value = column.text(row);
                        levels.iter().position(|level| *level == value).unwrap_or(levels.len())
                    }
                    (Levels::Numbers(_), Column::Classes(values)) => {
                        let (name, got) = (context.name.clone(), values[row].clone());
                        let expected = "a number, as the model has learnt".to_owned();
                        return Err(GraphError::Context { name, got, expected });
                    }
                });
            }
        }
        Ok(keys)
    }

    /// Whether numbers are among the contexts.
    pub fn have_numbers(&self) -> bool {
        self.columns.iter().any(|context| matches!(context.levels, Levels::Numbers(_)))
    }

    /// Levels that the conditions ask for, one per column; `None` where a column is free.
    ///
    /// # Errors
    /// [`GraphError::Context`] for a column that is none and for values never seen.
    pub fn wanted(&self, conditions: &[Condition]) -> Result<Vec<Option<usize>>, GraphError> {
        let mut wanted = vec![None; self.columns.len()];
        for condition in conditions {
            let place = self.columns.iter().position(|context| context.name == condition.name);
            let Some(place) = place else {
                let names: Vec<String> = self.columns.iter().map(|c| c.name.clone()).collect();
                let expected = match names.as_slice() {
                    [] => "no condition, as the model has no contexts".to_owned(),
                    names => format!("a condition on {}", shortened(names)),
                };
                let (name, got) = (condition.name.clone(), condition.value.clone());
                return Err(GraphError::Context { name, got, expected });
            };
            wanted[place] = Some(self.columns[place].level(&condition.value)?);
        }
        Ok(wanted)
    }

    /// Closeness of a combination of levels to every cell.
    pub fn closeness(&self, key: &[usize], bandwidth: f64) -> Vec<f64> {
        let to = |cell: &Vec<usize>| {
            let columns = self.columns.iter().zip(cell).zip(key);
            columns.map(|((context, &a), &b)| context.closeness(a, b, bandwidth)).product()
        };
        self.cells.iter().map(to).collect()
    }

    /// A combination of levels as `hour=8, line=M1`; empty without contexts.
    pub fn text(&self, key: &[usize]) -> String {
        let part = |(context, &level): (&Context, &usize)| {
            format!("{}={}", context.name, context.text(level))
        };
        self.columns.iter().zip(key).map(part).collect::<Vec<_>>().join(", ")
    }
}

impl Column {
    /// The value of a row as text.
    fn text(&self, row: usize) -> String {
        match self {
            Self::Numbers(values) => values[row].to_string(),
            Self::Classes(values) => values[row].clone(),
        }
    }
}
