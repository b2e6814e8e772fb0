//! Intervals and probabilities from errors on held-out rows.

/// Share of energies that intervals are made to hold.
pub(super) const LEVEL: f64 = 0.9;

/// Errors on held-out rows in units of their scale, increasing: `(y − ŷ) / s`.
///
/// If a new row is drawn like the held-out ones, its own error is equally likely to fall into any of the gaps between
/// them. So an interval between two of them is hit with a known probability, whatever the law of the errors (split
/// conformal prediction), and the share of errors below a limit is a probability (conformal predictive distribution).
/// Compounds that are unlike the known ones, as many candidates are, break the assumption.
///
/// # References
/// Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018), Distribution-free predictive inference for regression, J. Am.
/// Stat. Assoc. 113, 1094-1111; Johansson, Boström, Löfström, Linusson (2014), Regression conformal prediction with
/// random forests, Machine Learning 97, 155-176 (out-of-bag errors); Vovk, Shen, Manokhin, Xie (2019), Nonparametric
/// predictive distributions based on conformal prediction, Machine Learning 108, 445-474.
#[derive(Clone, Debug)]
pub(super) struct Calibration {
    errors: Vec<f64>,
}

impl Calibration {
    /// `errors` are finite.
    pub(super) fn new(mut errors: Vec<f64>) -> Self {
        errors.sort_unstable_by(f64::total_cmp);
        Self { errors }
    }

    /// Lower and upper error with `level` of the probability between them and equal shares beyond.
    ///
    /// Infinite where there are too few errors for the level.
    pub(super) fn interval(&self, level: f64) -> (f64, f64) {
        let beyond = (1.0 - level) / 2.0 * (self.errors.len() + 1) as f64;
        let n_beyond = (beyond + 1e-9).floor() as usize; // 1e-9: round-off of `level`
        match n_beyond.checked_sub(1) {
            Some(i) => (self.errors[i], self.errors[self.errors.len() - n_beyond]),
            None => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// Probability of an error up to `limit`.
    pub(super) fn share_up_to(&self, limit: f64) -> f64 {
        let n_below = self.errors.partition_point(|error| *error <= limit) as f64;
        (n_below + 0.5) / (self.errors.len() + 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn nineteen_errors_make_a_ninety_percent_interval_of_the_extremes() {
        let calibration = Calibration::new((1..=19).rev().map(f64::from).collect());
        // 20 gaps of 5 % each; one on each side is left out
        assert_eq!(calibration.interval(0.9), (1.0, 19.0));
        assert_eq!(calibration.interval(0.8), (2.0, 18.0));
        assert_eq!(calibration.interval(0.95), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn probabilities_are_shares_of_errors() {
        let calibration = Calibration::new((1..=19).map(f64::from).collect());
        assert_abs_diff_eq!(calibration.share_up_to(0.0), 0.5 / 20.0);
        assert_abs_diff_eq!(calibration.share_up_to(10.0), 10.5 / 20.0);
        assert_abs_diff_eq!(calibration.share_up_to(99.0), 19.5 / 20.0);
    }
}
