//! What predicts a condition from a sample.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::condition::{Coding, Condition, Schema, Value};
use crate::error::CondError;

/// One condition of many samples, as something to predict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Targets {
    /// Category numbers, in the order of the column's categories.
    Classes(Vec<usize>),
    /// Numbers in the unit of the column.
    Numbers(Vec<f64>),
}

/// A method that learns to predict a condition.
pub trait Learner {
    /// Fits the method.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `targets`: `n`
    ///
    /// # Errors
    /// Numbers of rows that differ, too few rows.
    fn fit(
        &self,
        x: ArrayView2<'_, f64>,
        targets: &Targets,
    ) -> Result<Box<dyn Predictor>, CondError>;
}

/// A fitted method.
pub trait Predictor {
    /// Predictions of the kind it was fitted to, one per row of `x: [n, d]`.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`
    /// - returns: `n` predictions
    ///
    /// # Errors
    /// Another dimension than that of the training data.
    fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Targets, CondError>;
}

impl Targets {
    /// Column `name` of the conditions of some samples.
    ///
    /// # Errors
    /// No such column, a condition without it, an unknown category, a value of the wrong kind.
    pub fn of(schema: &Schema, name: &str, conditions: &[Condition]) -> Result<Self, CondError> {
        let (block, _, coding) = schema.column(name)?;
        let only: Result<Vec<Condition>, CondError> = conditions
            .iter()
            .enumerate()
            .map(|(i, condition)| match condition.get(name) {
                Some(value) => Ok(Condition::new().with(name, value.clone())),
                None => Err(CondError::Missing {
                    row: i + 1,
                    name: name.to_owned(),
                    expected: "a value".to_owned(),
                }),
            })
            .collect();
        let only = only?;
        let y = schema.encode_given(&only)?.y;
        Ok(match coding {
            Coding::OneHot { .. } => Targets::Classes(
                (0..y.nrows())
                    .filter_map(|row| block.clone().position(|entry| y[[row, entry]] > 0.0))
                    .collect(),
            ),
            _ => Targets::Numbers(only.iter().filter_map(|c| number(c.get(name))).collect()),
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes(classes) => classes.len(),
            Targets::Numbers(numbers) => numbers.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The targets with these numbers, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Targets::Classes(classes) => {
                Targets::Classes(rows.iter().map(|&row| classes[row]).collect())
            }
            Targets::Numbers(numbers) => {
                Targets::Numbers(rows.iter().map(|&row| numbers[row]).collect())
            }
        }
    }

    /// Share of equal classes, or mean absolute difference of numbers in their unit; NaN for none.
    ///
    /// # Errors
    /// Targets of different kinds or lengths.
    pub fn agreement(&self, other: &Self) -> Result<f64, CondError> {
        if self.len() != other.len() {
            return Err(CondError::rows("predictions", self.len(), other.len()));
        }
        let total = match (self, other) {
            (Targets::Classes(a), Targets::Classes(b)) => {
                a.iter().zip(b).filter(|(a, b)| a == b).count() as f64
            }
            (Targets::Numbers(a), Targets::Numbers(b)) => {
                a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum()
            }
            _ => {
                let expected = "predictions of the kind of the condition";
                return Err(wgan_core::WganError::config("judge", expected, "the other").into());
            }
        };
        Ok(total / self.len() as f64)
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Within { centre, .. }) => Some(*centre),
        _ => None,
    }
}
