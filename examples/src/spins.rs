//! A generator of spins from coarse to fine, and what its critics see.

use burn::module::Module;
use burn::tensor::activation::leaky_relu;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{GaussianPrior, Generator, Mlp, MlpConfig, TorusConv, WganError};

/// Sites along a side of the lattice.
pub const SIDE: usize = 16;

/// Numbers that [`summaries`] makes of a configuration.
pub const N_SUMMARIES: usize = 4;

/// Normal numbers that belong to a whole configuration.
const N_GLOBAL: usize = 8;
/// Noise images at each resolution.
const N_NOISE: usize = 2;
/// Channels at sides of 4 and 8.
const COARSE: usize = 12;
/// Channels at full resolution.
const FINE: usize = 8;
/// Factor on the local field at the start: large enough for ordered patches.
const GAIN: f32 = 3.0;
const LEAK: f64 = 0.2;

/// Per-spin summaries of configurations, `[n, 256] → [n, 4]`: energy, `|m|`, and the correlations `⟨s s′⟩` of sites 2 and 4 apart along
/// the axes, summed over both axes.
pub fn summaries(spins: &Tensor<2>) -> Tensor<2> {
    let n = spins.dims()[0];
    let s = spins.clone().reshape([n, 1, SIDE, SIDE]);
    let mean = |x: Tensor<4>| x.reshape([n, SIDE * SIDE]).mean_dim(1); // [n, 1]
    let pairs = |apart| mean(s.clone() * (shifted(&s, 2, apart) + shifted(&s, 3, apart)));
    Tensor::cat(vec![pairs(1).neg(), mean(s.clone()).abs(), pairs(2), pairs(4)], 1)
}

/// The lattice moved along one axis.
fn shifted(s: &Tensor<4>, dim: usize, by: usize) -> Tensor<4> {
    let part = |start, length| s.clone().narrow(dim, start, length);
    Tensor::cat(vec![part(by, SIDE - by), part(0, by)], dim)
}

/// Mean and standard deviation of each summary over a sample.
#[derive(Module, Debug)]
pub struct Standard {
    mean: Tensor<2>,
    deviation: Tensor<2>,
}

impl Standard {
    /// Of the configurations `[n, 256]`.
    pub fn of(spins: &Tensor<2>) -> Self {
        let rows = summaries(spins);
        let mean = rows.clone().mean_dim(0);
        let deviation = (rows - mean.clone()).square().mean_dim(0).sqrt();
        Self { mean, deviation }
    }

    /// Standardised summaries, `[n, 256] → [n, 4]`.
    pub fn apply(&self, spins: &Tensor<2>) -> Tensor<2> {
        (summaries(spins) - self.mean.clone()) / self.deviation.clone()
    }
}

/// Spins `s = ±1` from normal noise: a vector for the whole configuration, images of noise at sides 4, 8 and 16, one number per
/// site.
///
/// From coarse to fine, each resolution adds its own noise, so that local disorder need not come out of one vector. The result
/// is a field `a` at each site, times an inverse temperature and plus an external field that belong to the configuration; the spin is
/// `sign(a + ε)`, `ε ~ N(0, 1)`. A sign has no slope: the gradient is that of its mean over `ε`, `erf(a/√2)`, which is exact
/// where the critic is linear in each spin, as the energy is. Last, all spins are flipped or not with equal probability: without an external field
/// the law is known to be symmetric.
///
/// A sample is what the critics see: the standardised [`summaries`] of the spins. Conditions, if there are any, are the first columns of the
/// latent.
#[derive(Module, Debug)]
pub struct SpinGenerator {
    global: Mlp,
    larger: Vec<TorusConv>,
    mix: TorusConv,
    last: TorusConv,
    standard: Standard,
    #[module(skip)]
    n_conditions: usize,
}

impl SpinGenerator {
    /// Generator with host-drawn weights.
    ///
    /// # Errors
    /// None for the constants above.
    pub fn new<R: Rng>(
        n_conditions: usize,
        standard: Standard,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let mut larger =
            |c_out| TorusConv::new_transposed((COARSE + N_NOISE, c_out), (4, 2), rng, device);
        let larger = vec![larger(COARSE)?, larger(FINE)?];
        // One output per channel, the logarithm of an inverse temperature, and a field.
        let global = MlpConfig::new(n_conditions + N_GLOBAL, COARSE + 2).with_width(32);
        Ok(Self {
            global: global.with_depth(2).init(rng, device)?,
            larger,
            mix: TorusConv::new((FINE + N_NOISE, FINE), (3, 1), rng, device)?,
            last: TorusConv::new((FINE, 1), (3, 1), rng, device)?,
            standard,
            n_conditions,
        })
    }

    /// The noise it starts from.
    pub fn prior() -> GaussianPrior {
        let images = N_NOISE * (16 + 64 + 256);
        GaussianPrior { dim: N_GLOBAL + images + SIDE * SIDE + 1 }
    }

    /// Configurations, `[n, k] → [n, 256]`.
    pub fn spins(&self, z: &Tensor<2>) -> Tensor<2> {
        let n = z.dims()[0];
        let mut used = 0;
        let mut next = |width| {
            used += width;
            z.clone().narrow(1, used - width, width)
        };
        let global = self.global.forward(next(self.n_conditions + N_GLOBAL));
        let mut noise = |side| next(N_NOISE * side * side).reshape([n, N_NOISE, side, side]);
        let mut h = global.clone().narrow(1, 0, COARSE).reshape([n, COARSE, 1, 1]);
        h = h.expand([n, COARSE, 4, 4]);
        for (layer, side) in self.larger.iter().zip([4, 8]) {
            h = leaky_relu(layer.forward(Tensor::cat(vec![h, noise(side)], 1)), LEAK);
        }
        h = leaky_relu(self.mix.forward(Tensor::cat(vec![h, noise(SIDE)], 1)), LEAK);
        let local = self.last.forward(h).reshape([n, SIDE * SIDE]);
        let inverse_temperature = global.clone().narrow(1, COARSE, 1).exp() * GAIN;
        let a = local * inverse_temperature + global.narrow(1, COARSE + 1, 1);
        let drawn = (a.clone() + next(SIDE * SIDE)).inner().sign();
        let expected = (a / 2f32.sqrt()).erf();
        let spins = expected.clone() + (drawn - expected.inner());
        spins * next(1).sign()
    }
}

impl Generator for SpinGenerator {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.standard.apply(&self.spins(z))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ising::{Wolff, energy, magnetisation};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::{points_of, tensor_of};

    #[test]
    fn the_first_two_summaries_are_energy_and_magnetisation() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let rows = Wolff::new(SIDE, 2.3, &mut rng).draw(20, &mut rng);
        let ours = points_of(&summaries(&tensor_of(rows.view(), &Device::flex())));
        for (row, ours) in rows.rows().into_iter().zip(ours.rows()) {
            assert!((ours[0] - energy(row)).abs() < 1e-6);
            assert!((ours[1] - magnetisation(row)).abs() < 1e-6);
        }
    }

    #[test]
    fn what_is_generated_are_spins_of_either_sign() {
        let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(2));
        let some = SpinGenerator::prior().sample(50, &mut rng, &device);
        let standard = Standard {
            mean: Tensor::zeros([1, 4], &device),
            deviation: Tensor::ones([1, 4], &device),
        };
        let generator = SpinGenerator::new(0, standard, &mut rng, &device).unwrap();
        let spins = points_of(&generator.spins(&some));
        assert_eq!(spins.dim(), (50, SIDE * SIDE));
        assert!(spins.iter().all(|s| (s.abs() - 1.0).abs() < 1e-6));
        // The last number of the latent turns all spins over.
        let k = some.dims()[1];
        let turned =
            Tensor::cat(vec![some.clone().narrow(1, 0, k - 1), some.narrow(1, k - 1, 1).neg()], 1);
        assert_eq!(points_of(&generator.spins(&turned)), -spins);
    }
}
