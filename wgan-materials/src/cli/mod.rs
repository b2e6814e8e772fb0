//! One file per command.

mod cif;
mod conditions;
mod data;
mod energies;
mod error;
mod evaluate;
mod explore;
mod features;
mod fit;
mod generate;
mod inspect;
mod output;
mod rows;
mod sample;
#[cfg(feature = "remote")]
mod serve;
mod stability;
mod training;
mod validate;

use clap::{Parser, Subcommand};
use wgan_core::cli::on_interrupt;

pub use error::CliError;

/// From a table of known materials to new candidate materials, with a report of how good they are.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is read from a table: per column, and every skipped row with the reason.
    Inspect(inspect::Inspect),
    /// Writes the feature vectors of a table.
    Features(features::Features),
    /// Fits a model to a table and writes candidates and a report.
    Generate(generate::Generate),
    /// Fits a model to a table and saves it.
    Fit(fit::Fit),
    /// Writes candidates from a saved model, batch by batch.
    Sample(sample::Sample),
    /// Walks from one material to another through the model, or uphill on its critic.
    Explore(explore::Explore),
    /// Hides known compounds and counts how many of them a list of candidates finds.
    Validate(validate::Validate),
    /// Reports how good candidates of any origin are.
    Evaluate(evaluate::Evaluate),
    /// Says how stable known compounds are, and how likely candidates are to be so, from formation energies.
    Stability(stability::Stability),
    /// Lends a device of this machine to `fit`, `generate`, `sample` and `wgan-graph generate-nodes` on another one.
    #[cfg(feature = "remote")]
    Serve(serve::Serve),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// With the sentence to print and the exit code.
    pub fn run(self) -> Result<(), CliError> {
        on_interrupt(|| "no output was begun".to_owned());
        match self.command {
            Command::Inspect(command) => command.run(),
            Command::Features(command) => command.run(),
            Command::Generate(command) => command.run(),
            Command::Fit(command) => command.run(),
            Command::Sample(command) => command.run(),
            Command::Explore(command) => command.run(),
            Command::Validate(command) => command.run(),
            Command::Evaluate(command) => command.run(),
            Command::Stability(command) => command.run(),
            #[cfg(feature = "remote")]
            Command::Serve(command) => command.run(),
        }
    }
}
