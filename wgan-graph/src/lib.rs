//! Wasserstein GANs on networks: data points are nodes, the ground cost is the shortest-path
//! distance.
//!
//! # The mathematics
//! A graph with edge costs `w ≥ 0` has the shortest-path distance `d`, and node laws `μ`, `ν` have
//! `W₁(μ, ν) = sup { E_μ f − E_ν f : |f(u) − f(v)| ≤ d(u, v) }`. Because every path is made of
//! edges, `f` is 1-Lipschitz exactly when `|f(u) − f(v)| ≤ w(u, v)` on every *edge*; and the other
//! side of the duality is the cheapest flow *along the edges* that carries `μ` to `ν`. So `m` edges
//! do the work of `n²` pairs.
//!
//! # A first program
//! How far are two laws apart on a road with a toll, and which edges carry the difference?
//!
//! ```
//! use wgan_graph::{Edge, Network, graph_w1, largest_violation};
//! let ids = ["home", "bridge", "work"].map(String::from).to_vec();
//! let edges = [(0, 1, 2.0), (1, 2, 3.0)].map(|(u, v, cost)| Edge { u, v, cost });
//! let (network, _) = Network::from_edges(ids, &edges, false)?;
//! let w1 = graph_w1(&network, &[1.0, 0.0, 0.0], &[0.0, 0.5, 0.5])?;
//! assert_eq!(w1.value, 3.5); // all of it crosses the first edge, half of it the second
//! assert_eq!(w1.flow.len(), 2);
//! assert!(largest_violation(&network, &w1.potential) <= 0.0); // the proof that no plan is cheaper
//! # Ok::<(), wgan_graph::GraphError>(())
//! ```
//!
//! # Where things are
//! - [`Network`]: from an edge list ([`read_network`]) or any petgraph graph
//!   ([`Network::from_graph`]). What is dropped, kept and refused is counted in [`NetworkSummary`].
//! - [`ShortestPaths`]: rows, all pairs, [`Landmarks`], the path itself.
//! - [`graph_w1`]: exact `W₁` with potential and flow; [`mcshane_extension`] makes any function
//!   1-Lipschitz, [`largest_violation`] checks one. [`ollivier_ricci`]: curvature of edges.
//! - Critics on node laws ([`NodeLaw`]): [`MetricCritic`] (1-Lipschitz by construction,
//!   trained with [`AnchorRelease`]),
//!   [`TabularCritic`] and [`CoordinateCritic`] with an [`EdgeSlopePenalty`];
//!   [`ConditionalMetricCritic`] under a context. Generators: [`NodeLawGenerator`],
//!   [`ConditionalNodeLawGenerator`].
//! - [`NodeGenerator`]: new nodes, connected the way the existing ones are.
//! - [`likely_links`], [`link_scores`]: pairs that ought to be joined, by the law of the ends of
//!   random walks ([`WalkLaw`]); [`generate_network`]: a whole new network by the same law,
//!   [`NetworkStatistics`] to compare it.
//! - [`find_anomalies`]: how unusual the surroundings of each node are, with the routes that say
//!   why.
//! - [`layout`] and [`draw`]: pictures.
//!
//! The program `wgan-graph` does the same from the command line. Figures measured on real networks
//! are in `docs/networks.md`.

pub mod anomaly;
pub mod critic;
mod error;
pub mod generator;
pub mod links;
pub mod network;
pub mod new_nodes;
pub mod paths;
pub mod picture;
pub mod sample;
#[cfg(test)]
mod shared_data;
mod table;
#[cfg(test)]
mod test_networks;
pub mod transport;
mod walk_law;
pub mod whole_network;

pub use anomaly::{AnomalyConfig, NodeAnomaly, Reason, conformal_p_values, find_anomalies};
pub use critic::{
    AnchorRelease, ConditionalMetricCritic, CoordinateCritic, EdgeSlopePenalty, MetricCritic,
    NodePotential, TabularCritic,
};
pub use error::GraphError;
pub use generator::{ConditionalNodeLawGenerator, NodeLawGenerator};
pub use links::{Link, likely_links, link_scores};
pub use network::{
    Adjacency, ArcRule, Cleaning, Components, CostColumn, Edge, Network, NetworkSummary,
    NodeFeatures, ReadOptions, StrengthToCost, read_features, read_network, read_pairs,
};
pub use new_nodes::{MarkedNode, NewEdge, NewNodes, NodeGenerator, NodeGeneratorConfig};
pub use paths::{DistanceSummary, Distances, Landmarks, MemoryLimit, ShortestPaths};
pub use picture::{Point, draw, layout};
pub use sample::{ContextPrior, ContextSamples, NodeLaw, NodeSamples, read_law};
pub use transport::{
    EdgeCurvature, EdgeFlow, GraphTransport, graph_w1, largest_violation, mcshane_extension,
    ollivier_ricci, path_w1,
};
pub use walk_law::{WalkConfig, WalkLaw};
pub use whole_network::{NetworkStatistics, WholeNetworkConfig, generate_network};
