//! Exact W₁ on the line, by quantiles.

use super::mass::matched_totals;
use crate::error::WganError;
use crate::magnitude::{binary_unit, largest};

/// W₁ between two samples on the line, `∫ |F⁻¹(t) − G⁻¹(t)| dt`, equal weights within each sample.
///
/// The samples may have different sizes and need not be sorted.
///
/// # Shapes
/// - `x`: `[n]`, `y`: `[m]`, same unit; returns a distance in that unit
///
/// # Errors
/// Empty samples; NaN or infinite entries; a distance beyond the range of `f64`.
///
/// # Complexity
/// `O(n log n + m log m)`.
///
/// # Example
/// ```
/// use wgan_core::transport::w1_sorted;
/// assert_eq!(w1_sorted(&[0.0, 1.0], &[3.0, 2.0])?, 2.0); // every quantile moves by two
/// # Ok::<(), wgan_core::WganError>(())
/// ```
///
/// # References
/// Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line.
pub fn w1_sorted(x: &[f64], y: &[f64]) -> Result<f64, WganError> {
    let mut x = sorted("x", x)?;
    let mut y = sorted("y", y)?;
    let unit = binary_unit(largest(x.iter().chain(&y)));
    x.iter_mut().chain(&mut y).for_each(|v| *v /= unit);
    let value = if x.len() == y.len() {
        let total: f64 = x.iter().zip(&y).map(|(a, b)| (a - b).abs()).sum();
        total / x.len() as f64
    } else {
        quantile_difference(&x, &y)
    };
    finite(unit * value)
}

/// A distance or a bound, unless it is beyond the range of `f64`.
pub(super) fn finite(value: f64) -> Result<f64, WganError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(WganError::NotFinite { at: "distance", index: vec![], got: value })
}

/// W₁ between two weighted laws on the line, `∫ |F(t) − G(t)| dt`.
///
/// Totals that differ by round-off ([`MASS_TOLERANCE`](super::MASS_TOLERANCE)) are rescaled to the source's.
///
/// # Shapes
/// - `x`, `a`: `[n]` positions and weights; `y`, `b`: `[m]`; returns position unit × mass
///
/// # Errors
/// Lengths that differ, empty laws, entries that are not finite, negative weights, unequal totals.
///
/// # Example
/// ```
/// use wgan_core::transport::w1_weighted;
/// let w1 = w1_weighted(&[0.0, 4.0], &[0.75, 0.25], &[0.0], &[1.0])?;
/// assert_eq!(w1, 1.0); // a quarter of the mass moves by four
/// # Ok::<(), wgan_core::WganError>(())
/// ```
pub fn w1_weighted(x: &[f64], a: &[f64], y: &[f64], b: &[f64]) -> Result<f64, WganError> {
    same_length("source weights", x, a)?;
    same_length("target weights", y, b)?;
    check_positions("x", x)?;
    check_positions("y", y)?;
    let (source_total, target_total) = matched_totals(a, b)?;
    let unit = binary_unit(largest(x.iter().chain(y)));
    let mut jumps: Vec<(f64, f64)> = x.iter().zip(a).map(|(&p, &w)| (p / unit, w)).collect();
    jumps.extend(y.iter().zip(b).map(|(&p, &w)| (p / unit, -w * (source_total / target_total))));
    jumps.sort_unstable_by(|p, q| p.0.total_cmp(&q.0));
    finite(unit * area_between(&jumps))
}

/// `∫ |F − G|` where `jumps` are the sorted positions and steps of `F − G`.
fn area_between(jumps: &[(f64, f64)]) -> f64 {
    let mut height = 0.0;
    let mut area = 0.0;
    for pair in jumps.windows(2) {
        height += pair[0].1;
        area += f64::abs(height) * (pair[1].0 - pair[0].0);
    }
    area
}

/// `∫ |F⁻¹ − G⁻¹|` of two sorted samples of any sizes, with the steps counted in whole units of `1/(n·m)`.
fn quantile_difference(x: &[f64], y: &[f64]) -> f64 {
    let (n, m) = (x.len(), y.len());
    let (mut i, mut j) = (0, 0);
    let (mut left_x, mut left_y) = (m, n);
    let mut total = 0.0;
    while i < n && j < m {
        let step = left_x.min(left_y);
        total += step as f64 * (x[i] - y[j]).abs();
        left_x -= step;
        left_y -= step;
        if left_x == 0 {
            i += 1;
            left_x = m;
        }
        if left_y == 0 {
            j += 1;
            left_y = n;
        }
    }
    total / (n as f64 * m as f64)
}

/// A sorted copy of `values`.
///
/// Sorted as integers whose order is that of the numbers, which needs no comparison function.
pub(crate) fn sorted(at: &'static str, values: &[f64]) -> Result<Vec<f64>, WganError> {
    check_positions(at, values)?;
    let mut keys: Vec<i64> = values.iter().map(|v| order_key(v.to_bits() as i64)).collect();
    keys.sort_unstable();
    Ok(keys.into_iter().map(|key| f64::from_bits(order_key(key) as u64)).collect())
}

/// Flips the magnitude bits of negative numbers; its own inverse (the map inside [`f64::total_cmp`]).
fn order_key(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// Refuses empty samples and entries that are not finite.
pub(crate) fn check_positions(at: &'static str, values: &[f64]) -> Result<(), WganError> {
    if values.is_empty() {
        return Err(WganError::TooFew { at, what: "numbers", expected: 1, got: 0 });
    }
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(WganError::NotFinite { at, index: vec![index], got: values[index] }),
        None => Ok(()),
    }
}

/// Refuses weights that do not belong one to one to their points.
fn same_length(at: &'static str, points: &[f64], weights: &[f64]) -> Result<(), WganError> {
    if points.len() == weights.len() {
        return Ok(());
    }
    Err(WganError::Shape { at, expected: vec![points.len()], got: vec![weights.len()] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    fn values(len: usize) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-10.0..10.0f64, 1..=len)
    }

    #[test]
    fn w1_of_a_translation_is_its_length() {
        let x = [0.3, -1.0, 7.5, 7.5, -0.0];
        let shifted = x.map(|v| v + 2.5);
        assert_abs_diff_eq!(w1_sorted(&x, &shifted).unwrap(), 2.5, epsilon = 1e-12);
    }

    #[test]
    fn sorting_by_keys_keeps_negative_numbers_and_zeros_in_order() {
        let x = sorted("x", &[1.0, -2.0, 0.0, -0.5, f64::MAX, f64::MIN, 1e-310]).unwrap();
        assert_eq!(x, vec![f64::MIN, -2.0, -0.5, 0.0, 1e-310, 1.0, f64::MAX]);
    }

    #[test]
    fn different_sizes_are_compared_by_quantiles() {
        // {0, 1} against {0, 0, 1, 1, 1, 1}: one sixth of the mass moves by one.
        let w1 = w1_sorted(&[1.0, 0.0], &[1.0, 0.0, 1.0, 1.0, 0.0, 1.0]).unwrap();
        assert_abs_diff_eq!(w1, 1.0 / 6.0, epsilon = 1e-15);
    }

    #[test]
    fn distances_of_any_size_are_finite_and_have_their_digits() {
        let (x, y, z) = ([0.0, 1.0, 5.0], [2.0, 2.5, 7.0], [1.0, 3.0]);
        let [plain, unequal] = [w1_sorted(&x, &y).unwrap(), w1_sorted(&x, &z).unwrap()];
        let weights = [0.5, 0.25, 0.25];
        let weighted = w1_weighted(&x, &weights, &z, &[0.5; 2]).unwrap();
        for size in [1e155, 1e-155, 1e200, 1e-200, 1e307, 1e-300, 2e307] {
            let of = |values: &[f64]| values.iter().map(|v| v * size).collect::<Vec<_>>();
            let (x, y, z) = (of(&x), of(&y), of(&z));
            assert_abs_diff_eq!(w1_sorted(&x, &y).unwrap() / size, plain, epsilon = 1e-14);
            assert_abs_diff_eq!(w1_sorted(&x, &z).unwrap() / size, unequal, epsilon = 1e-14);
            let got = w1_weighted(&x, &weights, &z, &[0.5; 2]).unwrap();
            assert_abs_diff_eq!(got / size, weighted, epsilon = 1e-14);
        }
        let beyond = w1_sorted(&[f64::MAX], &[f64::MIN]).unwrap_err().to_string();
        assert_eq!(beyond, "distance: the result is inf, expected a finite number");
    }

    #[test]
    fn bad_samples_are_named() {
        assert_eq!(
            w1_sorted(&[], &[1.0]).unwrap_err().to_string(),
            "x: expected at least 1 numbers, got 0"
        );
        let nan = w1_sorted(&[0.0], &[1.0, f64::NAN]).unwrap_err().to_string();
        assert_eq!(nan, "y: entry [1] is NaN, expected a finite number");
        let short = w1_weighted(&[0.0, 1.0], &[1.0], &[0.0], &[1.0]).unwrap_err().to_string();
        assert_eq!(short, "source weights: expected shape [2], got [1]");
    }

    proptest! {
        #[test]
        fn equal_weights_and_explicit_weights_agree(x in values(12), y in values(12)) {
            let a = vec![1.0 / x.len() as f64; x.len()];
            let b = vec![1.0 / y.len() as f64; y.len()];
            let weighted = w1_weighted(&x, &a, &y, &b).unwrap();
            prop_assert!((w1_sorted(&x, &y).unwrap() - weighted).abs() < 1e-12);
        }

        #[test]
        fn it_is_a_metric(x in values(8), y in values(8), z in values(8)) {
            let d = |p: &[f64], q: &[f64]| w1_sorted(p, q).unwrap();
            prop_assert!(d(&x, &x) < 1e-12); // round-off of the differences only
            prop_assert!((d(&x, &y) - d(&y, &x)).abs() < 1e-12);
            prop_assert!(d(&x, &z) <= d(&x, &y) + d(&y, &z) + 1e-12);
        }

        #[test]
        fn scaling_both_laws_scales_the_distance(x in values(8), y in values(8), s in 0.1..10.0f64) {
            let scale = |v: &[f64]| v.iter().map(|p| p * s).collect::<Vec<_>>();
            let scaled = w1_sorted(&scale(&x), &scale(&y)).unwrap();
            prop_assert!((scaled - s * w1_sorted(&x, &y).unwrap()).abs() < 1e-10);
        }
    }
}
