//! Learns eight Gaussians on a ring and compares the result with the data by exact transport.
//!
//! Known answer: two halves of the data are `floor` apart; a perfect model scores W₁ / floor = 1.

use std::f64::consts::TAU;

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_core::transport::{GroundNorm, mode_coverage, w1};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    Progress, Schedule, TrainConfig, Wgan, WganError,
};

const N: usize = 2000;
const SD: f64 = 0.05;

/// Centre of mode `k` of 8, on the unit circle.
fn centre(k: usize) -> [f64; 2] {
    let angle = TAU * k as f64 / 8.0;
    [angle.cos(), angle.sin()]
}

fn ring<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = Array2::zeros((n, 2));
    for mut row in points.rows_mut() {
        let mean = centre(rng.random_range(0..8));
        for (value, mean) in row.iter_mut().zip(mean) {
            let noise: f64 = StandardNormal.sample(rng);
            *value = mean + SD * noise;
        }
    }
    points
}

fn main() -> Result<(), WganError> {
    let device = Device::flex();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let real = ring(20_000, &mut rng);
    let values: Vec<f32> = real.iter().map(|&v| v as f32).collect();
    let data = Tensor::<2>::from_data(TensorData::new(values, [20_000, 2]), &device);

    let config = TrainConfig::new(256, 1500)
        .with_critic_optimizer(OptimizerConfig::adam(1e-3))
        .with_generator_optimizer(OptimizerConfig::adam(1e-3))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.995);
    let prior = GaussianPrior { dim: 8 };
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1), &mut rng, &device)?,
        MlpGenerator::new(&MlpConfig::new(8, 2), &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let outcome =
        Fit::new(&config, &data, &prior, &device, 1)?.with_recorder(Progress::new()).run(wgan)?;

    let fake = outcome.wgan.averaged.forward(prior.sample(N, &mut rng, &device));
    let fake: Vec<f64> = fake.into_data().iter::<f32>().map(f64::from).collect();
    let fake = Array2::from_shape_fn((N, 2), |(i, j)| fake[2 * i + j]);
    let (half, other) = (ring(N, &mut rng), ring(N, &mut rng));
    let floor = w1(half.view(), other.view(), GroundNorm::L2)?.value;
    let distance = w1(half.view(), fake.view(), GroundNorm::L2)?.value;
    let centres = Array2::from_shape_fn((8, 2), |(k, j)| centre(k)[j]);
    let modes = mode_coverage(fake.view(), centres.view(), 4.0 * SD)?;

    println!("W1 to {N} fresh points    {distance:.3}");
    println!("floor (real to real)     {floor:.3}");
    println!("W1 / floor               {:.2}", distance / floor);
    println!("{modes:?}");
    Ok(())
}
