//! `inspect`.

use clap::Args;

use wgan_core::cli::{print, to_json};

use super::CliError;
use super::data::DataArgs;

/// Options of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    #[command(flatten)]
    data: DataArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Prints what was read.
    pub fn run(&self) -> Result<(), CliError> {
        let table = self.data.read()?;
        Ok(print(&if self.json { to_json(&table.summary)? } else { table.summary.to_string() })?)
    }
}
