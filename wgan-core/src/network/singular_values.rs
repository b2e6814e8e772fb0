//! Norms and singular values of weights, in `f64`.

use burn::tensor::Tensor;
use faer::Mat;
use faer::linalg::solvers::Svd;

use crate::error::WganError;
use crate::norm::GroundNorm;

/// Norm of `x ↦ xW` from `ground` to `ground`, in `f64`.
///
/// For ℓ2 the largest singular value; for ℓ1 the largest `Σⱼ |wᵢⱼ|`, for ℓ∞ the largest `Σᵢ |wᵢⱼ|`.
///
/// # Shapes
/// - `weight`: `[d_in, d_out]`
///
/// # Errors
/// [`WganError::Decomposition`] if a weight is not finite.
pub fn operator_norm(weight: &Tensor<2>, ground: GroundNorm) -> Result<f64, WganError> {
    let w = matrix(weight);
    let norm = match ground {
        GroundNorm::L2 => return Ok(singular_values(weight)?.into_iter().fold(0.0, f64::max)),
        GroundNorm::L1 => w.row_iter().map(|row| row.norm_l1()).fold(0.0, f64::max),
        GroundNorm::LInf => w.col_iter().map(|column| column.norm_l1()).fold(0.0, f64::max),
    };
    Ok(norm)
}

/// Singular values of a weight, largest first, in `f64`.
///
/// # Shapes
/// - `weight`: `[r, c]`
/// - returns: `min(r, c)` values
///
/// # Errors
/// [`WganError::Decomposition`] if a weight is not finite.
pub fn singular_values(weight: &Tensor<2>) -> Result<Vec<f64>, WganError> {
    matrix(weight).singular_values().map_err(not_decomposed)
}

/// The orthonormal matrix nearest to `weight`: `UVᵀ` of `weight = USVᵀ`.
pub(crate) fn polar_factor(weight: &Tensor<2>) -> Result<Tensor<2>, WganError> {
    let w = matrix(weight);
    let decomposition = Svd::new_thin(w.as_ref()).map_err(not_decomposed)?;
    let factor = decomposition.U() * decomposition.V().transpose();
    let [rows, columns] = weight.dims();
    let values: Vec<f32> =
        (0..rows * columns).map(|k| factor[(k / columns, k % columns)] as f32).collect();
    let data = burn::tensor::TensorData::new(values, [rows, columns]);
    Ok(Tensor::from_data(data, &weight.device()))
}

fn matrix(weight: &Tensor<2>) -> Mat<f64> {
    let [rows, columns] = weight.dims();
    let values: Vec<f32> = weight.clone().into_data().iter::<f32>().collect();
    Mat::from_fn(rows, columns, |i, j| f64::from(values[i * columns + j]))
}

fn not_decomposed(error: faer::linalg::svd::SvdError) -> WganError {
    WganError::Decomposition {
        at: "singular values of a weight",
        reason: format!("{error:?}; the weights are not finite"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use burn::tensor::Device;

    #[test]
    fn operator_norms_of_one_matrix_are_the_textbook_ones() {
        // WᵀW = [[2, 0], [0, 8]].
        let w = Tensor::<2>::from_floats([[1.0, 2.0], [-1.0, 2.0]], &Device::flex());
        let norm = |ground| operator_norm(&w, ground).unwrap();
        assert_abs_diff_eq!(norm(GroundNorm::L2), 8f64.sqrt(), epsilon = 1e-12);
        assert_abs_diff_eq!(norm(GroundNorm::L1), 3.0, epsilon = 1e-12); // (1, 0) ↦ (1, 2)
        assert_abs_diff_eq!(norm(GroundNorm::LInf), 4.0, epsilon = 1e-12); // (1, 1) ↦ (0, 4)
    }

    #[test]
    fn a_weight_that_is_not_finite_has_no_bound() {
        let w = Tensor::<2>::from_floats([[f32::NAN, 1.0], [0.0, 1.0]], &Device::flex());
        assert!(operator_norm(&w, GroundNorm::L2).is_err());
    }
}
