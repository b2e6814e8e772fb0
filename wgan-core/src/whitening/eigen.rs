//! PCA and ZCA whitening from the eigen-decomposition of the correlation matrix.

use faer::{Mat, Side};
use ndarray::{Array1, Array2, ArrayViewMut1, Axis};

use super::{Factors, NULL_VARIANCE};
use crate::error::WganError;

/// Eigenvectors that carry variance, and the standard deviations they are divided by.
struct Principal {
    /// `[d, k]`, largest variance first.
    vectors: Array2<f64>,
    /// `√max(λ, floor·λ₁)`, `[k]`.
    deviations: Array1<f64>,
    n_floored: usize,
}

/// `z = s·V Λ^{−1/2}`.
pub(super) fn pca(correlation: &Array2<f64>, floor: f64) -> Result<Factors, WganError> {
    let Principal { vectors, deviations, n_floored } = principal(correlation, floor)?;
    let forward = &vectors / &deviations;
    let backward = (&vectors * &deviations).reversed_axes();
    Ok(Factors { forward, backward, rank: deviations.len(), n_floored })
}

/// `z = s·V Λ^{−1/2} Vᵀ`.
pub(super) fn zca(correlation: &Array2<f64>, floor: f64) -> Result<Factors, WganError> {
    let Principal { vectors, deviations, n_floored } = principal(correlation, floor)?;
    let forward = (&vectors / &deviations).dot(&vectors.t());
    let backward = (&vectors * &deviations).dot(&vectors.t());
    Ok(Factors { forward, backward, rank: deviations.len(), n_floored })
}

/// Decomposes the matrix, leaves out directions without variance, applies the floor.
fn principal(correlation: &Array2<f64>, floor: f64) -> Result<Principal, WganError> {
    let d = correlation.nrows();
    let matrix = Mat::from_fn(d, d, |i, j| correlation[[i, j]]);
    let decomposition =
        matrix.self_adjoint_eigen(Side::Lower).map_err(|e| WganError::Decomposition {
            at: "eigen-decomposition of the correlation matrix",
            reason: format!("{e:?}"),
        })?;
    let values: Vec<f64> = (0..d).rev().map(|k| decomposition.S()[k]).collect();
    let rank = values.iter().take_while(|&&value| value > NULL_VARIANCE * values[0]).count();
    let mut vectors = Array2::from_shape_fn((d, rank), |(i, k)| decomposition.U()[(i, d - 1 - k)]);
    vectors.axis_iter_mut(Axis(1)).for_each(orient);
    let n_floored = values[..rank].iter().filter(|&&value| value < floor * values[0]).count();
    let deviations =
        values[..rank].iter().map(|value| value.max(floor * values[0]).sqrt()).collect();
    Ok(Principal { vectors, deviations, n_floored })
}

/// Turns an eigenvector so that its largest entry is positive; the decomposition leaves the sign open.
fn orient(mut vector: ArrayViewMut1<'_, f64>) {
    let largest =
        vector.iter().fold(0.0_f64, |l, &x| if x.abs() > l.abs() * (1.0 + 1e-9) { x } else { l });
    if largest < 0.0 {
        vector.mapv_inplace(|x| -x);
    }
}
