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
use wgan_core::cli::on_interrupt;

pub use error::CliError;

/// Laws on the nodes of a network under shortest-path cost: distances, exact W1, laws
/// learnt from observations, anomalies, new nodes, links, whole new networks.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is read from an edge list, and which rules were applied.
    Inspect(inspect::Inspect),
    /// Shortest-path distances from one node, or their mean and largest over all pairs.
    Distances(distances::DistancesCommand),
    /// Exact W1 between two laws on the nodes, with the edges that carry the difference.
    W1(w1::W1),
    /// Learns where things are observed on a network, by their context, and writes a model.
    FitLaw(fit_law::FitLaw),
    /// Draws nodes from a learnt law, or writes the law itself.
    SampleLaw(sample_law::SampleLaw),
    /// Says how far a learnt law is from other observations, and which edges carry the difference.
    EvaluateLaw(evaluate_law::EvaluateLaw),
    /// Scores every node by how unusual its surroundings are, with a p-value and the reason.
    Anomalies(anomalies::Anomalies),
    /// Learns how nodes are connected and writes the edges of new ones.
    GenerateNodes(generate_nodes::GenerateNodes),
    /// Says how much new nodes are like real ones: holds some out, generates as many, and compares.
    EvaluateNodes(evaluate_nodes::EvaluateNodes),
    /// Says how likely pairs of nodes are to be joined.
    Links(links::Links),
    /// Writes a whole new network on the same nodes and compares the two.
    GenerateNetwork(generate_network::GenerateNetwork),
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
        }
    }
}
