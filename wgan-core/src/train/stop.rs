//! When a run ends.

use serde::{Deserialize, Serialize};

use super::History;

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// All steps were done.
    MaxSteps,
    /// A [`StopRule`] asked for it.
    EarlyStop,
    /// The time allowed was used up.
    Timeout,
    /// A loss was NaN or infinite; the model is the last one whose losses were finite.
    NonFinite,
}

/// Decides after each record whether training may end.
pub trait StopRule {
    /// Whether to stop, given everything recorded so far.
    fn should_stop(&self, history: &History) -> bool;
}

/// Stops when the smoothed estimate no longer falls.
///
/// A function of the history alone, so a resumed run stops where an uninterrupted one does. A
/// plateau of the estimate says that training stands still, not that the model is good.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// Records over which the estimate is smoothed.
    pub window: usize,
    /// Records without a new minimum before stopping.
    pub patience: usize,
    /// Relative fall that counts as a new minimum.
    pub tolerance: f64,
}

impl StopRule for Plateau {
    fn should_stop(&self, history: &History) -> bool {
        let smooth = history.smoothed_estimate(self.window);
        // The first records are transient: the critic has yet to find the difference.
        let settled = smooth.iter().enumerate().skip(self.window);
        let mut best: Option<(usize, f64)> = None;
        for (i, &estimate) in settled {
            if best.is_none_or(|(_, b)| estimate < b - self.tolerance * b.abs()) {
                best = Some((i, estimate));
            }
        }
        best.is_some_and(|(i, _)| smooth.len() - 1 - i >= self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::history_of;
    use super::*;

    const RULE: Plateau = Plateau { window: 5, patience: 20, tolerance: 0.01 };

    #[test]
    fn a_falling_estimate_goes_on() {
        assert!(!RULE.should_stop(&history_of((0..200).map(|i| (-0.02 * i as f64).exp()))));
    }

    #[test]
    fn a_flat_estimate_stops() {
        assert!(RULE.should_stop(&history_of((0..200).map(|i| 1.0 + (-0.2 * i as f64).exp()))));
    }

    #[test]
    fn a_short_history_goes_on() {
        assert!(!RULE.should_stop(&history_of([1.0; 20])));
    }
}
