//! Where real batches come from.

use burn::tensor::{Int, Tensor, TensorData};
use rand::{Rng, RngExt};

use crate::sample::Sample;

/// Real samples that can be picked by number.
pub trait Dataset {
    /// A batch of it.
    type Sample: Sample;

    /// Number of samples.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples with these numbers, in this order.
    fn batch(&self, rows: &[usize]) -> Self::Sample;

    /// A training batch: `size` samples drawn with replacement, all equally likely unless the
    /// data set says otherwise.
    fn draw<R: Rng>(&self, size: usize, rng: &mut R) -> Self::Sample {
        let rows: Vec<usize> = (0..size).map(|_| rng.random_range(0..self.len())).collect();
        self.batch(&rows)
    }
}

/// One sample per row.
impl Dataset for Tensor<2> {
    type Sample = Tensor<2>;

    fn len(&self) -> usize {
        self.dims()[0]
    }

    fn batch(&self, rows: &[usize]) -> Tensor<2> {
        self.clone().select(0, row_indices(rows, self))
    }
}

/// Row numbers as a tensor beside `data`.
fn row_indices<const D: usize>(rows: &[usize], data: &Tensor<D>) -> Tensor<1, Int> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let n = rows.len();
    Tensor::from_data(TensorData::new(rows, [n]), &data.device())
}
