//! What can go wrong with a structure, with the line where a text is at fault.

use crate::error::MaterialsError;

/// Every error of this module.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StructureError {
    /// A text that does not give a structure.
    #[error("line {line}: {reason}")]
    Text {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A text that lacks something; there is no line to point at.
    #[error("{0}")]
    Missing(String),
    /// Three vectors or six parameters that make no lattice.
    #[error("lattice: expected {expected}, got {got}")]
    Lattice {
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// Sites that make no structure.
    #[error("sites: expected {expected}, got {got}")]
    Sites {
        /// What they have to be.
        expected: &'static str,
        /// What they are.
        got: String,
    },
    /// A symmetry that cannot be found.
    #[error("symmetry, tolerance {tolerance} Å: {reason}")]
    Symmetry {
        /// The tolerance asked for, Å.
        tolerance: f64,
        /// What the search said.
        reason: String,
    },
    /// A text that names no space group.
    #[error("space group `{text}`: expected a number from 1 to 230 or a symbol such as Fm-3m")]
    SpaceGroup {
        /// The text as given.
        text: String,
    },
    /// A text that names no prototype.
    #[error("prototype `{text}`: {reason}")]
    Prototype {
        /// The text as given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Numbers or elements that do not fit a prototype.
    #[error("embedding, {what}: expected {expected}, got {got}")]
    Embedding {
        /// Which part.
        what: &'static str,
        /// What the prototype asks for.
        expected: String,
        /// What was given.
        got: String,
    },
    /// A text that is no symmetry operation.
    #[error("`{text}` is not an operation such as `x, 1/2+y, -z`")]
    Operation {
        /// The text as given.
        text: String,
    },
}

impl StructureError {
    /// A fault in a line.
    pub(super) fn at(line: usize, reason: impl Into<String>) -> Self {
        Self::Text { line, reason: reason.into() }
    }
}

impl From<StructureError> for MaterialsError {
    fn from(error: StructureError) -> Self {
        Self::Structure { reason: error.to_string() }
    }
}
