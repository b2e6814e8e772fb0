//! Rows to train on.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{Rng, RngExt};
use wgan_core::train::Dataset;

use super::RowSample;

/// Features of the known rows with their conditions.
#[derive(Clone, Debug)]
pub struct RowData {
    /// Features, `[n, f]`.
    pub x: Tensor<2>,
    /// Coded conditions, `[n, m]`.
    pub y: Option<Tensor<2>>,
    /// Rows that batches are drawn from.
    pub drawn: Vec<usize>,
    /// Share of a batch whose conditions are hidden, that is, zero.
    pub withheld: f64,
}

impl Dataset for RowData {
    type Sample = RowSample;

    fn len(&self) -> usize {
        self.drawn.len()
    }

    fn batch(&self, rows: &[usize]) -> RowSample {
        let device: Device = self.x.device();
        let rows: Vec<i64> = rows.iter().map(|&row| self.drawn[row] as i64).collect();
        let n = rows.len();
        let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [n]), &device);
        let of = |table: &Tensor<2>| table.clone().select(0, rows.clone());
        RowSample { x: of(&self.x), y: self.y.as_ref().map(of), rows: rows.clone() }
    }

    fn draw<R: Rng>(&self, size: usize, rng: &mut R) -> RowSample {
        let rows: Vec<usize> = (0..size).map(|_| rng.random_range(0..self.len())).collect();
        let batch = self.batch(&rows);
        let Some(y) = batch.y.filter(|_| self.withheld > 0.0) else { return self.batch(&rows) };
        let shown = |_| if rng.random_bool(self.withheld) { 0.0_f32 } else { 1.0 };
        let shown: Vec<f32> = (0..size).map(shown).collect();
        let shown = Tensor::<2>::from_data(TensorData::new(shown, [size, 1]), &y.device());
        RowSample { y: Some(y * shown), ..batch }
    }
}
