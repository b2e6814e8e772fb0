//! Critic that sees sample and condition side by side.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{Critic, InputGradient, Mlp, MlpConfig, WganError};

use crate::Labelled;

/// `f(x | y)` as one perceptron on `(x, y)`, differentiated in `x` only.
#[derive(Module, Debug)]
pub struct ConcatCritic {
    mlp: Mlp,
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
        Ok(Self { mlp: config.init(rng, device)? })
    }
}

/// Sample and condition side by side, `[n, d + m]`.
fn joined(sample: &Labelled) -> Tensor<2> {
    Tensor::cat(vec![sample.x.clone(), sample.y.clone()], 1)
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
