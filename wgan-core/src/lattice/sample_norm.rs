//! Layer normalisation with its reverse sweep, for critics.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

/// Added to the variance (Ba, Kiros, Hinton 2016).
const EPSILON: f32 = 1e-5;

/// Layer norm of images: `y = γ·(x − μ)/√(σ² + ε) + β`, with mean and variance over all channels and sites of one sample and `γ`,
/// `β` per channel.
///
/// Samples do not meet, so that the slope of each can be penalised (Gulrajani et al. 2017, section 4). A critic with it has no
/// Lipschitz bound from its weights.
#[derive(Module, Debug)]
pub(super) struct SampleNorm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
}

/// What the reverse sweep needs.
#[derive(Clone, Debug)]
pub(super) struct NormSlope {
    /// `(x − μ)/√(σ² + ε)`, `[n, c, h, w]`.
    unit: Tensor<4>,
    /// `√(σ² + ε)`, `[n, 1, 1, 1]`.
    deviation: Tensor<4>,
}

impl SampleNorm {
    pub(super) fn new(channels: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([channels], device)),
            beta: Param::from_tensor(Tensor::zeros([channels], device)),
        }
    }

    /// `y` and its slope.
    pub(super) fn apply(&self, x: Tensor<4>) -> (Tensor<4>, NormSlope) {
        let centred = x.clone() - mean(x);
        let deviation = (mean(centred.clone().square()) + EPSILON).sqrt();
        let unit = centred / deviation.clone();
        let y = unit.clone() * self.gamma.val().reshape([1, -1, 1, 1])
            + self.beta.val().reshape([1, -1, 1, 1]);
        (y, NormSlope { unit, deviation })
    }

    /// `(∂y/∂x)ᵀ g = (u − ⟨u⟩ − x̂·⟨u·x̂⟩)/√(σ² + ε)` with `u = γ·g`, `x̂` the normalised input and `⟨·⟩` the mean over the sample.
    pub(super) fn reverse(&self, g: Tensor<4>, slope: &NormSlope) -> Tensor<4> {
        let u = g * self.gamma.val().reshape([1, -1, 1, 1]);
        let along = mean(u.clone() * slope.unit.clone());
        (u.clone() - mean(u) - slope.unit.clone() * along) / slope.deviation.clone()
    }
}

/// Mean of each sample, `[n, c, h, w] → [n, 1, 1, 1]`.
fn mean(x: Tensor<4>) -> Tensor<4> {
    let n = x.dims()[0];
    x.reshape([n as i64, -1]).mean_dim(1).reshape([n, 1, 1, 1])
}
