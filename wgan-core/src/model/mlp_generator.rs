//! Perceptron generator of points of `R^d`.

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::Generator;
use crate::error::WganError;
use crate::fused;
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

    /// Output for a latent batch, `[n, k] → [n, d]`.
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
        let untracked = self.perceptron(z).filter(|(mlp, z)| !mlp.is_tracked() && !z.is_autodiff());
        untracked
            .and_then(|(mlp, z)| fused::generate(mlp, z))
            .unwrap_or_else(|| self.forward(z.clone()))
    }

    fn perceptron(&self, z: &Tensor<2>) -> Option<(&Mlp, Tensor<2>)> {
        (self.norms.is_empty() && self.batch_norms.is_empty()).then(|| (&self.mlp, z.clone()))
    }
}
