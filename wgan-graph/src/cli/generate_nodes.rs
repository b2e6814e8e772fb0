//! `generate-nodes`.

use std::path::{Path, PathBuf};

use clap::Args;
use wgan_core::cli::{DeviceChoice, Progress, print, to_json, with_remote_devices, with_spinner};
use wgan_graph::{NewNodes, NodeGenerator, NodeGeneratorConfig};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, note_unused, share, write_csv};

/// Options of `generate-nodes`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per edge: source, target and, with --cost or --strength, weight. The source is the new node. New nodes are joined to existing \
ones only.
Printed: the mean number of edges (hops) from the new nodes to all others, and the number to expect.

Example:
  wgan-graph generate-nodes --edges grid.csv --n 50 --out new.csv")]
pub struct GenerateNodes {
    /// Nodes to generate, at least 1.
    ///
    /// Their degrees follow the network as it would be after adding this many nodes. Above the present number of nodes, they follow the network at
    /// twice its size.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Seed; the same seed gives the same nodes.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// CSV file for the edges of the new nodes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// CSV file for the classes and numbers of the new nodes: `id` and the columns of `--nodes`, without names.
    #[arg(long, value_name = "FILE", requires = "nodes")]
    out_nodes: Option<PathBuf>,
    /// Largest share of new nodes with exactly the neighbours of another node, 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share,
          default_value_t = NodeGeneratorConfig::new().max_copies)]
    max_copies: f64,
    /// Training steps, at least 1.
    #[arg(long, value_name = "STEPS", default_value_t = NodeGeneratorConfig::new().n_steps as u32,
          value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Device that trains: flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT.
    ///
    /// Which of them there are is decided when the program is built. `remote` is a machine that runs `wgan-materials serve`.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
    /// Print a summary as JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

impl GenerateNodes {
    /// Learns, generates, attaches and writes.
    pub fn run(&self) -> Result<(), CliError> {
        let device = self.device.device()?;
        let _reserved = self.network.check_output(&self.out, &[])?;
        let with_nodes = self.out_nodes.as_ref();
        let _with_nodes =
            with_nodes.map(|out| self.network.check_output(out, &[&self.out])).transpose()?;
        // All components are read, as no new node may have an id of any of them.
        let choices = self.network.or_else(Some(Directed::Symmetrise), None);
        let (network, mut summary) = choices.read_all_components()?;
        let largest = network.largest_component();
        summary.keep(&largest);
        note(&summary);
        let attributes =
            with_nodes.map(|_| self.network.required_attributes(&largest)).transpose()?;
        let config = NodeGeneratorConfig::new()
            .with_n_steps(self.steps as usize)
            .with_max_copies(self.max_copies);
        let n = self.n as usize;
        let kept = || "nothing was written".to_owned();
        let generate = || {
            let progress = Progress::new();
            let mut generator =
                NodeGenerator::fit(&network, &config, self.seed, progress, &device)?;
            if let Some(attributes) = &attributes {
                generator = generator.with_attributes(attributes)?;
            }
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
        if let Some(out) = with_nodes {
            write_attributes(out, &new)?;
        }
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
            "{n_nodes} nodes with {n_edges} edges written to {}\n\
             mean number of edges from them to all others: {mean_hops:.2}; expected after such a growth: {expected:.2}",
            self.out.display()
        );
        note_unused(&summary, has_costs);
        Ok(())
    }
}

/// Writes `id` and the attributes of the new nodes.
fn write_attributes(out: &Path, new: &NewNodes) -> Result<(), CliError> {
    let Some(attributes) = new.attributes() else { return Ok(()) };
    let header: Vec<&str> = std::iter::once("id").chain(attributes.names()).collect();
    let row = |(i, id): (usize, &String)| {
        let cells = (0..header.len() - 1).map(|column| attributes.cell(i, column));
        std::iter::once(id.clone()).chain(cells).collect()
    };
    write_csv(out, &header, new.ids().iter().enumerate().map(row))
}
