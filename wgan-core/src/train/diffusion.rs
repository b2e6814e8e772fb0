//! Noise on what the critic sees, as strong as it needs to be.

use std::ops::Range;

use burn::config::Config;
use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use crate::convert::values_of;
use crate::error::WganError;
use crate::model::{Generator, Rows};
use crate::sample::Batch;

/// Settings of [`Diffusion`].
#[derive(Config, Debug, PartialEq)]
pub struct DiffusionConfig {
    /// Standard deviation of the noise at the end of the chain, in the unit of the data. No default: as large as the
    /// distance that is to be bridged.
    pub sigma: f64,
    /// Longest chain, at least 1 (500; Wang et al. use up to 1,000).
    #[config(default = 500)]
    pub n_levels: usize,
    /// Shortest chain, at least 0 (0: no noise).
    #[config(default = 0)]
    pub least: usize,
    /// Excess of real samples that the critic may get right over those it gets wrong, in `(−1, 1)` (0.6: Wang et al.).
    #[config(default = 0.6)]
    pub target: f64,
    /// Levels by which the chain grows or shrinks at once, at least 1.
    #[config(default = 20)]
    pub stride: usize,
}

/// Diffusion of real and generated samples with an adaptive strength.
///
/// Level `t` of a chain of length `T` makes `y = √ᾱₜ·x + √(1 − ᾱₜ)·σ·ε`, `ε ~ N(0, I)`, with `t` uniform on `0..=T` for each
/// sample and `ᾱₜ = Π (1 − βₛ)`, `β` rising in a line from 1e-4 to 0.02. The chain grows while the critic tells real from fake too easily,
/// `r = E sign f(real) > target`, and shrinks otherwise. Laws that do not overlap do so after noise, and both are changed alike, so
/// that equal laws stay equal.
///
/// Unlike the paper's, the critic is not told `t`.
///
/// # References
/// Wang, Zheng, He, Chen, Zhou (2023), Diffusion-GAN, ICLR, equations 1 and 11.
#[derive(Clone, Debug)]
pub struct Diffusion {
    config: DiffusionConfig,
    /// `ᾱ₀ = 1, ᾱ₁, …`.
    alpha_bar: Vec<f64>,
    length: usize,
}

/// What is done to one batch.
#[derive(Clone, Debug)]
pub struct DiffusionNoise {
    keep: Tensor<2>,
    noise: Tensor<2>,
}

/// First and last `β` (Ho, Jain, Abbeel 2020, section 4, for chains of 1,000).
const BETA: (f64, f64) = (1e-4, 2e-2);

impl Diffusion {
    /// A chain of the least length.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn new(config: DiffusionConfig) -> Result<Self, WganError> {
        if !(config.sigma > 0.0 && config.sigma.is_finite()) {
            return Err(WganError::config("sigma", "a number above 0", config.sigma));
        }
        for (field, value) in [("n_levels", config.n_levels), ("stride", config.stride)] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        if config.least > config.n_levels {
            return Err(WganError::config("least", "at most n_levels", config.least));
        }
        if !(config.target > -1.0 && config.target < 1.0) {
            return Err(WganError::config("target", "a number in (-1, 1)", config.target));
        }
        let mut alpha_bar = vec![1.0];
        for level in 0..config.n_levels {
            let share = level as f64 / config.n_levels.saturating_sub(1).max(1) as f64;
            let beta = BETA.0 + share * (BETA.1 - BETA.0);
            alpha_bar.push(alpha_bar[level] * (1.0 - beta));
        }
        Ok(Self { length: config.least, config, alpha_bar })
    }

    /// Length `T` of the chain.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Standard deviation of the noise at the end of the chain, in the unit of the data.
    pub fn strongest(&self) -> f64 {
        self.config.sigma * (1.0 - self.alpha_bar[self.length]).sqrt()
    }

    /// Noise for a batch `[n, d]`.
    pub fn draw<R: Rng>(&self, [n, d]: [usize; 2], rng: &mut R, device: &Device) -> DiffusionNoise {
        let kept: Vec<f64> =
            (0..n).map(|_| self.alpha_bar[rng.random_range(0..=self.length)]).collect();
        let noise = kept.iter().flat_map(|kept| {
            let deviation = self.config.sigma * (1.0 - kept).sqrt();
            let draws: Vec<f64> = StandardNormal.sample_iter(&mut *rng).take(d).collect();
            draws.into_iter().map(move |z| (deviation * z) as f32)
        });
        let noise = TensorData::new(noise.collect::<Vec<f32>>(), [n, d]);
        let keep: Vec<f32> = kept.iter().map(|kept| kept.sqrt() as f32).collect();
        let keep = Tensor::from_data(TensorData::new(keep, [n, 1]), device);
        DiffusionNoise { keep, noise: Tensor::from_data(noise, device) }
    }

    /// Grows or shrinks the chain by what the critic says of real samples, `f > 0` being right; every four steps in the paper.
    ///
    /// # Shapes
    /// - `real_scores`: `[n]`
    pub fn adapt(&mut self, real_scores: Tensor<1>) {
        let scores = values_of(real_scores);
        let excess = scores.iter().map(|score| score.signum()).sum::<f64>() / scores.len() as f64;
        let DiffusionConfig { stride, least, n_levels, target, .. } = self.config;
        let length =
            if excess > target { self.length + stride } else { self.length.saturating_sub(stride) };
        self.length = length.clamp(least, n_levels);
    }
}

impl DiffusionNoise {
    /// `y = √ᾱₜ·x + √(1 − ᾱₜ)·σ·ε` for each row.
    ///
    /// # Shapes
    /// - `x`, returns: `[n, d]`
    pub fn add_to(&self, x: Tensor<2>) -> Tensor<2> {
        x * self.keep.clone() + self.noise.clone()
    }
}

impl Batch for DiffusionNoise {
    fn part(&self, rows: Range<usize>) -> Self {
        Self { keep: self.keep.part(rows.clone()), noise: self.noise.part(rows) }
    }

    fn to_device(self, device: &Device) -> Self {
        Self { keep: self.keep.to_device(device), noise: self.noise.to_device(device) }
    }
}

/// A generator whose samples are diffused, with the noise as part of the latent.
#[derive(Module, Debug)]
pub struct Diffused<G> {
    /// The generator itself.
    pub generator: G,
}

impl<G: Generator + ModuleDisplay> Generator for Diffused<G>
where
    G::Sample: Rows,
{
    type Latent = (G::Latent, DiffusionNoise);
    type Sample = G::Sample;

    fn generate(&self, (z, noise): &Self::Latent) -> G::Sample {
        let x = self.generator.generate(z);
        x.with_rows(noise.add_to(x.rows()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn diffusion(least: usize) -> Diffusion {
        Diffusion::new(DiffusionConfig::new(2.0).with_least(least)).unwrap()
    }

    #[test]
    fn a_chain_of_length_zero_changes_nothing() {
        let x = Tensor::<2>::from_floats([[1.0, -2.0], [3.0, 0.5]], &Device::flex());
        let noise = diffusion(0).draw([2, 2], &mut ChaCha8Rng::seed_from_u64(1), &Device::flex());
        assert_eq!(points_of(&noise.add_to(x.clone())), points_of(&x));
    }

    #[test]
    fn a_long_chain_has_the_variance_of_its_levels() {
        let chain = diffusion(500);
        let n = 40_000;
        let noise = chain.draw([n, 1], &mut ChaCha8Rng::seed_from_u64(2), &Device::flex());
        let y = points_of(&noise.add_to(Tensor::zeros([n, 1], &Device::flex())));
        let measured = y.iter().map(|y| y * y).sum::<f64>() / n as f64;
        // σ²(1 − ᾱₜ), averaged over t.
        let levels = chain.alpha_bar.iter().map(|alpha| 4.0 * (1.0 - alpha));
        let expected = levels.sum::<f64>() / 501.0;
        assert!((measured / expected - 1.0).abs() < 0.03, "{measured} {expected}"); // n^(−½)
        assert!((chain.strongest() - 2.0).abs() < 0.01);
    }

    #[test]
    fn a_sure_critic_makes_the_chain_longer_and_an_unsure_one_shorter() {
        let mut chain = diffusion(0);
        let scores = |values: [f32; 4]| Tensor::<1>::from_floats(values, &Device::flex());
        chain.adapt(scores([1.0, 2.0, 0.1, 3.0])); // r = 1
        chain.adapt(scores([1.0, 2.0, 0.1, 3.0]));
        assert_eq!(chain.length(), 40);
        chain.adapt(scores([1.0, -2.0, 0.1, 3.0])); // r = ½
        assert_eq!(chain.length(), 20);
        (0..3).for_each(|_| chain.adapt(scores([-1.0; 4])));
        assert_eq!(chain.length(), 0);
    }

    #[test]
    fn a_field_out_of_range_is_named() {
        let message = |config| Diffusion::new(config).unwrap_err().to_string();
        assert_eq!(message(DiffusionConfig::new(0.0)), "sigma: expected a number above 0, got 0");
        assert_eq!(
            message(DiffusionConfig::new(1.0).with_least(501)),
            "least: expected at most n_levels, got 501"
        );
    }
}
