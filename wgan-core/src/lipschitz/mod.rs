//! Ways to keep a critic close to 1-Lipschitz, one per file.

mod audit;
mod by_construction;
mod check;
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

pub use crate::loss::{GradientPenalty, PenaltyPoints, Sides};
pub use crate::model::{LayeredCritic, LipschitzBound, Penalty, PenaltyTerm};
pub use crate::network::{operator_norm, singular_values};

pub use audit::Audit;
pub use by_construction::ByConstruction;
pub use check::check_input_gradient;
pub use each_member::EachMember;
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

    /// Term added to the critic loss.
    fn penalty(&self) -> Penalty<'_, C> {
        Penalty::None
    }

    /// Changes the gradients of the critic loss before the optimiser sees them, as a projected gradient method does.
    fn project_gradient(&self, _critic: &C, gradients: GradientsParams) -> GradientsParams {
        gradients
    }

    /// Maps the critic back to the feasible set after each update.
    fn project(&self, critic: C) -> C {
        critic
    }
}

/// A strategy that is looked at, not owned.
impl<C: Critic, S: LipschitzStrategy<C>> LipschitzStrategy<C> for &S {
    fn attach(&self, critic: C) -> C {
        (**self).attach(critic)
    }

    fn penalty(&self) -> Penalty<'_, C> {
        (**self).penalty()
    }

    fn project_gradient(&self, critic: &C, gradients: GradientsParams) -> GradientsParams {
        (**self).project_gradient(critic, gradients)
    }

    fn project(&self, critic: C) -> C {
        (**self).project(critic)
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
