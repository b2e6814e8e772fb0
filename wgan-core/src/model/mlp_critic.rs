//! Perceptron critic on points of `R^d`.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::{Critic, CriticBatch, CriticLoss, InputGradient, LayeredCritic, LipschitzBound};
use crate::error::WganError;
use crate::fused;
use crate::loss::CriticStep;
use crate::network::{Mlp, MlpConfig};
use crate::norm::GroundNorm;

/// `f: R^d → R` as a [`Mlp`] with one output.
#[derive(Module, Debug)]
pub struct MlpCritic {
    mlp: Mlp,
}

impl MlpCritic {
    /// Critic with host-drawn weights.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        config.check_critic()?;
        Ok(Self { mlp: config.init(rng, device)? })
    }
}

impl Critic for MlpCritic {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        self.mlp.forward(x.clone()).squeeze_dim::<1>(1) // [n, 1] → [n]
    }

    fn loss_gradients(
        &self,
        loss: &CriticLoss<'_, Self>,
        batch: CriticBatch<Tensor<2>>,
    ) -> (GradientsParams, CriticStep) {
        let both = (batch.real.clone(), batch.fake.clone());
        loss.by_perceptron(&self.mlp, self.mlp.d_input(), both, batch.t.clone())
            .unwrap_or_else(|| loss.by_tape(self, batch))
    }

    fn pull_back(&self, x: &Tensor<2>, weight: f32) -> Option<(Tensor<1>, Tensor<2>)> {
        fused::pull_back(&self.mlp, x.clone(), self.mlp.d_input(), weight)
    }
}

impl InputGradient for MlpCritic {
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        self.mlp.input_gradient(x.clone())
    }
}

impl LayeredCritic for MlpCritic {
    fn weights(&self) -> Vec<Tensor<2>> {
        self.mlp.weights()
    }
}

impl LipschitzBound for MlpCritic {
    fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        self.mlp.lipschitz_bound(ground)
    }
}
