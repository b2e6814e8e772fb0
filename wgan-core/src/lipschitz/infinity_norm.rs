//! Weight normalisation in the ℓ∞ norm.

use burn::module::{ModuleMapper, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{LayeredCritic, LipschitzStrategy};

/// Keeps the sum of absolute weights into each unit at most one, so that the critic is 1-Lipschitz for
/// the ℓ∞ norm.
///
/// Since `‖x − y‖∞ ≤ ‖x − y‖₂ ≤ ‖x − y‖₁`, its estimate on fresh samples is a lower bound of `W₁` for all
/// three norms, tight for ℓ∞ only: moving along a diagonal of `d` dimensions it sees `d^(−½)` of the ℓ2
/// length. A unit's weights are divided by their sum where it is above one; all are before training.
/// Residual connections are not covered by the bound.
///
/// # References
/// Anil, Lucas, Grosse (2019), Sorting out Lipschitz function approximation, ICML, section 4.3, with a
/// division where they project on the ℓ1 ball.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfinityNorm;

impl<C: LayeredCritic> LipschitzStrategy<C> for InfinityNorm {
    fn attach(&self, critic: C) -> C {
        critic.map(&mut Divide { least: 0.0 })
    }

    fn project(&self, critic: C) -> C {
        critic.map(&mut Divide { least: 1.0 })
    }
}

/// Divides the weights into each unit by `max(least, Σ |w|)`.
struct Divide {
    least: f64,
}

/// Where all weights of a unit are zero, they stay zero.
const NO_DIVISION_BY_ZERO: f64 = 1e-20;

impl ModuleMapper for Divide {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 2 {
            return param;
        }
        super::replace_values(param, |w| {
            let sums = w.clone().abs().sum_dim(0); // [d_in, d_out] → [1, d_out]
            w / sums.clamp_min(self.least.max(NO_DIVISION_BY_ZERO))
        })
    }
}
