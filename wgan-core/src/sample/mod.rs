//! What critics score: a batch of samples that can be interpolated, compared and stacked.

mod batch;
mod rows;

use burn::tensor::Tensor;

pub use batch::Batch;
pub use rows::Rows;

/// A batch of `n` samples of one law.
///
/// The operations are the ones a Lipschitz constraint needs: a segment between two samples and
/// the distance of two samples.
pub trait Sample: Batch {
    /// Number of samples `n` in the batch.
    fn batch_size(&self) -> usize;

    /// `t·self + (1 − t)·other`, with one weight per sample.
    ///
    /// Conditions a sample may carry are never interpolated: both batches hold the same ones.
    ///
    /// # Shapes
    /// - `t`: `[n]`
    #[must_use]
    fn interpolate(&self, other: &Self, t: Tensor<1>) -> Self;

    /// Displacement `self − other` of each pair, in the coordinates the critic is
    /// differentiated by.
    ///
    /// # Shapes
    /// - returns: `[n, d]`
    fn displacement(&self, other: &Self) -> Tensor<2>;

    /// The `2n` samples of `self` followed by `other`.
    #[must_use]
    fn stack(self, other: Self) -> Self;

    /// The same values as constants, without a tape.
    #[must_use]
    fn constant(self) -> Self;
}

/// Points of `R^d`: one row per sample, `[n, d]`.
impl Sample for Tensor<2> {
    fn batch_size(&self) -> usize {
        self.dims()[0]
    }

    fn interpolate(&self, other: &Self, t: Tensor<1>) -> Self {
        let t = t.unsqueeze_dim::<2>(1); // [n] → [n, 1]
        other.clone() + (self.clone() - other.clone()) * t
    }

    fn displacement(&self, other: &Self) -> Tensor<2> {
        self.clone() - other.clone()
    }

    fn stack(self, other: Self) -> Self {
        Tensor::cat(vec![self, other], 0)
    }

    fn constant(self) -> Self {
        self.inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn interpolation_uses_one_weight_per_sample() {
        let device = Device::flex();
        let x = Tensor::<2>::from_floats([[1.0, 1.0], [1.0, 1.0]], &device);
        let y = Tensor::<2>::from_floats([[0.0, 0.0], [0.0, 0.0]], &device);
        let t = Tensor::<1>::from_floats([0.25, 0.75], &device);
        let values: Vec<f32> = x.interpolate(&y, t).into_data().try_to_vec().unwrap();
        assert_eq!(values, [0.25, 0.25, 0.75, 0.75]);
    }
}
