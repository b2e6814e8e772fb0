//! New nodes: connection patterns that follow the law of the existing ones.

mod aim;
mod clustering;
mod cone;
mod gain;
mod generator;
mod growth;
mod pattern;
mod places;
mod rank_scale;
mod result;
#[cfg(test)]
mod tests;

use burn::tensor::Device;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::Recorder;

pub use generator::NewNodesConfig;
pub use result::{MarkedNode, NewEdge, NewNodes};

use crate::error::GraphError;
use crate::network::{Edge, Network};
use aim::{Aim, Means};
use gain::Gain;
use generator::PatternGenerator;
use growth::Growth;
use pattern::{Pattern, patterns};
use places::Places;

/// Fewest nodes with an edge that a law of patterns is learnt from.
const FEWEST: usize = 10;

/// Most trials of attaching the new nodes.
const MOST_TRIALS: usize = 6;

/// Learns how the nodes of a network are connected, and adds new ones that are connected alike.
///
/// A WGAN learns the joint law of connection patterns (degree, clustering, degree of the
/// neighbours, mean distance, distances to landmarks; all in hops).
pub struct NodeGenerator {
    network: Network,
    places: Places,
    known: Vec<Pattern>,
    model: PatternGenerator,
    max_copies: f64,
}

impl NodeGenerator {
    /// Learns from a connected undirected network.
    ///
    /// # Errors
    /// [`GraphError::Directed`], [`GraphError::Components`], [`GraphError::TooFew`] below 10 nodes,
    /// settings out of range.
    pub fn fit(
        network: &Network,
        config: &NewNodesConfig,
        seed: u64,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, GraphError> {
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
        Ok(Self { network, places, known, model, max_copies: config.max_copies })
    }

    /// `n` new nodes.
    ///
    /// For each pattern that is drawn, a local search looks for neighbours that give a new node
    /// this pattern. New nodes are joined to existing ones only. Degrees, degrees of neighbours and
    /// distances are those of a network that has grown by `n` nodes, as far as the network without
    /// random nodes foretells them: at most those of one that has doubled. No new node has more
    /// neighbours than there are nodes. All nodes are attached up to six times, until they are on
    /// average as far from all others, and next to nodes of such degrees, as was foretold.
    ///
    /// Costs are drawn from those of the edges of their neighbours. Where the costs are a metric
    /// (they differ, and every edge is a shortest path between its ends, judged on at most 1000
    /// nodes) they are moved into the cone `|w(a) − w(b)| ≤ d(a, b) ≤ w(a) + w(b)` of the triangle
    /// inequality over the neighbours `a`, `b` of a new node: it shortens no distance, and each of
    /// its edges is a shortest path.
    pub fn generate(&self, n: usize, seed: u64) -> NewNodes {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1); // not the numbers that the model was trained with
        let gain = Gain::by(&self.network, &self.known, n, &mut rng);
        let drawn = self.model.draw(n, gain.degree, &mut rng);
        let ids = fresh_ids(&self.network, n);
        let mut aim = Aim::new(gain);
        let foretold = aim.wanted(&drawn);
        let mut least = f64::INFINITY;
        let (mut added, mut made) = (Vec::new(), Means::default());
        for trial in 1..=MOST_TRIALS {
            let tried = self.attach(&drawn, &aim, &mut rng);
            let hops = edges(self.network.n_nodes(), &tried, |_, _| 1.0);
            let means = Means::of_last(n, &self.network.extended(&ids, hops));
            aim.learn(foretold, means, 1.0 / trial as f64);
            let off = means.off(foretold);
            if off < least {
                (least, added, made) = (off, tried, means);
            }
            if least <= 1.0 {
                break;
            }
        }
        let costs = self.costs(&added, &mut rng);
        let n_old = self.network.n_nodes();
        let network = self.network.extended(&ids, edges(n_old, &added, |i, j| costs[i][j]));
        NewNodes { network, n_old, mean_hops: made.reach, foretold_mean_hops: foretold.reach }
    }

    /// Neighbours of new nodes like `drawn`.
    fn attach<R: Rng>(&self, drawn: &[Pattern], aim: &Aim, rng: &mut R) -> Vec<Vec<u32>> {
        let n = drawn.len();
        let n_copies = (self.max_copies * n as f64) as usize;
        let mut growth = Growth::new(&self.network, self.places.clone(), n, n_copies, aim.clone());
        drawn.iter().for_each(|pattern| growth.attach(pattern, rng));
        growth.into_added()
    }

    fn costs<R: Rng>(&self, added: &[Vec<u32>], rng: &mut R) -> Vec<Vec<f64>> {
        let arcs = self.network.arcs();
        // Every node of a connected network of ten has an edge.
        let mut draw = |&v: &u32| arcs.costs(v as usize).choose(rng).copied().unwrap_or(1.0);
        let mut costs: Vec<Vec<f64>> =
            added.iter().map(|around| around.iter().map(&mut draw).collect()).collect();
        if cone::is_metric(&self.network) {
            cone::project(&self.network, added, &mut costs);
        }
        costs
    }
}

/// Edges of new nodes to their neighbours; `cost` of new node `i` to its neighbour number `j`.
fn edges(
    n_old: usize,
    added: &[Vec<u32>],
    cost: impl Fn(usize, usize) -> f64,
) -> impl Iterator<Item = Edge> {
    let pairs = |i: usize| (0..added[i].len()).map(move |j| (i, j));
    let edge = move |(i, j): (usize, usize)| Edge {
        u: added[i][j] as usize,
        v: n_old + i,
        cost: cost(i, j),
    };
    (0..added.len()).flat_map(pairs).map(edge)
}

/// `new-1`, `new-2`, …, without those that the network has.
fn fresh_ids(network: &Network, n: usize) -> Vec<String> {
    (1..).map(|i| format!("new-{i}")).filter(|id| network.number(id).is_none()).take(n).collect()
}
