//! Generator of spins on a periodic lattice, from coarse to fine.

use burn::config::Config;
use burn::module::Module;
use burn::tensor::activation::leaky_relu;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::TorusConv;
use crate::error::WganError;
use crate::model::{GaussianPrior, Generator};
use crate::network::{Mlp, MlpConfig};

/// Sites along a side of the coarsest image.
const SMALLEST: usize = 4;
const LEAK: f64 = 0.2;

/// Shape of a [`SpinGenerator`].
#[derive(Config, Debug, PartialEq)]
pub struct SpinGeneratorConfig {
    /// Sites `L` along a side of the lattice: 4 times a power of two. No default: it is that of the data.
    pub side: usize,
    /// Numbers in front of the latent that say what is asked for, such as a temperature.
    #[config(default = 0)]
    pub n_conditions: usize,
    /// Normal numbers that belong to a whole configuration, at least 1.
    #[config(default = 8)]
    pub n_global: usize,
    /// Noise images at each resolution.
    #[config(default = 2)]
    pub n_noise: usize,
    /// Channels of the images that are smaller than the lattice.
    #[config(default = 12)]
    pub n_coarse: usize,
    /// Channels at full resolution.
    #[config(default = 8)]
    pub n_fine: usize,
    /// Factor on the local field at the start, positive (3: large enough for ordered patches).
    #[config(default = 3.0)]
    pub gain: f64,
}

impl SpinGeneratorConfig {
    /// Generator with host-drawn weights.
    ///
    /// # Errors
    /// [`WganError::Config`] if the side is not 4 times a power of two, a number of channels is zero, or the gain is not positive.
    pub fn init<R: Rng>(&self, rng: &mut R, device: &Device) -> Result<SpinGenerator, WganError> {
        if !self.side.is_multiple_of(SMALLEST) || !(self.side / SMALLEST).is_power_of_two() {
            return Err(WganError::config("side", "4 times a power of two", self.side));
        }
        for (field, value) in
            [("n_global", self.n_global), ("n_coarse", self.n_coarse), ("n_fine", self.n_fine)]
        {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        if !(self.gain > 0.0 && self.gain.is_finite()) {
            return Err(WganError::config("gain", "a positive number", self.gain));
        }
        let n_larger = self.resolutions().len() - 1;
        let mut channels = vec![self.n_coarse; n_larger];
        channels.push(if n_larger == 0 { self.n_coarse } else { self.n_fine });
        let with_noise = |c: usize| c + self.n_noise;
        let mut larger = Vec::with_capacity(n_larger);
        for pair in channels.windows(2) {
            let shape = (with_noise(pair[0]), pair[1]);
            larger.push(TorusConv::new_transposed(shape, (4, 2), rng, device)?);
        }
        let last = channels[n_larger];
        // One output per channel, the logarithm of an inverse temperature, and a field.
        let global = MlpConfig::new(self.n_conditions + self.n_global, self.n_coarse + 2);
        Ok(SpinGenerator {
            global: global.with_width(32).with_depth(2).init(rng, device)?,
            larger,
            mix: TorusConv::new((with_noise(last), self.n_fine), (3, 1), rng, device)?,
            last: TorusConv::new((self.n_fine, 1), (3, 1), rng, device)?,
            config: self.clone(),
        })
    }

    /// The noise that it starts from: for the configuration, for the images, for each spin, and a sign for all of them.
    pub fn prior(&self) -> GaussianPrior {
        let images: usize = self.resolutions().iter().map(|side| self.n_noise * side * side).sum();
        GaussianPrior { dim: self.n_global + images + self.side * self.side + 1 }
    }

    /// Sides of the images, from 4 to `L`.
    fn resolutions(&self) -> Vec<usize> {
        std::iter::successors(Some(SMALLEST), |side| Some(2 * side))
            .take_while(|&side| side <= self.side)
            .collect()
    }
}

/// Spins `s = ±1` on a torus from normal noise: a vector for the whole configuration, images of noise at sides 4, 8, …, `L`, one
/// number per site.
///
/// From coarse to fine, each resolution adds its own noise, so that local disorder need not come out of one vector. The result
/// is a field `a` at each site, times an inverse temperature and plus an external field that belong to the configuration; the spin
/// is `sign(a + ε)`, `ε ~ N(0, 1)`. A sign has no slope: the gradient is that of its mean over `ε`, `erf(a/√2)`, which is exact
/// where the critic is linear in each spin, as the energy of neighbouring pairs is. Last, all spins are flipped or not with equal
/// probability: the law is that of a model without an external field, where both signs are alike.
///
/// # Shapes
/// - latent: `[n, m + k]`, conditions first, then what [`SpinGeneratorConfig::prior`] draws
/// - sample: `[n, L²]`, line by line
///
/// # References
/// Denton, Chintala, Szlam, Fergus (2015), Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks, NeurIPS, for noise
/// at each resolution; Bengio, Léonard, Courville (2013), Estimating or Propagating Gradients Through Stochastic Neurons, for the slope of the mean.
#[derive(Module, Debug)]
pub struct SpinGenerator {
    global: Mlp,
    larger: Vec<TorusConv>,
    mix: TorusConv,
    last: TorusConv,
    #[module(skip)]
    config: SpinGeneratorConfig,
}

impl SpinGenerator {
    /// The noise that it starts from, without the conditions.
    pub fn prior(&self) -> GaussianPrior {
        self.config.prior()
    }
}

impl Generator for SpinGenerator {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        let SpinGeneratorConfig { side, n_conditions, n_global, n_noise, n_coarse, .. } =
            self.config;
        let n = z.dims()[0];
        let mut used = 0;
        let mut next = |width| {
            used += width;
            z.clone().narrow(1, used - width, width)
        };
        let global = self.global.forward(next(n_conditions + n_global));
        let h = global.clone().narrow(1, 0, n_coarse).reshape([n, n_coarse, 1, 1]);
        let mut h = h.expand([n, n_coarse, SMALLEST, SMALLEST]);
        let sides = self.config.resolutions();
        for (layer, side) in self.larger.iter().chain([&self.mix]).zip(sides) {
            if n_noise > 0 {
                let noise = next(n_noise * side * side).reshape([n, n_noise, side, side]);
                h = Tensor::cat(vec![h, noise], 1);
            }
            h = leaky_relu(layer.forward(h), LEAK);
        }
        let local = self.last.forward(h).reshape([n, side * side]);
        let inverse_temperature = global.clone().narrow(1, n_coarse, 1).exp() * self.config.gain;
        let a = local * inverse_temperature + global.narrow(1, n_coarse + 1, 1);
        let drawn = (a.clone() + next(side * side)).inner().sign();
        let expected = (a / 2f32.sqrt()).erf();
        let spins = expected.clone() + (drawn - expected.inner());
        spins * next(1).sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn init(config: &SpinGeneratorConfig) -> Result<SpinGenerator, WganError> {
        config.init(&mut ChaCha8Rng::seed_from_u64(2), &Device::flex())
    }

    #[test]
    fn what_is_generated_are_spins_of_either_sign() {
        for (side, n_noise) in [(4, 0), (8, 2), (16, 1)] {
            let config = SpinGeneratorConfig::new(side).with_n_noise(n_noise);
            let generator = init(&config).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let z = generator.prior().sample(50, &mut rng, &Device::flex());
            let spins = points_of(&generator.generate(&z));
            assert_eq!(spins.dim(), (50, side * side));
            assert!(spins.iter().all(|s| (s.abs() - 1.0).abs() < 1e-6));
            // The last number of the latent turns all spins over.
            let k = z.dims()[1];
            let turned =
                Tensor::cat(vec![z.clone().narrow(1, 0, k - 1), z.narrow(1, k - 1, 1).neg()], 1);
            assert_eq!(points_of(&generator.generate(&turned)), -spins);
        }
    }

    #[test]
    fn conditions_come_before_the_noise() {
        let config = SpinGeneratorConfig::new(8).with_n_conditions(3);
        let (generator, device) = (init(&config).unwrap(), Device::flex());
        let z = generator.prior().sample(20, &mut ChaCha8Rng::seed_from_u64(3), &device);
        let at = |c: f32| {
            let conditions = Tensor::full([20, 3], c, &device);
            points_of(&generator.generate(&Tensor::cat(vec![conditions, z.clone()], 1)))
        };
        assert_ne!(at(0.0), at(5.0));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let message = |config: SpinGeneratorConfig| init(&config).unwrap_err().to_string();
        for side in [0, 2, 12] {
            let expected = format!("side: expected 4 times a power of two, got {side}");
            assert_eq!(message(SpinGeneratorConfig::new(side)), expected);
        }
        let config = SpinGeneratorConfig::new(8);
        assert_eq!(message(config.clone().with_n_fine(0)), "n_fine: expected at least 1, got 0");
        assert_eq!(message(config.with_gain(-1.0)), "gain: expected a positive number, got -1");
    }
}
