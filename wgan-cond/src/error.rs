//! The error of this crate.

use wgan_core::WganError;

/// What went wrong, with the values that show why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CondError {
    /// A condition that the model does not have.
    #[error("no condition `{name}`; there are {}", known.join(", "))]
    UnknownColumn {
        /// The name that came.
        name: String,
        /// The conditions there are.
        known: Vec<String>,
    },
    /// A name that stands for two conditions.
    #[error("condition `{name}` is declared twice")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A category that was not in the training data.
    #[error("condition {row}, `{name}`: unknown category {got:?}; there are {}", known.join(", "))]
    UnknownCategory {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The column.
        name: String,
        /// The category that came.
        got: String,
        /// The categories there are.
        known: Vec<String>,
    },
    /// A condition without a value for one of its columns.
    #[error("condition {row}: `{name}` is missing; it takes {expected}")]
    Missing {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The column.
        name: String,
        /// What could stand there.
        expected: String,
    },
    /// A value of another kind than its column's.
    #[error("condition {row}, `{name}`: got {got}, expected {expected}")]
    WrongKind {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The column.
        name: String,
        /// What could stand there.
        expected: String,
        /// What came.
        got: String,
    },
    /// A number that is NaN or infinite.
    #[error("condition {row}, `{name}`: {got} is not a finite number")]
    NotFinite {
        /// Row of the condition, counted from 1.
        row: usize,
        /// The column.
        name: String,
        /// The number itself.
        got: f64,
    },
    /// A column that cannot condition anything.
    #[error("condition `{name}`: {reason}")]
    Useless {
        /// The column.
        name: String,
        /// Why.
        reason: &'static str,
    },
    /// Text that does not say a condition.
    #[error("{text:?} is not a condition; write name=value, name=1.5 or name=1.5±0.2")]
    Unreadable {
        /// The text.
        text: String,
    },
    /// An error of the core.
    #[error(transparent)]
    Core(#[from] WganError),
}

impl CondError {
    /// Two tables whose numbers of rows must agree and do not.
    pub(crate) fn rows(at: &'static str, expected: usize, got: usize) -> Self {
        CondError::Core(WganError::Shape { at, expected: vec![expected], got: vec![got] })
    }
}
