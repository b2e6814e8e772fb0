//! `w1`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wgan_core::cli::{print, to_json};
use wgan_core::file::write_atomically;
use wgan_graph::{
    EdgeFlow, GraphTransport, Network, draw, graph_w1, largest_violation, layout, read_law,
};

use super::CliError;
use super::network::{Directed, NetworkArgs};
use super::output::{note, note_unused};

/// Options of `w1`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: W1, the mean length of the way when --mu is moved into --nu in the cheapest way, in the unit of the costs. The edges that carry mass follow.
Written: --picture only.

Example:
  wgan-graph w1 --edges roads.csv --cost minutes --mu morning.csv --nu evening.csv --normalise")]
pub struct W1 {
    /// First distribution: a text file with the columns `id,weight`; nodes that are not named have weight 0.
    ///
    /// Weights of a node that is named twice are added.
    #[arg(long, value_name = "FILE")]
    mu: PathBuf,
    /// Second distribution, with the same total weight.
    #[arg(long, value_name = "FILE")]
    nu: PathBuf,
    /// Divide each distribution by its total first.
    #[arg(long)]
    normalise: bool,
    /// SVG file for a picture: the potential as colour, the mass on each edge as width.
    #[arg(long, value_name = "FILE.svg")]
    picture: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Network")]
    network: NetworkArgs,
}

/// A transport with ids in the place of numbers.
#[derive(Serialize)]
struct Answer<'a> {
    value: f64,
    dual: f64,
    gap: f64,
    largest_violation: f64,
    flow: Vec<Carrier<'a>>,
}

/// An edge that carries mass.
#[derive(Serialize)]
struct Carrier<'a> {
    source: &'a str,
    target: &'a str,
    mass: f64,
    cost: f64,
}

impl W1 {
    /// Solves and prints.
    pub fn run(&self) -> Result<(), CliError> {
        let laws = [self.mu.as_path(), &self.nu];
        let picture = self.picture.as_ref();
        let _reserved = picture.map(|out| self.network.check_output(out, &laws)).transpose()?;
        let (network, summary) = self.network.or_else(Some(Directed::Refuse), None).read()?;
        note(&summary);
        let mut laws = [read_law(&self.mu, &network)?, read_law(&self.nu, &network)?];
        if self.normalise {
            laws.iter_mut().for_each(|law| normalise(law));
        }
        let transport = graph_w1(&network, &laws[0], &laws[1])?;
        if let Some(picture) = &self.picture {
            let points = layout(&network, 0);
            let svg = draw(&network, &points, &transport.potential, &transport.flow);
            write_atomically(picture, svg.as_bytes())?;
        }
        note_unused(&summary, self.network.has_costs());
        let answer = answer(&network, &transport);
        Ok(print(&if self.json { to_json(&answer)? } else { table(&answer) })?)
    }
}

/// A law of total one; a law without mass stays as it is, and is refused later.
fn normalise(law: &mut [f64]) {
    let total: f64 = law.iter().sum();
    if total > 0.0 {
        law.iter_mut().for_each(|weight| *weight /= total);
    }
}

fn answer<'a>(network: &'a Network, transport: &GraphTransport) -> Answer<'a> {
    let carrier = |edge: &EdgeFlow| Carrier {
        source: network.id(edge.source),
        target: network.id(edge.target),
        mass: edge.mass,
        cost: edge.cost,
    };
    let violation = largest_violation(network, &transport.potential);
    Answer {
        value: transport.value,
        dual: transport.dual,
        gap: transport.gap,
        // A graph without edges has nothing to violate.
        largest_violation: if violation.is_finite() { violation } else { 0.0 },
        flow: transport.flow.iter().map(carrier).collect(),
    }
}

fn table(answer: &Answer<'_>) -> String {
    let mut text = format!(
        "W1                       {}\n\
         dual value               {}\n\
         gap                      {:.1e}\n\
         edges that carry mass    {}\n",
        answer.value,
        answer.dual,
        answer.gap,
        answer.flow.len()
    );
    for Carrier { source, target, mass, cost } in &answer.flow {
        text += &format!("  {source} -> {target}: {mass} at cost {cost}\n");
    }
    text
}
