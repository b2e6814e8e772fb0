//! Settings of a materials model.

use burn::config::Config;
use wgan_core::train::{Plateau, Schedule};
use wgan_core::{OptimizerConfig, TrainConfig, WganError};

/// Everything a fit depends on besides the data.
#[derive(Config, Debug, PartialEq)]
pub struct MaterialsConfig {
    /// Seed of every random number.
    #[config(default = 0)]
    pub seed: u64,
    /// Generator steps, at least 1; see [`MaterialsConfig::for_rows`].
    pub n_steps: usize,
    /// Rows per update, at least 1.
    #[config(default = 128)]
    pub batch_size: usize,
    /// Rows per generator update, at least 1: more than per critic update, because the properties
    /// are learnt there.
    #[config(default = 512)]
    pub generator_batch_size: usize,
    /// Updates of the properties alone per generator update: they cost little and need many.
    #[config(default = 4)]
    pub n_regularizer: usize,
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
    /// Names of the columns that are given to generator and critic, in the order of the table.
    #[config(default = "Vec::new()")]
    pub conditions: Vec<String>,
    /// Ends the fit early where the smoothed estimate no longer falls; none for all steps.
    #[config(default = "None")]
    pub plateau: Option<Plateau>,
}

impl MaterialsConfig {
    /// Settings for a table of `n_rows` rows: a quarter as many steps, 150 to 600.
    ///
    /// With the batch of 128 each row is then seen about 64 times by the critic. Many more, and the
    /// critic learns a small table by heart and the generator repeats it.
    pub fn for_rows(n_rows: usize) -> Self {
        Self::new((n_rows / 4).clamp(150, 600))
    }

    /// Settings of the training loop.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn training(&self) -> Result<TrainConfig, WganError> {
        let config = TrainConfig::new(self.batch_size, self.n_steps)
            .with_n_critic(self.n_critic)
            .with_n_regularizer(self.n_regularizer)
            .with_generator_batch_size(Some(self.generator_batch_size))
            .with_critic_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_generator_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(self.ema_decay);
        config.check()?;
        Ok(config)
    }
}
