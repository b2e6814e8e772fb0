//! What a run depends on.

use burn::config::Config;

use super::{Convergence, Objective, OptimizerConfig, Schedule};
use crate::error::WganError;

/// Settings of a training run, said once: [`Wgan::new`](super::Wgan::new) takes them, and everything else asks the [`Wgan`](super::Wgan).
#[derive(Config, Debug, PartialEq)]
pub struct TrainConfig {
    /// Samples per update, at least 1. No default: it depends on the size of the data.
    pub batch_size: usize,
    /// Steps, at least 1: critic updates, then generator updates. No default: it depends on the time there is.
    pub n_steps: usize,
    /// Samples per generator update; `batch_size` where there is none.
    pub generator_batch_size: Option<usize>,
    /// What is played for.
    #[config(default = "Objective::Wasserstein")]
    pub objective: Objective,
    /// Critic updates per generator update, at least 1 (5: Gulrajani et al. 2017).
    #[config(default = 5)]
    pub n_critic: usize,
    /// Ends the critic updates before there are `n_critic` when the critic has converged.
    pub convergence: Option<Convergence>,
    /// Generator updates per step, after those of the critic (1); 0 trains the critic alone.
    #[config(default = 1)]
    pub n_generator: usize,
    /// Generator updates on its [`regularizer`](crate::Generator::regularizer) alone before each
    /// generator update, each on a fresh batch: for a term that is cheap and slow to learn.
    #[config(default = 0)]
    pub n_regularizer: usize,
    /// Critic updates before the first generator update.
    #[config(default = 0)]
    pub critic_warm_up: usize,
    /// Optimiser of the critic.
    #[config(default = "OptimizerConfig::adam(1e-4)")]
    pub critic_optimizer: OptimizerConfig,
    /// Optimiser of the generator.
    #[config(default = "OptimizerConfig::adam(1e-4)")]
    pub generator_optimizer: OptimizerConfig,
    /// Learning-rate schedule of both.
    #[config(default = "Schedule::Constant")]
    pub schedule: Schedule,
    /// Decay per step of the generator's running average, in `[0, 1)`; 0 keeps the last weights.
    #[config(default = 0.0)]
    pub ema_decay: f64,
    /// Steps between two records of the history, at least 1.
    #[config(default = 10)]
    pub record_every: usize,
}

impl TrainConfig {
    /// Checks every field; called before training starts.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in [
            ("batch_size", self.batch_size),
            ("generator_batch_size", self.generator_batch_size.unwrap_or(self.batch_size)),
            ("n_steps", self.n_steps),
            ("n_critic", self.n_critic),
            ("record_every", self.record_every),
        ] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        if !(0.0..1.0).contains(&self.ema_decay) {
            return Err(WganError::config("ema_decay", "a number in [0, 1)", self.ema_decay));
        }
        if let Some(convergence) = self.convergence {
            convergence.check()?;
        }
        self.critic_optimizer.check()?;
        self.generator_optimizer.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_out_of_range_is_named() {
        let error = TrainConfig::new(64, 10).with_n_critic(0).check().unwrap_err();
        assert_eq!(error.to_string(), "n_critic: expected at least 1, got 0");
        let error = TrainConfig::new(64, 10).with_ema_decay(1.0).check().unwrap_err();
        assert_eq!(error.to_string(), "ema_decay: expected a number in [0, 1), got 1");
    }
}
