//! Wasserstein GANs on networks.
#![doc = ""]
mod error;
mod flow;
mod law_file;
mod network;
mod path_w1;
mod paths;
#[cfg(test)]
mod shared_data;
mod table;

pub use error::GraphError;
pub use flow::{EdgeFlow, GraphTransport, graph_w1, largest_violation, mcshane_extension};
pub use law_file::read_law;
pub use network::{
    Adjacency, ArcRule, Cleaning, Components, CostColumn, Edge, Network, NetworkSummary,
    ReadOptions, StrengthToCost, read_network,
};
pub use path_w1::path_w1;
pub use paths::{DistanceSummary, Distances, Landmarks, MemoryLimit, ShortestPaths};
