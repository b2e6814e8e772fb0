//! Squares and sums of numbers of any size.

/// Exponents of two up to which numbers are taken as they are: squares of such numbers, summed over 2⁶⁰ terms, stay far from the ends
/// of `f64`.
const PLAIN_EXPONENT: i32 = 400;

/// The power of two near `largest`, the largest magnitude of some numbers, where their squares would leave the range of `f64`; else 1.
///
/// Dividing by a power of two is exact, so what is computed in this unit has the digits it would have had.
///
/// # Example
/// ```
/// use wgan_core::binary_unit;
/// assert_eq!([binary_unit(0.0), binary_unit(-3.0), binary_unit(1e100)], [1.0; 3]);
/// let unit = binary_unit(1e200); // 1e200² is infinite
/// assert!((0.5..=2.0).contains(&(1e200 / unit)));
/// ```
pub fn binary_unit(largest: f64) -> f64 {
    let largest = largest.abs();
    let plain = 2_f64.powi(-PLAIN_EXPONENT)..=2_f64.powi(PLAIN_EXPONENT);
    if largest == 0.0 || !largest.is_finite() || plain.contains(&largest) {
        return 1.0;
    }
    // Not below the smallest normal number, whose inverse is finite.
    2_f64.powi((largest.log2().floor() as i32).clamp(-1022, 1023))
}

/// Mean and standard deviation `√(Σ (x − m)²/n)`, both NaN for no values; finite for finite ones, but for numbers at both ends of the
/// range of `f64`.
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let unit = binary_unit(largest(values));
    let n = values.len() as f64;
    let mean = values.iter().map(|value| value / unit).sum::<f64>() / n;
    let variance = values.iter().map(|value| (value / unit - mean).powi(2)).sum::<f64>() / n;
    (mean * unit, variance.sqrt() * unit)
}

/// Largest magnitude, 0 for none.
pub(crate) fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| f64::max(largest, value.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_two_next_to_the_number() {
        for number in [1e155, 1e200, f64::MAX, 1e-155, 1e-200, 1e-300, f64::MIN_POSITIVE] {
            let unit = binary_unit(number);
            assert_eq!(unit.to_bits() & ((1 << 52) - 1), 0, "{number:e}");
            assert!((0.5..=2.0).contains(&(number / unit)), "{number:e}");
            assert_eq!(binary_unit(-number), unit);
        }
    }

    #[test]
    fn numbers_of_ordinary_size_and_none_have_the_unit_one() {
        for number in [0.0, 1.0, -7e5, 1e-100, 1e100, f64::INFINITY, f64::NAN] {
            assert_eq!(binary_unit(number), 1.0);
        }
        assert_eq!(largest(&[1.0, -3.0]), 3.0);
        assert_eq!(binary_unit(5e-324), f64::MIN_POSITIVE);
    }

    #[test]
    fn numbers_of_any_size_have_the_moments_of_ordinary_ones() {
        for size in [1.0, 1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300, 1e307] {
            let (mean, deviation) = mean_and_deviation(&[size, 3.0 * size]);
            assert!((mean / size - 2.0).abs() < 1e-14, "{size:e}");
            assert!((deviation / size - 1.0).abs() < 1e-14, "{size:e}");
        }
        let (mean, deviation) = mean_and_deviation(&[1.0, 2.0, 1.797e308]);
        assert!(mean.is_finite() && deviation.is_finite());
        assert!(mean_and_deviation(&[]).0.is_nan());
    }
}
