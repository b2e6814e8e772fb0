//! Wasserstein GANs: critics, generators, Lipschitz strategies, and exact transport distances that judge the result.

mod error;
pub mod transport;
pub mod whitening;

pub use error::WganError;
