//! `inspect`.

use clap::Args;

use wgan_core::cli::{print, to_json};

use super::CliError;
use super::data::DataArgs;

/// Options of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: what each column is used as, and how many rows were left out, with the reasons. No file is written.

Example:
  wgan-materials inspect known.csv")]
pub struct Inspect {
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl Inspect {
    /// Prints what was read.
    pub fn run(&self) -> Result<(), CliError> {
        let table = self.data.read()?;
        Ok(print(&if self.json { to_json(&table.summary)? } else { table.summary.to_string() })?)
    }
}
