//! New nodes: connection patterns that follow the law of the existing ones.

mod aim;
mod averages;
mod clustering;
mod cone;
mod config;
mod gain;
mod growth;
mod node_generator;
mod pattern;
mod pattern_generator;
mod places;
mod result;
#[cfg(test)]
mod tests;

pub use config::NodeGeneratorConfig;
pub use node_generator::NodeGenerator;
pub use result::{MarkedNode, NewEdge, NewNodes};
