//! A conditional model of an array with integer labels.
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_cond::wgan_core::burn::tensor::Device;
use wgan_cond::wgan_core::ndarray::{Array1, Array2};
use wgan_cond::wgan_core::{Fit, GradientPenalty, MlpConfig, OptimizerConfig, TrainConfig, Wgan};
use wgan_cond::{ConcatCritic, ConditionalData, ConditionalPrior, ConditionalSampler};
use wgan_cond::{CondError, Condition, FilmGenerator, Schema};

fn main() -> Result<(), CondError> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
    let labels = Array1::from_shape_fn(2000, |i| i % 3); // x = label ± 0.2
    let mut noise = || rng.random_range(-0.2..0.2);
    let x = Array2::from_shape_fn((2000, 1), |(i, _)| labels[i] as f64 + noise());
    let (schema, conditions) = Schema::of_classes(labels.view())?;
    let data = ConditionalData::new(x.view(), &conditions, &schema, &device)?;
    let mlp = |d_in| MlpConfig::new(d_in, 1).with_width(32).with_depth(2);
    let critic = ConcatCritic::new(&mlp(1), schema.width(), &mut rng, &device)?;
    let generator = FilmGenerator::new(&mlp(4), schema.width(), &mut rng, &device)?;
    let rate = OptimizerConfig::adam(2e-3);
    let config = TrainConfig::new(64, 300).with_critic_optimizer(rate).with_ema_decay(0.95);
    let config = config.with_generator_optimizer(rate);
    let wgan = Wgan::new(critic, generator, GradientPenalty::one_sided(1.0), &config);
    let prior = ConditionalPrior { dim: 4 };
    let trained = Fit::new(&data, &prior, &device, 7)?.run(wgan)?.wgan.averaged;
    let sampler = ConditionalSampler::new(trained, schema, prior, conditions, &device);
    let made = sampler.sample(1000, Condition::class(2), &mut rng)?;
    assert!((made.rows.x.mean().unwrap_or(f64::NAN) - 2.0).abs() < 0.2);
    Ok(())
}
