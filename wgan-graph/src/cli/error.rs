//! Errors with their exit codes.

use thiserror::Error;
use wgan_core::WganError;
use wgan_core::cli::ProgramError;
use wgan_graph::GraphError;

/// Why a command ended without its result.
#[derive(Debug, Error)]
pub enum CliError {
    /// The run failed: exit code 1.
    #[error("{source}{}", remedy(source))]
    Failed {
        /// What failed.
        #[from]
        source: GraphError,
    },
    /// A device or an output is to blame.
    #[error(transparent)]
    Program(#[from] ProgramError),
}

/// The option that helps, if there is one.
fn remedy(error: &GraphError) -> &'static str {
    match error {
        GraphError::Directed { .. } | GraphError::OneWay { .. } => " (--directed symmetrise)",
        GraphError::Components { .. } => " (--component largest)",
        GraphError::NoHeader { expected: "source,target", .. } => " (--no-header)",
        GraphError::Wgan(WganError::UnequalMass { .. }) => " (--normalise)",
        _ => "",
    }
}

impl CliError {
    /// 2 for wrong usage, 1 for a failed run.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Failed { .. } => 1,
            CliError::Program(error) => error.exit_code(),
        }
    }
}

impl From<WganError> for CliError {
    fn from(error: WganError) -> Self {
        CliError::Failed { source: error.into() }
    }
}
