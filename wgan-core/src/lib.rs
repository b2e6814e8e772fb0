//! Wasserstein GANs for science: critics, generators, Lipschitz strategies, training, and exact
//! transport distances that judge the result.
//!
//! # The mathematics
//! `W₁(μ, ν) = sup { E_μ f − E_ν f : f is 1-Lipschitz }` (Kantorovich–Rubinstein). The critic `f`
//! maximises `E f(real) − E f(fake)`; the generator minimises `−E f(fake)`. *Estimate* always means
//! `E f(real) − E f(fake)`: positive when real and fake differ. It is a progress report; it is a
//! distance only where the critic is certified to be 1-Lipschitz. Distances that can be trusted
//! come from [`transport`].
//!
//! # A first program
//! Learns `N(2, 0.5²)` in two dimensions and asks exact transport how well.
//!
//! ```
//! use burn::tensor::{Device, Tensor, TensorData};
//! use rand::SeedableRng;
//! use rand_chacha::ChaCha8Rng;
//! use wgan_core::{
//!     Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
//!     TrainConfig, Wgan, WganError,
//! };
//!
//! let device = Device::flex();
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let noise = GaussianPrior { dim: 2 }.sample(1000, &mut rng, &device);
//! let data: Tensor<2> = noise * 0.5 + 2.0;
//!
//! let config = TrainConfig::new(64, 200)
//!     .with_critic_optimizer(OptimizerConfig::adam(2e-3))
//!     .with_generator_optimizer(OptimizerConfig::adam(2e-3))
//!     .with_ema_decay(0.95);
//! let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(16).with_depth(2);
//! let wgan = Wgan::new(
//!     MlpCritic::new(&mlp(2, 1), &mut rng, &device)?,
//!     MlpGenerator::new(&mlp(4, 2), &mut rng, &device)?,
//!     GradientPenalty::one_sided(1.0),
//!     &config,
//! );
//! let prior = GaussianPrior { dim: 4 };
//! let outcome = Fit::new(&data, &prior, &device, 7)?.run(wgan)?;
//!
//! let fake = outcome.wgan.averaged.forward(prior.sample(1000, &mut rng, &device));
//! let mean: f32 = fake.mean().into_scalar();
//! assert!((mean - 2.0).abs() < 0.25); // the start is 2 away
//! # Ok::<(), WganError>(())
//! ```
//!
//! # Where things are
//! The dozen names of every day are at the root, the others in their modules. burn and ndarray, whose types are in the
//! signatures, are re-exported.
//!
//! | module | what is there |
//! | --- | --- |
//! | [`model`] | critics, generators, priors; layers that compose with their pull-backs |
//! | [`lipschitz`] | strategies that keep a critic 1-Lipschitz, bounds, an audit, a check of input gradients |
//! | [`train`] | one iteration ([`Wgan`]), the loop ([`Fit`]), a critic alone, recorders, stop rules, checkpoints |
//! | [`fused`] | gradients of perceptrons without a tape, for generators that are made of several |
//! | [`judge`] | what a critic's estimate and a sample are worth; pairs of laws with a known distance |
//! | [`transport`] | exact and approximate distances, in `f64` |
//! | [`whitening`] | coordinates in which every direction has variance one, and the way back |
//! | [`lattice`] | models of periodic images and of spins |
//! | [`file`](mod@file) | files that are complete or absent |
//! | `cli` | what command lines share; behind the feature `cli` |

#[cfg(feature = "cli")]
pub mod cli;
mod convert;
mod error;
pub mod file;
pub mod fused;
pub mod judge;
pub mod lattice;
pub mod lipschitz;
mod loss;
mod magnitude;
pub mod model;
mod network;
mod norm;
mod sample;
pub mod train;
pub mod transport;
mod weights;
pub mod whitening;

pub use burn;
pub use convert::{points_of, tensor_of};
pub use error::WganError;
pub use lipschitz::GradientPenalty;
pub use magnitude::{binary_unit, mean_and_deviation};
pub use model::{
    Critic, GaussianPrior, Generator, InputGradient, MlpConfig, MlpCritic, MlpGenerator,
};
pub use ndarray;
pub use norm::GroundNorm;
pub use train::{Fit, OptimizerConfig, TrainConfig, Wgan};

/// Its program runs as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
