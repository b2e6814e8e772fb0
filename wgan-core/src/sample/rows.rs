//! Samples that are rows of numbers, alone or beside something else.

use burn::tensor::Tensor;

use super::Sample;

/// A batch whose coordinates, those that the critic is differentiated by, are rows `[n, d]`.
pub trait Rows: Sample {
    /// The coordinates.
    ///
    /// # Shapes
    /// - returns: `[n, d]`
    fn rows(&self) -> Tensor<2>;

    /// The batch with other coordinates, and what is beside them kept.
    ///
    /// # Shapes
    /// - `rows`: `[n, d′]`
    #[must_use]
    fn with_rows(&self, rows: Tensor<2>) -> Self;
}

impl Rows for Tensor<2> {
    fn rows(&self) -> Tensor<2> {
        self.clone()
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        rows
    }
}
