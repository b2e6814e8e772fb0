//! Penalty on difference quotients.

use serde::{Deserialize, Serialize};

use super::{LipschitzStrategy, Penalty, PenaltyTerm, Sides};
use crate::model::Critic;
use crate::norm::GroundNorm;
use crate::sample::Sample;

/// Slope penalty `λ · E[max(0, |f(x) − f(x̃)| / ‖x − x̃‖ − 1)²]` over pairs of a real and a fake
/// sample.
///
/// The constraint of the Kantorovich dual itself, for critics that have no input gradient. It says
/// nothing about slopes within one law.
///
/// # References
/// Petzka, Fischer, Lukovnikov (2018), On the regularization of Wasserstein GANs, ICLR, eq. 7.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlopePenalty {
    /// Weight `λ`.
    pub lambda: f64,
    /// Norm in which samples are compared.
    pub ground: GroundNorm,
}

impl Default for SlopePenalty {
    fn default() -> Self {
        Self { lambda: 10.0, ground: GroundNorm::L2 }
    }
}

/// Pairs closer than this have no meaningful quotient in single precision.
const MIN_DISTANCE: f32 = 1e-6;

impl<C: Critic> LipschitzStrategy<C> for SlopePenalty {
    fn penalty(&self) -> Penalty<'_, C> {
        Penalty::tracked(|critic: &C, real, fake, _| {
            let rise = (critic.score(real) - critic.score(fake)).abs();
            let run = self.ground.norm(real.displacement(fake)).clamp_min(MIN_DISTANCE);
            let slopes = rise / run;
            let loss = Sides::One.cost(slopes.clone()) * self.lambda;
            PenaltyTerm { loss, slopes }
        })
    }
}
