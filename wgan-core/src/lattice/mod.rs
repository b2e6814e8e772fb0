//! Models of periodic images and of spins on a lattice.

mod conv_critic;
mod conv_generator;
mod sample_norm;
mod spin_generator;
mod summaries;
mod torus_conv;

pub use conv_critic::{ConvCritic, ConvCriticConfig};
pub use conv_generator::{ConvGenerator, ConvGeneratorConfig};
pub use spin_generator::{SpinGenerator, SpinGeneratorConfig};
pub use summaries::{LatticeSummaries, Summarised};
pub use torus_conv::TorusConv;
