//! A training run, as seen from a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::WganError;
use crate::train::{Evaluated, Record, Recorder, StopReason};

/// Progress bar on standard error with rate and time left; a line every tenth of the run where
/// standard error is not a terminal.
pub struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    next_line: usize,
    n_steps: usize,
}

impl Progress {
    /// A bar that appears when training starts.
    pub fn new() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            is_terminal: std::io::stderr().is_terminal(),
            next_line: 0,
            n_steps: 0,
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

const BAR: &str = "training {bar:30} {pos}/{len} steps, {per_sec}, {eta} left, {msg}";

impl Recorder for Progress {
    fn start(&mut self, done: usize, n_steps: usize) {
        self.n_steps = n_steps;
        self.next_line = done;
        if self.is_terminal {
            let style = ProgressStyle::with_template(BAR);
            self.bar = ProgressBar::new(n_steps as u64)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_position(done as u64)
                .with_message("estimate –");
            self.bar.reset_eta();
            self.bar.enable_steady_tick(Duration::from_millis(500));
        }
    }

    fn step(&mut self, done: usize) {
        self.bar.set_position(done as u64);
    }

    fn record(&mut self, record: &Record) -> Result<(), WganError> {
        self.bar.set_message(format!("estimate {:.3}", record.estimate));
        if !self.is_terminal && record.step >= self.next_line {
            eprintln!(
                "training: step {}/{}, {:.0} s, estimate {:.3}",
                record.step, self.n_steps, record.seconds, record.estimate
            );
            self.next_line = record.step + self.n_steps.div_ceil(10);
        }
        Ok(())
    }

    fn evaluated(&mut self, evaluated: &Evaluated) {
        let line = format!("step {}: {}", evaluated.step, evaluated.report);
        self.bar.suspend(|| eprintln!("{line}"));
    }

    fn finish(&mut self, _reason: StopReason) {
        self.bar.finish_and_clear();
    }
}
