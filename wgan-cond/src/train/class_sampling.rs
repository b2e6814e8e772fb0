//! How often each class is trained on.

use std::collections::BTreeMap;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// How often a combination of categories with `n_c` of the rows is drawn.
///
/// It changes how well each class is learnt, not what is learnt: within a class all rows are
/// equally likely, so the conditional laws stay those of the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClassSampling {
    /// `∝ n_c`.
    #[default]
    AsInData,
    /// All classes alike.
    Balanced,
    /// `∝ ln(1 + n_c)`, between the two (Xu et al. 2019, Modeling tabular data using conditional
    /// GAN, section 4.3).
    LogFrequency,
}

impl ClassSampling {
    /// Weight of a class with `n` rows.
    fn class_weight(self, n: usize) -> f64 {
        match self {
            Self::AsInData => n as f64,
            Self::Balanced => 1.0,
            Self::LogFrequency => (n as f64).ln_1p(),
        }
    }
}

/// Draws row numbers with given weights.
#[derive(Clone, Debug)]
pub(super) struct WeightedRows {
    /// Sums of the weights up to each row.
    cumulated: Vec<f64>,
}

impl WeightedRows {
    /// Rows whose classes are `cells`, drawn as `sampling` says.
    pub fn new<K: Ord>(cells: &[K], sampling: ClassSampling) -> Self {
        let mut counts = BTreeMap::new();
        cells.iter().for_each(|cell| *counts.entry(cell).or_insert(0) += 1);
        let weight = |cell| {
            let n = counts[cell];
            sampling.class_weight(n) / n as f64
        };
        let cumulated = cells.iter().scan(0.0, |sum, cell| {
            *sum += weight(cell);
            Some(*sum)
        });
        Self { cumulated: cumulated.collect() }
    }

    /// A row number; there is at least one row.
    pub fn draw<R: Rng>(&self, rng: &mut R) -> usize {
        let total = self.cumulated.last().copied().unwrap_or(0.0);
        let u = rng.random_range(0.0..1.0) * total;
        self.cumulated.partition_point(|&sum| sum <= u).min(self.cumulated.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Share of draws from the rare class, which has 10 of 1,000 rows.
    fn rare_share(sampling: ClassSampling) -> f64 {
        let cells: Vec<usize> = (0..1000).map(|row| usize::from(row % 100 == 0)).collect();
        let rows = WeightedRows::new(&cells, sampling);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let n_rare = (0..100_000).filter(|_| cells[rows.draw(&mut rng)] == 1).count();
        n_rare as f64 / 100_000.0
    }

    #[test]
    fn a_rare_class_is_drawn_as_often_as_promised() {
        let log = |n: f64| n.ln_1p();
        // Four standard errors of a share of 100,000 draws: at most 0.0064.
        assert!((rare_share(ClassSampling::AsInData) - 0.01).abs() < 0.0015);
        assert!((rare_share(ClassSampling::Balanced) - 0.5).abs() < 0.0064);
        let expected = log(10.0) / (log(10.0) + log(990.0));
        assert!((rare_share(ClassSampling::LogFrequency) - expected).abs() < 0.0064);
    }

    #[test]
    fn rows_of_one_class_are_equally_likely() {
        let rows = WeightedRows::new(&[0, 1, 1, 1, 1], ClassSampling::Balanced);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut counts = [0_i32; 5];
        (0..80_000).for_each(|_| counts[rows.draw(&mut rng)] += 1);
        // 40,000 and four times 10,000; four standard errors are 566 and 374.
        assert!((counts[0] - 40_000).abs() < 566);
        assert!(counts[1..].iter().all(|n| (n - 10_000).abs() < 374), "{counts:?}");
    }
}
