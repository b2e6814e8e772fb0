//! What was measured during a run.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::WganError;
use crate::file::write_atomically;
use crate::judge::W1Report;

/// Figures of one generator step; critic figures are those of its last critic step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Generator steps done, from 1.
    pub step: usize,
    /// Seconds of training so far, over all sittings.
    pub seconds: f64,
    /// `E f(real) − E f(fake)`, the dual value, or what the [`Objective`](crate::train::Objective) says.
    pub estimate: f64,
    /// Penalty term of the critic loss, 0 for strategies without one.
    pub penalty: f64,
    /// Mean slope at the penalised points, where the strategy measures it.
    pub gradient_norm: Option<f64>,
    /// `penalty − estimate`.
    pub critic_loss: f64,
    /// `−E f(fake)`, or what the objective says, with what the generator adds to it.
    pub generator_loss: f64,
}

impl Record {
    /// Whether every figure is finite.
    pub fn is_finite(&self) -> bool {
        [self.estimate, self.penalty, self.critic_loss, self.generator_loss]
            .iter()
            .all(|value| value.is_finite())
    }

    /// The record of a line of [`History::write_csv`].
    fn from_line(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let [step, seconds, estimate, penalty, slope, critic_loss, generator_loss] = cells[..]
        else {
            return None;
        };
        Some(Self {
            step: step.parse().ok()?,
            seconds: seconds.parse().ok()?,
            estimate: estimate.parse().ok()?,
            penalty: penalty.parse().ok()?,
            gradient_norm: if slope.is_empty() { None } else { Some(slope.parse().ok()?) },
            critic_loss: critic_loss.parse().ok()?,
            generator_loss: generator_loss.parse().ok()?,
        })
    }
}

/// What a [`W1Evaluation`](super::W1Evaluation) found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// Generator steps done, from 1.
    pub step: usize,
    /// The bracket at that step.
    pub report: W1Report,
}

/// Records of a run, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The records.
    pub records: Vec<Record>,
    /// The evaluations, if the run had any.
    #[serde(default)]
    pub evaluations: Vec<Evaluated>,
}

impl History {
    /// Running mean of the estimate with a memory of about `window` records, one per record.
    pub fn smoothed_estimate(&self, window: usize) -> Vec<f64> {
        let keep = 1.0 - 1.0 / window.max(1) as f64;
        let mut weight = 0.0;
        let mut total = 0.0;
        let smooth = |record: &Record| {
            weight = keep * weight + 1.0;
            total = keep * total + record.estimate;
            total / weight
        };
        self.records.iter().map(smooth).collect()
    }

    /// Writes the records as comma separated values with a header line.
    ///
    /// # Errors
    /// [`WganError::Io`] if the file cannot be written.
    pub fn write_csv(&self, path: &Path) -> Result<(), WganError> {
        let mut text = String::from(
            "step,seconds,estimate,penalty,gradient_norm,critic_loss,generator_loss\n",
        );
        for r in &self.records {
            let slope = r.gradient_norm.map(|s| s.to_string()).unwrap_or_default();
            let _ = writeln!(
                text,
                "{},{:.3},{},{},{},{},{}",
                r.step, r.seconds, r.estimate, r.penalty, slope, r.critic_loss, r.generator_loss
            );
        }
        write_atomically(path, text.as_bytes())
    }

    /// Reads what [`History::write_csv`] wrote; evaluations are not in it.
    ///
    /// # Errors
    /// [`WganError::Io`] if the file cannot be read, [`WganError::Saved`] with the first line that is no record.
    pub fn read_csv(path: &Path) -> Result<Self, WganError> {
        let text = std::fs::read_to_string(path).map_err(|e| WganError::io(path, e))?;
        let records = text.lines().enumerate().skip(1).map(|(i, line)| {
            let bad = || WganError::saved(path, format!("line {}: expected a record", i + 1));
            Record::from_line(line).ok_or_else(bad)
        });
        Ok(Self { records: records.collect::<Result<_, _>>()?, evaluations: Vec::new() })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn history_of(estimates: impl IntoIterator<Item = f64>) -> History {
        let record = |(i, estimate)| Record {
            step: i + 1,
            seconds: 0.0,
            estimate,
            penalty: 0.0,
            gradient_norm: None,
            critic_loss: 0.0,
            generator_loss: 0.0,
        };
        let records = estimates.into_iter().enumerate().map(record).collect();
        History { records, ..History::default() }
    }

    #[test]
    fn a_written_history_is_read_back() {
        let mut history = history_of([1.5, -2.0]);
        history.records[1].gradient_norm = Some(1.25);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.csv");
        history.write_csv(&path).unwrap();
        assert_eq!(History::read_csv(&path).unwrap(), history);
        std::fs::write(&path, "step\n1,2\n").unwrap();
        let message = History::read_csv(&path).unwrap_err().to_string();
        assert!(message.ends_with("line 2: expected a record"), "{message}");
    }

    #[test]
    fn smoothing_a_constant_leaves_it() {
        let smooth = history_of([2.0; 20]).smoothed_estimate(5);
        assert!(smooth.iter().all(|s| (s - 2.0).abs() < 1e-12));
    }
}
