//! Critic of rows.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{Critic, InputGradient, Mlp, MlpConfig, WganError};

use super::RowSample;

/// `f(x | y)`: one perceptron on features and conditions, differentiated in the features only.
#[derive(Module, Debug)]
pub struct RowCritic {
    mlp: Mlp,
    #[module(skip)]
    n_conditions: usize,
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
        let config = MlpConfig { d_input: config.d_input + n_conditions, ..config.clone() };
        config.check_critic()?;
        Ok(Self { mlp: config.init(rng, device)?, n_conditions })
    }
}

impl Critic for RowCritic {
    type Sample = RowSample;

    fn score(&self, sample: &RowSample) -> Tensor<1> {
        self.mlp.forward(sample.joined()).squeeze_dim::<1>(1) // [n, 1] → [n]
    }

    fn perceptron(&self) -> Option<&Mlp> {
        (self.n_conditions == 0).then_some(&self.mlp)
    }
}

impl InputGradient for RowCritic {
    fn input_gradient(&self, sample: &RowSample) -> Tensor<2> {
        let d = sample.x.dims()[1];
        self.mlp.input_gradient(sample.joined()).narrow(1, 0, d) // [n, f + m] → [n, f]
    }
}
