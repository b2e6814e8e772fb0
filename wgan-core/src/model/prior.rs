//! Laws of the latent.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::sample::Sample;

/// Law of the latent, drawn on the host so that a seed fixes it on every device.
///
/// Critic and generator steps draw from the same prior. A latent is drawn *for* a batch of real
/// samples: it has the same size, and where samples carry conditions it carries the same ones.
pub trait Prior<S: Sample> {
    /// What is drawn.
    type Latent;

    /// One latent for each sample of `real`.
    fn draw<R: Rng>(&self, real: &S, rng: &mut R, device: &Device) -> Self::Latent;

    /// The same for a step on [`Generator::regularizer`](super::Generator::regularizer) alone: what that does not read may be
    /// left out.
    fn draw_for_regularizer<R: Rng>(&self, real: &S, rng: &mut R, device: &Device) -> Self::Latent {
        self.draw(real, rng, device)
    }
}

/// Standard normal latent `z ~ N(0, I)`, `[n, dim]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GaussianPrior {
    /// Dimension of the latent.
    pub dim: usize,
}

impl GaussianPrior {
    /// `n` independent latents.
    ///
    /// # Shapes
    /// - returns: `[n, dim]`
    pub fn sample<R: Rng>(&self, n: usize, rng: &mut R, device: &Device) -> Tensor<2> {
        let values: Vec<f32> = StandardNormal.sample_iter(rng).take(n * self.dim).collect();
        Tensor::from_data(TensorData::new(values, [n, self.dim]), device)
    }
}

impl<S: Sample> Prior<S> for GaussianPrior {
    type Latent = Tensor<2>;

    fn draw<R: Rng>(&self, real: &S, rng: &mut R, device: &Device) -> Tensor<2> {
        self.sample(real.batch_size(), rng, device)
    }
}
