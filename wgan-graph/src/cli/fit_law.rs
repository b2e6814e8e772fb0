//! `fit-law`.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{Progress, print, to_json};
use wgan_core::file::write_atomically;
use wgan_graph::{
    GraphError, Network, NodeLawConfig, NodeLawModel, ObservationOptions, Observations, draw_laws,
    graph_w1, layout, read_observations,
};

use super::CliError;
use super::network::NetworkArgs;
use super::output::{note, note_unused};

/// Options of `fit-law`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: law.json in the directory --model, with the network and the observations; and --picture.
Printed: what the model is made of.

Example:
  wgan-graph fit-law --edges roads.csv --cost minutes --observations trips.csv --model trips")]
pub struct FitLaw {
    /// Text file of observations, one per row, with a column `id` or `node`; without these, the first column has the ids.
    ///
    /// A column `weight` says how much a row counts, a column `count` how often it was observed. Other columns whose values repeat are contexts, such
    /// as an hour or a class.
    #[arg(long, value_name = "FILE")]
    observations: PathBuf,
    /// Columns that are contexts, separated by commas, or `none` [default: all columns whose values repeat].
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    context: Vec<String>,
    /// Directory for the model; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Seed of the split into parts that are held out in turn; the same seed gives the same model.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
    /// Largest number of training steps, at least 1.
    #[arg(long, value_name = "STEPS", default_value_t = NodeLawConfig::new().n_steps as u32,
          value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// SVG file for a picture: what was observed beside what was learnt, on every node.
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// Print a summary as JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

impl FitLaw {
    /// Reads, learns and writes the model.
    pub fn run(&self) -> Result<(), CliError> {
        if self.model.exists() && !self.model.is_dir() {
            let reason = "it is a file, expected a directory".to_owned();
            return Err(GraphError::Unreadable { path: self.model.clone(), reason }.into());
        }
        let read = [self.observations.as_path()];
        let picture = self.picture.as_ref();
        let _reserved = picture.map(|out| self.network.check_output(out, &read)).transpose()?;
        let (network, observations) = self.read()?;
        let config = NodeLawConfig::new().with_n_steps(self.steps as usize);
        let model =
            NodeLawModel::fit(&network, &observations, &config, self.seed, Progress::new())?;
        model.save(&self.model)?;
        if let Some(picture) = &self.picture {
            let mut observed = vec![0.0; network.n_nodes()];
            observations.rows().for_each(|(v, mass)| observed[v] += mass);
            let total: f64 = observed.iter().sum();
            observed.iter_mut().for_each(|mass| *mass /= total);
            let learnt = model.law(&[])?;
            let flow = graph_w1(&network, &learnt, &observed)?.flow;
            let svg = draw_laws(&network, &layout(&network, 0), &observed, &learnt, &flow);
            write_atomically(picture, svg.as_bytes())?;
        }
        self.report(&model, &observations)
    }

    /// The largest component of the network, and what was observed there.
    fn read(&self) -> Result<(Network, Observations), CliError> {
        let (whole, mut summary) = self.network.read_all_components()?;
        let mut network = whole.largest_component();
        summary.keep(&network);
        if self.network.follows_by_itself() && !network.is_strongly_connected() {
            summary.symmetrised_arcs = summary.one_way_arcs;
            network = network.symmetrised();
        }
        let named: Vec<String> =
            self.context.iter().filter(|name| *name != "none").cloned().collect();
        let contexts = (!self.context.is_empty()).then_some(named);
        let options = ObservationOptions { contexts, skips_others: false };
        let read = read_observations(&self.observations, &whole, &options)?;
        let (n, left_out) = (read.observations.len(), read.left_out);
        let (observations, outside) = read.observations.restricted(&whole, &network)?;
        note(&summary);
        note_unused(&summary, self.network.has_costs());
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            eprintln!("note: no contexts, as their values hardly repeat: {names} (--context)");
        }
        if outside > 0 {
            eprintln!(
                "note: {outside} of {n} observations lie outside of the largest component and are left out"
            );
        }
        Ok((network, observations))
    }

    fn report(&self, model: &NodeLawModel, observations: &Observations) -> Result<(), CliError> {
        let [observed, spread, independent] = model.shares();
        let training = model.training();
        if self.json {
            let contexts: Vec<_> = model
                .contexts()
                .iter()
                .map(|c| serde_json::json!({"name": c.name, "levels": c.n_levels()}))
                .collect();
            let summary = serde_json::json!({
                "nodes": model.network().n_nodes(),
                "is_directed": model.network().is_directed(),
                "observations": observations.len(),
                "contexts": contexts,
                "steps": training.map_or(0, |t| t.steps),
                "held_out_w1": training.map(|t| t.held_out_w1),
                "held_out_floor": training.map(|t| t.held_out_floor),
                "as_observed": observed,
                "spread": spread,
                "independent": independent,
                "mean_steps": model.mean_steps(),
            });
            return Ok(print(&to_json(&summary)?)?);
        }
        let contexts: Vec<String> = model
            .contexts()
            .iter()
            .map(|c| format!("{} ({} values)", c.name, c.n_levels()))
            .collect();
        let mut text = format!(
            "nodes            {}\nobservations     {}\ncontexts         {}\n",
            model.network().n_nodes(),
            observations.len(),
            if contexts.is_empty() { "none".to_owned() } else { contexts.join(", ") },
        );
        match training {
            Some(t) => {
                text += &format!(
                    "W1 to halves held out, by which the law was chosen (evaluate-law takes others), in the unit of the costs\n  \
                     learnt law       {:.4}\n  observations     {:.4} (as they are; the floor)\n  ratio            {:.3}\n",
                    t.held_out_w1,
                    t.held_out_floor,
                    t.held_out_w1 / t.held_out_floor
                );
                text += &format!(
                    "the law: {:.0} % as observed, {:.0} % spread by {:.1} steps on average, {:.0} % independent of the \
                     observations\n",
                    100.0 * observed,
                    100.0 * spread,
                    model.mean_steps(),
                    100.0 * independent
                );
            }
            None => text += "too few observations to hold some out: the law is theirs\n",
        }
        print(&text)?;
        eprintln!(
            "written to {}; next: wgan-graph sample-law or evaluate-law --model {}",
            NodeLawModel::file(&self.model).display(),
            self.model.display()
        );
        Ok(())
    }
}
