//! `generate-nodes`.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{DeviceChoice, Progress, print, to_json, with_remote_devices, with_spinner};
use wgan_graph::{NodeGenerator, NodeGeneratorConfig};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, note_unused, share, write_csv};

/// Options of `generate-nodes`.
#[derive(Debug, Args)]
pub struct GenerateNodes {
    #[command(flatten)]
    network: NetworkArgs,
    /// Nodes to generate, each joined to existing ones only; their degrees are those of a network
    /// that has grown by so many, at most doubled.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Seed; the same seed gives the same nodes.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// File for the edges of the new nodes: `source,target[,weight]`, the new node first.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Share of new nodes that may have exactly the neighbours of another node, from 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share,
          default_value_t = NodeGeneratorConfig::new().max_copies)]
    max_copies: f64,
    /// Training steps.
    #[arg(long, value_name = "STEPS", default_value_t = NodeGeneratorConfig::new().n_steps as u32,
          value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Where tensors live: flex, tch, wgpu, cuda, or remote=ws://HOST:PORT of a machine that
    /// runs `wgan-materials serve`.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
    /// Print a summary as JSON.
    #[arg(long)]
    json: bool,
}

impl GenerateNodes {
    /// Learns, generates, attaches and writes.
    pub fn run(&self) -> Result<(), CliError> {
        let device = self.device.device()?;
        let _reserved = self.network.check_output(&self.out, &[])?;
        // All components are read, as no new node may have an id of any of them.
        let choices = self.network.or_else(Some(Directed::Symmetrise), None);
        let (network, mut summary) = choices.read_all_components()?;
        summary.keep(&network.largest_component());
        note(&summary);
        let config = NodeGeneratorConfig::new()
            .with_n_steps(self.steps as usize)
            .with_max_copies(self.max_copies);
        let n = self.n as usize;
        let kept = || "nothing was written".to_owned();
        let generate = || {
            let progress = Progress::new();
            let generator = NodeGenerator::fit(&network, &config, self.seed, progress, &device)?;
            Ok::<_, CliError>(with_spinner("attaching nodes", || generator.generate(n, self.seed)))
        };
        let new = with_remote_devices([&self.device], kept, generate)?;
        let has_costs = self.network.has_costs();
        let header = ["source", "target", "weight"];
        let n_columns = if has_costs { 3 } else { 2 };
        let rows = new.edges().map(|edge| {
            let mut row = vec![edge.source.to_owned(), edge.target.to_owned()];
            row.extend(has_costs.then(|| edge.cost.to_string()));
            row
        });
        write_csv(&self.out, &header[..n_columns], rows)?;
        let (n_nodes, n_edges) = (new.ids().len(), new.edges().count());
        let (mean_hops, expected) = (new.mean_hops(), new.expected_mean_hops());
        if self.json {
            let summary = serde_json::json!({
                "nodes": n_nodes,
                "edges": n_edges,
                "mean_hops": mean_hops,
                "expected_mean_hops": expected,
            });
            print(&to_json(&summary)?)?;
        }
        eprintln!(
            "{n_nodes} nodes with {n_edges} edges written to {}; they are {mean_hops:.2} hops from all \
             others on average, in a network that has grown {expected:.2} are expected",
            self.out.display()
        );
        note_unused(&summary, has_costs);
        Ok(())
    }
}
