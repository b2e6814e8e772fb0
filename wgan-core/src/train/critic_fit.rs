//! A critic alone, between two fixed laws.

use std::marker::PhantomData;

use burn::config::Config;
use burn::module::Module;
use burn::tensor::Device;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Dataset, Fit, Objective, OptimizerConfig, Schedule, TrainConfig, Wgan};
use crate::error::WganError;
use crate::lipschitz::LipschitzStrategy;
use crate::model::{Critic, Generator, Prior};
use crate::sample::{Batch, Sample};

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

    /// Trains `critic` to tell the samples `real` from `fake`, without a generator: the loop of [`Fit`] with generator
    /// updates left out.
    ///
    /// To be judged on samples it has not seen: [`Estimate::of`](crate::judge::Estimate::of).
    ///
    /// # Errors
    /// [`WganError::Config`] if a setting is out of range or a sample is empty; [`WganError::NotFinite`] for entries of samples;
    /// [`WganError::Diverged`].
    pub fn fit<C, D, S>(
        &self,
        critic: C,
        strategy: &S,
        (real, fake): (&D, &D),
        rng: &mut ChaCha8Rng,
    ) -> Result<C, WganError>
    where
        C: Critic<Sample = D::Sample>,
        D: Dataset,
        S: LipschitzStrategy<C>,
    {
        self.check()?;
        if real.is_empty() || fake.is_empty() {
            return Err(WganError::config("samples", "at least one of each law", 0));
        }
        fake.check()?;
        let device = real.batch(&[0]).displacement(&real.batch(&[0])).device();
        let wgan = Wgan::new(critic, Replay::default(), strategy, &self.train_config());
        let replayed = Replayed(fake);
        let fit = Fit::new(real, &replayed, &device, 0)?.with_rng(rng.clone());
        let outcome = fit.run(wgan)?.into_result()?;
        *rng = outcome.rng;
        Ok(outcome.wgan.critic.valid())
    }

    /// The same as settings of a run.
    fn train_config(&self) -> TrainConfig {
        TrainConfig::new(self.batch_size, self.n_steps)
            .with_objective(self.objective)
            .with_n_critic(1)
            .with_n_generator(0)
            .with_critic_optimizer(self.optimizer)
            .with_schedule(self.schedule)
            .with_record_every(self.n_steps)
    }
}

/// A generator without parameters, `G(x) = x`: a fake law that is given by its samples.
#[derive(Module, Debug)]
struct Replay<S: Batch> {
    #[module(skip)]
    of: PhantomData<S>,
}

impl<S: Batch> Default for Replay<S> {
    fn default() -> Self {
        Self { of: PhantomData }
    }
}

impl<S: Sample> Generator for Replay<S> {
    type Latent = S;
    type Sample = S;

    fn generate(&self, x: &S) -> S {
        x.clone()
    }
}

/// Draws the fake samples that stand in for latents.
struct Replayed<'a, D>(&'a D);

impl<D: Dataset> Prior<D::Sample> for Replayed<'_, D> {
    type Latent = D::Sample;

    fn draw<R: Rng>(&self, real: &D::Sample, rng: &mut R, _device: &Device) -> D::Sample {
        self.0.draw(real.batch_size(), rng)
    }
}
