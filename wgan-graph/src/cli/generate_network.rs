//! `generate-network`.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_graph::{Network, NetworkStatistics, WholeNetworkConfig, generate_network};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, share, write_csv};

/// Options of `generate-network`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per edge: source, target. Costs play no part.
Printed: statistics of both networks, side by side.

Example:
  wgan-graph generate-network --edges friends.csv --overlap 0.3 --out others.csv")]
pub struct GenerateNetwork {
    /// Share of the new edges that the given network has too, 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value_t = WholeNetworkConfig::new().overlap)]
    overlap: f64,
    /// Seed; the same seed gives the same network.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// CSV file for the edges of the new network.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print the statistics as JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

impl GenerateNetwork {
    /// Generates, writes and compares.
    pub fn run(&self) -> Result<(), CliError> {
        let _reserved = self.network.check_output(&self.out, &[])?;
        let (network, summary) = self.network.or_else(Some(Directed::Symmetrise), None).read()?;
        note(&summary);
        if self.network.has_costs() {
            eprintln!("note: new edges have no costs; the structure alone is learnt");
        }
        let config = WholeNetworkConfig::new().with_overlap(self.overlap);
        let new = with_spinner("generating", || generate_network(&network, &config, self.seed))?;
        let rows = new.edges().map(|(u, v, _)| vec![new.id(u).to_owned(), new.id(v).to_owned()]);
        write_csv(&self.out, &["source", "target"], rows)?;
        self.report(&network, &new)?;
        eprintln!("{} edges written to {}", new.n_edges(), self.out.display());
        Ok(())
    }

    fn report(&self, old: &Network, new: &Network) -> Result<(), CliError> {
        let common = new.edges().filter(|&(u, v, _)| old.has_arc(u, v)).count();
        let overlap = common as f64 / new.n_edges() as f64;
        let of = |network| with_spinner("comparing", || NetworkStatistics::of(network));
        let (old, new) = (of(old)?, of(new)?);
        if self.json {
            let both = serde_json::json!({ "overlap": overlap, "given": old, "generated": new });
            return Ok(print(&to_json(&both)?)?);
        }
        let mut text = format!("{:24} {:>12} {:>12}\n", "", "given", "generated");
        for ((name, old), (_, new)) in old.named().into_iter().zip(new.named()) {
            text += &format!("{name:24} {old:>12} {new:>12}\n");
        }
        text += &format!("{:24} {:>12} {overlap:>12.3}", "edges in common", "");
        Ok(print(&text)?)
    }
}
