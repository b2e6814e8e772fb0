//! `inspect`.

use clap::Args;

use wgan_core::cli::{print, to_json};

use super::CliError;
use super::network::NetworkArgs;

/// Options of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    #[command(flatten)]
    network: NetworkArgs,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
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
