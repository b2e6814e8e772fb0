//! From the values of one column to numbers a network can take.

use serde::{Deserialize, Serialize};
use wgan_core::mean_and_deviation;
use wgan_core::whitening::RankScale;

/// How a number is brought to a scale of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    /// `(v − mean) / standard deviation`.
    #[default]
    Standard,
    /// `√12·(F(v) − ½)` with the empirical distribution function `F`, for columns with heavy tails
    /// or many equal values. Values outside the training data take the value at its end.
    Rank,
}

/// Fitted coding of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Coding {
    /// One entry per category, 1 for the one given.
    OneHot {
        /// Categories in alphabetical order.
        categories: Vec<String>,
    },
    /// Two entries: `(v − mean) / sd`, and 1.
    Standard {
        /// Mean of the training data.
        mean: f64,
        /// Standard deviation of the training data.
        sd: f64,
        /// Smallest and largest value of the training data.
        range: (f64, f64),
    },
    /// Two entries: `√12·(F(v) − ½)`, and 1; linear between at most 1,024 values of the training data.
    Rank(RankScale),
}

/// Most values that a rank scale keeps.
const MAX_VALUES: usize = 1024;

impl Coding {
    /// Coding of categories; none if there are none.
    pub(super) fn of_categories(mut names: Vec<String>) -> Option<Self> {
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then_some(Coding::OneHot { categories: names })
    }

    /// Coding of finite numbers; none if they are all equal.
    pub(super) fn of_numbers(mut values: Vec<f64>, scale: Scale) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let range = (*values.first()?, *values.last()?);
        if range.0 == range.1 {
            return None;
        }
        Some(match scale {
            Scale::Standard => {
                let (mean, sd) = mean_and_deviation(&values);
                Coding::Standard { mean, sd, range }
            }
            Scale::Rank => Coding::Rank(RankScale::fit(values).ok()?.thinned(MAX_VALUES)),
        })
    }

    /// Entries of the column in a coded condition.
    pub fn width(&self) -> usize {
        match self {
            Coding::OneHot { categories } => categories.len(),
            Coding::Standard { .. } | Coding::Rank(_) => 2,
        }
    }

    /// Smallest and largest number of the training data; none for categories.
    pub fn range(&self) -> Option<(f64, f64)> {
        match self {
            Coding::OneHot { .. } => None,
            Coding::Standard { range, .. } => Some(*range),
            Coding::Rank(scale) => Some((*scale.values().first()?, *scale.values().last()?)),
        }
    }

    /// The number `v` on a scale of one; 0 for a coding of categories.
    pub(super) fn scaled(&self, v: f64) -> f64 {
        match self {
            Coding::OneHot { .. } => 0.0,
            // The difference of two large numbers may be beyond the range.
            Coding::Standard { mean, sd, .. } if (v - mean).is_finite() => (v - mean) / sd,
            Coding::Standard { mean, sd, .. } => v / sd - mean / sd,
            Coding::Rank(scale) => scale.scaled(v),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn numbers(values: &[f64], scale: Scale) -> Coding {
        Coding::of_numbers(values.to_vec(), scale).unwrap()
    }

    #[test]
    fn standard_numbers_have_mean_zero_and_variance_one() {
        let coding = numbers(&[1.0, 3.0], Scale::Standard); // mean 2, deviation 1
        assert_eq!([coding.scaled(1.0), coding.scaled(2.0), coding.scaled(5.0)], [-1.0, 0.0, 3.0]);
    }

    #[test]
    fn numbers_of_any_size_are_standardised_like_ordinary_ones() {
        for size in [1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300, 4e307] {
            let coding = numbers(&[-3.0 * size, size, 4.0 * size], Scale::Standard);
            let plain = numbers(&[-3.0, 1.0, 4.0], Scale::Standard);
            for v in [-3.0, 1.0, 4.0] {
                assert_abs_diff_eq!(coding.scaled(v * size), plain.scaled(v), epsilon = 1e-12);
            }
        }
        let ends = numbers(&[f64::MIN, f64::MAX], Scale::Standard);
        assert_eq!([ends.scaled(f64::MIN), ends.scaled(f64::MAX)], [-1.0, 1.0]);
    }

    #[test]
    fn numbers_by_rank_are_on_the_rank_scale() {
        let coding = numbers(&[0.0, 0.0, 0.0, 7.0], Scale::Rank);
        assert_abs_diff_eq!(coding.scaled(0.0), 12_f64.sqrt() * (1.5 / 4.0 - 0.5), epsilon = 1e-12);
        assert_abs_diff_eq!(coding.scaled(99.0), coding.scaled(7.0), epsilon = 1e-12);
        assert!(coding.scaled(3.0) > coding.scaled(1.0));
    }

    #[test]
    fn many_values_are_thinned_and_keep_both_ends() {
        let values: Vec<f64> = (0..50_000).map(f64::from).collect();
        let coding = numbers(&values, Scale::Rank);
        assert_eq!(coding.range(), Some((0.0, 49_999.0)));
        let middle = coding.scaled(25_000.0);
        assert_abs_diff_eq!(middle, 0.0, epsilon = 1e-3); // a knot every 49 values
    }

    #[test]
    fn a_constant_number_has_no_coding() {
        assert_eq!(Coding::of_numbers(vec![2.0; 5], Scale::Standard), None);
        assert_eq!(Coding::of_numbers(Vec::new(), Scale::Rank), None);
    }
}
