//! `anomalies`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_graph::{
    AnomalyConfig, AnomalyMethod, Network, NetworkSummary, NodeAnomaly, NodeFeatures,
    find_anomalies, read_features,
};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, note_unused, write_csv};

/// Options of `anomalies`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per node: id, score, p_value, explanation. A higher score is more unusual. The p-value is the share of the nodes held out \
together with this one that are at least as unusual.
Printed: the ten most unusual nodes.

Example:
  wgan-graph anomalies --edges roads.csv --features towns.csv --out scores.csv")]
pub struct Anomalies {
    /// Features of the nodes: a text file with a column `id` and columns of numbers.
    ///
    /// A file with the columns `id,feature,value` lists only the entries that are not zero.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// CSV file for the scores.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed of the split into parts that are held out in turn; the same seed gives the same scores.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// How features are compared.
    #[arg(long, value_enum, default_value_t = Method::Critic)]
    method: Method,
    /// Print a summary as JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

/// Choices of `--method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Method {
    /// By their distance, and by a network that learns which features meet on an edge.
    Critic,
    /// By their distance alone: faster.
    Transport,
}

impl Anomalies {
    /// Scores every node and writes the scores.
    pub fn run(&self) -> Result<(), CliError> {
        let _reserved =
            self.network.check_output(&self.out, self.features.as_deref().as_slice())?;
        let (network, features, summary) = self.read()?;
        let method = match self.method {
            Method::Critic => AnomalyMethod::Critic,
            Method::Transport => AnomalyMethod::Transport,
        };
        let config = AnomalyConfig { method, ..AnomalyConfig::default() };
        let find = || find_anomalies(&network, features.as_ref(), &config, self.seed);
        let found = with_spinner("comparing surroundings", find)?;
        let rows = found.iter().enumerate().map(|(v, node)| {
            vec![
                network.id(v).to_owned(),
                node.score.to_string(),
                node.p_value.to_string(),
                node.explain(&network),
            ]
        });
        write_csv(&self.out, &["id", "score", "p_value", "explanation"], rows)?;
        self.report(&network, &found)?;
        note_unused(&summary, self.network.has_costs());
        Ok(())
    }

    /// Without a node list, nodes that only the features name are nodes without an edge.
    fn read(&self) -> Result<(Network, Option<NodeFeatures>, NetworkSummary), CliError> {
        let choices = self.network.or_else(Some(Directed::Symmetrise), None);
        let choices = match &self.features {
            Some(path) => choices.with_nodes(path),
            None => choices,
        };
        let (network, summary) = choices.read()?;
        note(&summary);
        let Some(path) = &self.features else { return Ok((network, None, summary)) };
        let features = read_features(path, &network)?;
        Ok((network, Some(features), summary))
    }

    fn report(&self, network: &Network, found: &[NodeAnomaly]) -> Result<(), CliError> {
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by(|&a, &b| found[b].score.total_cmp(&found[a].score));
        let n_low = found.iter().filter(|node| node.p_value <= 0.05).count();
        if self.json {
            let top: Vec<&str> = order.iter().take(10).map(|&v| network.id(v)).collect();
            let summary = serde_json::json!({
                "nodes": found.len(), "p_value_at_most_0.05": n_low, "most_anomalous": top,
            });
            return Ok(print(&to_json(&summary)?)?);
        }
        let mut text = format!(
            "{} nodes, {n_low} with p at most 0.05 (the smallest there can be is {:.2e}); the most \
             anomalous:",
            found.len(),
            AnomalyConfig::default().smallest_p_value(found.len())
        );
        for &v in order.iter().take(10) {
            let node = &found[v];
            text += &format!(
                "\n{:12} score {:<8.3} p {:<8.4} {}",
                network.id(v),
                node.score,
                node.p_value,
                node.explain(network)
            );
        }
        print(&text)?;
        eprintln!("written to {}", self.out.display());
        Ok(())
    }
}
