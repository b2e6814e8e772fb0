//! What can go wrong, in one enum.

use std::path::PathBuf;

use thiserror::Error;

/// Errors of `wgan-core`.
#[non_exhaustive]
#[derive(Debug, Error)]
pub enum WganError {
    /// A configuration field is out of range.
    #[error("{field}: expected {expected}, got {got}")]
    Config {
        /// Name of the field.
        field: &'static str,
        /// What would have been accepted.
        expected: &'static str,
        /// What came.
        got: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A saved model or checkpoint cannot be used.
    #[error("{path}: {reason}")]
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
