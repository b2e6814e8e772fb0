//! Activations with the slopes a critic needs for its input gradient.

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

/// Slope of the leaky rectifier for negative inputs (0.2: Radford et al. 2016, DCGAN).
const LEAK: f32 = 0.2;

/// Activation of a hidden layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `max(a, 0.2·a)`.
    #[default]
    LeakyRelu,
    /// `max(a, 0)`.
    Relu,
    /// `tanh a`.
    Tanh,
    /// `ln(1 + eᵃ)`.
    Softplus,
    /// `a·sigmoid(a)`.
    Silu,
    /// Sorts neighbours: `(a, b) ↦ (max, min)`. Keeps the gradient's norm; needs an even width
    /// (Anil, Lucas, Grosse 2019, Sorting out Lipschitz function approximation, ICML).
    GroupSort,
}

/// Derivative of an activation at one batch of pre-activations `[n, w]`.
#[derive(Clone, Debug)]
pub(crate) enum Slope {
    /// `σ′(aᵢ)` of each unit.
    Diagonal(Tensor<2>),
    /// For each pair of units 1 where the pair kept its order, else 0: `[n, w/2, 1]`.
    Pairs(Tensor<3>),
}

impl Activation {
    /// `σ(a)` and `σ′(a)`, for `a` of `[n, w]`.
    pub(crate) fn apply(self, a: Tensor<2>) -> (Tensor<2>, Slope) {
        match self {
            Activation::LeakyRelu => rectify(a, LEAK),
            Activation::Relu => rectify(a, 0.0),
            Activation::Tanh => {
                let h = a.tanh();
                let slope = h.clone().square().neg() + 1.0;
                (h, Slope::Diagonal(slope))
            }
            Activation::Softplus => {
                let slope = activation::sigmoid(a.clone());
                (activation::softplus(a, 1.0), Slope::Diagonal(slope))
            }
            Activation::Silu => {
                let s = activation::sigmoid(a.clone());
                let h = a * s.clone();
                let slope = s.clone() + h.clone() * (s.neg() + 1.0);
                (h, Slope::Diagonal(slope))
            }
            Activation::GroupSort => {
                let keep = order_kept(a.clone());
                (permute(a, &keep), Slope::Pairs(keep))
            }
        }
    }

    /// Whether `σ′` is constant around almost every point, so that no tape is needed for it.
    pub(crate) fn is_piecewise_linear(self) -> bool {
        matches!(self, Activation::LeakyRelu | Activation::Relu | Activation::GroupSort)
    }
}

impl Slope {
    /// Reverse sweep through the activation: `σ′(a)ᵀ g`.
    pub(crate) fn reverse(&self, g: Tensor<2>) -> Tensor<2> {
        match self {
            Slope::Diagonal(slope) => g * slope.clone(),
            // A permutation of a pair is its own inverse.
            Slope::Pairs(keep) => permute(g, keep),
        }
    }
}

/// `a·s` with `s = 1` for positive and `leak` for other inputs; `s` carries no tape.
fn rectify(a: Tensor<2>, leak: f32) -> (Tensor<2>, Slope) {
    let slope = a.clone().inner().greater_scalar(0.0).float() * (1.0 - leak) + leak;
    (a * slope.clone(), Slope::Diagonal(slope))
}

/// 1 for each pair `(a, b)` with `a ≥ b`, else 0: `[n, w] → [n, w/2, 1]`.
fn order_kept(a: Tensor<2>) -> Tensor<3> {
    let [n, w] = a.dims();
    let pairs = a.inner().reshape([n, w / 2, 2]);
    let first = pairs.clone().narrow(2, 0, 1);
    let second = pairs.narrow(2, 1, 1);
    first.greater_equal(second).float()
}

/// Leaves the pairs marked by `keep` and swaps the others.
fn permute(a: Tensor<2>, keep: &Tensor<3>) -> Tensor<2> {
    let [n, w] = a.dims();
    let pairs = a.reshape([n, w / 2, 2]);
    let first = pairs.clone().narrow(2, 0, 1);
    let second = pairs.narrow(2, 1, 1);
    let difference = (first.clone() - second.clone()) * keep.clone();
    let upper = second.clone() + difference.clone(); // first where kept, else second
    let lower = first - difference;
    Tensor::cat(vec![upper, lower], 2).reshape([n, w])
}
