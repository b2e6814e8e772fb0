//! What computes gradients.

use serde::{Deserialize, Serialize};

/// How the gradients of a step were computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// By burn's tape: any network, any loss, any device.
    #[default]
    Tape,
    /// Written out for perceptrons with piecewise-linear activations on the processor, without a tape.
    Fused,
}

impl Engine {
    /// The engine of a whole from those of its parts: fused where all are.
    pub(crate) fn of_parts(parts: impl Iterator<Item = Self>) -> Self {
        parts.reduce(Self::and).unwrap_or(Self::Tape)
    }

    /// The engine of two parts of a computation: fused where both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Tape }
    }
}

/// What computed the gradients of a run, where there were any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engines {
    /// Of the critic: fused where every step was.
    pub critic: Option<Engine>,
    /// Of the generator: fused where every step was.
    pub generator: Option<Engine>,
}

impl Engines {
    /// A critic step was computed by `engine`.
    pub(crate) fn add_critic(&mut self, engine: Engine) {
        self.critic = Some(self.critic.map_or(engine, |before| before.and(engine)));
    }

    /// A generator step was computed by `engine`.
    pub(crate) fn add_generator(&mut self, engine: Engine) {
        self.generator = Some(self.generator.map_or(engine, |before| before.and(engine)));
    }
}
