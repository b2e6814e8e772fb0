//! `inspect`.

use clap::Args;

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
        if self.json {
            println!("{}", to_json(&table.summary));
        } else {
            println!("{}", table.summary);
        }
        Ok(())
    }
}

/// Indented JSON of a value that always has one.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
