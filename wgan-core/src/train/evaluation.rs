//! Exact transport between real rows and what a run generates, while it trains.

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::Wgan;
use crate::convert::points_of;
use crate::error::WganError;
use crate::judge::{Judge, W1Config, W1Report};
use crate::lipschitz::LipschitzStrategy;
use crate::model::{Critic, Generator, Prior};
use crate::sample::Sample;

/// Measures a run by exact transport every few steps.
///
/// The random numbers it needs come from a generator of its own, so that a run has the same weights with and without it.
#[derive(Clone)]
pub struct W1Evaluation<S> {
    real: S,
    every: usize,
    judge: Judge<S>,
}

impl W1Evaluation<Tensor<2>> {
    /// Compares as many generated rows as there are rows of `real` with them, every `every` steps (at least 1).
    ///
    /// `real` are best rows that are not trained on. At most 500 of each side are used unless
    /// [`W1Evaluation::with_config`] says otherwise.
    ///
    /// # Shapes
    /// - `real`: `[n, d]`
    pub fn new(real: Tensor<2>, every: usize) -> Self {
        Self::with_points(real, every, points_of)
    }
}

impl<S: Sample> W1Evaluation<S> {
    /// For other samples: `points` says where in space they lie.
    ///
    /// # Shapes
    /// - `points` returns `[n, d]`
    pub fn with_points(real: S, every: usize, points: fn(&S) -> Array2<f64>) -> Self {
        let config = W1Config { max_points: 500, ..W1Config::default() };
        Self { real, every: every.max(1), judge: Judge { points, config } }
    }

    /// With other settings of the report.
    #[must_use]
    pub fn with_config(mut self, config: W1Config) -> Self {
        self.judge.config = config;
        self
    }

    pub(super) fn is_due(&self, step: usize) -> bool {
        step.is_multiple_of(self.every)
    }

    /// The report on the averaged generator after step `step` of the run with seed `seed`.
    pub(super) fn report<C, G, T, P>(
        &self,
        wgan: &Wgan<C, G, T>,
        prior: &P,
        device: &Device,
        (seed, step): (u64, usize),
    ) -> Result<W1Report, WganError>
    where
        C: Critic<Sample = S>,
        G: Generator<Sample = S, Latent = P::Latent>,
        T: LipschitzStrategy<C>,
        P: Prior<S>,
    {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(step as u64); // the run itself draws from stream 0
        let z = prior.draw(&self.real, &mut rng, device);
        let fake = wgan.averaged.generate(&z);
        self.judge.report(&wgan.critic.valid(), &self.real, &fake, &mut rng)
    }
}
