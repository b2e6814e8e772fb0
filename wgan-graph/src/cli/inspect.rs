//! `inspect`.

use clap::Args;

use wgan_core::cli::{print, to_json};

use super::CliError;
use super::network::NetworkArgs;

/// Options of `inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: columns, nodes, edges, costs, components, and how many rows each rule changed. No file is written.

Example:
  wgan-graph inspect --edges roads.csv --cost minutes")]
pub struct Inspect {
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

impl Inspect {
    /// Prints what was read.
    pub fn run(&self) -> Result<(), CliError> {
        let (_, summary) = self.network.read()?;
        if self.json {
            print(&to_json(&summary)?)?;
        } else {
            print(&summary.to_string())?;
        }
        Ok(())
    }
}
