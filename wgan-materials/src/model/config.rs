//! Settings of a materials model.

use burn::config::Config;
use wgan_core::{OptimizerConfig, Schedule, TrainConfig, WganError};

/// Everything a fit depends on besides the data.
#[derive(Config, Debug, PartialEq)]
pub struct MaterialsConfig {
    /// Seed of every random number.
    #[config(default = 0)]
    pub seed: u64,
    /// Generator steps, at least 1.
    #[config(default = 600)]
    pub n_steps: usize,
    /// Rows per update, at least 1.
    #[config(default = 128)]
    pub batch_size: usize,
    /// Critic updates per generator update, at least 1.
    #[config(default = 2)]
    pub n_critic: usize,
    /// Weight of the two-sided gradient penalty.
    #[config(default = 5.0)]
    pub lambda: f64,
    /// Step size of both optimisers.
    #[config(default = 1e-3)]
    pub learning_rate: f64,
    /// Decay per step of the running average that becomes the generator.
    #[config(default = 0.99)]
    pub ema_decay: f64,
    /// Units per hidden layer of the critic.
    #[config(default = 192)]
    pub critic_width: usize,
    /// Units per hidden layer of the generator.
    #[config(default = 128)]
    pub generator_width: usize,
}

impl MaterialsConfig {
    /// Settings of the training loop.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn training(&self) -> Result<TrainConfig, WganError> {
        let config = TrainConfig::new(self.batch_size, self.n_steps)
            .with_n_critic(self.n_critic)
            .with_critic_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_generator_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(self.ema_decay);
        config.check()?;
        Ok(config)
    }
}
