//! New nodes: connection patterns that follow the law of the existing ones.

mod averages;
mod clustering;
mod config;
mod growth;
mod growth_ratios;
mod growth_target;
mod landmark_distances;
mod node_generator;
mod pattern;
mod pattern_generator;
mod result;
#[cfg(test)]
mod tests;
mod triangle_inequality;

pub use config::NodeGeneratorConfig;
pub use node_generator::NodeGenerator;
pub use result::{MarkedNode, NewEdge, NewNodes};
