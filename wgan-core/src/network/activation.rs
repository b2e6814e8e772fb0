//! Activations with the slopes a critic needs for its input gradient.

use burn::tensor::{Tensor, TensorData, activation};
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
    /// Sorts unit `i` and unit `i + w/2`: `(a, b) ↦ (max, min)`, also called MaxMin. Keeps the
    /// gradient's norm; needs an even width (Anil, Lucas, Grosse 2019, Sorting out Lipschitz function
    /// approximation, ICML).
    GroupSort,
    /// Absolute value of the first half of the units: `(a, b) ↦ (|a|, b)`. Keeps the gradient's norm; a Householder
    /// activation, `a` reflected where it is negative (Singla, Singla, Feizi 2022, Improved deterministic l2
    /// robustness on CIFAR-10 and CIFAR-100, ICLR).
    ///
    /// Between orthonormal layers it is GroupSort in other coordinates: with `R` the rotation by 45°
    /// of a pair, `(max, min) = R(|a′|, b′)` for `(a′, b′) = Rᵀ(a, b)`, and the rotations are absorbed by
    /// the layers. It costs one multiplication where sorting moves memory.
    AbsoluteValue,
}

/// Derivative of an activation at one batch of pre-activations `[n, w]`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Slope {
    /// `σ′(aᵢ)` of each unit.
    Diagonal(Tensor<2>),
    /// For each pair of units 1 where the pair kept its order, else 0: `[n, w/2]`.
    Pairs(Tensor<2>),
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
                let keep = order_kept(a.clone().inner());
                (permute(a, &keep), Slope::Pairs(keep))
            }
            Activation::AbsoluteValue => {
                let slope = absolute_slope(a.clone().inner());
                (a * slope.clone(), Slope::Diagonal(slope))
            }
        }
    }

    /// `σ(a)` and `σ′(a)` of one row of pre-activations `[w]`, in place of `a` and into `slope`, as [`Activation::apply`]
    /// has them; smooth activations are left as they are.
    ///
    /// For pairs the first half of `slope` marks those that keep their order.
    #[inline(always)]
    pub(crate) fn apply_row(self, a: &mut [f32], slope: &mut [f32]) {
        let half = a.len() / 2;
        self.apply_halves(a.split_at_mut(half), slope.split_at_mut(half));
    }

    /// `σ(a)` in place of `a`, without slopes, for [`Activation::keeps_sign`].
    #[inline(always)]
    pub(crate) fn rectify(self, a: &mut [f32]) {
        let leak = if self == Activation::LeakyRelu { LEAK } else { 0.0 };
        a.iter_mut().for_each(|a| *a *= if *a > 0.0 { 1.0 } else { leak });
    }

    /// [`Activation::apply_row`] of the two halves of a row, or of many rows.
    #[inline(always)]
    pub(crate) fn apply_halves(
        self,
        (first, second): (&mut [f32], &mut [f32]),
        (slope, other): (&mut [f32], &mut [f32]),
    ) {
        let leak = match self {
            Activation::LeakyRelu => LEAK,
            Activation::Relu => 0.0,
            Activation::AbsoluteValue => {
                other.fill(1.0);
                for (a, s) in first.iter_mut().zip(slope) {
                    *s = (*a * STEEP).clamp(-1.0, 1.0);
                    *a *= *s;
                }
                return;
            }
            Activation::GroupSort => {
                for ((a, b), keep) in first.iter_mut().zip(second).zip(slope) {
                    *keep = f32::from(u8::from(*a >= *b));
                    (*a, *b) = if *a >= *b { (*a, *b) } else { (*b, *a) };
                }
                return;
            }
            Activation::Tanh | Activation::Softplus | Activation::Silu => return,
        };
        rectify_row(first, slope, leak);
        rectify_row(second, other, leak);
    }

    /// `σ′(a)ᵀ g` of one row, with the slope of [`Activation::apply_row`], in place of `g`.
    #[inline(always)]
    pub(crate) fn reverse_row(self, g: &mut [f32], slope: &[f32]) {
        let half = g.len() / 2;
        self.reverse_halves(g.split_at_mut(half), slope.split_at(half));
    }

    /// [`Activation::reverse_row`] of the two halves of a row, or of many rows.
    #[inline(always)]
    pub(crate) fn reverse_halves(
        self,
        (first, second): (&mut [f32], &mut [f32]),
        (slope, other): (&[f32], &[f32]),
    ) {
        if self == Activation::GroupSort {
            for ((a, b), &keep) in first.iter_mut().zip(second).zip(slope) {
                let difference = (*a - *b) * keep;
                (*a, *b) = (*b + difference, *a - difference);
            }
        } else {
            first.iter_mut().zip(slope).for_each(|(g, s)| *g *= s);
            second.iter_mut().zip(other).for_each(|(g, s)| *g *= s);
        }
    }

    /// [`Activation::reverse_row`] with the outputs of the activation, of which the sign tells the slope where the
    /// activation is one of [`Activation::keeps_sign`].
    #[inline(always)]
    pub(crate) fn reverse_from_output(self, g: &mut [f32], output: &[f32]) {
        let leak = if self == Activation::LeakyRelu { LEAK } else { 0.0 };
        for (g, &output) in g.iter_mut().zip(output) {
            *g *= if output > 0.0 { 1.0 } else { leak };
        }
    }

    /// Whether it is a rectifier: the output is above 0 where the input is.
    pub(crate) fn keeps_sign(self) -> bool {
        matches!(self, Activation::LeakyRelu | Activation::Relu)
    }

    /// Whether it works on pairs of units, of which there must be an even number.
    pub(crate) fn is_paired(self) -> bool {
        matches!(self, Activation::GroupSort | Activation::AbsoluteValue)
    }

    /// Whether `σ′` is constant around almost every point, so that no tape is needed for it.
    pub(crate) fn is_piecewise_linear(self) -> bool {
        use Activation::{AbsoluteValue, GroupSort, LeakyRelu, Relu};
        matches!(self, LeakyRelu | Relu | GroupSort | AbsoluteValue)
    }

    /// Smallest Lipschitz constant of the activation, in the ℓ1, ℓ2 and ℓ∞ norms alike.
    pub(crate) fn lipschitz_constant(self) -> f64 {
        match self {
            Activation::Silu => 1.1, // 1.0998 at a = 2.3994
            _ => 1.0,
        }
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

/// As [`rectify`], for one row.
#[inline(always)]
fn rectify_row(a: &mut [f32], slope: &mut [f32], leak: f32) {
    for (a, s) in a.iter_mut().zip(slope) {
        *s = if *a > 0.0 { 1.0 } else { leak };
        *a *= *s;
    }
}

/// 1 for each pair `(a, b)` with `a ≥ b`, else 0: `[n, w] → [n, w/2]`.
fn order_kept(a: Tensor<2>) -> Tensor<2> {
    let (first, second) = halves(a);
    first.greater_equal(second).float()
}

/// Leaves the pairs marked by `keep` and swaps the others.
fn permute(a: Tensor<2>, keep: &Tensor<2>) -> Tensor<2> {
    let (first, second) = halves(a);
    let difference = (first.clone() - second.clone()) * keep.clone();
    let upper = second + difference.clone(); // first where kept, else second
    let lower = first - difference;
    Tensor::cat(vec![upper, lower], 1)
}

/// `[n, w] → [n, w/2], [n, w/2]`.
fn halves(a: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let half = a.dims()[1] / 2;
    (a.clone().narrow(1, 0, half), a.narrow(1, half, half))
}

/// A pre-activation times this is beyond ±1 unless it is zero for all purposes.
const STEEP: f32 = 1e30;

/// The sign of the first half of the units and 1 for the others: `[n, w] → [n, w]`.
fn absolute_slope(a: Tensor<2>) -> Tensor<2> {
    let (w, device) = (a.dims()[1], a.device());
    let row = |first: f32, second: f32| {
        let values: Vec<f32> = (0..w).map(|i| if i < w / 2 { first } else { second }).collect();
        Tensor::<2>::from_data(TensorData::new(values, [1, w]), &device)
    };
    (a * row(STEEP, 0.0) + row(0.0, 1.0)).clamp(-1.0, 1.0)
}
