//! `inspect`.

use clap::Args;

use super::CliError;
use super::network::NetworkArgs;
use super::output::to_json;

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
            println!("{}", to_json(&summary));
        } else {
            print!("{summary}");
        }
        Ok(())
    }
}
