//! Spectral normalisation.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::LipschitzStrategy;
use super::matrices::{change_gradients, change_matrices};
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

    fn direct(&self, critic: &C, gradients: GradientsParams) -> GradientsParams {
        change_gradients(critic, gradients, |w, g| along_the_sphere(w, g, self.n_iterations))
    }

    fn project(&self, critic: C) -> C {
        change_matrices(critic, |w| {
            let (_, sigma, _) = leading(w.clone(), self.n_iterations);
            w / sigma
        })
    }
}

/// The gradient of `w/σ(w)` where `σ = 1`: `g − ⟨g, w⟩·uvᵀ` (Miyato et al. 2018, eq. 12).
fn along_the_sphere(w: Tensor<2>, g: Tensor<2>, n_iterations: usize) -> Tensor<2> {
    let growth = (g.clone() * w.clone()).sum().unsqueeze_dim::<2>(0); // [1, 1]
    let (u, _, v) = leading(w, n_iterations);
    g - u.matmul(v.transpose()) * growth
}

/// Largest singular value of `w: [r, c]` with its vectors, by power iteration on `wᵀw`: `[r, 1]`, `[1, 1]`, `[c, 1]`.
///
/// Starts from `wᵀ1` plus a ramp, which is orthogonal to the leading direction only by accident.
fn leading(w: Tensor<2>, n_iterations: usize) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let [rows, columns] = w.dims();
    let transposed = w.clone().transpose();
    let ramp = Tensor::arange(1..columns as i64 + 1, &w.device()).float();
    let mut v = w.clone().sum_dim(0).transpose() + ramp.unsqueeze_dim::<2>(1) / columns as f32;
    let mut u = Tensor::zeros([rows, 1], &w.device());
    let mut sigma = Tensor::zeros([1, 1], &w.device());
    for step in 0..n_iterations {
        if step > 0 {
            v = transposed.clone().matmul(u);
        }
        v = v.clone() / length(v);
        u = w.clone().matmul(v.clone());
        sigma = length(u.clone());
    }
    (u / sigma.clone(), sigma, v)
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
        let (u, sigma, v) = leading(w.clone(), 12);
        let along: f32 = u.transpose().matmul(w).matmul(v).into_scalar();
        let sigma: f32 = sigma.into_scalar();
        assert!((along - sigma).abs() < 1e-4);
        assert!((sigma - 5.0).abs() < 1e-4); // error (2/5)^24 below single precision
    }
}
