//! Conditional Wasserstein GANs whose critic is 1-Lipschitz for each fixed condition.
//!
//! The distance of two conditional laws is `E_c W₁(μ(·|c), ν(·|c))`: the critic `f(x | c)` must be
//! 1-Lipschitz in `x` for each `c`, and nothing is asked of it in `c`. So real and fake samples
//! are paired with the *same* condition, interpolation moves `x` only, and the input gradient is
//! taken in `x` only. The training loop and every strategy of `wgan-core` apply: penalties as they
//! are, constraints on weights through [`OnSamplePath`].
//!
//! # A first program
//! Two classes and a number; asks for a class at a number between the training ones.
//!
//! ```
//! use burn::tensor::Device;
//! use ndarray::Array2;
//! use rand::{RngExt, SeedableRng};
//! use rand_chacha::ChaCha8Rng;
//! use wgan_cond::{
//!     ConcatCritic, CondError, Condition, ConditionColumn, ConditionalData, ConditionalPrior,
//!     ConditionalSampler, FilmGenerator, Schema,
//! };
//! use wgan_core::{Fit, GradientPenalty, MlpConfig, OptimizerConfig, TrainConfig, Wgan};
//!
//! // x = ±1 by the class, plus t/2, plus noise.
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let conditions: Vec<Condition> = (0..2000)
//!     .map(|i| {
//!         Condition::new()
//!             .with("side", if i % 2 == 0 { "left" } else { "right" })
//!             .with("t", f64::from(i / 2 % 5) - 2.0)
//!     })
//!     .collect();
//! let mean = |side: f64, t: f64| side + t / 2.0;
//! let x = Array2::from_shape_fn((2000, 1), |(i, _)| {
//!     let side = if i % 2 == 0 { -1.0 } else { 1.0 };
//!     mean(side, (i / 2 % 5) as f64 - 2.0) + rng.random_range(-0.2..0.2)
//! });
//!
//! let columns = [ConditionColumn::categories("side"), ConditionColumn::number("t", "s")];
//! let schema = Schema::fit(&columns, &conditions)?;
//! let device = Device::flex();
//! let data = ConditionalData::new(x.view(), &conditions, &schema, &device)?;
//!
//! let config = TrainConfig::new(64, 250)
//!     .with_critic_optimizer(OptimizerConfig::adam(2e-3))
//!     .with_generator_optimizer(OptimizerConfig::adam(2e-3))
//!     .with_ema_decay(0.95);
//! let (m, prior) = (schema.width(), ConditionalPrior { dim: 4 });
//! let small = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(32).with_depth(2);
//! let wgan = Wgan::new(
//!     ConcatCritic::new(&small(1, 1), m, &mut rng, &device)?,
//!     FilmGenerator::new(&small(4, 1), m, &mut rng, &device)?,
//!     GradientPenalty::one_sided(1.0),
//!     &config,
//! );
//! let outcome = Fit::new(&data, &prior, &device, 7)?.run(wgan)?;
//!
//! let sampler =
//!     ConditionalSampler::new(outcome.wgan.averaged, schema, prior, conditions, &device);
//! let wanted: Condition = "side=right, t=0.5".parse()?;
//! let made = sampler.sample(1000, wanted, &mut rng)?;
//! assert!((made.rows.x.mean().unwrap() - mean(1.0, 0.5)).abs() < 0.15);
//! assert!(made.extrapolations.is_empty());
//!
//! let beyond = sampler.sample(1, "side=left, t=9".parse::<Condition>()?, &mut rng)?;
//! assert_eq!(
//!     beyond.extrapolations[0].to_string(),
//!     "condition 1: t (s) = 9 is an extrapolation, the training data has -2 to 2"
//! );
//! # Ok::<(), CondError>(())
//! ```
//!
//! # Where things are
//! - [`Condition`], [`ConditionColumn`], [`Schema`]: named categories and numbers, and their coding.
//! - [`Labelled`], [`ConditionalData`]: samples with conditions; [`ClassSampling`] for rare classes,
//!   [`Vicinity`] for sparse numbers, [`ConditionDropout`] for models that can do without conditions,
//!   [`NoisyLabels`] for labels that are wrong in a known way.
//! - [`ConcatCritic`], [`ProjectionCritic`]; [`ConcatGenerator`], [`FilmGenerator`].
//! - [`ConditionalSampler`]: samples for one condition, a table of them, their marginal, or none.
//! - [`Examination`] → [`ConditionalReport`]: how well each condition is met; [`train_on_synthetic`].

mod condition;
mod conditioned;
mod critic;
mod error;
mod generator;
mod labelled;
mod report;
mod sampler;
mod train;

pub use condition::{
    Coding, Condition, ConditionColumn, Encoded, Extrapolation, Scale, Schema, Value,
};
pub use conditioned::Conditioned;
pub use critic::{ConcatCritic, ConditionPath, OnSamplePath, ProjectionCritic};
pub use error::CondError;
pub use generator::{ConcatGenerator, ConditionalLatent, ConditionalPrior, FilmGenerator};
pub use labelled::Labelled;
pub use report::{
    ConditionRow, ConditionalReport, Examination, Learner, NearestNeighbours, Predictor,
    ReportConfig, SyntheticScore, Targets, largest_slope_in_x, train_on_synthetic,
};
pub use sampler::{ConditionalSampler, Generated, Given};
pub use train::{
    ClassSampling, ConditionDropout, ConditionalData, NoisyLabelPrior, NoisyLabels, Vicinity,
};
pub use wgan_core;

/// Its program runs as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
