//! When a critic has been trained enough for one generator step.

use serde::{Deserialize, Serialize};

use crate::error::WganError;

/// The critic has converged when the mean estimate of its last `window` steps is no longer above that of the `window` steps
/// before by more than `tolerance`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Critic steps that are averaged, at least 1: estimates of single batches are noisy (20).
    pub window: usize,
    /// Relative rise that counts, at least 0 (0.01).
    pub tolerance: f64,
}

impl Default for Convergence {
    fn default() -> Self {
        Self { window: 20, tolerance: 0.01 }
    }
}

impl Convergence {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        if self.window == 0 {
            return Err(WganError::config("window", "at least 1", self.window));
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return Err(WganError::config("tolerance", "a number of at least 0", self.tolerance));
        }
        Ok(())
    }

    /// Whether `estimates`, one per critic step since the generator last moved, have stopped rising.
    pub fn is_reached(&self, estimates: &[f64]) -> bool {
        let Some(from) = estimates.len().checked_sub(2 * self.window) else {
            return false;
        };
        let (before, last) = estimates[from..].split_at(self.window);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / self.window as f64;
        mean(last) <= mean(before) + self.tolerance * mean(before).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Convergence = Convergence { window: 3, tolerance: 0.01 };

    #[test]
    fn rising_estimates_go_on_and_level_ones_stop() {
        let rising: Vec<f64> = (0..50).map(|i| 1.0 + 0.1 * f64::from(i)).collect();
        assert!(!RULE.is_reached(&rising));
        let saturating: Vec<f64> = (0..50).map(|i| 1.0 - (-0.3 * f64::from(i)).exp()).collect();
        assert!(!RULE.is_reached(&saturating[..8]));
        assert!(RULE.is_reached(&saturating));
    }

    #[test]
    fn too_few_steps_prove_nothing() {
        assert!(!RULE.is_reached(&[1.0; 5]));
        assert!(RULE.is_reached(&[1.0; 6]));
    }

    #[test]
    fn a_field_out_of_range_is_named() {
        let message = Convergence { window: 0, ..RULE }.check().unwrap_err().to_string();
        assert_eq!(message, "window: expected at least 1, got 0");
        let message = Convergence { tolerance: f64::NAN, ..RULE }.check().unwrap_err().to_string();
        assert_eq!(message, "tolerance: expected a number of at least 0, got NaN");
    }
}
