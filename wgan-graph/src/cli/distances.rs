//! `distances`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use wgan_core::cli::{print, to_json};
use wgan_graph::ShortestPaths;

use super::CliError;
use super::network::{Component, NetworkArgs};
use super::output::{note, note_unused, write_csv};

/// Options of `distances`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["source", "summary"]), after_help = "\
Written: --out has one row per node: id, distance. The distance is in the unit of the costs; it is inf where no path leads.
Printed: with --summary, the mean and the largest distance, in the unit of the costs and in edges (hops).

Examples:
  wgan-graph distances --edges roads.csv --cost minutes --source Rome --out from_rome.csv
  wgan-graph distances --edges roads.csv --cost minutes --summary")]
pub struct DistancesCommand {
    /// Id of the node to start from.
    #[arg(long, value_name = "ID", requires = "out")]
    source: Option<String>,
    /// CSV file for the distances from `--source`.
    #[arg(long, value_name = "FILE", requires = "source")]
    out: Option<PathBuf>,
    /// Print the mean and the largest distance over all ordered pairs of the largest component that a path joins.
    #[arg(long)]
    summary: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

/// Distances in the unit of the costs and in hops.
#[derive(Serialize)]
struct Summary {
    nodes: usize,
    edges: usize,
    pairs: u64,
    mean: f64,
    max: f64,
    mean_hops: f64,
    max_hops: f64,
}

impl DistancesCommand {
    /// Writes one row of distances or prints the summary.
    pub fn run(&self) -> Result<(), CliError> {
        match (&self.source, &self.out) {
            (Some(source), Some(out)) => self.write_row(source, out),
            _ => self.print_summary(),
        }
    }

    fn write_row(&self, source: &str, out: &Path) -> Result<(), CliError> {
        let _reserved = self.network.check_output(out, &[])?;
        let (network, summary) = self.network.read()?;
        note(&summary);
        let source = network.require(source, "--source")?;
        let row = ShortestPaths::new(&network).row(source);
        let rows = network.ids().iter().zip(&row).map(|(id, d)| vec![id.clone(), d.to_string()]);
        write_csv(out, &["id", "distance"], rows)?;
        let reached = row.iter().filter(|d| d.is_finite()).count();
        if self.json {
            print(&to_json(&serde_json::json!({ "nodes": row.len(), "reached": reached }))?)?;
        } else {
            eprintln!("{reached} of {} nodes reached; written to {}", row.len(), out.display());
        }
        note_unused(&summary, self.network.has_costs());
        Ok(())
    }

    fn print_summary(&self) -> Result<(), CliError> {
        let (network, read) = self.network.or_else(None, Some(Component::Largest)).read()?;
        note(&read);
        let cost = ShortestPaths::new(&network).summary();
        let hops = ShortestPaths::hops(&network).summary();
        let summary = Summary {
            nodes: network.n_nodes(),
            edges: network.n_edges(),
            pairs: cost.pairs,
            mean: cost.mean,
            max: cost.max,
            mean_hops: hops.mean,
            max_hops: hops.max,
        };
        note_unused(&read, self.network.has_costs());
        if self.json {
            return Ok(print(&to_json(&summary)?)?);
        }
        Ok(print(&format!(
            "largest component        {} nodes, {} edges\n\
             ordered pairs            {}\n\
             mean distance            {}\n\
             largest distance         {}\n\
             mean hops                {}\n\
             most hops                {}",
            summary.nodes,
            summary.edges,
            summary.pairs,
            summary.mean,
            summary.max,
            summary.mean_hops,
            summary.max_hops
        ))?)
    }
}
