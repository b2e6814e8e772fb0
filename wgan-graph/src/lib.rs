//! Wasserstein GANs on networks.
#![doc = ""]
mod conditional;
mod critic;
mod curvature;
mod error;
mod flow;
mod law_file;
mod network;
mod new_nodes;
mod node_features;
mod node_law;
mod node_law_generator;
mod path_w1;
mod paths;
mod picture;
#[cfg(test)]
mod shared_data;
mod table;

pub use conditional::{
    ConditionalMetricCritic, ConditionalNodeLawGenerator, ContextPrior, ContextSamples,
};
pub use critic::{CoordinateCritic, EdgeSlopePenalty, MetricCritic, NodePotential, TabularCritic};
pub use curvature::{EdgeCurvature, ollivier_ricci};
pub use error::GraphError;
pub use flow::{EdgeFlow, GraphTransport, graph_w1, largest_violation, mcshane_extension};
pub use law_file::read_law;
pub use network::{
    Adjacency, ArcRule, Cleaning, Components, CostColumn, Edge, Network, NetworkSummary,
    ReadOptions, StrengthToCost, read_network,
};
pub use new_nodes::{MarkedNode, NewEdge, NewNodes, NewNodesConfig, generate_nodes};
pub use node_features::{NodeFeatures, read_features};
pub use node_law::{NodeLaw, NodeSamples};
pub use node_law_generator::NodeLawGenerator;
pub use path_w1::path_w1;
pub use picture::{Point, draw, layout};
pub use paths::{DistanceSummary, Distances, Landmarks, MemoryLimit, ShortestPaths};
