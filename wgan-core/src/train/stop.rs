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

/// Stops when real and fake can no longer be told apart: `W₁ / floor` at most `ratio` in `patience` evaluations in a row.
///
/// Needs a [`W1Evaluation`](super::W1Evaluation), whose number of points decides how fine a difference can be told. In high
/// dimension the ratio is near one long before the laws are equal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indistinguishable {
    /// Largest `W₁ / floor` that counts; equal laws give 1 ± 0.1 with a few hundred points (1.1).
    pub ratio: f64,
    /// Evaluations in a row, at least 1 (3).
    pub patience: usize,
}

impl Default for Indistinguishable {
    fn default() -> Self {
        Self { ratio: 1.1, patience: 3 }
    }
}

impl StopRule for Indistinguishable {
    fn should_stop(&self, history: &History) -> bool {
        let patience = self.patience.max(1);
        let ratios = history.evaluations.iter().rev().map(|evaluated| evaluated.report.ratio);
        ratios.take(patience).filter(|&ratio| ratio <= self.ratio).count() == patience
    }
}

#[cfg(test)]
mod tests {
    use super::super::Evaluated;
    use super::super::history::tests::history_of;
    use super::*;
    use crate::judge::W1Report;

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

    fn evaluated(ratios: &[f64]) -> History {
        let report = |ratio| W1Report {
            lower: 0.0,
            w1: ratio,
            upper: ratio,
            gap: ratio,
            floor: 1.0,
            ratio,
            n: 100,
            d: 2,
            permutation_p: None,
        };
        let evaluations = ratios.iter().enumerate();
        let evaluations =
            evaluations.map(|(step, &ratio)| Evaluated { step, report: report(ratio) }).collect();
        History { evaluations, ..History::default() }
    }

    #[test]
    fn only_low_ratios_in_a_row_stop() {
        let rule = Indistinguishable { ratio: 1.1, patience: 2 };
        assert!(rule.should_stop(&evaluated(&[3.0, 1.05, 1.02])));
        assert!(!rule.should_stop(&evaluated(&[1.05, 1.02, 1.2])));
        assert!(!rule.should_stop(&evaluated(&[1.05, 1.2, 1.02])));
        assert!(!rule.should_stop(&evaluated(&[1.02])));
        assert!(!rule.should_stop(&evaluated(&[f64::NAN, f64::NAN])));
    }
}
