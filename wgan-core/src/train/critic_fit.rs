//! A critic alone, between two fixed laws.

use burn::config::Config;
use burn::tensor::{Tensor, TensorData};
use rand::{Rng, RngExt};

use super::wgan::critic_gradients;
use super::{Dataset, Objective, OptimizerConfig, Schedule};
use crate::error::WganError;
use crate::lipschitz::LipschitzStrategy;
use crate::model::Critic;
use crate::sample::Sample;

/// Settings of [`CriticConfig::fit`].
#[derive(Config, Debug, PartialEq)]
pub struct CriticConfig {
    /// Samples of each law per update, at least 1.
    pub batch_size: usize,
    /// Updates, at least 1.
    pub n_steps: usize,
    /// What the critic is to raise.
    #[config(default = "Objective::Wasserstein")]
    pub objective: Objective,
    /// Optimiser (Adam at 1e-3 with β = (0.5, 0.9)).
    #[config(default = "OptimizerConfig::Adam { learning_rate: 1e-3, beta_1: 0.5, beta_2: 0.9 }")]
    pub optimizer: OptimizerConfig,
    /// Learning-rate schedule: a critic at the end of a decay is much nearer to its optimum.
    #[config(default = "Schedule::Cosine")]
    pub schedule: Schedule,
}

impl CriticConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in [("batch_size", self.batch_size), ("n_steps", self.n_steps)] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        self.optimizer.check()
    }

    /// Trains `critic` to tell the samples `real` from `fake`, without a generator.
    ///
    /// To be judged on samples it has not seen: [`Estimate::of`](crate::Estimate::of).
    ///
    /// # Errors
    /// [`WganError::Config`] if a setting is out of range or a sample is empty; [`WganError::NotFinite`] if
    /// training diverges.
    pub fn fit<C, D, S, R>(
        &self,
        critic: C,
        strategy: &S,
        (real, fake): (&D, &D),
        rng: &mut R,
    ) -> Result<C, WganError>
    where
        C: Critic<Sample = D::Sample>,
        D: Dataset,
        S: LipschitzStrategy<C>,
        R: Rng,
    {
        self.check()?;
        if real.is_empty() || fake.is_empty() {
            return Err(WganError::config("samples", "at least one of each law", 0));
        }
        let mut critic = strategy.attach(critic.train());
        let mut optimizer = self.optimizer.init();
        for step in 0..self.n_steps {
            let rate = self.optimizer.learning_rate() * self.schedule.factor(step, self.n_steps);
            let batch = (real.draw(self.batch_size, rng), fake.draw(self.batch_size, rng));
            let t = self.uniform(&batch.0.displacement(&batch.1), rng);
            let (gradients, figures) =
                critic_gradients(&critic, (self.objective, strategy), batch, t);
            let gradients = strategy.direct(&critic, gradients);
            critic = strategy.project(optimizer.step(rate, critic, gradients));
            if !figures.estimate.is_finite() {
                let (at, got) = ("critic estimate", figures.estimate);
                return Err(WganError::NotFinite { at, index: vec![step], got });
            }
        }
        Ok(critic.valid())
    }

    /// One interpolation weight per sample.
    fn uniform<R: Rng>(&self, beside: &Tensor<2>, rng: &mut R) -> Tensor<1> {
        let t: Vec<f32> = (0..self.batch_size).map(|_| rng.random_range(0.0..=1.0)).collect();
        Tensor::from_data(TensorData::new(t, [self.batch_size]), &beside.device())
    }
}
