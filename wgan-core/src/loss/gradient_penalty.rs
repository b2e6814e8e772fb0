//! What a gradient penalty is: a cost of slopes, and where they are measured.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::norm::GroundNorm;

/// Which slopes cost something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sides {
    /// `max(0, s − 1)²`: slopes below one are free (Petzka, Fischer, Lukovnikov 2018).
    One,
    /// `(s − 1)²` (Gulrajani et al. 2017). In one dimension it holds the slope back from changing
    /// sign.
    Two,
}

impl Sides {
    /// Mean cost of the slopes `[n] → [1]`.
    pub(crate) fn cost(self, slopes: Tensor<1>) -> Tensor<1> {
        let excess = slopes - 1.0;
        let excess = match self {
            Sides::One => excess.clamp_min(0.0),
            Sides::Two => excess,
        };
        excess.square().mean()
    }
}

/// Where the slope is penalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PenaltyPoints {
    /// `x̂ = t·x + (1 − t)·x̃`, between real and fake.
    Interpolates,
    /// At the real samples.
    Real,
    /// At the fake samples.
    Fake,
    /// A third of the samples each at real, fake and interpolated points.
    Mixed,
}

/// Gradient penalty `λ · E[(‖∇f(x̂)‖* − 1)²]`, one norm and one `x̂` per sample.
///
/// The gradient is measured in the dual of the norm in which samples are compared. The penalised
/// optimum has slope `1 + W₁/(2λ)`, so the critic's estimate is not a lower bound of `W₁`.
///
/// # References
/// Gulrajani et al. (2017), Improved Training of Wasserstein GANs, NeurIPS, Algorithm 1;
/// Petzka, Fischer, Lukovnikov (2018), On the regularization of Wasserstein GANs, ICLR, for the
/// one-sided form.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GradientPenalty {
    /// Weight `λ` (10: Gulrajani et al. 2017).
    pub lambda: f64,
    /// Which slopes cost something.
    pub sides: Sides,
    /// Where the slope is penalised.
    pub points: PenaltyPoints,
    /// Norm in which samples are compared.
    pub ground: GroundNorm,
}

impl Default for GradientPenalty {
    fn default() -> Self {
        Self {
            lambda: 10.0,
            sides: Sides::Two,
            points: PenaltyPoints::Interpolates,
            ground: GroundNorm::L2,
        }
    }
}

impl GradientPenalty {
    /// The one-sided penalty, which lets the slope change sign.
    pub fn one_sided(lambda: f64) -> Self {
        Self { lambda, sides: Sides::One, ..Self::default() }
    }

    /// The two-sided penalty.
    pub fn two_sided(lambda: f64) -> Self {
        Self { lambda, ..Self::default() }
    }
}

impl PenaltyPoints {
    /// Weight of the real sample for a uniform `t`.
    pub(crate) fn weight(self, t: Tensor<1>) -> Tensor<1> {
        match self {
            PenaltyPoints::Interpolates => t,
            PenaltyPoints::Real => t.ones_like(),
            PenaltyPoints::Fake => t.zeros_like(),
            PenaltyPoints::Mixed => (t * 3.0 - 1.0).clamp(0.0, 1.0),
        }
    }

    /// As [`PenaltyPoints::weight`], for one sample.
    pub(crate) fn weight_of(self, t: f32) -> f32 {
        match self {
            PenaltyPoints::Interpolates => t,
            PenaltyPoints::Real => 1.0,
            PenaltyPoints::Fake => 0.0,
            PenaltyPoints::Mixed => (t * 3.0 - 1.0).clamp(0.0, 1.0),
        }
    }
}
