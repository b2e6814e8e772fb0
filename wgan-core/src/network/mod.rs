//! Layers that critics and generators are made of, each with its reverse sweep where a critic needs one.

mod activation;
mod batch_norm;
mod mlp;
mod singular_values;

pub use activation::Activation;
pub(crate) use activation::Slope;
pub use batch_norm::BatchNorm;
pub use mlp::{Mlp, MlpConfig, linear};
pub(crate) use singular_values::polar_factor;
pub use singular_values::{operator_norm, singular_values};
