//! Errors with their exit codes.

use thiserror::Error;
use wgan_core::WganError;
use wgan_core::cli::ProgramError;
use wgan_materials::MaterialsError;

/// Why a command ended without its result.
#[derive(Debug, Error)]
pub enum CliError {
    /// The command cannot be carried out as given: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The run failed: exit code 1.
    #[error(transparent)]
    Failed(#[from] MaterialsError),
    /// A device or an output is to blame.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

impl CliError {
    /// 2 for wrong usage, 1 for a failed run.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Usage(_) => 2,
            CliError::Failed(_) => 1,
            CliError::Program(error) => error.exit_code(),
        }
    }
}

impl From<WganError> for CliError {
    fn from(error: WganError) -> Self {
        CliError::Failed(error.into())
    }
}
