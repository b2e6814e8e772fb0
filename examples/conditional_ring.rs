//! Eight Gaussians on a ring, each a class of its own, one of them with 1 % of the samples: is the rare class learnt?
//!
//! Known answer: class `k` is `N(centre(k), 0.05²·I)`; a perfect model hits its own mode with 100 % of the
//! samples and scores W₁ / floor = 1 for every class.

use std::f64::consts::TAU;

use burn::module::Module;
use burn::tensor::Device;
use ndarray::Array2;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_cond::{
    ClassSampling, Condition, ConditionColumn, ConditionalData, ConditionalPrior,
    ConditionalSampler, Conditioned, Examination, FilmGenerator, Given, Learner, NearestNeighbours,
    ProjectionCritic, ReportConfig, Schema, Targets,
};
use wgan_core::{
    Fit, GradientPenalty, MlpConfig, OptimizerConfig, Progress, Schedule, TrainConfig, Wgan,
};

const N: usize = 20_000;
const SD: f64 = 0.05;
const RARE: usize = 3;

/// Centre of mode `k` of 8, on the unit circle.
fn centre(k: usize) -> [f64; 2] {
    let angle = TAU * k as f64 / 8.0;
    [angle.cos(), angle.sin()]
}

fn class(k: usize) -> Condition {
    Condition::new().with("mode", format!("mode {k}"))
}

/// Samples of the given modes.
fn ring<R: Rng>(modes: impl Iterator<Item = usize>, rng: &mut R) -> Conditioned {
    let modes: Vec<usize> = modes.collect();
    let x = Array2::from_shape_fn((modes.len(), 2), |(i, j)| {
        let noise: f64 = StandardNormal.sample(rng);
        centre(modes[i])[j] + SD * noise
    });
    Conditioned { x, conditions: modes.into_iter().map(class).collect() }
}

/// A mode: the rare one in 1 of 100 draws.
fn draw_mode<R: Rng>(rng: &mut R) -> usize {
    let common = [0, 1, 2, 4, 5, 6, 7];
    if rng.random_bool(0.01) { RARE } else { common[rng.random_range(0..common.len())] }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let modes: Vec<usize> = (0..N).map(|_| draw_mode(&mut rng)).collect();
    let real = ring(modes.into_iter(), &mut rng);
    let schema = Schema::fit(&[ConditionColumn::categories("mode")], &real.conditions)?;
    let data = ConditionalData::new(real.x.view(), &real.conditions, &schema, &device)?
        .with_class_sampling(ClassSampling::Balanced);

    let config = TrainConfig::new(128, 1500)
        .with_critic_optimizer(OptimizerConfig::adam(2e-3))
        .with_generator_optimizer(OptimizerConfig::adam(5e-4))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.99);
    let (m, prior) = (schema.width(), ConditionalPrior { dim: 4 });
    let critic = MlpConfig::new(2, 32).with_width(64).with_depth(2);
    let generator = MlpConfig::new(4, 2).with_width(48).with_depth(1);
    let wgan = Wgan::new(
        ProjectionCritic::seeing_conditions(&critic, m, &mut rng, &device)?,
        FilmGenerator::new(&generator, m, &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let outcome =
        Fit::new(&config, &data, &prior, &device, 1)?.with_recorder(Progress::new()).run(wgan)?;

    let sampler = ConditionalSampler::new(
        outcome.wgan.averaged,
        schema.clone(),
        prior,
        real.conditions,
        &device,
    );
    let fake = sampler.sample(1000, Given::Each((0..8).map(class).collect()), &mut rng)?.rows;
    let fresh = ring((0..8).flat_map(|k| [k; 2000]), &mut rng);
    let training = ring((0..8).flat_map(|k| [k; 100]), &mut rng);
    let targets = Targets::of(&schema, "mode", &training.conditions)?;
    let judge = NearestNeighbours { k: 5 }.fit(training.x.view(), &targets)?;
    let critic = outcome.wgan.critic.valid();
    let config = ReportConfig::default();
    let examination =
        Examination { schema: &schema, critic: &critic, judge: &*judge, config, device: &device };
    print!("{}", examination.report("mode", &fresh, &fake, &mut rng)?);
    println!("holds: share of the samples that 5 nearest neighbours put in the class asked for");
    for k in 0..8 {
        let near = |row: usize| {
            let [x, y] = centre(k);
            (fake.x[[row, 0]] - x).hypot(fake.x[[row, 1]] - y) < 4.0 * SD
        };
        let n_near = (1000 * k..1000 * (k + 1)).filter(|&row| near(row)).count();
        println!("mode {k}: {:.1} % within 4 standard deviations", n_near as f64 / 10.0);
    }
    Ok(())
}
