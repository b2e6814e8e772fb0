//! Averages of few values.

/// Mean; 0 of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (n, sum) = values.into_iter().fold((0, 0.0), |(n, sum), v| (n + 1, sum + v));
    sum / f64::from(n.max(1))
}

/// Mean and standard deviation without a fifth of the values at either end; zeros of nothing.
///
/// Other than median and quartiles they move little where values of two kinds are about equally
/// many, as those of hubs and leaves may be.
pub fn trimmed(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let cut = values.len() / 5;
    let kept = &values[cut..values.len() - cut];
    let centre = mean(kept.iter().copied());
    let variance = mean(kept.iter().map(|v| (v - centre).powi(2)));
    (centre, variance.sqrt())
}

/// `n` values at equal steps, half a step from the ends; all of them where there are fewer.
pub fn evenly_spaced<T>(values: &[T], n: usize) -> impl Iterator<Item = &T> {
    let n = n.min(values.len());
    (0..n).map(move |i| &values[(2 * i + 1) * values.len() / (2 * n)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_at_either_end_does_not_count() {
        assert_eq!(trimmed(vec![5.0, -90.0, 4.0, 700.0, 3.0]), (4.0, (2.0_f64 / 3.0).sqrt()));
        assert_eq!(trimmed(vec![7.0]), (7.0, 0.0));
        assert_eq!(trimmed(vec![]), (0.0, 0.0));
    }

    #[test]
    fn evenly_spaced_values_leave_the_same_out_everywhere() {
        let values: Vec<usize> = (0..12).collect();
        assert_eq!(evenly_spaced(&values, 3).collect::<Vec<_>>(), [&2, &6, &10]);
        assert_eq!(evenly_spaced(&values, 20).count(), 12);
        assert_eq!(evenly_spaced(&values[..0], 3).count(), 0);
    }
}
