//! A critic of one's own, with a gradient penalty.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::burn::tensor::{Device, Tensor};
use wgan_core::lipschitz::check_input_gradient;
use wgan_core::model::{Activation, Dense, Layer, LayerCritic, Nonlinear};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpGenerator, OptimizerConfig, TrainConfig,
    Wgan, WganError,
};

fn main() -> Result<(), WganError> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
    let data: Tensor<2> = GaussianPrior { dim: 2 }.sample(1000, &mut rng, &device) * 0.5 + 2.0;
    let first = Dense::new(2, 32, &mut rng, &device).then(Nonlinear::new(Activation::Silu));
    let critic = LayerCritic::new(first.then(Dense::new(32, 1, &mut rng, &device)));
    check_input_gradient(&critic, &data)?;
    let generator = MlpGenerator::new(&MlpConfig::new(4, 2).with_width(16), &mut rng, &device)?;
    let rate = OptimizerConfig::adam(2e-3);
    let config = TrainConfig::new(64, 300).with_critic_optimizer(rate).with_ema_decay(0.95);
    let config = config.with_generator_optimizer(rate);
    let wgan = Wgan::new(critic, generator, GradientPenalty::one_sided(1.0), &config);
    let prior = GaussianPrior { dim: 4 };
    let outcome = Fit::new(&data, &prior, &device, 7)?.run(wgan)?;
    let fake = outcome.wgan.averaged.forward(prior.sample(1000, &mut rng, &device));
    let mean: f32 = fake.mean().into_scalar();
    assert!((mean - 2.0).abs() < 0.3, "{mean}"); // the start is 2 away
    Ok(())
}
