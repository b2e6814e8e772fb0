//! Ground norms and their duals.

use std::ops::RangeInclusive;

use burn::tensor::Tensor;
use ndarray::{ArrayView1, Zip};
use serde::{Deserialize, Serialize};

use crate::magnitude::binary_unit;

/// Norm in which two samples are compared; the critic's slope is measured in its dual.
///
/// `f` is 1-Lipschitz for `‖·‖` exactly when `‖∇f‖* ≤ 1`, with ℓ2 ↔ ℓ2, ℓ1 ↔ ℓ∞ and ℓ∞ ↔ ℓ1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroundNorm {
    /// `Σ |xᵢ|`.
    L1,
    /// `(Σ xᵢ²)^½`.
    #[default]
    L2,
    /// `max |xᵢ|`.
    LInf,
}

/// Added under the square root, whose derivative at zero is infinite.
pub(crate) const SQUARE_FLOOR: f32 = 1e-12;

/// Sums of squares with all their digits: no square that matters was too large or too small.
pub(crate) const PLAIN_SQUARES: RangeInclusive<f64> = 1e-240..=1e300;

impl GroundNorm {
    /// Norm `‖v‖` of each row.
    ///
    /// # Shapes
    /// - `v`: `[n, d]`
    /// - returns: `[n]`
    pub fn norm(self, v: Tensor<2>) -> Tensor<1> {
        let row = match self {
            GroundNorm::L1 => v.abs().sum_dim(1),
            GroundNorm::L2 => (v.square().sum_dim(1) + SQUARE_FLOOR).sqrt(),
            GroundNorm::LInf => v.abs().max_dim(1),
        };
        row.squeeze_dim::<1>(1) // [n, 1] → [n]
    }

    /// `‖x − y‖` of two points of equal dimension; squares of differences do not overflow or underflow.
    ///
    /// # Shapes
    /// - `x`, `y`: `[d]`
    pub fn between(self, x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>) -> f64 {
        let fold = |step: fn(f64, f64) -> f64| {
            Zip::from(x).and(y).fold(0.0, |total, &a, &b| step(total, a - b))
        };
        match self {
            GroundNorm::L1 => fold(|total, difference| total + difference.abs()),
            GroundNorm::L2 => {
                let squares = fold(|total, difference| total + difference * difference);
                if PLAIN_SQUARES.contains(&squares) {
                    return squares.sqrt();
                }
                let unit = binary_unit(GroundNorm::LInf.between(x, y));
                let square = |total: f64, a: f64, b: f64| total + ((a - b) / unit).powi(2);
                unit * Zip::from(x).and(y).fold(0.0, |total, &a, &b| square(total, a, b)).sqrt()
            }
            GroundNorm::LInf => fold(|total, difference| total.max(difference.abs())),
        }
    }

    /// The norm `‖·‖*` in which gradients are measured.
    #[must_use]
    pub fn dual(self) -> Self {
        match self {
            GroundNorm::L1 => GroundNorm::LInf,
            GroundNorm::L2 => GroundNorm::L2,
            GroundNorm::LInf => GroundNorm::L1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn norm_of(norm: GroundNorm, v: [f32; 3]) -> f32 {
        norm.norm(Tensor::<2>::from_floats([v], &Device::flex())).into_scalar()
    }

    #[test]
    fn norms_of_one_vector_are_the_textbook_ones() {
        let v = [3.0, -4.0, 12.0];
        assert_eq!(norm_of(GroundNorm::L1, v), 19.0);
        assert_eq!(norm_of(GroundNorm::L2, v), 13.0);
        assert_eq!(norm_of(GroundNorm::LInf, v), 12.0);
    }

    #[test]
    fn the_dual_norm_bounds_every_product() {
        // Hölder: ⟨u, v⟩ ≤ ‖u‖ ‖v‖*.
        let (u, v) = ([1.0, -2.0, 0.5], [3.0, -1.0, 2.0]);
        let product: f32 = u.iter().zip(&v).map(|(a, b)| a * b).sum();
        for norm in [GroundNorm::L1, GroundNorm::L2, GroundNorm::LInf] {
            assert!(product <= norm_of(norm, u) * norm_of(norm.dual(), v) + 1e-5);
        }
    }

    #[test]
    fn distances_of_any_size_have_the_digits_of_ordinary_ones() {
        let (x, y) = (ndarray::array![3.0, 0.0], ndarray::array![0.0, -4.0]);
        for size in [1.0, 1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300, 1e307] {
            let (x, y) = (&x * size, &y * size);
            for (norm, length) in
                [(GroundNorm::L1, 7.0), (GroundNorm::L2, 5.0), (GroundNorm::LInf, 4.0)]
            {
                let got = norm.between(x.view(), y.view()) / size;
                assert!((got - length).abs() < 1e-14 * length, "{norm:?} {size:e}: {got}");
            }
        }
    }

    #[test]
    fn the_gradient_at_zero_is_finite() {
        let v = Tensor::<2>::zeros([1, 3], &Device::flex()).autodiff().require_grad();
        let gradients = GroundNorm::L2.norm(v.clone()).sum().backward();
        let g: Vec<f32> = v.grad(&gradients).unwrap().into_data().try_to_vec().unwrap();
        assert!(g.iter().all(|x| x.is_finite()));
    }
}
