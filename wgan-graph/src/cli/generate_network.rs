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
pub struct GenerateNetwork {
    #[command(flatten)]
    network: NetworkArgs,
    /// Share of the edges to have in common with the network that is read, from 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value_t = WholeNetworkConfig::new().overlap)]
    overlap: f64,
    /// Seed; the same seed gives the same network.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// File for the edges of the new network: `source,target`.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print statistics of both networks as JSON instead of a table.
    #[arg(long)]
    json: bool,
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
