//! `evaluate-nodes`.

use clap::Args;
use wgan_core::cli::{DeviceChoice, print, to_json, with_spinner};
use wgan_graph::{NewNodesEvaluation, NodeGeneratorConfig, evaluate_new_nodes};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::note;

/// Options of `evaluate-nodes`.
#[derive(Debug, Args)]
#[command(after_help = "Example: wgan-graph evaluate-nodes --edges roads.csv --nodes places.csv")]
pub struct EvaluateNodes {
    #[command(flatten)]
    network: NetworkArgs,
    /// Seed of the nodes that are held out, of training and of the new nodes.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Training steps.
    #[arg(long, value_name = "STEPS", default_value_t = NodeGeneratorConfig::new().n_steps as u32,
          value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

impl EvaluateNodes {
    /// Reads, holds out, generates and compares.
    pub fn run(&self) -> Result<(), CliError> {
        let choices = self.network.or_else(Some(Directed::Symmetrise), None);
        let (network, mut summary) = choices.read_all_components()?;
        let largest = network.largest_component();
        summary.keep(&largest);
        note(&summary);
        let attributes = self.network.attributes(&largest)?;
        let config = NodeGeneratorConfig::new().with_n_steps(self.steps as usize);
        let device = DeviceChoice::default().device()?;
        let evaluate =
            || evaluate_new_nodes(&largest, attributes.as_ref(), &config, self.seed, &device);
        let found = with_spinner("generating nodes like those that are held out", evaluate)?;
        if self.json {
            return Ok(print(&to_json(&found)?)?);
        }
        Ok(print(&text(&found))?)
    }
}

fn text(found: &NewNodesEvaluation) -> String {
    let mut text = format!(
        "{} new nodes against as many that were held out; the floor is the same distance between two halves of the \
         real ones\n{:44} {:>8} {:>8} {:>8}",
        found.n_new, "law", "W1", "floor", "ratio"
    );
    for figure in &found.figures {
        let (w1, floor, ratio) = (figure.w1, figure.floor, figure.ratio());
        text += &format!("\n{:44} {w1:8.4} {floor:8.4} {ratio:8.2}", figure.name);
    }
    text + &format!(
        "\n{:.1} % of the new nodes have exactly the neighbours of a known one\n",
        100.0 * found.copies
    )
}
