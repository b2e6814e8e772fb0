//! Cholesky whitening, column by column, leaving out columns that the ones before them explain.

use ndarray::{Array2, ArrayView2, Axis, Slice};

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
        // What the independent columns so far leave of column j; earlier entries are round-off.
        let known = leading(&lower, rank);
        let mut column = &correlation.column(j) - &known.dot(&known.row(j));
        let left = column[j];
        if left <= NULL_VARIANCE * d as f64 {
            continue;
        }
        n_floored += usize::from(left < floor);
        let deviation = left.max(floor).sqrt();
        // z_k = (s_j − Σ_{l<k} L_jl z_l) / deviation, written in the columns of s.
        let mut solved = leading(&forward, rank).dot(&known.row(j)) / -deviation;
        solved[j] += 1.0 / deviation;
        forward.column_mut(rank).assign(&solved);
        column /= deviation;
        column.iter_mut().take(j).for_each(|entry| *entry = 0.0);
        column[j] = deviation;
        lower.column_mut(rank).assign(&column);
        rank += 1;
    }
    Factors {
        forward: leading(&forward, rank).to_owned(),
        backward: leading(&lower, rank).t().to_owned(),
        rank,
        n_floored,
    }
}

/// The first `k` columns.
fn leading(matrix: &Array2<f64>, k: usize) -> ArrayView2<'_, f64> {
    matrix.slice_axis(Axis(1), Slice::from(..k))
}
