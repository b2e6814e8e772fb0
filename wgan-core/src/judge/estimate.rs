//! A critic's estimate on fresh samples.

use crate::convert::values_of;
use crate::error::WganError;
use crate::model::Critic;

/// A critic's estimate `E f(real) − E f(fake)`, and how far the finite samples let it be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// `mean f(real) − mean f(fake)`.
    pub value: f64,
    /// Standard error of `value` for two independent samples.
    pub standard_error: f64,
}

impl Estimate {
    /// On samples the critic was not trained on. Where it is 1-Lipschitz, `value` is at most the `W₁` of the laws in
    /// expectation.
    ///
    /// # Errors
    /// [`WganError::TooFew`] for fewer than two samples of a law.
    pub fn of<C: Critic>(
        critic: &C,
        real: &C::Sample,
        fake: &C::Sample,
    ) -> Result<Self, WganError> {
        Self::of_scores(&values_of(critic.score(real)), &values_of(critic.score(fake)))
    }

    /// The same from scores.
    ///
    /// # Errors
    /// [`WganError::TooFew`] for fewer than two scores of a law.
    pub fn of_scores(real: &[f64], fake: &[f64]) -> Result<Self, WganError> {
        let (mean_real, square_real) = mean_and_error_squared("real scores", real)?;
        let (mean_fake, square_fake) = mean_and_error_squared("fake scores", fake)?;
        let standard_error = (square_real + square_fake).sqrt();
        Ok(Self { value: mean_real - mean_fake, standard_error })
    }

    /// `value − 2·standard_error`, below the expectation with a probability of 98 %.
    pub fn lower(&self) -> f64 {
        self.value - 2.0 * self.standard_error
    }
}

/// Mean, and the square of its standard error.
fn mean_and_error_squared(at: &'static str, scores: &[f64]) -> Result<(f64, f64), WganError> {
    if scores.len() < 2 {
        return Err(WganError::TooFew { at, what: "numbers", expected: 2, got: scores.len() });
    }
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (score - mean) * (score - mean)).sum();
    Ok((mean, squares / (n - 1.0) / n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_of_two_samples_is_the_textbook_one() {
        // Variances 1 and 4, two scores each: √(1/2 + 4/2).
        let half = 0.5f64.sqrt();
        let real = [3.0 - half, 3.0 + half];
        let fake = [-2.0 * half, 2.0 * half];
        let estimate = Estimate::of_scores(&real, &fake).unwrap();
        assert!((estimate.value - 3.0).abs() < 1e-12);
        assert!((estimate.standard_error - 2.5f64.sqrt()).abs() < 1e-12);
        assert!((estimate.lower() - (3.0 - 2.0 * 2.5f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn one_score_has_no_error() {
        let message = Estimate::of_scores(&[1.0], &[1.0, 2.0]).unwrap_err().to_string();
        assert_eq!(message, "real scores: expected at least 2 numbers, got 1");
    }
}
