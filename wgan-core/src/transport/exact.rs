//! Exact W₁ between two samples, the short way.

use ndarray::ArrayView2;

use super::cost::PointCost;
use super::mass::uniform;
use super::plan::Transport;
use super::points::solve_transport;
use crate::error::WganError;
use crate::norm::GroundNorm;

/// Largest cost matrix, in bytes, that is kept in memory (8192 by 8192); larger problems compute costs when asked for, which takes three
/// times as long in the plane and eight times in 16 dimensions.
const DENSE_BYTES: usize = 512 << 20;

/// Exact W₁ between the rows of `x` and of `y`, equal weights within each sample.
///
/// # Shapes
/// - `x`: `[n, d]`, `y`: `[m, d]`, in one unit
///
/// # Errors
/// Different dimensions, empty samples, entries that are not finite; those of [`solve_transport`].
///
/// # Example
/// ```
/// use ndarray::array;
/// use wgan_core::transport::{GroundNorm, w1};
/// let x = array![[0.0, 0.0], [1.0, 0.0]];
/// let y = array![[1.0, 1.0], [0.0, 1.0]];
/// assert_eq!(w1(x.view(), y.view(), GroundNorm::L2)?.value, 1.0); // both points move up by one
/// # Ok::<(), wgan_core::WganError>(())
/// ```
pub fn w1(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    norm: GroundNorm,
) -> Result<Transport, WganError> {
    w1_between(x, &uniform(x.nrows()), y, &uniform(y.nrows()), norm)
}

/// Exact W₁ between rows `x` with weights `a` and rows `y` with weights `b`.
///
/// # Shapes
/// - `x`: `[n, d]`, `a`: `[n]`, `y`: `[m, d]`, `b`: `[m]`
///
/// # Errors
/// As [`w1`], and weights that [`solve_transport`] refuses.
pub fn w1_between(
    x: ArrayView2<'_, f64>,
    a: &[f64],
    y: ArrayView2<'_, f64>,
    b: &[f64],
    norm: GroundNorm,
) -> Result<Transport, WganError> {
    let cost = PointCost::new(x, y, norm)?;
    if x.nrows().saturating_mul(y.nrows()).saturating_mul(size_of::<f64>()) <= DENSE_BYTES {
        solve_transport(&cost.to_dense(), a, b)
    } else {
        solve_transport(&cost, a, b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{sample_for_tests, w1_sorted};
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, Axis, array};
    use proptest::prelude::*;

    /// Points on a coarse grid, so that ties and equal points are common.
    fn points(n: usize, d: usize) -> impl Strategy<Value = Array2<f64>> {
        let grid = prop::collection::vec((-6..=6i32).prop_map(|v| f64::from(v) / 2.0), n * d);
        grid.prop_map(move |v| Array2::from_shape_vec((n, d), v).unwrap())
    }

    /// Smallest cost over all ways to pair the rows.
    fn brute_force(x: &Array2<f64>, y: &Array2<f64>, norm: GroundNorm) -> f64 {
        fn best(
            x: &Array2<f64>,
            y: &Array2<f64>,
            norm: GroundNorm,
            i: usize,
            used: &mut [bool],
        ) -> f64 {
            if i == x.nrows() {
                return 0.0;
            }
            let mut least = f64::INFINITY;
            for j in 0..y.nrows() {
                if !std::mem::replace(&mut used[j], true) {
                    let here = norm.between(x.row(i), y.row(j));
                    least = least.min(here + best(x, y, norm, i + 1, used));
                    used[j] = false;
                }
            }
            least
        }
        best(x, y, norm, 0, &mut vec![false; y.nrows()]) / x.nrows() as f64
    }

    #[test]
    fn translation_moves_by_its_length() {
        let x = sample_for_tests(200, 3, 1);
        let y = &x + &array![2.0, -1.0, 2.0];
        for (norm, length) in
            [(GroundNorm::L2, 3.0), (GroundNorm::L1, 5.0), (GroundNorm::LInf, 2.0)]
        {
            assert_abs_diff_eq!(
                w1(x.view(), y.view(), norm).unwrap().value,
                length,
                epsilon = 1e-12
            );
        }
    }

    #[test]
    fn one_dimension_agrees_with_sorting() {
        for (n, m) in [(1, 1), (1, 50), (40, 60), (151, 150), (300, 300)] {
            let (x, y) = (sample_for_tests(n, 1, 2), sample_for_tests(m, 1, 3));
            let line = w1_sorted(x.as_slice().unwrap(), y.as_slice().unwrap()).unwrap();
            assert_abs_diff_eq!(
                w1(x.view(), y.view(), GroundNorm::L2).unwrap().value,
                line,
                epsilon = 1e-12
            );
        }
    }

    #[test]
    fn repeated_points_are_the_same_law() {
        let x = sample_for_tests(60, 2, 4);
        let twice = ndarray::concatenate(Axis(0), &[x.view(), x.view()]).unwrap();
        assert_abs_diff_eq!(
            w1(x.view(), twice.view(), GroundNorm::L2).unwrap().value,
            0.0,
            epsilon = 1e-12
        );
        let same = Array2::zeros((80, 2));
        assert_eq!(w1(same.view(), same.view(), GroundNorm::L2).unwrap().value, 0.0);
    }

    #[test]
    fn coordinates_of_any_size_are_solved_like_ordinary_ones() {
        let (x, y) = (sample_for_tests(12, 2, 8), sample_for_tests(9, 2, 9) + 0.5);
        for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
            let plain = w1(x.view(), y.view(), norm).unwrap().value;
            for size in [1e120, 1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300, 1e307] {
                let scaled = w1((&x * size).view(), (&y * size).view(), norm).unwrap();
                assert_abs_diff_eq!(scaled.value / size, plain, epsilon = 1e-12);
                assert!(scaled.gap.abs() <= 1e-10 * scaled.value, "{size:e}");
            }
        }
        // A small column beside a constant one.
        let (x, y) = (array![[1e3, 1e-200], [1e3, 0.0]], array![[1e3, 4e-200], [1e3, 0.0]]);
        assert_abs_diff_eq!(
            w1(x.view(), y.view(), GroundNorm::L2).unwrap().value * 1e200,
            1.5,
            epsilon = 1e-12
        );
    }

    #[test]
    fn distances_beyond_the_range_of_numbers_are_refused() {
        let (x, y) = (array![[f64::MAX, 0.0]], array![[f64::MIN, 0.0]]);
        for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
            let message = w1(x.view(), y.view(), norm).unwrap_err().to_string();
            assert_eq!(message, "cost matrix: entry [0, 0] is inf, expected a finite number");
        }
        let cost = crate::transport::DenseCost::new(array![[1e308]]).unwrap();
        let message = solve_transport(&cost, &[10.0], &[10.0]).unwrap_err().to_string();
        assert_eq!(message, "transport: the result is inf, expected a finite number");
    }

    proptest! {
        #[test]
        fn it_is_the_best_of_all_pairings(x in points(6, 2), y in points(6, 2)) {
            for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
                let transport = w1(x.view(), y.view(), norm).unwrap();
                prop_assert!((transport.value - brute_force(&x, &y, norm)).abs() < 1e-12);
            }
        }

        #[test]
        fn it_is_a_metric(x in points(5, 2), y in points(7, 2), z in points(3, 2)) {
            let d = |p: &Array2<f64>, q: &Array2<f64>| w1(p.view(), q.view(), GroundNorm::L2).unwrap().value;
            prop_assert_eq!(d(&x, &x), 0.0);
            prop_assert!((d(&x, &y) - d(&y, &x)).abs() < 1e-12);
            prop_assert!(d(&x, &z) <= d(&x, &y) + d(&y, &z) + 1e-12);
        }

        #[test]
        fn scaling_both_samples_scales_it(x in points(6, 3), y in points(9, 3), s in 1e-6..1e6f64) {
            let unscaled = w1(x.view(), y.view(), GroundNorm::L1).unwrap().value;
            let scaled = w1((&x * s).view(), (&y * s).view(), GroundNorm::L1).unwrap().value;
            prop_assert!((scaled - s * unscaled).abs() < 1e-11 * s);
        }
    }
}
