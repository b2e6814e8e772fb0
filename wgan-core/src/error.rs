//! The error of this crate.

use std::path::PathBuf;

/// What went wrong, with the values that show why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WganError {
    /// Two things that must agree in shape do not.
    #[error("{at}: expected shape {expected:?}, got {got:?}")]
    Shape {
        /// The argument or operation.
        at: &'static str,
        /// Shape that was expected.
        expected: Vec<usize>,
        /// Shape that came.
        got: Vec<usize>,
    },
    /// A number is NaN or infinite where only finite ones make sense.
    #[error("{at}: {} is {got}, expected a finite number", entry(index))]
    NotFinite {
        /// The argument or the result.
        at: &'static str,
        /// Position in it; none for a single number that was computed.
        index: Vec<usize>,
        /// The number itself.
        got: f64,
    },
    /// A setting is outside its range.
    #[error("{field}: expected {expected}, got {got}")]
    Config {
        /// Name of the setting or argument.
        field: &'static str,
        /// Range in words.
        expected: &'static str,
        /// Value that came.
        got: String,
    },
    /// Nothing to work on, or not enough.
    #[error("{at}: expected at least {expected} {what}, got {got}")]
    TooFew {
        /// The argument.
        at: &'static str,
        /// What there is too few of.
        what: &'static str,
        /// Smallest number that makes sense.
        expected: usize,
        /// Number that came.
        got: usize,
    },
    /// A weight is negative.
    #[error("{at}: weight {index} is {got}, expected a number that is not negative")]
    NegativeMass {
        /// The argument.
        at: &'static str,
        /// Position in it.
        index: usize,
        /// The weight itself.
        got: f64,
    },
    /// A law without any mass.
    #[error("{at}: all weights are zero, expected a positive total")]
    NoMass {
        /// The argument.
        at: &'static str,
    },
    /// Two laws whose totals differ by more than round-off.
    #[error(
        "total masses differ: {source_total} at the source, {target_total} at the target; expected equal ones, as laws divided by \
         their totals have"
    )]
    UnequalMass {
        /// Sum of the source weights.
        source_total: f64,
        /// Sum of the target weights.
        target_total: f64,
    },
    /// A result does not pass its own check.
    #[error("{at}: {measure} is {got:e}, expected at most {allowed:e}")]
    Violated {
        /// The result that was checked.
        at: &'static str,
        /// What was measured.
        measure: &'static str,
        /// Largest value that passes.
        allowed: f64,
        /// Value that was found.
        got: f64,
    },
    /// An iteration used up its steps.
    #[error(
        "{at}: not converged after {steps} steps, {residual:e} is left where {tolerance:e} was asked for"
    )]
    NotConverged {
        /// The algorithm.
        at: &'static str,
        /// Steps done.
        steps: usize,
        /// What was left.
        residual: f64,
        /// What was asked for.
        tolerance: f64,
    },
    /// A training run whose losses or weights are no longer finite.
    #[error("training diverged: a loss or a weight was not finite after step {step}")]
    Diverged {
        /// Steps done with finite losses.
        step: usize,
    },
    /// A matrix decomposition failed.
    #[error("{at}: {reason}")]
    Decomposition {
        /// The decomposition.
        at: &'static str,
        /// What the library said.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A saved model or checkpoint cannot be used.
    #[error("{}: {reason}", path.display())]
    Saved {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl WganError {
    /// A configuration field out of range.
    pub fn config(field: &'static str, expected: &'static str, got: impl ToString) -> Self {
        WganError::Config { field, expected, got: got.to_string() }
    }

    /// A failed file operation on `path`.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        WganError::Io { path: path.into(), source }
    }

    /// A saved file that cannot be used.
    pub fn saved(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        WganError::Saved { path: path.into(), reason: reason.to_string() }
    }
}

/// Which number of an argument.
fn entry(index: &[usize]) -> String {
    match index {
        [] => "the result".to_owned(),
        index => format!("entry {index:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::WganError;

    #[test]
    fn messages_say_which_thing_what_was_expected_and_what_came() {
        let shape = WganError::Shape { at: "cost", expected: vec![2, 3], got: vec![3, 2] };
        assert_eq!(shape.to_string(), "cost: expected shape [2, 3], got [3, 2]");
        let mass = WganError::NegativeMass { at: "source weights", index: 4, got: -0.5 };
        assert_eq!(
            mass.to_string(),
            "source weights: weight 4 is -0.5, expected a number that is not negative"
        );
        let left =
            WganError::NotConverged { at: "sinkhorn", steps: 9, residual: 1e-3, tolerance: 1e-6 };
        assert_eq!(
            left.to_string(),
            "sinkhorn: not converged after 9 steps, 1e-3 is left where 1e-6 was asked for"
        );
    }
}
