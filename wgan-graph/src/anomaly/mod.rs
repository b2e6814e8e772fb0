//! Anomalies: nodes whose surroundings need other transport than those of other nodes.

mod conformal;
mod detour;
mod edge_critic;
mod embedding;
mod explain;
mod feature_gap;
mod normal;
mod savings;
#[cfg(test)]
mod tests;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

pub use conformal::conformal_p_values;
pub use explain::Reason;

use crate::error::GraphError;
use crate::network::{Network, NodeFeatures};
use detour::DetourSearch;
use edge_critic::{EdgeCritic, separation, shuffled};
use embedding::coordinates;
use feature_gap::{FeatureGaps, Gap, mean_gap};
use normal::NormalModel;
use savings::{Saving, mean_saving, savings};

/// How the features of a node are compared with those around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnomalyMethod {
    /// By the transport between them: features differ less on edges than elsewhere.
    Transport,
    /// By the transport and by a critic that has learnt which features meet on an edge, each as far as it tells
    /// held-out edges from pairs of nodes at random.
    #[default]
    Critic,
}

/// Settings of [`find_anomalies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnomalyConfig {
    /// Parts that are held out in turn; at least 2, fewer on networks of less than twice as many
    /// nodes.
    pub n_folds: usize,
    /// Reasons that are kept per node, those that weigh most.
    pub n_reasons: usize,
    /// How features are compared.
    pub method: AnomalyMethod,
}

impl Default for AnomalyConfig {
    fn default() -> Self {
        Self { n_folds: 5, n_reasons: 3, method: AnomalyMethod::default() }
    }
}

impl AnomalyConfig {
    /// Smallest p-value there can be on `n` nodes: a p-value is a rank among those that are held out
    /// together.
    pub fn smallest_p_value(&self, n: usize) -> f64 {
        1.0 / n.div_ceil(self.n_folds_of(n).max(1)) as f64
    }

    /// Parts of `n` nodes.
    fn n_folds_of(&self, n: usize) -> usize {
        self.n_folds.min(n / 2)
    }
}

/// What was found about one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeAnomaly {
    /// Standard deviations above the mean, the larger part first of all; higher is more anomalous.
    pub score: f64,
    /// Conformal p-value among the nodes that were held out together with this one.
    pub p_value: f64,
    /// The edges and routes that weigh most, the heaviest first.
    pub reasons: Vec<Reason>,
}

/// Fewest nodes that can be compared with each other.
const MIN_NODES: usize = 4;

/// Scores every node of an undirected network by the transport that its surroundings need.
///
/// - *Structure*: what the edges between the neighbours of `v` save against the ways through `v`,
///   `Σ (w(a, v) + w(v, b) − w(a, b)) / (deg(v)·w̄)`. High inside of groups that are denser than
///   the network otherwise is. Where no two neighbours are joined, as in a bipartite network, `ln(1 + deg(v))`.
/// - *Features*: `W₁` between the node's own features and the law of the features around it (one
///   and two steps of a random walk), between points of the unit sphere. With [`AnomalyMethod::Critic`] also how
///   unusual its edges are to a critic between the law of the features at the ends of an edge and that of
///   two nodes at random; each counts as far as it tells held-out edges from random pairs.
///
/// The nodes are split at random; for each part, mean and standard deviation are those of the
/// other parts, and so is the critic. The score is the soft maximum `ln mean exp(z)` of the standardised values of structure
/// and features, and the p-value is the rank of a node among those held out with it: with exchangeable nodes,
/// `P(p ≤ α) ≤ α`.
///
/// # Errors
/// [`GraphError::Directed`], [`GraphError::TooFew`] below 4 nodes or 2 parts; training of the critic.
///
/// # Panics
/// If there is not one row of features per node.
pub fn find_anomalies(
    network: &Network,
    features: Option<&NodeFeatures>,
    config: &AnomalyConfig,
    seed: u64,
) -> Result<Vec<NodeAnomaly>, GraphError> {
    let n = network.n_nodes();
    check(n, config)?;
    let network = network.undirected()?;
    let folds = folds(n, config.n_folds_of(n), seed);
    let gaps = features.map(|features| {
        assert_eq!(features.n_nodes(), n, "one row of features per node");
        FeatureGaps::new(&network, features)
    });
    let critic = match features.filter(|_| config.method == AnomalyMethod::Critic) {
        Some(features) => EdgeCritic::fit(&network, &coordinates(features)?, &folds, seed)?,
        None => None,
    };
    let parts = Parts::new(&network, gaps.as_ref(), critic.as_ref(), seed);
    let mut found = vec![None; n];
    for fold in &folds {
        let rest: Vec<usize> = folds.iter().filter(|f| f != &fold).flatten().copied().collect();
        let normal = NormalModel::fit(&parts.values, &rest);
        let standardised: Vec<Vec<f64>> =
            fold.iter().map(|&v| normal.standardise(&parts.values, v)).collect();
        let scores: Vec<f64> = standardised.iter().map(|z| parts.score(z)).collect();
        let reasons: Vec<Vec<Reason>> = fold
            .par_iter()
            .zip(&standardised)
            .map_init(
                || DetourSearch::new(&network),
                |search, (&v, z)| parts.reasons(v, z, &normal, config.n_reasons, search),
            )
            .collect();
        for (((&v, &score), p_value), reasons) in
            fold.iter().zip(&scores).zip(conformal_p_values(&scores)).zip(reasons)
        {
            found[v] = Some(NodeAnomaly { score, p_value, reasons });
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// `ln mean exp(z)`: `z` itself for one value, almost the larger of two that differ.
fn soft_maximum(z: &[f64]) -> f64 {
    let most = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = z.iter().map(|z| (z - most).exp()).sum();
    most + (total / z.len() as f64).ln()
}

fn check(n: usize, config: &AnomalyConfig) -> Result<(), GraphError> {
    for (at, expected, got) in
        [("nodes to compare", MIN_NODES, n), ("parts that are held out", 2, config.n_folds)]
    {
        if got < expected {
            return Err(GraphError::TooFew { at, expected, got });
        }
    }
    Ok(())
}

/// The nodes in `n_folds` parts of almost the same size.
fn folds(n: usize, n_folds: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut folds = vec![Vec::new(); n_folds];
    order.into_iter().enumerate().for_each(|(i, v)| folds[i % n_folds].push(v));
    folds
}

/// The parts of the score, `values[part][node]`, and what they are made of: structure, then transport of the features, then the
/// critic, as far as there are any.
struct Parts<'a> {
    network: &'a Network,
    gaps: Option<&'a FeatureGaps<'a>>,
    critic: Option<&'a EdgeCritic>,
    values: Vec<Vec<Option<f64>>>,
    /// Weights of the parts that compare features; their squares sum to one.
    weights: Vec<f64>,
    has_triangles: bool,
}

impl<'a> Parts<'a> {
    fn new(
        network: &'a Network,
        gaps: Option<&'a FeatureGaps<'a>>,
        critic: Option<&'a EdgeCritic>,
        seed: u64,
    ) -> Self {
        let (m, total) = network.edges().fold((0, 0.0), |(m, sum), e| (m + 1, sum + e.2));
        let mean_cost = total / f64::from(m.max(1));
        let nodes = 0..network.n_nodes();
        let degree = |v: usize| network.arcs().degree(v);
        let saving = |v| mean_saving(&savings(network, v), degree(v), mean_cost);
        let mut structure: Vec<f64> = nodes.clone().into_par_iter().map(saving).collect();
        let has_triangles = structure.iter().any(|&saving| saving > 0.0);
        if !has_triangles {
            structure = nodes.clone().map(|v| (degree(v) as f64).ln_1p()).collect();
        }
        let mut values = vec![structure.into_iter().map(Some).collect()];
        let mut separations = Vec::new();
        if let Some(gaps) = gaps {
            values.push(nodes.clone().into_par_iter().map(|v| mean_gap(&gaps.around(v))).collect());
            separations.push(separation_by_gaps(network, gaps, seed));
        }
        if let Some(critic) = critic {
            values.push(nodes.map(|v| critic.unusual(network, v)).collect());
            separations.push(critic.separation);
        }
        let length = separations.iter().map(|s| s * s).sum::<f64>().sqrt();
        let even = 1.0 / (separations.len() as f64).sqrt();
        let weight = |s: f64| if length > 0.0 { s / length } else { even };
        let weights = separations.into_iter().map(weight).collect();
        Self { network, gaps, critic, values, weights, has_triangles }
    }

    /// Standardised value of the features.
    fn of_features(&self, z: &[f64]) -> f64 {
        z[1..].iter().zip(&self.weights).map(|(z, weight)| z * weight).sum()
    }

    /// The score for the standardised values of a node.
    fn score(&self, z: &[f64]) -> f64 {
        if z.len() == 1 { z[0] } else { soft_maximum(&[z[0], self.of_features(z)]) }
    }

    /// What weighs most in the standardised values `z` of node `v`, the larger part first.
    fn reasons(
        &self,
        v: usize,
        z: &[f64],
        normal: &NormalModel,
        n_reasons: usize,
        search: &mut DetourSearch<'_>,
    ) -> Vec<Reason> {
        let structure = match z[0] > 0.0 {
            true if self.has_triangles => self.edges(v, n_reasons, search),
            true => vec![Reason::Degree { degree: self.network.arcs().degree(v) }],
            false => Vec::new(),
        };
        let of_features = if z.len() > 1 { self.of_features(z) } else { 0.0 };
        let by_critic = z.len() > 2 && z[2] * self.weights[1] > z[1] * self.weights[0];
        let features = match (self.gaps, self.critic) {
            _ if of_features <= 0.0 => Vec::new(),
            (_, Some(critic)) if by_critic => meetings(critic.around(self.network, v)),
            (Some(gaps), _) => routes(gaps.around(v), normal.mean(1)),
            _ => Vec::new(),
        };
        let is_structure_first = z.len() < 2 || z[0] >= of_features;
        let (first, second) =
            if is_structure_first { (structure, features) } else { (features, structure) };
        // One place is left for the other part.
        let n_first = n_reasons.saturating_sub(usize::from(!second.is_empty())).max(1);
        let first: Vec<Reason> = first.into_iter().take(n_first).collect();
        let left = n_reasons.saturating_sub(first.len());
        first.into_iter().chain(second.into_iter().take(left)).collect()
    }

    /// Edges between neighbours of `v` that save most.
    fn edges(&self, v: usize, n: usize, search: &mut DetourSearch<'_>) -> Vec<Reason> {
        let mut found: Vec<Saving> = savings(self.network, v);
        found.sort_by(|a, b| b.cost.total_cmp(&a.cost));
        found.truncate(n);
        let reason = |s: Saving| {
            let around = search.way_around(v, s.u, s.v);
            Reason::Edge { u: s.u, v: s.v, saving: s.cost, around }
        };
        found.into_iter().map(reason).collect()
    }
}

/// Nodes around that carry most of the transport.
fn routes(mut gaps: Vec<Gap>, usual: f64) -> Vec<Reason> {
    gaps.sort_by(|a, b| (b.weight * b.distance).total_cmp(&(a.weight * a.distance)));
    let reason = |gap: Gap| Reason::Features { route: gap.route, distance: gap.distance, usual };
    gaps.into_iter().map(reason).collect()
}

/// Edges that are least usual.
fn meetings(mut around: Vec<(usize, f64)>) -> Vec<Reason> {
    around.sort_by(|a, b| a.1.total_cmp(&b.1));
    around.into_iter().map(|(neighbour, usual)| Reason::Meeting { neighbour, usual }).collect()
}

/// How far the distance of the features tells edges from random pairs.
fn separation_by_gaps(network: &Network, gaps: &FeatureGaps<'_>, seed: u64) -> f64 {
    let edges: Vec<(usize, usize)> = network.edges().map(|(u, v, _)| (u, v)).collect();
    if edges.is_empty() {
        return 0.0;
    }
    let random = shuffled(&edges, &mut ChaCha8Rng::seed_from_u64(seed));
    let near = |pairs: &[(usize, usize)]| -> Vec<f64> {
        pairs.par_iter().map(|&(u, v)| -gaps.between(u, v)).collect()
    };
    separation(&near(&edges), &near(&random))
}
