//! Constraints on weights, applied where `x` passes and nowhere else.

use serde::{Deserialize, Serialize};
use wgan_core::Critic;
use wgan_core::lipschitz::{LipschitzStrategy, Penalty};

use crate::Labelled;

/// Critics that can tell the weights that only the condition passes through from the others.
pub trait ConditionPath: Critic<Sample = Labelled> {
    /// The critic with a last layer that cannot be steep for any condition; as it is where the last
    /// layer does not depend on the condition.
    #[must_use]
    fn with_bounded_head(self) -> Self {
        self
    }

    /// The critic with zeros in the condition's share of every weight that also has a share of the
    /// sample.
    #[must_use]
    fn without_condition_path(self) -> Self;

    /// The critic with the condition path of `source`.
    #[must_use]
    fn with_condition_path_of(self, source: &Self) -> Self;
}

/// A strategy that constrains weights (clipping, spectral norm, orthonormal layers), applied to the
/// sample path only: `f(· | y)` is constrained for each `y`, and nothing is asked of `f` in `y`.
///
/// Applied directly, such a strategy would constrain `f` in `x` and `y` jointly, which is more than
/// `W₁` between conditional laws asks for. Penalties need no such care: they see slopes in `x` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OnSamplePath<S>(pub S);

impl<C: ConditionPath, S: LipschitzStrategy<C>> LipschitzStrategy<C> for OnSamplePath<S> {
    fn attach(&self, critic: C) -> C {
        let critic = critic.with_bounded_head();
        let constrained = self.0.attach(critic.clone().without_condition_path());
        constrained.with_condition_path_of(&critic)
    }

    fn penalty(&self) -> Penalty<'_, C> {
        self.0.penalty()
    }

    fn project(&self, critic: C) -> C {
        let constrained = self.0.project(critic.clone().without_condition_path());
        constrained.with_condition_path_of(&critic)
    }
}
