//! Cholesky whitening, column by column, leaving out columns that the ones before them explain.

use ndarray::{Array2, s};

use super::{Factors, NULL_VARIANCE};

/// `z = s_P·L_PP^{−ᵀ}` over the independent columns `P`, and `s = z·Lᵀ`.
///
/// `R = L Lᵀ` with `L: [d, k]`; row `j` of `L` says how column `j` follows from the `z`.
pub(super) fn cholesky(correlation: &Array2<f64>, floor: f64) -> Factors {
    let d = correlation.nrows();
    let mut lower = Array2::<f64>::zeros((d, d));
    let mut forward = Array2::<f64>::zeros((d, d));
    let (mut rank, mut n_floored) = (0, 0);
    for j in 0..d {
        // What of column j and of all later ones is left after the independent columns so far.
        let explained = lower.slice(s![j.., ..rank]).dot(&lower.slice(s![j, ..rank]));
        let left = &correlation.slice(s![j.., j]) - &explained;
        if left[0] <= NULL_VARIANCE * d as f64 {
            continue;
        }
        n_floored += usize::from(left[0] < floor);
        let deviation = left[0].max(floor).sqrt();
        let mut column = left / deviation;
        column[0] = deviation;
        lower.slice_mut(s![j.., rank]).assign(&column);
        // z_k = (s_j − Σ_{l<k} L_jl z_l) / deviation, written in the columns of s.
        let earlier = forward.slice(s![.., ..rank]).dot(&lower.slice(s![j, ..rank]));
        let mut solved = -earlier / deviation;
        solved[j] += 1.0 / deviation;
        forward.column_mut(rank).assign(&solved);
        rank += 1;
    }
    Factors {
        forward: forward.slice(s![.., ..rank]).to_owned(),
        backward: lower.slice(s![.., ..rank]).t().to_owned(),
        rank,
        n_floored,
    }
}
