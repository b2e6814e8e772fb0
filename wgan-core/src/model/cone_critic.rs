//! Critic that is the lower envelope of cones.

use burn::module::{Module, Param};
use burn::tensor::{Int, Tensor};

use super::{Critic, InputGradient, LipschitzBound};
use crate::convert::{points_of, values_of};
use crate::error::WganError;
use crate::norm::GroundNorm;
use crate::transport::McShane;

/// `f(x) = minₖ (‖x − aₖ‖₂ + bₖ)`, 1-Lipschitz whatever the anchors `aₖ` and offsets `bₖ`.
///
/// It is McShane's extension with free anchors: every 1-Lipschitz function is the limit of such functions
/// as anchors are added, and every one of them has a gradient of length one, `(x − aₖ)/‖x − aₖ‖` for the active
/// cone. How many anchors are needed is another matter. Where the fake law is what remains of the real one
/// after moving towards a few centres, a few cones are the exact potential, and no other critic comes near; a potential
/// like `−‖x‖`, whose cones open the other way, takes a number that grows exponentially with the dimension. It is
/// a strong prior, not a better critic.
///
/// To be trained with [`ByConstruction`](crate::lipschitz::ByConstruction).
#[derive(Module, Debug)]
pub struct ConeCritic {
    anchors: Param<Tensor<2>>,
    offsets: Param<Tensor<1>>,
}

impl ConeCritic {
    /// One cone at each row of `anchors`, all with offset zero.
    ///
    /// Rows of the fake law are good ones: the optimal potential of two samples is such a function with its
    /// anchors there.
    ///
    /// # Shapes
    /// - `anchors`: `[k, d]`
    ///
    /// # Errors
    /// [`WganError::TooFew`] if there is no anchor.
    pub fn new(anchors: Tensor<2>) -> Result<Self, WganError> {
        let n_anchors = anchors.dims()[0];
        if n_anchors == 0 {
            return Err(WganError::TooFew {
                at: "cone critic",
                what: "anchors",
                expected: 1,
                got: 0,
            });
        }
        let offsets = Tensor::zeros([n_anchors], &anchors.device());
        Ok(Self { anchors: Param::from_tensor(anchors), offsets: Param::from_tensor(offsets) })
    }

    /// The same function in `f64`.
    ///
    /// # Errors
    /// [`WganError::NotFinite`] if an anchor or offset is not finite.
    pub fn exact(&self) -> Result<McShane, WganError> {
        let anchors = points_of(&self.anchors.val());
        McShane::new(anchors.view(), &values_of(self.offsets.val()), GroundNorm::L2)
    }

    /// Number of the cone that is lowest at each row of `x`, `[n, d] → [n]`.
    fn active(&self, x: Tensor<2>) -> Tensor<1, Int> {
        let anchors = self.anchors.val().inner();
        let squares = anchors.clone().square().sum_dim(1).transpose(); // [1, k]
        let products = x.clone().matmul(anchors.transpose()); // [n, k]
        let distances = (x.square().sum_dim(1) + squares - products * 2.0).clamp_min(0.0).sqrt();
        let heights = distances + self.offsets.val().inner().unsqueeze_dim::<2>(0);
        heights.argmin(1).squeeze_dim::<1>(1)
    }

    /// `x − aₖ` and `‖x − aₖ‖` for the active cone: `[n, d]`, `[n, 1]`.
    fn offset_from_apex(&self, x: Tensor<2>, active: Tensor<1, Int>) -> (Tensor<2>, Tensor<2>) {
        let away = x - self.anchors.val().select(0, active);
        let distance = GroundNorm::L2.norm(away.clone()).unsqueeze_dim::<2>(1);
        (away, distance)
    }
}

impl Critic for ConeCritic {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        // Which cone is active is constant around almost every point, so it is found without a tape.
        let active = self.active(x.clone().inner());
        let (_, distance) = self.offset_from_apex(x.clone(), active.clone());
        distance.squeeze_dim::<1>(1) + self.offsets.val().select(0, active)
    }
}

impl InputGradient for ConeCritic {
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        let active = self.active(x.clone().inner());
        let (away, distance) = self.offset_from_apex(x.clone(), active);
        away / distance
    }
}

impl LipschitzBound for ConeCritic {
    /// One in ℓ2 and ℓ1, since `‖v‖₂ ≤ ‖v‖₁`; `√d` in ℓ∞, since `‖v‖₂ ≤ √d·‖v‖∞`.
    fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        let d = self.anchors.lazy_shape()[1] as f64;
        Ok(match ground {
            GroundNorm::L1 | GroundNorm::L2 => 1.0,
            GroundNorm::LInf => d.sqrt(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn critic() -> ConeCritic {
        let anchors = Tensor::from_floats([[0.0, 0.0], [10.0, 0.0]], &Device::flex());
        let mut critic = ConeCritic::new(anchors).unwrap();
        critic.offsets = Param::from_data([0.5, -1.0], &Device::flex());
        critic
    }

    #[test]
    fn the_lowest_cone_decides() {
        let x = Tensor::from_floats([[3.0, 4.0], [10.0, 3.0], [5.0, 0.0]], &Device::flex());
        assert_eq!(values_of(critic().score(&x)), [5.5, 2.0, 4.0]);
        let gradient = points_of(&critic().input_gradient(&x));
        assert_eq!(
            gradient,
            ndarray::array![[0.6, 0.8], [0.0, 1.0], [-1.0, 0.0]].mapv(|g: f64| f64::from(g as f32))
        );
    }

    #[test]
    fn single_and_double_precision_agree() {
        let x = Tensor::from_floats([[3.0, 4.0], [9.9, 0.1], [0.0, 0.0]], &Device::flex());
        let exact = critic().exact().unwrap().evaluate(points_of(&x).view()).unwrap();
        for (single, double) in values_of(critic().score(&x)).iter().zip(&exact) {
            // Rounding, and the 1e-6 by which the norm is off at an apex.
            assert!((single - double).abs() < 3e-6);
        }
    }

    #[test]
    fn the_gradient_of_the_active_anchor_and_offset_flows() {
        let critic = critic().train();
        let x = Tensor::<2>::from_floats([[3.0, 4.0]], &Device::flex());
        let gradients = critic.score(&x).sum().backward();
        let anchors = critic.anchors.val().grad(&gradients).unwrap();
        let offsets = critic.offsets.val().grad(&gradients).unwrap();
        // ∂f/∂a = −(x − a)/‖x − a‖ and ∂f/∂b = 1, for the first cone alone.
        let expected = ndarray::array![[-0.6, -0.8], [0.0, 0.0]];
        assert!((points_of(&anchors) - expected).iter().all(|error| error.abs() < 1e-6));
        assert_eq!(values_of(offsets), [1.0, 0.0]);
    }

    #[test]
    fn no_anchor_is_refused() {
        let message =
            ConeCritic::new(Tensor::zeros([0, 2], &Device::flex())).unwrap_err().to_string();
        assert_eq!(message, "cone critic: expected at least 1 anchors, got 0");
    }
}
