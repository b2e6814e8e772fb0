//! Perceptron generator of points of `R^d`.

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::{Critic, Generator, GeneratorLoss};
use crate::error::WganError;
use crate::fused;
use crate::loss::{GeneratorStep, Objective};
use crate::network::{BatchNorm, Mlp, MlpConfig};

/// `G: R^k → R^d` as a [`Mlp`], optionally with layer norm or batch norm before each activation.
///
/// Critics have no such option: batch statistics would couple the samples whose slopes are
/// penalised one by one, and layer norm would make the input gradient more expensive.
#[derive(Module, Debug)]
pub struct MlpGenerator {
    mlp: Mlp,
    norms: Vec<LayerNorm>,
    batch_norms: Vec<BatchNorm>,
}

impl MlpGenerator {
    /// Generator with host-drawn weights.
    ///
    /// # Errors
    /// As [`MlpConfig::check`].
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        Ok(Self { mlp: config.init(rng, device)?, norms: Vec::new(), batch_norms: Vec::new() })
    }

    /// The same generator with layer norm before each activation (Ba, Kiros, Hinton 2016).
    #[must_use]
    pub fn with_layer_norm(mut self, device: &Device) -> Self {
        let config = LayerNormConfig::new(self.mlp.width());
        self.norms = (0..self.mlp.depth()).map(|_| config.init(device)).collect();
        self
    }

    /// The same generator with [`BatchNorm`] before each activation.
    #[must_use]
    pub fn with_batch_norm(mut self, device: &Device) -> Self {
        let norm = || BatchNorm::new(self.mlp.width(), device);
        self.batch_norms = (0..self.mlp.depth()).map(|_| norm()).collect();
        self
    }

    /// Whether there is nothing but the perceptron.
    fn is_perceptron(&self) -> bool {
        self.norms.is_empty() && self.batch_norms.is_empty()
    }

    /// Output for a latent batch.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`
    /// - returns: `[n, d]`
    pub fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        self.mlp.forward_with(z, |i, a| {
            let a = match self.norms.get(i) {
                Some(norm) => norm.forward(a),
                None => a,
            };
            match self.batch_norms.get(i) {
                Some(norm) => norm.forward(a),
                None => a,
            }
        })
    }
}

impl Generator for MlpGenerator {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        let is_untracked = self.is_perceptron() && !self.mlp.is_tracked() && !z.is_autodiff();
        let fused = is_untracked.then(|| fused::generate(&self.mlp, z.clone())).flatten();
        fused.unwrap_or_else(|| self.forward(z.clone()))
    }

    fn loss_gradients<C: Critic<Sample = Tensor<2>>>(
        &self,
        loss: &GeneratorLoss<'_, C>,
        real: &Tensor<2>,
        z: &Tensor<2>,
    ) -> (GradientsParams, GeneratorStep) {
        let is_known = self.is_perceptron() && loss.objective == Objective::Wasserstein;
        let pull = |x: &Tensor<2>, weight| loss.critic.pull_back(x, weight);
        let fused =
            is_known.then(|| fused::generator_gradients(&self.mlp, z.clone(), pull)).flatten();
        fused.unwrap_or_else(|| loss.by_tape(self, real, z))
    }
}
