//! `links`.

use std::path::{Path, PathBuf};

use clap::Args;
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_graph::{Header, Link, Network, WalkConfig, likely_links, link_scores, read_pairs};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, write_csv};

/// Options of `links`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per pair: source, target, score. A higher score is more likely. Costs play no part.

Examples:
  wgan-graph links --edges friends.csv --top 100 --out links.csv
  wgan-graph links --edges friends.csv --pairs asked.csv --out links.csv")]
pub struct Links {
    /// Pairs to score: a text file like the edge list [default: all pairs without an edge].
    #[arg(long, value_name = "FILE")]
    pairs: Option<PathBuf>,
    /// Pairs to write, the most likely first, at least 1; not with `--pairs`, of which all are written.
    #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "pairs",
          value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// CSV file for the scores.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print a summary as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

impl Links {
    /// Scores pairs and writes them.
    pub fn run(&self) -> Result<(), CliError> {
        let _reserved = self.network.check_output(&self.out, self.pairs.as_deref().as_slice())?;
        let (network, summary) = self.network.or_else(Some(Directed::Symmetrise), None).read()?;
        note(&summary);
        if self.network.has_costs() {
            eprintln!("note: costs play no part; the structure alone scores a pair");
        }
        let config = WalkConfig::new();
        let links = with_spinner("scoring pairs", || match &self.pairs {
            Some(path) => of_pairs(&network, path, self.network.header(), &config),
            None => Ok(likely_links(&network, self.top as usize, &config)?),
        })?;
        let rows = links.iter().map(|link| {
            let id = |v: usize| network.id(v).to_owned();
            vec![id(link.u), id(link.v), link.score.to_string()]
        });
        write_csv(&self.out, &["source", "target", "score"], rows)?;
        if self.json {
            let (n, nodes) = (links.len(), network.n_nodes());
            print(&to_json(&serde_json::json!({ "pairs": n, "nodes": nodes }))?)?;
        }
        eprintln!("{} pairs written to {}", links.len(), self.out.display());
        Ok(())
    }
}

/// The pairs of a file in its order.
fn of_pairs(
    network: &Network,
    path: &Path,
    header: Header,
    config: &WalkConfig,
) -> Result<Vec<Link>, CliError> {
    let pairs = read_pairs(path, network, header)?;
    let scores = link_scores(network, &pairs, config)?;
    Ok(pairs.into_iter().zip(scores).map(|((u, v), score)| Link { u, v, score }).collect())
}
