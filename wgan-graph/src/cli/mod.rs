//! One file per command.

mod anomalies;
mod distances;
mod error;
mod evaluate_law;
mod evaluate_nodes;
mod fit_law;
mod generate_network;
mod generate_nodes;
mod inspect;
mod links;
mod network;
mod output;
mod sample_law;
mod w1;

use clap::{Parser, Subcommand};
use wgan_core::cli::{Completions, Man, on_interrupt};

pub use error::CliError;

/// Compares, learns and generates data on the nodes of a network, where the distance of two nodes is the length of the shortest path.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "\
`wgan-graph COMMAND --help` has the options of a command and an example. Messages go to \
standard error, results to standard output or to the files that are named.

Words:
  law        a distribution on the nodes: a probability for each
  context    the condition under which something was observed, such as an hour or a class
  floor      the same distance between two parts of the real data: what can be expected at best
  component  a part of the network that no edge joins to the rest

Exit codes: 0 done, 1 the run failed, 2 wrong usage."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is read from an edge list, and which rules were applied.
    Inspect(inspect::Inspect),
    /// Writes the distances from one node, or prints the mean and the largest of all distances.
    Distances(distances::DistancesCommand),
    /// Computes the exact Wasserstein distance W1 between two distributions on the nodes.
    W1(w1::W1),
    /// Learns where on a network things are observed, by hour or class, and saves the model.
    FitLaw(fit_law::FitLaw),
    /// Draws nodes from a model that `fit-law` saved.
    SampleLaw(sample_law::SampleLaw),
    /// Says how far a model of `fit-law` is from other observations.
    EvaluateLaw(evaluate_law::EvaluateLaw),
    /// Scores every node by how unusual its surroundings are, with a p-value and the reason.
    Anomalies(anomalies::Anomalies),
    /// Learns how nodes are connected and writes the edges of new ones.
    GenerateNodes(generate_nodes::GenerateNodes),
    /// Says how much new nodes are like real ones: holds some out, generates as many, and compares.
    EvaluateNodes(evaluate_nodes::EvaluateNodes),
    /// Says how likely an edge between two nodes is.
    Links(links::Links),
    /// Writes a whole new network on the same nodes and compares the two.
    GenerateNetwork(generate_network::GenerateNetwork),
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
        on_interrupt(|| "nothing was written".to_owned());
        match self.command {
            Command::Inspect(command) => command.run(),
            Command::Distances(command) => command.run(),
            Command::W1(command) => command.run(),
            Command::FitLaw(command) => command.run(),
            Command::SampleLaw(command) => command.run(),
            Command::EvaluateLaw(command) => command.run(),
            Command::Anomalies(command) => command.run(),
            Command::GenerateNodes(command) => command.run(),
            Command::EvaluateNodes(command) => command.run(),
            Command::Links(command) => command.run(),
            Command::GenerateNetwork(command) => command.run(),
            Command::Completions(command) => Ok(command.run::<Self>()?),
            Command::Man(command) => Ok(command.run::<Self>()?),
        }
    }
}
