//! Ways to keep a critic close to 1-Lipschitz, one per file.

mod audit;
mod bound;
mod by_construction;
mod each_member;
mod gradient_penalty;
mod infinity_norm;
mod leading;
mod matrices;
mod orthonormal;
mod slope_penalty;
mod spectral_norm;
mod unconstrained;
mod weight_clip;

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::model::Critic;

pub use audit::Audit;
pub use bound::{LayeredCritic, LipschitzBound, operator_norm, singular_values};
pub use by_construction::ByConstruction;
pub use each_member::EachMember;
pub use gradient_penalty::{GradientPenalty, PenaltyPoints};
pub use infinity_norm::InfinityNorm;
pub use orthonormal::Orthonormal;
pub use slope_penalty::SlopePenalty;
pub use spectral_norm::SpectralNorm;
pub use unconstrained::Unconstrained;
pub use weight_clip::WeightClip;

/// Keeps the critic close to 1-Lipschitz.
pub trait LipschitzStrategy<C: Critic>: Sync {
    /// Changes the critic once, before training.
    fn attach(&self, critic: C) -> C {
        critic
    }

    /// Term added to the critic loss; `t: [n]` holds one uniform weight per sample.
    fn penalty(
        &self,
        _critic: &C,
        _real: &C::Sample,
        _fake: &C::Sample,
        _t: Tensor<1>,
    ) -> Option<Penalty> {
        None
    }

    /// What [`LipschitzStrategy::penalty`] is, where that is known beforehand: critic steps of perceptrons are then
    /// computed without a tape.
    fn penalty_form(&self) -> PenaltyForm {
        PenaltyForm::Other
    }

    /// Changes the gradients of the critic loss before the optimiser sees them.
    fn direct(&self, _critic: &C, gradients: GradientsParams) -> GradientsParams {
        gradients
    }

    /// Maps the critic back to the feasible set after each update.
    fn project(&self, critic: C) -> C {
        critic
    }
}

/// The term that a strategy adds to the critic loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PenaltyForm {
    /// None.
    None,
    /// This one.
    Gradient(GradientPenalty),
    /// One that only the strategy knows.
    Other,
}

/// A penalty and the slopes it was computed from.
#[derive(Clone, Debug)]
pub struct Penalty {
    /// Term of the critic loss, `[1]`.
    pub loss: Tensor<1>,
    /// Slope seen at each penalised point, `[n]`.
    pub slopes: Tensor<1>,
}

/// Which slopes cost something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Sides {
    /// `max(0, s − 1)²`: slopes below one are free (Petzka, Fischer, Lukovnikov 2018).
    One,
    /// `(s − 1)²` (Gulrajani et al. 2017). In one dimension it holds the slope back from changing
    /// sign.
    Two,
}

impl Sides {
    /// Mean cost of the slopes `[n] → [1]`.
    fn cost(self, slopes: Tensor<1>) -> Tensor<1> {
        let excess = slopes - 1.0;
        let excess = match self {
            Sides::One => excess.clamp_min(0.0),
            Sides::Two => excess,
        };
        excess.square().mean()
    }
}

/// A parameter with its values changed outside the tape, trainable as before.
fn replace_values<const D: usize>(
    param: Param<Tensor<D>>,
    change: impl FnOnce(Tensor<D>) -> Tensor<D>,
) -> Param<Tensor<D>> {
    param.map(|w| {
        let (is_autodiff, is_trained) = (w.is_autodiff(), w.is_require_grad());
        let changed = change(w.inner());
        if is_autodiff { changed.autodiff().set_require_grad(is_trained) } else { changed }
    })
}
