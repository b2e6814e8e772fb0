//! New nodes: connection patterns that follow the law of the existing ones.

mod attributes;
mod averages;
mod classes;
mod clustering;
mod config;
mod donors;
mod evaluation;
mod growth;
mod growth_ratios;
mod growth_target;
mod landmark_distances;
mod node_generator;
mod pattern;
mod pattern_generator;
mod result;
mod stored;
#[cfg(test)]
mod tests;
mod triangle_inequality;

pub use attributes::{AttributeColumn, NodeAttributes, ReadAttributes, read_attributes};
pub use config::NodeGeneratorConfig;
pub use evaluation::{NewNodesEvaluation, NewNodesFigure, evaluate_new_nodes};
pub use node_generator::NodeGenerator;
pub use result::{MarkedNode, NewEdge, NewNodes};
