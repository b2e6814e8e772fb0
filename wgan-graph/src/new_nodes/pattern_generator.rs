//! Learns the joint law of connection patterns and draws new ones.

use std::path::Path;

use burn::tensor::Device;
use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::model::{check_size, load_weights, save_weights};
use wgan_core::train::{Recorder, Schedule};
use wgan_core::whitening::RankScale;
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    TrainConfig, Wgan, WganError,
};
use wgan_core::{points_of, tensor_of};

use super::clustering::ClusteringByDegree;
use super::config::NodeGeneratorConfig;
use super::pattern::Pattern;

/// Dimension of the latent: twice that of a pattern with few landmarks.
const LATENT: usize = 16;
/// Fewest rows that patterns are taken from.
const N_DRAWN: usize = 4096;

/// Draws patterns.
pub struct PatternGenerator {
    generator: MlpGenerator,
    clustering: ClusteringByDegree,
    /// Rank scale of each column.
    scales: Vec<RankScale>,
    device: Device,
}

impl PatternGenerator {
    /// Trains a WGAN on `patterns`, at least one, on their rank scale.
    pub fn fit<R: Rng>(
        patterns: &[Pattern],
        config: &NodeGeneratorConfig,
        recorder: impl Recorder,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let clustering = ClusteringByDegree::fit(patterns.iter().map(|p| (p.degree, p.clustering)));
        let rows: Vec<Vec<f64>> = patterns.iter().map(|p| p.to_row(&clustering, rng)).collect();
        let d = rows[0].len();
        let table = Array2::from_shape_fn((rows.len(), d), |(i, j)| rows[i][j]);
        let scales = table.columns().into_iter().map(|column| RankScale::fit(column.to_vec()));
        let scales = scales.collect::<Result<Vec<RankScale>, WganError>>()?;
        let mut scaled = table;
        for (mut column, scale) in scaled.columns_mut().into_iter().zip(&scales) {
            column.iter_mut().for_each(|v| *v = scale.spread(*v, rng));
        }
        let scaled = tensor_of(scaled.view(), device);
        let adam = || OptimizerConfig::adam(1e-3);
        let train = TrainConfig::new(patterns.len().min(256), config.n_steps)
            .with_critic_optimizer(adam())
            .with_generator_optimizer(adam())
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.99);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(config.width);
        let wgan = Wgan::new(
            MlpCritic::new(&mlp(d, 1), rng, device)?,
            MlpGenerator::new(&mlp(LATENT, d), rng, device)?,
            GradientPenalty::one_sided(1.0),
            &train,
        );
        let prior = GaussianPrior { dim: LATENT };
        let fit = Fit::new(&scaled, &prior, device, rng.next_u64())?;
        let generator = fit.with_recorder(recorder).run(wgan)?.wgan.averaged;
        Ok(Self { generator, clustering, scales, device: device.clone() })
    }

    /// The generator of these patterns with weights from a file.
    ///
    /// # Errors
    /// As [`load_weights`].
    pub fn load(
        patterns: &[Pattern],
        config: &NodeGeneratorConfig,
        weights: &Path,
        device: &Device,
    ) -> Result<Self, WganError> {
        let clustering = ClusteringByDegree::fit(patterns.iter().map(|p| (p.degree, p.clustering)));
        // Ranks of the clustering are uniform whatever they are of; their scale is not used when drawing.
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let rows: Vec<Vec<f64>> =
            patterns.iter().map(|p| p.to_row(&clustering, &mut rng)).collect();
        let d = rows[0].len();
        let scales = (0..d).map(|j| RankScale::fit(rows.iter().map(|row| row[j])));
        let scales = scales.collect::<Result<_, WganError>>()?;
        check_size(weights, (config.width as u128).pow(2))?;
        let mlp = MlpConfig::new(LATENT, d).with_width(config.width);
        let generator = load_weights(MlpGenerator::new(&mlp, &mut rng, device)?, weights)?;
        Ok(Self { generator, clustering, scales, device: device.clone() })
    }

    /// Writes the weights.
    ///
    /// # Errors
    /// As [`save_weights`].
    pub fn save_weights(&self, path: &Path) -> Result<(), WganError> {
        save_weights(&self.generator, path)
    }

    /// `n` patterns, spread over the law as evenly as `n` can be.
    ///
    /// What the WGAN answers for is how the columns go together. Many more are drawn than
    /// needed, put in order of degree and mean distance, and taken at equal steps (systematic sampling), so
    /// that there are hubs and leaves in their proportion. Then each value is replaced by one of
    /// the data at the same rank, so that each column has the margin of the data, and the
    /// clustering has it for each degree.
    /// Degrees are multiplied by `growth`, see [`Pattern::from_row`].
    pub fn draw<R: Rng>(&self, n: usize, growth: f64, rng: &mut R) -> Vec<Pattern> {
        let n_drawn = N_DRAWN.max(4 * n);
        let z = GaussianPrior { dim: LATENT }.sample(n_drawn, rng, &self.device);
        let drawn = points_of(&self.generator.forward(z));
        let mut drawn: Vec<Vec<f64>> = drawn.rows().into_iter().map(|row| row.to_vec()).collect();
        by_rank(&mut drawn, 0, |rank, _| self.scales[0].quantile(middle(rank, n_drawn)));
        for j in 2..drawn[0].len() {
            by_rank(&mut drawn, j, |rank, _| middle(rank, n_drawn));
        }
        drawn.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[3].total_cmp(&b[3])));
        for of_degree in drawn.chunk_by_mut(|a, b| a[0] == b[0]) {
            let k = of_degree.len();
            by_rank(of_degree, 1, |rank, _| middle(rank, k));
        }
        let start = rng.random::<f64>();
        let taken = |i: usize| ((i as f64 + start) / n as f64 * n_drawn as f64) as usize;
        let mut rows: Vec<Vec<f64>> =
            (0..n).map(|i| drawn[taken(i).min(n_drawn - 1)].clone()).collect();
        // Within its part of the law, each value stays where it was drawn.
        for j in 2..drawn[0].len() {
            by_rank(&mut rows, j, |rank, u| self.scales[j].quantile((rank as f64 + u) / n as f64));
        }
        for of_degree in rows.chunk_by_mut(|a, b| a[0] == b[0]) {
            let k = of_degree.len() as f64;
            by_rank(of_degree, 1, |rank, u| (rank as f64 + u) / k);
        }
        let mut patterns: Vec<Pattern> =
            rows.iter().map(|row| Pattern::from_row(row, growth, &self.clustering, rng)).collect();
        patterns.shuffle(rng);
        patterns
    }
}

/// Replaces column `j` by `value(rank, old value)`, ranks from 0.
fn by_rank(rows: &mut [Vec<f64>], j: usize, value: impl Fn(usize, f64) -> f64) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[a][j].total_cmp(&rows[b][j]));
    for (rank, i) in order.into_iter().enumerate() {
        rows[i][j] = value(rank, rows[i][j]);
    }
}

/// Middle of part number `rank` of `n` equal parts of `[0, 1]`.
fn middle(rank: usize, n: usize) -> f64 {
    (rank as f64 + 0.5) / n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_the_margin_of_the_data() {
        let pattern = |i: usize| Pattern {
            degree: 1 + i % 4,
            clustering: if [1, 2, 3].contains(&(i % 8)) { 1.0 } else { 0.0 },
            log_neighbour_degree: (i as f64 / 40.0).sin(),
            mean_hops: i as f64,
            landmarks: vec![(i % 7) as f64],
            neighbour_classes: vec![],
        };
        let known: Vec<Pattern> = (0..200).map(pattern).collect();
        let config = NodeGeneratorConfig::new().with_n_steps(3).with_width(8);
        let (mut rng, device) = (ChaCha8Rng::seed_from_u64(1), Device::flex());
        let model = PatternGenerator::fit(&known, &config, (), &mut rng, &device).unwrap();
        let drawn = model.draw(40, 1.0, &mut rng);
        for degree in 1..5 {
            let of_degree: Vec<&Pattern> = drawn.iter().filter(|p| p.degree == degree).collect();
            assert_eq!(of_degree.len(), 10);
            let closed = of_degree.iter().filter(|p| p.clustering == 1.0).count();
            assert_eq!(closed, if degree == 1 { 0 } else { 5 }, "degree {degree}");
        }
        let in_order = |of: fn(&Pattern) -> f64| {
            let mut values: Vec<f64> = drawn.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        for (rank, hops) in in_order(|p| p.mean_hops).into_iter().enumerate() {
            assert_eq!((hops / 5.0).floor(), rank as f64); // one of each five
        }
        let mut around: Vec<f64> = known.iter().map(|p| p.log_neighbour_degree).collect();
        around.sort_by(f64::total_cmp);
        for (value, five) in in_order(|p| p.log_neighbour_degree).iter().zip(around.chunks(5)) {
            assert!(five.contains(value));
        }
    }

    #[test]
    fn columns_stay_together_however_few_are_drawn() {
        let pattern = |i: usize| Pattern {
            degree: 2,
            clustering: 0.0,
            log_neighbour_degree: 1.0,
            mean_hops: i as f64,
            landmarks: vec![i as f64],
            neighbour_classes: vec![],
        };
        let known: Vec<Pattern> = (0..200).map(pattern).collect();
        let config = NodeGeneratorConfig::new().with_n_steps(300).with_width(16);
        let (mut rng, device) = (ChaCha8Rng::seed_from_u64(2), Device::flex());
        let model = PatternGenerator::fit(&known, &config, (), &mut rng, &device).unwrap();
        let mut drawn = Vec::new();
        (0..60).for_each(|_| drawn.extend(model.draw(1, 1.0, &mut rng)));
        let off = drawn.iter().map(|p| (p.mean_hops - p.landmarks[0]).abs()).sum::<f64>() / 60.0;
        // Two independent columns would be off by 67 on average, with a standard error of 6.
        assert!(off < 40.0, "{off}");
        assert!(model.draw(0, 1.0, &mut rng).is_empty());
    }
}
