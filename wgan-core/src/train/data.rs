//! Where real batches come from.

use burn::tensor::{Int, Tensor, TensorData};
use rand::{Rng, RngExt};

use crate::error::WganError;
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

    /// Refuses samples that nothing can be learnt from; a run asks before it starts.
    ///
    /// # Errors
    /// Whatever is wrong with them.
    fn check(&self) -> Result<(), WganError> {
        Ok(())
    }

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

    /// Refuses entries that are NaN or infinite, as numbers above 3e38 are in single precision.
    fn check(&self) -> Result<(), WganError> {
        let width = self.dims()[1].max(1);
        let entries = self.clone().into_data();
        let odd = entries.iter::<f32>().enumerate().find(|(_, entry)| !entry.is_finite());
        match odd {
            Some((place, got)) => {
                let (index, got) = (vec![place / width, place % width], f64::from(got));
                Err(WganError::NotFinite { at: "training data", index, got })
            }
            None => Ok(()),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn entries_that_are_not_finite_are_named() {
        let of = |odd: f64| {
            let table = ndarray::array![[1.0, 2.0], [3.0, odd], [5.0, 6.0]];
            crate::tensor_of(table.view(), &Device::flex()).check()
        };
        assert!(of(4.0).is_ok() && of(-1e38).is_ok());
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e39, -1e200] {
            let message = of(odd).unwrap_err().to_string();
            assert!(message.starts_with("training data: entry [1, 1] is "), "{message}");
        }
    }
}
