//! Integrals of smooth functions on an interval.

/// Simpson's rule with `pieces` (made even) equal pieces; error `O(pieces⁻⁴)` for smooth `f`.
pub(super) fn simpson(f: impl Fn(f64) -> f64, from: f64, to: f64, pieces: usize) -> f64 {
    let pieces = pieces.max(2).next_multiple_of(2);
    let step = (to - from) / pieces as f64;
    let inner: f64 =
        (1..pieces).map(|k| if k % 2 == 1 { 4.0 } else { 2.0 } * f(from + k as f64 * step)).sum();
    (f(from) + inner + f(to)) * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::simpson;
    use approx::assert_abs_diff_eq;

    #[test]
    fn cubics_are_exact_and_errors_fall_with_the_fourth_power() {
        assert_abs_diff_eq!(simpson(|x| x * x * x, 0.0, 2.0, 2), 4.0, epsilon = 1e-14);
        let error = |pieces| (simpson(f64::sin, 0.0, 1.0, pieces) - (1.0 - 1f64.cos())).abs();
        assert_abs_diff_eq!((error(8) / error(16)).log2(), 4.0, epsilon = 0.05);
    }
}
