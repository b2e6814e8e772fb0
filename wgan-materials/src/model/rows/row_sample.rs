//! Batches of rows.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor};
use wgan_core::model::{Batch, Sample};

/// Features of rows, and under which conditions.
#[derive(Clone, Debug)]
pub struct RowSample {
    /// What is compared, `[n, f]`.
    pub x: Tensor<2>,
    /// Coded conditions, `[n, m]`; none where nothing is given.
    pub y: Option<Tensor<2>>,
    /// Places in the table: of real rows their own, of fake ones those that they are compared with, `[n]`.
    pub rows: Tensor<1, Int>,
}

impl RowSample {
    /// Features and conditions side by side, `[n, f + m]`.
    pub fn joined(&self) -> Tensor<2> {
        match &self.y {
            Some(y) => Tensor::cat(vec![self.x.clone(), y.clone()], 1),
            None => self.x.clone(),
        }
    }
}

impl Sample for RowSample {
    fn batch_size(&self) -> usize {
        self.x.batch_size()
    }

    fn interpolate(&self, other: &Self, t: Tensor<1>) -> Self {
        Self { x: self.x.interpolate(&other.x, t), ..self.clone() }
    }

    fn displacement(&self, other: &Self) -> Tensor<2> {
        self.x.displacement(&other.x)
    }

    fn stack(self, other: Self) -> Self {
        Self {
            x: self.x.stack(other.x),
            y: self.y.zip(other.y).map(|(a, b)| a.stack(b)),
            rows: Tensor::cat(vec![self.rows, other.rows], 0),
        }
    }

    fn constant(self) -> Self {
        Self { x: self.x.constant(), y: self.y.map(Sample::constant), rows: self.rows }
    }
}

impl Batch for RowSample {
    fn part(&self, rows: Range<usize>) -> Self {
        Self {
            x: self.x.part(rows.clone()),
            y: self.y.part(rows.clone()),
            rows: self.rows.clone().narrow(0, rows.start, rows.len()),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            x: Batch::to_device(self.x, device),
            y: Batch::to_device(self.y, device),
            rows: self.rows.to_device(device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_keeps_the_conditions() {
        let device = Device::flex();
        let batch = |x: f32, y: Option<f32>| RowSample {
            x: Tensor::from_floats([[x]], &device),
            y: y.map(|y| Tensor::from_floats([[y]], &device)),
            rows: Tensor::from_ints([0], &device),
        };
        let half = Tensor::from_floats([0.5], &device);
        let between = batch(2.0, Some(1.0)).interpolate(&batch(0.0, Some(5.0)), half);
        assert_eq!(between.x.clone().into_scalar::<f32>(), 1.0);
        assert_eq!(between.joined().dims(), [1, 2]);
        assert_eq!(between.y.clone().unwrap().into_scalar::<f32>(), 1.0);
        assert_eq!(batch(1.0, None).joined().dims(), [1, 1]);
        assert_eq!(between.clone().stack(between).y.unwrap().dims(), [2, 1]);
    }
}
