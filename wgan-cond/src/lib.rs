//! Conditional Wasserstein GANs whose critic is 1-Lipschitz for each fixed condition.
//!
//! The distance of two conditional laws is `E_c W₁(μ(·|c), ν(·|c))`: the critic `f(x | c)` must be
//! 1-Lipschitz in `x` for each `c`, and nothing is asked of it in `c`. So real and fake samples
//! are paired with the *same* condition, interpolation moves `x` only, and the input gradient is
//! taken in `x` only. [`Labelled`] does the first two, [`ConcatCritic`] the third; every strategy
//! and the training loop of `wgan-core` apply unchanged.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use wgan_cond::Labelled;
//! use wgan_core::Sample;
//!
//! let device = Device::flex();
//! let condition = Tensor::<2>::from_floats([[7.0]], &device);
//! let real = Labelled { x: Tensor::from_floats([[1.0]], &device), y: condition.clone() };
//! let fake = Labelled { x: Tensor::from_floats([[0.0]], &device), y: condition };
//! let between = real.interpolate(&fake, Tensor::from_floats([0.25], &device));
//! assert_eq!(between.x.into_scalar::<f32>(), 0.25);
//! assert_eq!(between.y.into_scalar::<f32>(), 7.0);
//! ```

mod concat_critic;
mod labelled;

pub use concat_critic::ConcatCritic;
pub use labelled::Labelled;
