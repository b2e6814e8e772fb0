//! New nodes: connection patterns that follow the law of the existing ones.

mod clustering;
mod cone;
mod gain;
mod generator;
mod growth;
mod pattern;
mod places;
mod rank_scale;
#[cfg(test)]
mod tests;

use burn::tensor::Device;
use petgraph::graph::UnGraph;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use wgan_core::Recorder;

pub use generator::NewNodesConfig;

use crate::error::GraphError;
use crate::network::Network;
use gain::Gain;
use generator::PatternGenerator;
use growth::Growth;
use pattern::patterns;
use places::Places;

/// Fewest nodes with an edge that a law of patterns is learnt from.
const FEWEST: usize = 10;

/// A network with the nodes that were added to it.
#[derive(Clone, Debug)]
pub struct NewNodes {
    network: Network,
    ids: Vec<String>,
    edges: Vec<NewEdge>,
}

/// An edge of a new node.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEdge {
    /// Id of the new node.
    pub source: String,
    /// Id of its neighbour, an existing node.
    pub target: String,
    /// Cost.
    pub cost: f64,
}

/// A node of [`NewNodes::to_graph`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedNode {
    /// The id.
    pub id: String,
    /// Whether it was generated.
    pub is_new: bool,
}

impl NewNodes {
    /// Ids of the new nodes; none is an id of the network.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Their edges.
    pub fn edges(&self) -> &[NewEdge] {
        &self.edges
    }

    /// Existing and new nodes in one graph, costs on the edges.
    pub fn to_graph(&self) -> UnGraph<MarkedNode, f64> {
        let mut graph = self
            .network
            .to_graph()
            .map(|_, id| MarkedNode { id: id.clone(), is_new: false }, |_, cost| *cost);
        let mut places: std::collections::HashMap<String, _> =
            graph.node_indices().map(|i| (graph[i].id.clone(), i)).collect();
        for id in &self.ids {
            let place = graph.add_node(MarkedNode { id: id.clone(), is_new: true });
            places.insert(id.clone(), place);
        }
        for edge in &self.edges {
            graph.add_edge(places[&edge.source], places[&edge.target], edge.cost);
        }
        graph
    }
}

/// `n` new nodes for a connected undirected network.
///
/// A WGAN learns the joint law of connection patterns (degree, clustering, degree of the
/// neighbours, mean distance, distances to landmarks; all in hops). For each pattern that it
/// draws, a local search looks for neighbours that give a new node this pattern; no new node has
/// exactly the neighbours of another one where that can be avoided. New nodes are joined to existing
/// ones only. Degrees, degrees of neighbours and distances are those of a network that has grown
/// by `n` nodes, as far as the network without random nodes foretells them: at most those of one
/// that has doubled. No new node has more neighbours than there are nodes.
///
/// Costs are drawn from those of the edges of their neighbours. Where the costs are a metric (they
/// differ, and every edge is a shortest path between its ends, judged on at most 1000 nodes) they
/// are moved into the cone `|w(a) − w(b)| ≤ d(a, b) ≤ w(a) + w(b)` of the triangle inequality over
/// the neighbours `a`, `b` of a new node: it shortens no distance, and each of its edges is a
/// shortest path.
///
/// # Errors
/// [`GraphError::Directed`], [`GraphError::Components`], [`GraphError::TooFew`] below 10 nodes,
/// settings out of range.
pub fn generate_nodes(
    network: &Network,
    n: usize,
    config: &NewNodesConfig,
    seed: u64,
    recorder: impl Recorder,
    device: &Device,
) -> Result<NewNodes, GraphError> {
    config.check()?;
    let network = network.undirected()?;
    network.require_connected()?;
    if network.n_nodes() < FEWEST {
        let got = network.n_nodes();
        return Err(GraphError::TooFew { at: "nodes to learn from", expected: FEWEST, got });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let places = Places::new(&network, config.n_landmarks, config.n_probes, &mut rng)?;
    let known = patterns(&network, &places);
    let model = PatternGenerator::fit(&known, config, recorder, &mut rng, device)?;
    let gain = Gain::by(&network, &known, n, &mut rng);
    let drawn = model.draw(n, gain.degree, &mut rng, device);
    let mut growth = Growth::new(&network, places, n, gain);
    drawn.iter().for_each(|pattern| growth.attach(pattern, &mut rng));
    Ok(with_ids(network, growth.added(), &mut rng))
}

fn with_ids(network: Network, added: &[Vec<u32>], rng: &mut ChaCha8Rng) -> NewNodes {
    let ids = fresh_ids(&network, added.len());
    // Every node of a connected network of ten has an edge.
    let mut draw = |&v: &u32| network.arcs().costs(v as usize).choose(rng).copied().unwrap_or(1.0);
    let mut costs: Vec<Vec<f64>> =
        added.iter().map(|around| around.iter().map(&mut draw).collect()).collect();
    if cone::is_metric(&network) {
        cone::project(&network, added, &mut costs);
    }
    let mut edges = Vec::new();
    for (source, (around, costs)) in ids.iter().zip(added.iter().zip(costs)) {
        for (&v, cost) in around.iter().zip(costs) {
            let target = network.id(v as usize).to_owned();
            edges.push(NewEdge { source: source.clone(), target, cost });
        }
    }
    NewNodes { network, ids, edges }
}

/// `new-1`, `new-2`, …, without those that the network has.
fn fresh_ids(network: &Network, n: usize) -> Vec<String> {
    (1..).map(|i| format!("new-{i}")).filter(|id| network.number(id).is_none()).take(n).collect()
}
