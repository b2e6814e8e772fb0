//! Learns how nodes are connected, and attaches new ones.

use std::collections::HashSet;

use burn::tensor::Device;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::WganError;
use wgan_core::train::Recorder;

use super::attributes::NodeAttributes;
use super::classes::Classes;
use super::config::NodeGeneratorConfig;
use super::donors::Donors;
use super::growth::Growth;
use super::growth_ratios::GrowthRatios;
use super::growth_target::{GrowthTarget, Means};
use super::landmark_distances::LandmarkDistances;
use super::pattern::{Pattern, patterns};
use super::pattern_generator::PatternGenerator;
use super::result::NewNodes;
use super::triangle_inequality;
use crate::error::GraphError;
use crate::network::{Edge, Network};

/// Fewest nodes that a law of patterns is learnt from.
pub(super) const MIN_NODES: usize = 10;

/// Most trials of attaching the new nodes; on sparse networks the best of six misses a few parts in
/// a thousand of the mean distance, single ones two in a hundred.
const MAX_TRIALS: usize = 6;

/// Learns how the nodes of a network are connected, and adds new ones that are connected alike.
///
/// A WGAN learns the joint law of connection patterns (degree, clustering, degree of the
/// neighbours, mean distance, distances to landmarks; all in hops).
///
/// ```
/// use burn::tensor::Device;
/// use wgan_graph::{Edge, Network, NodeGenerator, NodeGeneratorConfig};
///
/// let ids = (0..30).map(|i| i.to_string()).collect();
/// let edge = |u: usize, step: usize| Edge { u, v: (u + step) % 30, cost: 1.0 };
/// let edges: Vec<Edge> = (0..30).flat_map(|u| [edge(u, 1), edge(u, 2)]).collect();
/// let (ring, _) = Network::from_edges(ids, &edges, false)?;
/// let config = NodeGeneratorConfig::new().with_n_steps(20);
/// let generator = NodeGenerator::fit(&ring, &config, 0, (), &Device::flex())?;
/// let new = generator.generate(3, 0);
/// assert_eq!(new.ids(), ["new-1", "new-2", "new-3"]);
/// assert_eq!(new.network().n_nodes(), 33);
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
pub struct NodeGenerator {
    parts: Parts,
    is_metric: bool,
    donors: Option<Donors>,
}

/// What a generator is made of.
pub(super) struct Parts {
    pub config: NodeGeneratorConfig,
    pub network: Network,
    /// Ids of nodes in other components.
    pub taken: HashSet<String>,
    pub distances: LandmarkDistances,
    pub known: Vec<Pattern>,
    pub model: PatternGenerator,
}

/// New nodes as they were attached once.
struct Trial {
    /// Neighbours of each.
    added: Vec<Vec<u32>>,
    made: Means,
    /// How far that is from the target, see [`GrowthTarget::miss`].
    miss: f64,
}

impl NodeGenerator {
    /// Learns from an undirected network, from its largest component where there are several: new
    /// nodes are joined to that one, and have no id of the others either. `seed` is for landmarks,
    /// probes and training, which is done on `device`.
    ///
    /// # Errors
    /// [`GraphError::Directed`], [`GraphError::TooFew`] below 10 nodes,
    /// [`GraphError::Wgan`] for settings out of range and where training fails.
    pub fn fit(
        network: &Network,
        config: &NodeGeneratorConfig,
        seed: u64,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, GraphError> {
        config.check()?;
        let whole = network.undirected()?;
        let network = whole.largest_component();
        let is_outside = |id: &&String| network.number(id).is_none();
        let taken = whole.ids().iter().filter(is_outside).cloned().collect();
        if network.n_nodes() < MIN_NODES {
            let got = network.n_nodes();
            return Err(GraphError::TooFew { at: "nodes to learn from", expected: MIN_NODES, got });
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let distances =
            LandmarkDistances::new(&network, config.n_landmarks, config.n_probes, &mut rng)?;
        let known = patterns(&network, &distances);
        let model = PatternGenerator::fit(&known, config, recorder, &mut rng, device)?;
        let config = config.clone();
        Ok(Self::from_parts(Parts { config, network, taken, distances, known, model }))
    }

    pub(super) fn from_parts(parts: Parts) -> Self {
        let is_metric = triangle_inequality::is_metric(&parts.network);
        Self { parts, is_metric, donors: None }
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What new nodes take their classes and numbers from.
    pub(super) fn attributes(&self) -> Option<&NodeAttributes> {
        self.donors.as_ref().map(Donors::attributes)
    }

    /// The network that grows: the largest component of the one that it was fitted to.
    pub fn network(&self) -> &Network {
        &self.parts.network
    }

    /// The same generator, which gives new nodes classes and numbers too: `attributes` are those of the nodes of
    /// [`NodeGenerator::network`].
    ///
    /// What classes the neighbours of a new node have is taken from one of the existing nodes whose connections are
    /// most like the pattern that was drawn; the search for neighbours aims at it. The attributes of the new node are then those of one of
    /// the existing nodes that are most like it as it was attached, in degree, position and classes of the
    /// neighbours. Numbers are replaced by others of the data within 1 % of the ranks.
    ///
    /// # Errors
    /// [`WganError::Shape`](wgan_core::WganError) where there is not one row per node.
    pub fn with_attributes(mut self, attributes: &NodeAttributes) -> Result<Self, GraphError> {
        let (expected, got) = (vec![self.parts.network.n_nodes()], vec![attributes.n_nodes()]);
        if expected != got {
            return Err(WganError::Shape { at: "attributes", expected, got }.into());
        }
        self.donors = Some(Donors::new(attributes, &self.parts.known)?);
        Ok(self)
    }

    /// `n` new nodes; the same seed gives the same ones.
    ///
    /// For each pattern that is drawn, a local search looks for neighbours that give a new node
    /// this pattern. New nodes are joined to existing ones only, and none has more neighbours than
    /// there are nodes. Degrees, degrees of neighbours and distances are those of a network that
    /// has grown by `n` nodes, at most doubled: numbers of the network in proportion to those of
    /// its own random parts say by how much they change. A node that is at mean distance `d` in a
    /// network of (trimmed) mean `m` is to be at `r·m + s·(d − m)` in the grown one, with the ratio
    /// `r` of the means and `s` of the standard deviations.
    ///
    /// All nodes are attached up to six times, until they miss at most 0.5 % of the mean distance
    /// to all others and 0.02 of `ln` of the degrees around them; the trial that misses least
    /// counts.
    ///
    /// Costs are drawn from those of the edges of their neighbours. Where the costs are a metric
    /// (they differ, and every edge is a shortest path between its ends, judged on at most 1000
    /// nodes) they are moved into the cone `|w(a) − w(b)| ≤ d(a, b) ≤ w(a) + w(b)` of the triangle
    /// inequality over the neighbours `a`, `b` of a new node: it shortens no distance, and each of
    /// its edges is a shortest path.
    pub fn generate(&self, n: usize, seed: u64) -> NewNodes {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(1); // not the numbers that the model was trained with
        let ratios = GrowthRatios::of(&self.parts.network, &self.parts.known, n, &mut rng);
        let mut drawn = self.parts.model.draw(n, ratios.degree, &mut rng);
        let growth = ratios.degree;
        if let Some(donors) = &self.donors {
            donors.draw_neighbours(
                &mut drawn,
                growth,
                &self.parts.network,
                &self.parts.known,
                &mut rng,
            );
        }
        let ids = self.fresh_ids(n);
        let mut target = GrowthTarget::new(ratios, &drawn);
        let mut best = self.attach(&drawn, &ids, &target, &mut rng);
        let mut last = best.made;
        for n_before in 1..MAX_TRIALS {
            if best.miss <= 1.0 {
                break;
            }
            // Steps of one in the number of trials average what single trials miss by chance.
            target.correct(last, 1.0 / n_before as f64);
            let trial = self.attach(&drawn, &ids, &target, &mut rng);
            last = trial.made;
            if trial.miss < best.miss {
                best = trial;
            }
        }
        let costs = self.costs(&best.added, &mut rng);
        let draw = |donors: &Donors| {
            let patterns =
                best.added.iter().map(|around| self.pattern_with(around, donors.classes()));
            donors.draw_attributes(
                &patterns.collect::<Vec<_>>(),
                growth,
                &self.parts.network,
                &self.parts.known,
                &mut rng,
            )
        };
        let attributes = self.donors.as_ref().map(draw);
        let n_old = self.parts.network.n_nodes();
        let network =
            self.parts.network.extended(&ids, edges(n_old, &best.added, |i, j| costs[i][j]));
        let (mean_hops, expected) = (best.made.distance, target.means().distance);
        NewNodes { network, n_old, mean_hops, expected_mean_hops: expected, attributes }
    }

    /// Pattern of a node with these neighbours, in the network as it is without other new ones.
    fn pattern_with(&self, around: &[u32], classes: &Classes) -> Pattern {
        let mut pattern =
            Pattern::with_neighbours(&self.parts.network, &self.parts.distances, around);
        pattern.neighbour_classes = classes.shares(around);
        pattern
    }

    /// Attaches new nodes like `drawn`.
    fn attach<R: Rng>(
        &self,
        drawn: &[Pattern],
        ids: &[String],
        target: &GrowthTarget,
        rng: &mut R,
    ) -> Trial {
        let n = drawn.len();
        let n_copies = (self.parts.config.max_copies * n as f64 + 1e-9) as usize; // 0.29 · 100 is 29
        let none = Classes::default();
        let classes = self.donors.as_ref().map_or(&none, Donors::classes);
        let mut growth = Growth::new(
            &self.parts.network,
            self.parts.distances.clone(),
            n,
            n_copies,
            target,
            classes,
        );
        drawn.iter().for_each(|pattern| growth.attach(pattern, rng));
        let added = growth.into_added();
        let hops = edges(self.parts.network.n_nodes(), &added, |_, _| 1.0);
        let made = Means::of_last(n, &self.parts.network.extended(ids, hops));
        Trial { added, made, miss: target.miss(made) }
    }

    /// `new-1`, `new-2`, …, without those that are taken.
    fn fresh_ids(&self, n: usize) -> Vec<String> {
        let is_free =
            |id: &String| self.parts.network.number(id).is_none() && !self.parts.taken.contains(id);
        (1..).map(|i| format!("new-{i}")).filter(is_free).take(n).collect()
    }

    fn costs<R: Rng>(&self, added: &[Vec<u32>], rng: &mut R) -> Vec<Vec<f64>> {
        let arcs = self.parts.network.arcs();
        // Every node of a connected network of ten has an edge.
        let mut draw = |&v: &u32| arcs.costs(v as usize).choose(rng).copied().unwrap_or(1.0);
        let mut costs: Vec<Vec<f64>> =
            added.iter().map(|around| around.iter().map(&mut draw).collect()).collect();
        if self.is_metric {
            triangle_inequality::project(&self.parts.network, added, &mut costs);
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
