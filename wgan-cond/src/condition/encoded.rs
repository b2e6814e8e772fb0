//! Coded conditions, with what was unusual about them.

use std::fmt;

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Conditions as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// One row per condition, `[n, m]`.
    pub y: Array2<f32>,
    /// What lies outside the training data.
    pub extrapolations: Vec<Extrapolation>,
}

/// A condition that the training data does not cover: the model is guessing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Extrapolation {
    /// A number outside the range of the training data.
    OutOfRange {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The column, with its unit.
        column: String,
        /// The number.
        got: f64,
        /// Smallest and largest number of the training data.
        range: (f64, f64),
    },
    /// Categories that never occur together in the training data.
    UnseenCombination {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The categories.
        categories: String,
    },
}

impl Extrapolation {
    /// Row of the condition, counted from 1.
    pub fn row(&self) -> usize {
        match self {
            Self::OutOfRange { row, .. } | Self::UnseenCombination { row, .. } => *row,
        }
    }

    /// The same, as a finding about row `new_row`.
    pub(crate) fn of_request(&self, new_row: usize) -> Self {
        let mut moved = self.clone();
        match &mut moved {
            Self::OutOfRange { row, .. } | Self::UnseenCombination { row, .. } => *row = new_row,
        }
        moved
    }

    /// Whether both are about the same row and column, whatever the number.
    pub(crate) fn is_same_cause(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OutOfRange { row, column, .. }, Self::OutOfRange { row: r, column: c, .. }) => {
                row == r && column == c
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Extrapolation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { row, column, got, range: (least, most) } => write!(
                out,
                "condition {row}: {column} = {got} is an extrapolation, the training data has {least} to {most}"
            ),
            Self::UnseenCombination { row, categories } => write!(
                out,
                "condition {row}: {categories} is an extrapolation, the training data has no such combination"
            ),
        }
    }
}

/// A table as a tensor.
pub(crate) fn tensor(table: &Array2<f32>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = table.iter().copied().collect();
    Tensor::from_data(TensorData::new(values, [table.nrows(), table.ncols()]), device)
}
