//! Layers that critics and generators are made of, each with its reverse sweep where a critic needs one.

mod activation;
mod batch_norm;
mod layer;
mod linear;
mod mlp;
mod singular_values;

pub use activation::{Activation, Slope};
pub use batch_norm::BatchNorm;
pub use layer::{Chain, Layer, Nonlinear, Residual};
pub use linear::{Dense, linear};
pub use mlp::{Mlp, MlpConfig};
pub(crate) use singular_values::polar_factor;
pub use singular_values::{operator_norm, singular_values};
