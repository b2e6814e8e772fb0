//! Learns the joint law of connection patterns and draws new ones.

use burn::config::Config;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    Recorder, Schedule, TrainConfig, Wgan, WganError,
};

use super::clustering::ClusteringByDegree;
use super::pattern::Pattern;
use super::rank_scale::RankScale;

/// Settings of [`generate_nodes`](super::generate_nodes).
#[derive(Config, Debug, PartialEq)]
pub struct NewNodesConfig {
    /// Landmarks that say where a node is, at least 1.
    #[config(default = 6)]
    pub n_landmarks: usize,
    /// Nodes, drawn at random, whose mean distance says how central a node is, at least 1.
    #[config(default = 64)]
    pub n_probes: usize,
    /// Generator updates, at least 1.
    #[config(default = 1500)]
    pub n_steps: usize,
    /// Units per hidden layer of critic and generator.
    #[config(default = 64)]
    pub width: usize,
}

impl NewNodesConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in [
            ("n_landmarks", self.n_landmarks),
            ("n_probes", self.n_probes),
            ("n_steps", self.n_steps),
            ("width", self.width),
        ] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        Ok(())
    }
}

/// Dimension of the latent: twice that of a pattern with few landmarks.
const LATENT: usize = 16;
/// Rows that the margins of the generator are measured on.
const MARGIN_ROWS: usize = 4096;

/// Draws patterns.
pub struct PatternGenerator {
    generator: MlpGenerator,
    clustering: ClusteringByDegree,
    data: RankScale,
    margins: RankScale,
}

impl PatternGenerator {
    /// Trains a WGAN on `patterns`, at least one, on their rank scale.
    pub fn fit<R: Rng>(
        patterns: &[Pattern],
        config: &NewNodesConfig,
        recorder: impl Recorder,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let clustering = ClusteringByDegree::fit(patterns.iter().map(|p| (p.degree, p.clustering)));
        let rows: Vec<Vec<f64>> = patterns.iter().map(|p| p.to_row(&clustering, rng)).collect();
        let d = rows[0].len();
        let table = Array2::from_shape_fn((rows.len(), d), |(i, j)| rows[i][j]);
        let data = RankScale::fit(table.view());
        let scaled = to_tensor(&data.forward(table.view(), rng), device);
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
        let fit = Fit::new(&train, &scaled, &prior, device, rng.next_u64())?;
        let generator = fit.with_recorder(recorder).run(wgan)?.wgan.averaged;
        let fake = generator.forward(prior.sample(MARGIN_ROWS, rng, device));
        let margins = RankScale::fit(to_array(fake).view());
        Ok(Self { generator, clustering, data, margins })
    }

    /// `n` patterns, spread over the law as evenly as `n` can be.
    ///
    /// Each column has the margin of the data: a generated value is replaced by the data's value of
    /// the same rank, so what the WGAN answers for is how the columns go together. Many more are
    /// drawn than asked for, put in order of degree and reach, and taken at equal distances from a
    /// random start (systematic sampling): any one follows the law, and all together have its
    /// hubs and its leaves in their proportion.
    /// Degrees are multiplied by `growth`, see [`Pattern::from_row`].
    pub fn draw<R: Rng>(
        &self,
        n: usize,
        growth: f64,
        rng: &mut R,
        device: &Device,
    ) -> Vec<Pattern> {
        let n_drawn = MARGIN_ROWS.max(4 * n);
        let z = GaussianPrior { dim: LATENT }.sample(n_drawn, rng, device);
        let mut rows = to_array(self.generator.forward(z));
        for mut row in rows.rows_mut() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = self.data.quantile(j, self.margins.rank(j, *value));
            }
        }
        let mut rows: Vec<Vec<f64>> = rows.rows().into_iter().map(|row| row.to_vec()).collect();
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[3].total_cmp(&b[3])));
        let start = rng.random::<f64>();
        let taken = |i: usize| ((i as f64 + start) / n as f64 * n_drawn as f64) as usize;
        let mut patterns: Vec<Pattern> = (0..n)
            .map(|i| &rows[taken(i).min(n_drawn - 1)])
            .map(|row| Pattern::from_row(row, growth, &self.clustering, rng))
            .collect();
        patterns.shuffle(rng);
        patterns
    }
}

fn to_tensor(data: &Array2<f64>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = data.iter().map(|&v| v as f32).collect();
    Tensor::from_data(TensorData::new(values, [data.nrows(), data.ncols()]), device)
}

fn to_array(data: Tensor<2>) -> Array2<f64> {
    let [n, d] = data.dims();
    let values: Vec<f64> = data.into_data().iter::<f32>().map(f64::from).collect();
    Array2::from_shape_fn((n, d), |(i, j)| values[i * d + j])
}
