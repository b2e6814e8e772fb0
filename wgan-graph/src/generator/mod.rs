//! Generators of laws on the nodes.

mod conditional;
mod node_law;

pub use conditional::ConditionalNodeLawGenerator;
pub use node_law::NodeLawGenerator;
