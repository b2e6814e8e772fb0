//! Generator that sees noise and condition side by side.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{Generator, MlpConfig, MlpGenerator, WganError};

use super::ConditionalLatent;
use crate::Labelled;

/// `x = G(z, y)` as one perceptron on `(z, y)`.
#[derive(Module, Debug)]
pub struct ConcatGenerator {
    mlp: MlpGenerator,
}

impl ConcatGenerator {
    /// Generator with host-drawn weights; `config.d_input` counts noise and condition together.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        Ok(Self { mlp: MlpGenerator::new(config, rng, device)? })
    }
}

impl Generator for ConcatGenerator {
    type Latent = ConditionalLatent;
    type Sample = Labelled;

    fn generate(&self, latent: &ConditionalLatent) -> Labelled {
        let input = Tensor::cat(vec![latent.z.clone(), latent.y.clone()], 1); // [n, k + m]
        Labelled { x: self.mlp.forward(input), y: latent.shown.clone() }
    }
}
