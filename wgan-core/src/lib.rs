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
//! use wgan_core::*;
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
//! - [`Critic`], [`InputGradient`], [`Generator`], [`Prior`], [`Sample`], [`Batch`]: what a model is made of;
//!   [`Mlp`] and its critic and generator; [`ConvCritic`] and [`ConvGenerator`] for periodic images,
//!   [`SpinGenerator`] and [`LatticeSummaries`] for spins.
//! - [`LipschitzStrategy`]: [`WeightClip`], [`GradientPenalty`], [`SlopePenalty`], [`SpectralNorm`],
//!   [`Orthonormal`], [`InfinityNorm`]; [`ConeCritic`] needs none. [`Committee`]: critics on subsets of the features. [`Audit`] says what a critic's Lipschitz constant
//!   is known to be, [`judge::known_pairs`] what a critic should find.
//! - [`Wgan`] is one iteration, on one device or several, [`Fit`] the loop around it; [`Recorder`], [`StopRule`],
//!   [`W1Evaluation`] and [`Checkpoints`] are told what happens. [`CriticConfig`] trains a critic alone between two
//!   samples, [`Estimate`] is what it finds. [`Objective`]: Wasserstein, or Jensen–Shannon to compare with; [`Diffusion`]: noise on
//!   what the critic sees.
//! - `cli`, behind the feature of this name: what command lines share.
//! - [`transport`]: exact and approximate distances. [`whitening`]: coordinates in which every
//!   direction has variance one.

#[cfg(feature = "cli")]
pub mod cli;
mod convert;
mod error;
mod file;
mod fused;
pub mod judge;
mod lattice;
mod lipschitz;
mod loss;
mod model;
mod network;
mod norm;
mod sample;
mod train;
pub mod transport;
mod weights;
pub mod whitening;

pub use convert::{points_of, tensor_of};
pub use error::WganError;
pub use file::{folder_of, temporary_name, write_atomically};
pub use judge::Estimate;
pub use lattice::{
    ConvCritic, ConvCriticConfig, ConvGenerator, ConvGeneratorConfig, LatticeSummaries,
    SpinGenerator, SpinGeneratorConfig, Summarised, TorusConv,
};
pub use lipschitz::{
    Audit, ByConstruction, EachMember, GradientPenalty, InfinityNorm, LayeredCritic,
    LipschitzBound, LipschitzStrategy, Orthonormal, Penalty, PenaltyPoints, PenaltyTerm, Sides,
    SlopePenalty, SpectralNorm, Unconstrained, WeightClip, operator_norm, singular_values,
};
pub use model::{
    Activation, BatchNorm, Committee, ConeCritic, Critic, CriticBatch, CriticLoss, GaussianPrior,
    Generator, GeneratorLoss, InputGradient, MixedPrior, Mlp, MlpConfig, MlpCritic, MlpGenerator,
    Prior, linear,
};
pub use norm::GroundNorm;
pub use sample::{Batch, Sample};
pub use train::{
    Checkpoints, Convergence, CriticConfig, CriticStep, Dataset, Diffused, Diffusion,
    DiffusionConfig, DiffusionNoise, Engine, Engines, Evaluated, Fit, FitOutcome, GeneratorStep,
    History, Indistinguishable, JsonLines, Objective, OptimizerConfig, Plateau, Record, Recorder,
    Schedule, StopReason, StopRule, TrainConfig, W1Evaluation, Wgan,
};
pub use weights::{load_weights, save_weights};
