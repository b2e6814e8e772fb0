//! `evaluate-law`.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{check_output, print, to_json, with_spinner};
use wgan_core::file::write_atomically;
use wgan_graph::law::LawEvaluation;
use wgan_graph::{Network, NodeLawModel, ObservationOptions, draw_laws, layout, read_observations};

use super::CliError;

/// Options of `evaluate-law`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: the Wasserstein distance W1 of the model to these observations, in the unit of the costs, and its ratio to the floor. The floor is the distance \
of the observations that the model was given to these ones. A ratio below 1 means that the model is nearer than the raw observations. The edges that \
carry most of the difference follow.
Written: --picture only.

Example:
  wgan-graph evaluate-law --model trips --observations other_trips.csv --picture left.svg")]
pub struct EvaluateLaw {
    /// Directory that `fit-law` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Text file of observations that the model was not given, with the same columns as those that it was given.
    #[arg(long, value_name = "FILE")]
    observations: PathBuf,
    /// SVG file for a picture: what was observed beside what was learnt, and the edges that carry the difference.
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// Edges that are listed in the table.
const MAX_EDGES: usize = 10;

impl EvaluateLaw {
    /// Compares and prints.
    pub fn run(&self) -> Result<(), CliError> {
        let file = NodeLawModel::file(&self.model);
        let read = [file.as_path(), &self.observations];
        let picture = self.picture.as_ref();
        let _reserved = picture.map(|out| check_output(out, &read)).transpose()?;
        let model = NodeLawModel::load(&self.model)?;
        let names: Vec<String> = model.contexts().iter().map(|c| c.name.clone()).collect();
        // Nodes outside of the component that was learnt on are not known to the model.
        let options = ObservationOptions { contexts: Some(names), skips_others: true };
        let read = read_observations(&self.observations, model.network(), &options)?;
        if let Some(first) = read.others.first() {
            let n = read.others.len();
            eprintln!(
                "note: observations left out, on nodes that the model lacks: {n} (first `{first}`)"
            );
        }
        let found = with_spinner("comparing laws", || model.evaluate(&read.observations))?;
        let network = model.network();
        if let Some(picture) = &self.picture {
            let points = layout(network, 0);
            let svg = draw_laws(network, &points, &found.observed, &found.learnt, &found.flow);
            write_atomically(picture, svg.as_bytes())?;
        }
        Ok(print(&if self.json {
            to_json(&json(network, &found))?
        } else {
            table(network, &found)
        })?)
    }
}

/// Ratio of a distance to its floor; none where the floor is zero.
fn ratio(w1: f64, floor: f64) -> Option<f64> {
    (floor > 0.0).then(|| w1 / floor)
}

fn json(network: &Network, found: &LawEvaluation) -> serde_json::Value {
    let contexts: Vec<_> = found
        .contexts
        .iter()
        .map(|c| {
            serde_json::json!({
                "context": c.context, "share": c.share, "w1": c.w1, "floor": c.floor, "ratio": ratio(c.w1, c.floor),
            })
        })
        .collect();
    let flow: Vec<_> = found
        .flow
        .iter()
        .map(|e| {
            serde_json::json!({
                "source": network.id(e.source), "target": network.id(e.target), "mass": e.mass, "cost": e.cost,
            })
        })
        .collect();
    serde_json::json!({
        "n": found.n, "w1": found.w1, "floor": found.floor, "ratio": ratio(found.w1, found.floor),
        "contexts": contexts, "flow": flow,
    })
}

fn table(network: &Network, found: &LawEvaluation) -> String {
    let in_floors = |w1, floor| ratio(w1, floor).map_or("–".to_owned(), |r| format!("{r:.3}"));
    let mut text = format!(
        "observations             {}\n\
         W1, learnt law           {:.5} (to these observations, in the unit of the costs)\n\
         W1, floor                {:.5} (from the observations that the model was given)\n\
         ratio                    {}\n",
        found.n,
        found.w1,
        found.floor,
        in_floors(found.w1, found.floor)
    );
    if found.contexts.len() > 1 {
        text += "context                  share    W1        ratio\n";
        for c in &found.contexts {
            let ratio = in_floors(c.w1, c.floor);
            text += &format!("{:24} {:<8.4} {:<9.4} {ratio}\n", c.context, c.share, c.w1);
        }
    }
    let mut edges: Vec<_> = found.flow.iter().collect();
    edges.sort_by(|a, b| (b.mass * b.cost).total_cmp(&(a.mass * a.cost)));
    if !edges.is_empty() {
        text += &format!(
            "edges that carry most of the difference, {} of {}\n",
            edges.len().min(MAX_EDGES),
            edges.len()
        );
    }
    for edge in edges.into_iter().take(MAX_EDGES) {
        let (source, target) = (network.id(edge.source), network.id(edge.target));
        text += &format!("  {source} -> {target}: mass {:.5} at cost {}\n", edge.mass, edge.cost);
    }
    text
}
