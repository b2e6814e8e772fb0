//! Laws on the nodes as samples of a WGAN.

mod context;
mod law;
mod law_file;

pub use context::{ContextPrior, ContextSamples};
pub use law::{NodeLaw, NodeSamples};
pub use law_file::read_law;
