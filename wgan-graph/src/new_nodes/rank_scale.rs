//! Columns on a common scale by their ranks, and back.

use ndarray::{Array2, ArrayView2};
use rand::{Rng, RngExt};

/// Rank scale of each column: uniform with mean 0 and variance 1, whatever the law of the data.
///
/// The way back gives values of the data only, so whole numbers stay whole.
#[derive(Clone, Debug)]
pub struct RankScale {
    sorted: Vec<Vec<f64>>,
}

/// Half width of the uniform law of variance one.
const HALF_WIDTH: f64 = 1.732_050_807_568_877_2;

impl RankScale {
    /// Scale of the columns of `data`, `[n, d]` with at least one row.
    pub fn fit(data: ArrayView2<'_, f64>) -> Self {
        let sorted = |column: ndarray::ArrayView1<'_, f64>| {
            let mut column = column.to_vec();
            column.sort_by(f64::total_cmp);
            column
        };
        Self { sorted: data.columns().into_iter().map(sorted).collect() }
    }

    /// Scaled ranks, `[n, d] → [n, d]`; equal values are spread at random over their ranks.
    pub fn forward<R: Rng>(&self, data: ArrayView2<'_, f64>, rng: &mut R) -> Array2<f64> {
        let mut scaled = data.to_owned();
        for (mut column, sorted) in scaled.columns_mut().into_iter().zip(&self.sorted) {
            for value in &mut column {
                let below = sorted.partition_point(|s| s < value);
                let up_to = sorted.partition_point(|s| s <= value);
                let rank = below as f64 + rng.random::<f64>() * (up_to - below) as f64;
                *value = (2.0 * rank / sorted.len() as f64 - 1.0) * HALF_WIDTH;
            }
        }
        scaled
    }

    /// Value of column `j` at the share `u` of its ranks, `u` in `[0, 1]`.
    pub fn quantile(&self, j: usize, u: f64) -> f64 {
        let sorted = &self.sorted[j];
        sorted[((u * sorted.len() as f64) as usize).min(sorted.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn ranks_come_back_as_the_values_they_were() {
        let data = array![[5.0], [1.0], [1.0], [9.0]];
        let scale = RankScale::fit(data.view());
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (scaled, value) in scale.forward(data.view(), &mut rng).iter().zip(&data) {
            let u = (scaled / HALF_WIDTH + 1.0) / 2.0;
            assert_eq!(scale.quantile(0, u), *value);
        }
        assert_eq!(scale.quantile(0, 1.0), 9.0);
    }

    #[test]
    fn the_scale_is_uniform_with_variance_one() {
        let data = Array2::from_shape_fn((4000, 1), |(i, _)| (i as f64 / 400.0).exp());
        let scale = RankScale::fit(data.view());
        let scaled = scale.forward(data.view(), &mut ChaCha8Rng::seed_from_u64(2));
        assert!(scaled.mean().unwrap().abs() < 1e-3);
        assert!((scaled.var(0.0) - 1.0).abs() < 1e-3);
    }
}
