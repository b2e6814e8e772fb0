//! Orthonormal layers.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::matrices::{change_gradients, change_matrices};
use super::{LayeredCritic, LipschitzStrategy};
use crate::network::polar_factor;

/// Keeps the rows or columns of every weight orthonormal, whichever are fewer.
///
/// All singular values are one, so that with an activation that keeps the gradient's norm
/// ([`Activation::GroupSort`](crate::model::Activation::GroupSort),
/// [`Activation::AbsoluteValue`](crate::model::Activation::AbsoluteValue)) and layers that do not widen after narrowing, the
/// critic's gradient has length one almost everywhere: its estimate on fresh samples is a lower bound of
/// `W₁`, and a tight one. Other activations keep the bound and lose the tightness. Biases are free.
/// Residual connections are not covered by the bound.
///
/// The critic could always gain by a larger slope, so most of a weight's gradient points out of the feasible set, and an
/// optimiser that scales entries one by one would see little else. That part is taken off first.
///
/// The weight is brought back after each update by the Newton–Schulz iteration
/// `W ← W(3I − WᵀW)/2`, two or three times from a weight that was orthonormal one step ago, so the forward
/// and backward passes are those of an unconstrained critic. Where an update was too large for the
/// iteration, and before training, the nearest orthonormal matrix is computed from singular vectors.
///
/// # References
/// Anil, Lucas, Grosse (2019), Sorting out Lipschitz function approximation, ICML, section 4.2, for
/// orthonormal layers; Björck, Bowie (1971), An iterative algorithm for computing the best estimate of an
/// orthogonal matrix, for the iteration. There it runs on a copy of the weight in every forward pass; here it is
/// the retraction of a projected gradient method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orthonormal;

impl<C: LayeredCritic> LipschitzStrategy<C> for Orthonormal {
    fn attach(&self, critic: C) -> C {
        change_matrices(critic, nearest_orthonormal)
    }

    fn project_gradient(&self, critic: &C, gradients: GradientsParams) -> GradientsParams {
        change_gradients(critic, gradients, tangent)
    }

    fn project(&self, critic: C) -> C {
        change_matrices(critic, retract)
    }
}

/// The part of `g` along the orthonormal matrices at `w: [r, c]`: `g − w·sym(wᵀg)`, or its transpose.
fn tangent(w: Tensor<2>, g: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = w.dims();
    let symmetric = |s: Tensor<2>| (s.clone() + s.transpose()) * 0.5;
    if rows >= columns {
        let normal = symmetric(w.clone().transpose().matmul(g.clone()));
        g - w.matmul(normal)
    } else {
        let normal = symmetric(g.clone().matmul(w.clone().transpose()));
        g - normal.matmul(w)
    }
}

/// Iterations before the singular vectors are asked; three are usual.
const MAX_ITERATIONS: usize = 8;

/// `‖WᵀW − I‖` before the last iteration: the singular values are then within ⅜ of its square, 6e-6, of one.
const SETTLED: f32 = 4e-3;

/// The orthonormal matrix near `w: [r, c]`, which is nearly orthonormal.
fn retract(w: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = w.dims();
    let identity = Tensor::<2>::eye(rows.min(columns), &w.device());
    let mut q = w.clone();
    for _ in 0..MAX_ITERATIONS {
        // The smaller of the two Gram matrices.
        let gram = if rows >= columns {
            q.clone().transpose().matmul(q.clone())
        } else {
            q.clone().matmul(q.clone().transpose())
        };
        let excess = (gram - identity.clone()) * 0.5;
        let step = if rows >= columns {
            q.clone().matmul(excess.clone())
        } else {
            excess.clone().matmul(q.clone())
        };
        q = q - step;
        let distance: f32 = (excess * 2.0).square().sum().sqrt().into_scalar();
        if distance < SETTLED {
            return q;
        }
    }
    nearest_orthonormal(w)
}

/// The nearest orthonormal matrix; a weight that is not finite is left to be found by the training loop.
fn nearest_orthonormal(w: Tensor<2>) -> Tensor<2> {
    polar_factor(&w).unwrap_or(w)
}

#[cfg(test)]
mod tests {
    use super::super::singular_values;
    use super::*;
    use burn::tensor::{Device, TensorData};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rows: usize, columns: usize, size: f32, seed: u64) -> Tensor<2> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let values: Vec<f32> =
            (0..rows * columns).map(|_| rng.random_range(-size..=size)).collect();
        Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
    }

    fn assert_orthonormal(w: &Tensor<2>) {
        for value in singular_values(w).unwrap() {
            assert!((value - 1.0).abs() < 2e-5, "singular value {value}");
        }
    }

    #[test]
    fn any_shape_becomes_orthonormal() {
        for (rows, columns) in [(2, 64), (64, 64), (64, 1), (300, 32), (1, 1)] {
            assert_orthonormal(&nearest_orthonormal(random(rows, columns, 1.0, 1)));
        }
    }

    #[test]
    fn an_update_of_any_size_is_retracted() {
        for (rows, columns) in [(2, 64), (64, 64), (64, 1)] {
            let q = nearest_orthonormal(random(rows, columns, 1.0, 2));
            for size in [0.0, 1e-3, 1e-2, 1.0, 1e3] {
                assert_orthonormal(&retract(q.clone() + random(rows, columns, size, 3)));
            }
        }
    }

    #[test]
    fn a_tangent_keeps_the_gram_matrix_to_first_order() {
        for (rows, columns) in [(2, 64), (64, 64), (64, 1)] {
            let q = nearest_orthonormal(random(rows, columns, 1.0, 2));
            let t = tangent(q.clone(), random(rows, columns, 1.0, 3));
            // d(qᵀq) = qᵀt + tᵀq, or d(qqᵀ) = qtᵀ + tqᵀ.
            let half =
                if rows >= columns { q.transpose().matmul(t) } else { q.matmul(t.transpose()) };
            let change: f32 = (half.clone() + half.transpose()).abs().max().into_scalar();
            assert!(change < 1e-4, "{change}");
        }
    }

    #[test]
    fn the_retraction_of_a_stretched_rotation_is_the_rotation() {
        // 1.1·R has polar factor R.
        let (c, s) = (0.3_f32.cos(), 0.3_f32.sin());
        let w = Tensor::<2>::from_floats([[c, -s], [s, c]], &Device::flex());
        let back: Vec<f32> = (retract(w.clone() * 1.1) - w).into_data().iter::<f32>().collect();
        assert!(back.iter().all(|error| error.abs() < 1e-5));
    }

    #[test]
    fn a_weight_that_is_not_finite_stays_so() {
        let w = Tensor::<2>::from_floats([[f32::NAN, 0.0], [0.0, 1.0]], &Device::flex());
        assert!(retract(w).into_data().iter::<f32>().any(f32::is_nan));
    }
}
