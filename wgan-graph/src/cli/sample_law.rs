//! `sample-law`.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{check_output, print, to_json, with_spinner};
use wgan_graph::{Condition, NodeLawModel};

use super::CliError;
use super::output::write_csv;

/// Options of `sample-law`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per draw: id and the contexts. --law has one row per node: id, weight; the weights sum to 1.

Example:
  wgan-graph sample-law --model trips --n 1000 --condition hour=8 --out morning.csv")]
pub struct SampleLaw {
    /// Directory that `fit-law` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Nodes to draw, at least 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    n: u32,
    /// Value of a context, such as `hour=8`; may be given for several columns.
    ///
    /// Contexts that are not named are drawn as often as they were observed.
    #[arg(long, value_name = "COLUMN=VALUE")]
    condition: Vec<Condition>,
    /// Seed; the same seed draws the same nodes.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// CSV file for the nodes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// CSV file for the probability of every node.
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// Print a summary as JSON.
    #[arg(long)]
    json: bool,
}

impl SampleLaw {
    /// Draws and writes.
    pub fn run(&self) -> Result<(), CliError> {
        let file = NodeLawModel::file(&self.model);
        let _reserved = check_output(&self.out, &[&file])?;
        let law = self.law.as_ref();
        let _law = law.map(|law| check_output(law, &[&file, &self.out])).transpose()?;
        let model = NodeLawModel::load(&self.model)?;
        let network = model.network();
        let draw = || model.sample(self.n as usize, &self.condition, self.seed);
        let drawn = with_spinner("drawing nodes", draw)?;
        let contexts = model.contexts();
        let names = contexts.iter().map(|context| context.name.as_str());
        let header: Vec<&str> = ["id"].into_iter().chain(names).collect();
        let rows = drawn.iter().map(|drawn| {
            let levels = contexts.iter().zip(&drawn.context);
            let levels = levels.map(|(context, &level)| context.text(level));
            [network.id(drawn.node).to_owned()].into_iter().chain(levels).collect()
        });
        write_csv(&self.out, &header, rows)?;
        if let Some(path) = &self.law {
            let law = model.law(&self.condition)?;
            let rows = network.ids().iter().zip(&law);
            let rows = rows.map(|(id, weight)| vec![id.clone(), weight.to_string()]);
            write_csv(path, &["id", "weight"], rows)?;
        }
        if self.json {
            let mut nodes: Vec<usize> = drawn.iter().map(|drawn| drawn.node).collect();
            nodes.sort_unstable();
            nodes.dedup();
            let summary = serde_json::json!({"n": drawn.len(), "distinct_nodes": nodes.len()});
            print(&to_json(&summary)?)?;
        }
        eprintln!("{} nodes written to {}", drawn.len(), self.out.display());
        Ok(())
    }
}
