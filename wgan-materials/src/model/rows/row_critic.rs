//! Critic of rows.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::{CriticBatch, CriticLoss, Mlp};
use wgan_core::train::CriticStep;
use wgan_core::{Critic, InputGradient, MlpConfig, WganError};

use super::RowSample;

/// `f(x | y)`: one perceptron on features and conditions, differentiated in the features only.
#[derive(Module, Debug)]
pub struct RowCritic {
    mlp: Mlp,
    /// Leading inputs that are the features.
    #[module(skip)]
    n_features: usize,
}

impl RowCritic {
    /// Critic with host-drawn weights; `config.d_input` is the number of features, without conditions.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        n_conditions: usize,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        config.check_critic()?;
        let n_features = config.d_input;
        let both = MlpConfig { d_input: n_features + n_conditions, ..config.clone() };
        Ok(Self { mlp: both.init(rng, device)?, n_features })
    }
}

impl Critic for RowCritic {
    type Sample = RowSample;

    fn score(&self, sample: &RowSample) -> Tensor<1> {
        self.mlp.forward(sample.joined()).squeeze_dim::<1>(1) // [n, 1] → [n]
    }

    /// Without a tape where that of a perceptron on features and conditions can be.
    fn loss_gradients(
        &self,
        loss: &CriticLoss<'_, Self>,
        batch: CriticBatch<RowSample>,
    ) -> (GradientsParams, CriticStep) {
        let both = (batch.real.joined(), batch.fake.joined());
        loss.by_perceptron(&self.mlp, self.n_features, both, batch.t.clone())
            .unwrap_or_else(|| loss.by_tape(self, batch))
    }
}

impl InputGradient for RowCritic {
    fn input_gradient(&self, sample: &RowSample) -> Tensor<2> {
        self.mlp.input_gradient(sample.joined()).narrow(1, 0, self.n_features) // [n, f + m] → [n, f]
    }
}
