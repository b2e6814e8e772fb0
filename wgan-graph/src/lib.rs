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
//! How far are two laws apart on the nodes of your own petgraph graph, and which edges carry the
//! difference? Node indexes are those of the graph, also where it has holes.
//!
//! ```
//! use wgan_graph::petgraph::graph::UnGraph;
//! use wgan_graph::{Network, graph_w1, largest_violation};
//!
//! struct Stop { name: &'static str, morning: f64, evening: f64 }
//! struct Road { minutes: f64 }
//!
//! let mut city = UnGraph::<Stop, Road>::default();
//! let home = city.add_node(Stop { name: "home", morning: 1.0, evening: 0.0 });
//! let bridge = city.add_node(Stop { name: "bridge", morning: 0.0, evening: 0.5 });
//! let work = city.add_node(Stop { name: "work", morning: 0.0, evening: 0.5 });
//! city.add_edge(home, bridge, Road { minutes: 2.0 });
//! city.add_edge(bridge, work, Road { minutes: 3.0 });
//!
//! let (network, _) = Network::from_graph(&city, |road| road.weight().minutes)?;
//! let law = |of: fn(&Stop) -> f64| network.node_indices().map(|i| of(&city[i])).collect();
//! let (morning, evening): (Vec<f64>, Vec<f64>) = (law(|s| s.morning), law(|s| s.evening));
//! let w1 = graph_w1(&network, &morning, &evening)?;
//! assert_eq!(w1.value, 3.5); // all of it crosses the first road, half of it the second
//! let half = w1.flow.iter().find(|edge| edge.mass == 0.5).map(|edge| network.node_index(edge.target));
//! assert_eq!(half.map(|index| city[index].name), Some("work"));
//! assert!(largest_violation(&network, &w1.potential) <= 0.0); // the proof that no plan is cheaper
//! # Ok::<(), wgan_graph::GraphError>(())
//! ```
//!
//! # Where things are
//! - [`Network`]: from an edge list ([`read_network`], [`parse_network`]) or any petgraph graph
//!   ([`Network::from_graph`]), stored by serde. What is dropped, kept and refused is counted in
//!   [`NetworkSummary`].
//! - [`ShortestPaths`]: rows, all pairs, [`Landmarks`], the path itself.
//! - [`graph_w1`]: exact `W₁` with potential and flow; [`mcshane_extension`] makes any function
//!   1-Lipschitz, [`largest_violation`] checks one. [`ollivier_ricci`]: curvature of edges.
//! - Critics on node laws ([`NodeLaw`]): [`MetricCritic`] (1-Lipschitz by construction,
//!   trained with [`AnchorRelease`]),
//!   [`TabularCritic`] and [`CoordinateCritic`] with an [`EdgeSlopePenalty`];
//!   [`ConditionalMetricCritic`] under a context. Generators: [`NodeLawGenerator`],
//!   [`ConditionalNodeLawGenerator`].
//! - [`NodeLawModel`]: the law of observations on the nodes, under their context; sampled, stored,
//!   compared with fresh observations.
//! - [`NodeGenerator`]: new nodes, connected the way the existing ones are, with classes and numbers of their own
//!   ([`NodeAttributes`]); [`evaluate_new_nodes`] compares them with nodes that were held out.
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
pub mod law;
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

pub use burn;
pub use ndarray;
pub use petgraph;

pub use anomaly::{
    AnomalyConfig, AnomalyMethod, NodeAnomaly, Reason, conformal_p_values, find_anomalies,
};
pub use critic::{
    AnchorRelease, ConditionalMetricCritic, CoordinateCritic, EdgeSlopePenalty, MetricCritic,
    NodePotential, TabularCritic,
};
pub use error::GraphError;
pub use generator::{ConditionalNodeLawGenerator, NodeLawGenerator};
pub use law::{
    Condition, LawEvaluation, NodeLawConfig, NodeLawModel, ObservationOptions, Observations,
    read_observations,
};
pub use links::{Link, likely_links, link_scores};
pub use network::{
    Adjacency, ArcRule, Cleaning, Components, CostColumn, Edge, Header, Network, NetworkSummary,
    NodeFeatures, ReadOptions, StrengthToCost, parse_network, read_features, read_network,
    read_pairs,
};
pub use new_nodes::{
    AttributeColumn, MarkedNode, NewEdge, NewNodes, NewNodesEvaluation, NewNodesFigure,
    NodeAttributes, NodeGenerator, NodeGeneratorConfig, ReadAttributes, evaluate_new_nodes,
    read_attributes,
};
pub use paths::{DistanceSummary, Distances, Landmarks, MemoryLimit, ShortestPaths};
pub use picture::{Point, draw, draw_laws, layout};
pub use sample::{ContextPrior, ContextSamples, NodeLaw, NodeSamples, read_law};
pub use transport::{
    EdgeCurvature, EdgeFlow, GraphTransport, graph_w1, largest_violation, mcshane_extension,
    ollivier_ricci, path_w1,
};
pub use walk_law::{WalkConfig, WalkLaw};
pub use whole_network::{NetworkStatistics, WholeNetworkConfig, generate_network};

/// Its program runs as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
