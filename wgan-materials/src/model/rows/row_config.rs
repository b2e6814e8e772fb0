//! Settings of a model of rows.

use burn::config::Config;
use wgan_core::train::{Plateau, Schedule};
use wgan_core::whitening::Whitening;
use wgan_core::{OptimizerConfig, TrainConfig, WganError};

/// Everything a fit depends on besides the rows.
#[derive(Config, Debug, PartialEq)]
pub struct RowConfig {
    /// Generator steps, at least 1; see [`RowConfig::for_rows`].
    pub n_steps: usize,
    /// Seed of every random number.
    #[config(default = 0)]
    pub seed: u64,
    /// Coordinates of the numbers; none for standardised ones.
    #[config(default = "Some(Whitening::Pca)")]
    pub whitening: Option<Whitening>,
    /// Whether rows depart from known ones; without, from noise alone.
    #[config(default = true)]
    pub is_anchored: bool,
    /// Rows per update, at least 1.
    #[config(default = 256)]
    pub batch_size: usize,
    /// Critic updates per generator update, at least 1.
    #[config(default = 2)]
    pub n_critic: usize,
    /// Weight of the one-sided gradient penalty.
    #[config(default = 5.0)]
    pub lambda: f64,
    /// Step size of both optimisers.
    #[config(default = 1e-3)]
    pub learning_rate: f64,
    /// Decay per step of the running average that becomes the generator.
    #[config(default = 0.998)]
    pub ema_decay: f64,
    /// Units per hidden layer of both networks, at least 1.
    #[config(default = 128)]
    pub width: usize,
    /// Components of the noise, at least 1.
    #[config(default = 16)]
    pub noise: usize,
    /// Share of the training rows whose conditions are hidden, in `[0, 1)`: above 0, a model with conditions also samples without.
    #[config(default = 0.0)]
    pub withheld: f64,
    /// Ends the fit early where the smoothed estimate no longer falls; none for all steps.
    #[config(default = "None")]
    pub plateau: Option<Plateau>,
}

impl RowConfig {
    /// Settings for a table of `n_rows` rows: half as many steps, 200 to 2,000.
    pub fn for_rows(n_rows: usize) -> Self {
        Self::new((n_rows / 2).clamp(200, 2000))
    }

    /// Settings of the training loop.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn training(&self) -> Result<TrainConfig, WganError> {
        if !(0.0..1.0).contains(&self.withheld) {
            return Err(WganError::config("withheld", "a share in [0, 1)", self.withheld));
        }
        let adam = OptimizerConfig::adam(self.learning_rate);
        let config = TrainConfig::new(self.batch_size, self.n_steps)
            .with_n_critic(self.n_critic)
            .with_critic_optimizer(adam)
            .with_generator_optimizer(adam)
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(self.ema_decay);
        config.check()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_named() {
        let message = |config: RowConfig| config.training().unwrap_err().to_string();
        assert_eq!(message(RowConfig::new(0)), "n_steps: expected at least 1, got 0");
        let withheld = RowConfig::for_rows(100).with_withheld(1.0);
        assert_eq!(message(withheld), "withheld: expected a share in [0, 1), got 1");
        assert_eq!(RowConfig::for_rows(100).n_steps, 200);
    }
}
