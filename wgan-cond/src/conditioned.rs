//! Samples with the conditions they were measured or made under.

use ndarray::{Array2, Axis};
use wgan_core::WganError;

use crate::condition::Condition;
use crate::error::CondError;

/// Samples `x: [n, d]`, one condition each.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditioned {
    /// The samples.
    pub x: Array2<f64>,
    /// Their conditions.
    pub conditions: Vec<Condition>,
}

impl Conditioned {
    /// Samples with one condition each.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `conditions`: `n`
    ///
    /// # Errors
    /// [`WganError::Shape`] if the numbers of rows differ.
    pub fn new(x: Array2<f64>, conditions: Vec<Condition>) -> Result<Self, CondError> {
        if x.nrows() != conditions.len() {
            let (expected, got) = (vec![x.nrows()], vec![conditions.len()]);
            return Err(WganError::Shape { at: "conditions", expected, got }.into());
        }
        Ok(Self { x, conditions })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.conditions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The samples with these numbers, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            x: self.x.select(Axis(0), rows),
            conditions: rows.iter().map(|&row| self.conditions[row].clone()).collect(),
        }
    }
}
