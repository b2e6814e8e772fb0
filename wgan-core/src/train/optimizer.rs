//! Optimisers, from burn.

use burn::optim::{ModuleOptimizer, RmsPropConfig, SgdConfig};
use serde::{Deserialize, Serialize};

use super::adam::OnePassAdam;
use crate::error::WganError;

/// An optimiser and its learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum OptimizerConfig {
    /// Adam with ε = 1e-8 (Kingma, Ba 2015).
    Adam {
        /// Step size, above 0.
        learning_rate: f64,
        /// Decay of the mean, in `[0, 1)`: 0 or 0.5 for WGANs, where the loss keeps moving.
        beta_1: f32,
        /// Decay of the square, in `[0, 1)`.
        beta_2: f32,
    },
    /// RMSProp without momentum, for weight clipping (Arjovsky et al. 2017).
    RmsProp {
        /// Step size, above 0.
        learning_rate: f64,
    },
    /// Gradient descent: the step is as long as the gradient, while the others scale a vanishing gradient up again.
    Sgd {
        /// Step size, above 0.
        learning_rate: f64,
    },
}

impl OptimizerConfig {
    /// Adam with β = (0, 0.9) (Gulrajani et al. 2017).
    pub fn adam(learning_rate: f64) -> Self {
        OptimizerConfig::Adam { learning_rate, beta_1: 0.0, beta_2: 0.9 }
    }

    /// Step size.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            OptimizerConfig::Adam { learning_rate, .. }
            | OptimizerConfig::RmsProp { learning_rate }
            | OptimizerConfig::Sgd { learning_rate } => learning_rate,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        let rate = self.learning_rate();
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(WganError::config("learning_rate", "a number above 0", rate));
        }
        if let OptimizerConfig::Adam { beta_1, beta_2, .. } = *self {
            for (field, beta) in [("beta_1", beta_1), ("beta_2", beta_2)] {
                if !(0.0..1.0).contains(&beta) {
                    return Err(WganError::config(field, "a number in [0, 1)", beta));
                }
            }
        }
        Ok(())
    }

    /// The optimiser, without state.
    pub fn init(&self) -> ModuleOptimizer {
        match *self {
            OptimizerConfig::Adam { beta_1, beta_2, .. } => {
                OnePassAdam::new(beta_1, beta_2, 1e-8).into()
            }
            OptimizerConfig::RmsProp { .. } => RmsPropConfig::new().with_momentum(0.0).init(),
            OptimizerConfig::Sgd { .. } => SgdConfig::new().init(),
        }
    }
}
