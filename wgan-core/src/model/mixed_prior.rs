//! A latent with discrete parts.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};

use super::{GaussianPrior, Prior};
use crate::sample::Sample;

/// Fair signs `±1` beside standard normals, `z ∈ {−1, 1}ᵇ × R^dim`: for laws that fall into separate modes.
///
/// A generator is continuous, so that normal latents are mapped to a connected set: between two modes there are always
/// samples, and few only where the generator is steep. With `b` signs the latent itself has `2ᵇ` parts. On 25 Gaussians with the
/// same network and the same number of steps, that makes the difference between a third of the samples in a mode and
/// more than four fifths (`examples/toy_laws.rs`).
///
/// # References
/// Khayatkhoei, Singh, Elgammal (2018), Disconnected Manifold Learning for Generative Adversarial Networks, NeurIPS, for the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixedPrior {
    /// Number `b` of signs (8: more parts than there are modes to be found).
    pub n_signs: usize,
    /// Number of normal coordinates.
    pub dim: usize,
}

impl MixedPrior {
    /// Dimension of the latent, which is the input of the generator.
    pub fn width(&self) -> usize {
        self.n_signs + self.dim
    }

    /// `n` independent latents.
    ///
    /// # Shapes
    /// - returns: `[n, n_signs + dim]`
    pub fn sample<R: Rng>(&self, n: usize, rng: &mut R, device: &Device) -> Tensor<2> {
        let sign = |_| if rng.random_bool(0.5) { 1.0_f32 } else { -1.0 };
        let signs: Vec<f32> = (0..n * self.n_signs).map(sign).collect();
        let signs = Tensor::from_data(TensorData::new(signs, [n, self.n_signs]), device);
        Tensor::cat(vec![signs, GaussianPrior { dim: self.dim }.sample(n, rng, device)], 1)
    }
}

impl<S: Sample> Prior<S> for MixedPrior {
    type Latent = Tensor<2>;

    fn draw<R: Rng>(&self, real: &S, rng: &mut R, device: &Device) -> Tensor<2> {
        self.sample(real.batch_size(), rng, device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn signs_are_fair_and_the_rest_is_normal() {
        let prior = MixedPrior { n_signs: 2, dim: 1 };
        let z = prior.sample(10_000, &mut ChaCha8Rng::seed_from_u64(1), &Device::flex());
        let z = points_of(&z);
        assert_eq!(z.dim(), (10_000, prior.width()));
        for column in [0, 1] {
            assert!(z.column(column).iter().all(|&sign| sign.abs() == 1.0));
            assert!(z.column(column).sum().abs() < 400.0); // four standard deviations
        }
        let square = z.column(2).mapv(|value| value * value).sum() / 10_000.0;
        assert!((square - 1.0).abs() < 0.06);
    }
}
