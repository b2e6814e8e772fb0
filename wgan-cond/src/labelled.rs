//! Samples that carry a condition.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use wgan_core::model::{Batch, Rows, Sample};

/// Samples `x: [n, d]` with their conditions `y: [n, m]`.
///
/// Two batches that meet in a critic step hold the same conditions, row by row: the prior draws
/// each latent for the condition of a real sample.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// What is compared, `[n, d]`.
    pub x: Tensor<2>,
    /// Under which condition, `[n, m]`.
    pub y: Tensor<2>,
}

impl Sample for Labelled {
    fn batch_size(&self) -> usize {
        self.x.batch_size()
    }

    fn interpolate(&self, other: &Self, t: Tensor<1>) -> Self {
        Self { x: self.x.interpolate(&other.x, t), y: self.y.clone() }
    }

    fn displacement(&self, other: &Self) -> Tensor<2> {
        self.x.displacement(&other.x)
    }

    fn stack(self, other: Self) -> Self {
        Self { x: self.x.stack(other.x), y: self.y.stack(other.y) }
    }

    fn constant(self) -> Self {
        Self { x: self.x.constant(), y: self.y.constant() }
    }
}

impl Rows for Labelled {
    fn rows(&self) -> Tensor<2> {
        self.x.clone()
    }

    fn with_rows(&self, rows: Tensor<2>) -> Self {
        Self { x: rows, y: self.y.clone() }
    }
}

impl Batch for Labelled {
    fn part(&self, rows: Range<usize>) -> Self {
        Self { x: self.x.part(rows.clone()), y: self.y.part(rows) }
    }

    fn to_device(self, device: &Device) -> Self {
        Self { x: self.x.to_device(device), y: self.y.to_device(device) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_keeps_the_condition_of_the_real_sample() {
        let device = Device::flex();
        let batch = |x: f32, y: f32| Labelled {
            x: Tensor::from_floats([[x]], &device),
            y: Tensor::from_floats([[y]], &device),
        };
        let t = Tensor::from_floats([0.5], &device);
        let between = batch(2.0, 1.0).interpolate(&batch(0.0, 5.0), t);
        assert_eq!(between.x.into_scalar::<f32>(), 1.0);
        assert_eq!(between.y.into_scalar::<f32>(), 1.0);
    }
}
