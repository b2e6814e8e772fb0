//! Weight normalisation in the ℓ∞ norm.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::matrices::{change_gradients, change_matrices};
use super::{LayeredCritic, LipschitzStrategy};

/// Keeps the sum of absolute weights into each unit at most one, so that the critic is 1-Lipschitz for
/// the ℓ∞ norm.
///
/// Since `‖x − y‖∞ ≤ ‖x − y‖₂ ≤ ‖x − y‖₁`, its estimate on fresh samples is a lower bound of `W₁` for all
/// three norms, tight for ℓ∞ only: moving along a diagonal of `d` dimensions it sees `d^(−½)` of the ℓ2
/// length. A unit's weights are divided by their sum where it is above one; all are before training.
/// The part of a gradient that only scales a unit's weights is taken off before the optimiser sees it, as in
/// [`Orthonormal`](super::Orthonormal). Residual connections are not covered by the bound.
///
/// # References
/// Anil, Lucas, Grosse (2019), Sorting out Lipschitz function approximation, ICML, section 4.3, with a
/// division where they project on the ℓ1 ball.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InfinityNorm;

impl<C: LayeredCritic> LipschitzStrategy<C> for InfinityNorm {
    fn attach(&self, critic: C) -> C {
        change_matrices(critic, |w| divided(w, NO_DIVISION_BY_ZERO))
    }

    fn project_gradient(&self, critic: &C, gradients: GradientsParams) -> GradientsParams {
        change_gradients(critic, gradients, without_growth)
    }

    fn project(&self, critic: C) -> C {
        change_matrices(critic, |w| divided(w, 1.0))
    }
}

/// Where all weights of a unit are zero, they stay zero.
const NO_DIVISION_BY_ZERO: f64 = 1e-20;

/// The weights into each unit divided by `max(least, Σ |w|)`.
fn divided(w: Tensor<2>, least: f64) -> Tensor<2> {
    let sums = w.clone().abs().sum_dim(0); // [d_in, d_out] → [1, d_out]
    w / sums.clamp_min(least)
}

/// The gradient of `w/Σ|w|` where the sum is one: `g − sign(w)·⟨g, w⟩` for each unit.
fn without_growth(w: Tensor<2>, g: Tensor<2>) -> Tensor<2> {
    let growth = (g.clone() * w.clone()).sum_dim(0); // [1, d_out]
    g - w.sign() * growth
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lipschitz::{LipschitzBound, operator_norm};
    use crate::model::{Activation, MlpConfig, MlpCritic};
    use crate::norm::GroundNorm;
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn every_unit_has_absolute_weights_that_sum_to_one_at_most() {
        let w = Tensor::<2>::from_floats([[3.0, 0.2, 0.0], [-1.0, 0.3, 0.0]], &Device::flex());
        let values = |t: Tensor<2>| -> Vec<f32> { t.into_data().iter::<f32>().collect() };
        let at_most = divided(w.clone(), 1.0);
        assert_eq!(values(at_most.clone()), [0.75, 0.2, 0.0, -0.25, 0.3, 0.0]);
        assert_eq!(operator_norm(&at_most, GroundNorm::LInf).unwrap(), 1.0);
        let exactly = divided(w, NO_DIVISION_BY_ZERO);
        for (value, expected) in values(exactly).into_iter().zip([0.75, 0.4, 0.0, -0.25, 0.6, 0.0])
        {
            assert!((value - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn a_projected_critic_is_one_lipschitz_and_was_not_before() {
        let config = MlpConfig::new(2, 1).with_width(32).with_activation(Activation::GroupSort);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let critic = MlpCritic::new(&config, &mut rng, &Device::flex()).unwrap();
        let bound = |critic: &MlpCritic| critic.lipschitz_bound(GroundNorm::LInf).unwrap();
        assert!(bound(&critic) > 10.0);
        assert!(bound(&InfinityNorm.project(critic)) <= 1.0 + 1e-6);
    }

    #[test]
    fn larger_weights_are_no_gain_to_the_directed_gradient() {
        let w = Tensor::<2>::from_floats([[0.75], [-0.25]], &Device::flex());
        let g = Tensor::<2>::from_floats([[2.0], [5.0]], &Device::flex());
        let gain: f32 = (w.clone() * without_growth(w, g)).sum().into_scalar();
        assert!(gain.abs() < 1e-6);
    }
}
