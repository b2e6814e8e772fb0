//! Eight Gaussians with wrong labels: what do a Wasserstein and a Jensen-Shannon GAN make of them?
//!
//! Known answer: class `k` is `N(centre(k), 0.05²·I)`. With a share `p` of the labels replaced by another one, the
//! samples *labelled* `k` are 1 − p from mode `k`. A model that believes the labels reproduces that
//! mixture; one that knows how often they are wrong can undo it.

use std::f64::consts::TAU;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, activation};
use ndarray::{Array2, Axis};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_cond::{
    Condition, ConditionColumn, ConditionalData, ConditionalLatent, ConditionalPrior,
    ConditionalSampler, Conditioned, FilmGenerator, Given, Labelled, NoisyLabelPrior, NoisyLabels,
    ProjectionCritic, Schema,
};
use wgan_core::transport::w1;
use wgan_core::{
    Critic, Dataset, Fit, Generator, GradientPenalty, GroundNorm, MlpConfig, OptimizerConfig,
    Prior, Schedule, TrainConfig, Wgan,
};

const N: usize = 20_000;
const N_STEPS: usize = 1500;
const BATCH: usize = 128;
/// Learning rate of the generators and of the Jensen-Shannon critic.
const RATE: f64 = 1e-3;
const SD: f64 = 0.05;
const NOISE: ConditionalPrior = ConditionalPrior { dim: 4 };

type Failure = Box<dyn std::error::Error>;

/// Centre of mode `k` of 8, on the unit circle.
fn centre(k: usize) -> [f64; 2] {
    let angle = TAU * k as f64 / 8.0;
    [angle.cos(), angle.sin()]
}

fn class(k: usize) -> Condition {
    Condition::new().with("mode", format!("mode {k}"))
}

fn mode_samples<R: Rng>(modes: &[usize], rng: &mut R) -> Array2<f64> {
    Array2::from_shape_fn((modes.len(), 2), |(i, j)| {
        let noise: f64 = StandardNormal.sample(rng);
        centre(modes[i])[j] + SD * noise
    })
}

/// Samples whose labels are wrong with probability `flipped`.
fn labelled_ring<R: Rng>(flipped: f64, rng: &mut R) -> Conditioned {
    let modes: Vec<usize> = (0..N).map(|_| rng.random_range(0..8)).collect();
    let x = mode_samples(&modes, rng);
    let label = |&k: &usize| {
        if rng.random_bool(flipped) { (k + rng.random_range(1..8)) % 8 } else { k }
    };
    let labels: Vec<usize> = modes.iter().map(label).collect();
    Conditioned { x, conditions: labels.into_iter().map(class).collect() }
}

fn networks(m: usize, device: &Device) -> Result<(ProjectionCritic, FilmGenerator), Failure> {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let critic = MlpConfig::new(2, 32).with_width(64).with_depth(2);
    let generator = MlpConfig::new(NOISE.dim, 2).with_width(64).with_depth(2);
    Ok((
        ProjectionCritic::seeing_conditions(&critic, m, &mut rng, device)?,
        FilmGenerator::new(&generator, m, &mut rng, device)?,
    ))
}

fn wasserstein<P: Prior<Labelled, Latent = ConditionalLatent>>(
    data: &ConditionalData,
    prior: &P,
    m: usize,
    device: &Device,
) -> Result<FilmGenerator, Failure> {
    let config = TrainConfig::new(BATCH, N_STEPS)
        .with_critic_optimizer(OptimizerConfig::adam(2.0 * RATE))
        .with_generator_optimizer(OptimizerConfig::adam(RATE))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.99);
    let (critic, generator) = networks(m, device)?;
    let wgan = Wgan::new(critic, generator, GradientPenalty::one_sided(1.0), &config);
    Ok(Fit::new(&config, data, prior, device, 1)?.run(wgan)?.wgan.averaged)
}

/// Conditional GAN with the non-saturating loss of Goodfellow et al. (2014): the same networks,
/// batches and optimiser, one critic step per generator step, as many generator steps as the
/// Wasserstein model has steps of either kind.
fn jensen_shannon(
    data: &ConditionalData,
    m: usize,
    device: &Device,
) -> Result<FilmGenerator, Failure> {
    let (critic, generator) = networks(m, device)?;
    let (mut critic, mut generator) = (critic.train(), generator.train());
    // β₁ = 0.5, usual for this loss (Radford et al. 2016).
    let optimizer = OptimizerConfig::Adam { learning_rate: RATE, beta_1: 0.5, beta_2: 0.999 };
    let (mut of_critic, mut of_generator) = (optimizer.init(), optimizer.init());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let n_steps = 6 * N_STEPS;
    for step in 0..n_steps {
        let rate = RATE * Schedule::HalfLinear.factor(step, n_steps);
        let real = data.draw(BATCH, &mut rng);
        let latent = NOISE.draw(&real, &mut rng, device);
        let fake = generator.valid().generate(&latent);
        let loss = activation::softplus(critic.score(&fake), 1.0).mean()
            + activation::softplus(critic.score(&real).neg(), 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &critic);
        critic = of_critic.step(rate, critic, gradients);

        let score = critic.valid().score(&generator.generate(&latent));
        let loss = activation::softplus(score.neg(), 1.0).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &generator);
        generator = of_generator.step(rate, generator, gradients);
    }
    Ok(generator.valid())
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Figures of a model, the worst class where it is one per class.
fn print_row<R: Rng>(
    flipped: f64,
    method: &str,
    generator: FilmGenerator,
    schema: &Schema,
    device: &Device,
    rng: &mut R,
) -> Result<(), Failure> {
    let sampler = ConditionalSampler::new(generator, schema.clone(), NOISE, Vec::new(), device);
    let n = 1000;
    let fake = sampler.sample(n, Given::Each((0..8).map(class).collect()), rng)?.rows.x;
    let (mut own, mut worst_median, mut ratio) = (0.0, 0.0_f64, 0.0_f64);
    for k in 0..8 {
        let [x, y] = centre(k);
        let samples = fake.slice_axis(Axis(0), (n * k..n * (k + 1)).into());
        let is_near =
            |row: &ndarray::ArrayView1<'_, f64>| (row[0] - x).hypot(row[1] - y) < 4.0 * SD;
        own += samples.rows().into_iter().filter(is_near).count() as f64 / (8 * n) as f64;
        for (j, truth) in [x, y].into_iter().enumerate() {
            let shift = median(samples.column(j).iter().copied()) - truth;
            worst_median = worst_median.max(shift.abs() / SD);
        }
        let (one, other) = (mode_samples(&[k].repeat(n), rng), mode_samples(&[k].repeat(n), rng));
        let floor = w1(one.view(), other.view(), GroundNorm::L2)?.value;
        ratio = ratio.max(w1(one.view(), samples, GroundNorm::L2)?.value / floor);
    }
    println!(
        "{:6.0} %  {method:24} {:8.1} % {worst_median:14.2} {ratio:12.1}",
        100.0 * flipped,
        100.0 * own
    );
    Ok(())
}

fn main() -> Result<(), Failure> {
    let device = Device::flex();
    println!("flipped  method                    in own mode  worst median/σ  worst W1/floor");
    for flipped in [0.0, 0.1, 0.2, 0.3, 0.4] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let real = labelled_ring(flipped, &mut rng);
        let schema = Schema::fit(&[ConditionColumn::categories("mode")], &real.conditions)?;
        let m = schema.width();
        let data = ConditionalData::new(real.x.view(), &real.conditions, &schema, &device)?;
        let mut counts = [0; 8];
        (0..8).for_each(|k| {
            counts[k] = real.conditions.iter().filter(|condition| **condition == class(k)).count();
        });
        let known = NoisyLabels::flips(8, flipped)?;
        let corrected = NoisyLabelPrior::new(NOISE.dim, &schema, "mode", &known, &counts)?;

        let models = [
            ("Wasserstein", wasserstein(&data, &NOISE, m, &device)?),
            ("Wasserstein, flips known", wasserstein(&data, &corrected, m, &device)?),
            ("Jensen-Shannon", jensen_shannon(&data, m, &device)?),
        ];
        for (method, generator) in models {
            print_row(flipped, method, generator, &schema, &device, &mut rng)?;
        }
    }
    Ok(())
}
