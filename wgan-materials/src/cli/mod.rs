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
mod folder_lock;
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
use wgan_core::cli::{Completions, Man, on_interrupt};

pub use error::CliError;

/// Suggests new materials, the most promising first, from a table of known ones, and reports how far to trust them.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
First steps:
  wgan-materials inspect known.csv
  wgan-materials generate known.csv --out candidates.csv

`wgan-materials COMMAND --help` has the options of a command, what it writes, and examples. Messages go to standard error, results to standard output or \
to the files that are named.

Words:
  candidate  a material that the program suggests; nothing says that it exists
  critic     the network that judges how much a material is like the known ones
  estimate   how far the critic tells known from drawn materials apart, during training
  hull       the energy of the cheapest mixture of known compounds and elements
  pattern    the amounts of a formula without its elements, such as 1 : 1 : 3
  prototype  a structure type: a space group and its occupied positions

Exit codes: 0 done, 1 the run failed, 2 wrong usage."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is read from a table: the use of each column, and why rows are left out.
    Inspect(inspect::Inspect),
    /// Writes the feature vectors of a table.
    Features(features::Features),
    /// Fits a model to a table and writes candidates, the most promising first, with a report.
    Generate(generate::Generate),
    /// Fits a model to a table and saves it.
    Fit(fit::Fit),
    /// Writes candidates of a saved model, as they are drawn.
    Sample(sample::Sample),
    /// Walks through a saved model from one material to another, or uphill on the critic's score.
    Explore(explore::Explore),
    /// Hides known compounds and counts how many of them a list of candidates finds.
    Validate(validate::Validate),
    /// Reports how good candidates of any origin are.
    Evaluate(evaluate::Evaluate),
    /// Says how stable known compounds are, and how probable it is that candidates are stable.
    Stability(stability::Stability),
    /// Lends a device of this machine to the programs on another one.
    #[cfg(feature = "remote")]
    Serve(serve::Serve),
    /// Prints a script that makes a shell complete commands and options.
    Completions(Completions),
    /// Writes the pages of the manual.
    Man(Man),
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
            Command::Completions(command) => Ok(command.run::<Self>()?),
            Command::Man(command) => Ok(command.run::<Self>()?),
        }
    }
}
