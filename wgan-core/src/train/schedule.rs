//! Learning-rate schedules.

use serde::{Deserialize, Serialize};

/// Factor on the learning rate as a function of the share of the run that is done.
///
/// A pure function of the step, so a resumed run needs no state for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// 1 throughout.
    #[default]
    Constant,
    /// From 1 to 0 in a straight line.
    Linear,
    /// From 1 to 0 along half a cosine (Loshchilov, Hutter 2017, SGDR, eq. 5, without restarts).
    Cosine,
    /// 1 for the first half, then to 0 in a straight line.
    HalfLinear,
}

impl Schedule {
    /// Factor at step `step` of `n_steps`.
    pub fn factor(self, step: usize, n_steps: usize) -> f64 {
        let done = step as f64 / n_steps.max(1) as f64;
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - done,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * done).cos()),
            Schedule::HalfLinear => (2.0 - 2.0 * done).min(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_start_at_one_and_decay_to_zero() {
        for schedule in [Schedule::Linear, Schedule::Cosine, Schedule::HalfLinear] {
            assert_eq!(schedule.factor(0, 100), 1.0);
            assert!(schedule.factor(100, 100).abs() < 1e-12);
        }
        assert_eq!(Schedule::HalfLinear.factor(50, 100), 1.0);
        assert!((Schedule::Cosine.factor(50, 100) - 0.5).abs() < 1e-12);
    }
}
