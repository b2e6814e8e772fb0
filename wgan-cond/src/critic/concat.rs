//! Critic that sees sample and condition side by side.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{Critic, InputGradient, Mlp, MlpConfig, WganError};

use super::first_weight::{with_condition_rows_of, without_condition_rows};
use super::{ConditionPath, joined};
use crate::Labelled;

/// `f(x | y)` as one perceptron on `(x, y)`, differentiated in `x` only.
///
/// For a fixed `y` the rows of the first weight that belong to it only shift its bias, so they are
/// free under every constraint on slopes in `x`.
#[derive(Module, Debug)]
pub struct ConcatCritic {
    mlp: Mlp,
    /// Leading inputs that are the sample.
    #[module(skip)]
    d_sample: usize,
}

impl ConcatCritic {
    /// Critic with host-drawn weights; `config.d_input` counts sample and condition together.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        config.check_critic()?;
        Ok(Self { mlp: config.init(rng, device)?, d_sample: config.d_input })
    }

    /// The critic whose first `d` inputs are the sample, which [`OnSamplePath`](crate::OnSamplePath)
    /// needs to know; until told, it takes all inputs for the sample and constrains them all.
    #[must_use]
    pub fn with_sample_width(self, d: usize) -> Self {
        Self { d_sample: d, ..self }
    }
}

impl Critic for ConcatCritic {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        self.mlp.forward(joined(sample)).squeeze_dim::<1>(1) // [n, 1] → [n]
    }
}

impl InputGradient for ConcatCritic {
    fn input_gradient(&self, sample: &Labelled) -> Tensor<2> {
        let d = sample.x.dims()[1];
        self.mlp.input_gradient(joined(sample)).narrow(1, 0, d) // [n, d + m] → [n, d]
    }
}

impl ConditionPath for ConcatCritic {
    fn without_condition_path(self) -> Self {
        Self { mlp: without_condition_rows(self.mlp, self.d_sample), ..self }
    }

    fn with_condition_path_of(self, source: &Self) -> Self {
        let mlp = with_condition_rows_of(self.mlp, &source.mlp, self.d_sample);
        Self { mlp, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_gradient_in_the_condition_is_absent() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let config = MlpConfig::new(5, 1).with_width(8);
        let critic = ConcatCritic::new(&config, &mut rng, &device).unwrap();
        let sample =
            Labelled { x: Tensor::ones([3, 2], &device), y: Tensor::ones([3, 3], &device) };
        assert_eq!(critic.input_gradient(&sample).dims(), [3, 2]);
    }
}
