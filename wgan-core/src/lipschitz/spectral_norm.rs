//! Spectral normalisation.

use burn::module::{ModuleMapper, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::LipschitzStrategy;
use crate::model::Critic;

/// Divides each weight matrix by its largest singular value, before training and after each update.
///
/// With 1-Lipschitz activations the critic is 1-Lipschitz up to the error of the power iteration,
/// and loose: on laws where no linear critic is optimal it finds as little as half of `W₁`.
/// Residual connections are not covered by the bound.
///
/// # References
/// Miyato et al. (2018), Spectral Normalization for Generative Adversarial Networks, ICLR. The
/// weights themselves are normalised here (a projection), not a copy of them in the forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpectralNorm {
    /// Power iterations per projection, at least 1. They start afresh each time, so that a
    /// resumed run needs no hidden state.
    pub n_iterations: usize,
}

impl Default for SpectralNorm {
    fn default() -> Self {
        Self { n_iterations: 12 }
    }
}

impl<C: Critic> LipschitzStrategy<C> for SpectralNorm {
    fn attach(&self, critic: C) -> C {
        LipschitzStrategy::<C>::project(self, critic)
    }

    fn project(&self, critic: C) -> C {
        critic.map(&mut Normalise(self.n_iterations))
    }
}

struct Normalise(usize);

impl ModuleMapper for Normalise {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 2 {
            return param;
        }
        super::replace_values(param, |w| {
            let [rows, columns] = [w.dims()[0], w.dims()[1]];
            let sigma = largest_singular_value(w.clone().reshape([rows, columns]), self.0);
            w.div(sigma.reshape([1; D]))
        })
    }
}

/// Largest singular value of `w: [r, c]` by power iteration on `wᵀw`, `[1]`.
///
/// Starts from `wᵀ1` plus a ramp, which is orthogonal to the leading direction only by accident.
fn largest_singular_value(w: Tensor<2>, n_iterations: usize) -> Tensor<1> {
    let [_, columns] = w.dims();
    let transposed = w.clone().transpose();
    let ramp = Tensor::arange(1..columns as i64 + 1, &w.device()).float();
    let mut v = w.clone().sum_dim(0).transpose() + ramp.unsqueeze_dim::<2>(1) / columns as f32;
    let mut sigma = Tensor::zeros([1], &w.device());
    for _ in 0..n_iterations {
        v = v.clone() / length(v);
        let u = w.clone().matmul(v);
        sigma = length(u.clone()).reshape([1]);
        v = transposed.clone().matmul(u);
    }
    sigma
}

/// `‖v‖₂` of a column, `[1, 1]`, never zero.
fn length(v: Tensor<2>) -> Tensor<2> {
    (v.square().sum_dim(0) + 1e-24).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_largest_singular_value_of_a_rotated_diagonal_is_its_largest_entry() {
        let (c, s) = (0.3_f32.cos(), 0.3_f32.sin());
        // diag(5, 2) times a rotation: singular values 5 and 2.
        let w =
            Tensor::<2>::from_floats([[5.0 * c, -5.0 * s], [2.0 * s, 2.0 * c]], &Device::flex());
        let sigma: f32 = largest_singular_value(w, 12).into_scalar();
        assert!((sigma - 5.0).abs() < 1e-4); // error (2/5)^24 below single precision
    }
}
