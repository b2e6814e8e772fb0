//! Data whose directions differ in scale: with and without whitening.
//!
//! Known answer: whitened, every direction of the critic's gradient counts alike. In raw coordinates a slope of one is worth up to a hundred times
//! more along the widest direction than along the narrowest (condition number 10⁴ of the covariance), which is learnt last or never.

use std::process::ExitCode;

use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use wgan_core::train::Schedule;
use wgan_core::transport::{GroundNorm, w1};
use wgan_core::whitening::Whitening;
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, InputGradient, MlpConfig, MlpCritic, MlpGenerator,
    OptimizerConfig, TrainConfig, Wgan, points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, Point, device, normal_points, save};

const PROBLEM: &str = "Clusters in four dimensions whose scales go from 1 to 1/100, learnt in raw and in whitened coordinates.\n\
    Known answer: whitened, all directions of the critic's gradient count alike; raw, the widest counts up to 100 times more.";

const D: usize = 4;
const BATCH: usize = 128;
/// Rows that are compared by exact transport.
const N_JUDGED: usize = 500;

/// Two clusters in each coordinate, independent, scaled by 1 to 1/100.
fn clusters<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(n, D, rng) * 0.3;
    for ((_, k), value) in points.indexed_iter_mut() {
        *value += if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        *value *= 100f64.powf(-(k as f64) / (D - 1) as f64);
    }
    points
}

/// Trains on `rows`; W₁ to `judged` every 40 steps, both in the coordinates that `white` leads to.
fn train(
    rows: &Array2<f64>,
    judged: &Array2<f64>,
    white: impl Fn(Array2<f64>) -> Result<Array2<f64>, Failure>,
    run: &Experiment,
) -> Result<(Vec<Point>, f64), Failure> {
    let (device, mut rng) = (device(), run.rng(2));
    let n_steps = run.size(800, 400);
    let config = TrainConfig::new(BATCH, n_steps)
        .with_ema_decay(0.98)
        .with_schedule(Schedule::HalfLinear)
        .with_critic_optimizer(OptimizerConfig::adam(1e-3))
        .with_generator_optimizer(OptimizerConfig::adam(1e-3));
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(D, 1).with_width(64), &mut rng, &device)?,
        MlpGenerator::new(&MlpConfig::new(D, D).with_width(64), &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let data = tensor_of(rows.view(), &device);
    let prior = GaussianPrior { dim: D };
    let mut curve = Vec::new();
    let fit = Fit::new(&data, &prior, &device, run.seed)?;
    let outcome = fit.run_watched(wgan, |wgan, step| {
        if step % 40 == 0 {
            let fake = wgan.averaged.forward(prior.sample(N_JUDGED, &mut rng, &device));
            let fake = white(points_of(&fake))?;
            curve.push((step as f64, w1(judged.view(), fake.view(), GroundNorm::L2)?.value));
        }
        Ok::<_, Failure>(())
    })?;
    // Change of the critic per standard deviation of each direction.
    let gradients = points_of(&outcome.wgan.critic.input_gradient(&data.narrow(0, 0, 2000)));
    let rms = gradients.mapv(|g| g * g).sum_axis(Axis(0)).mapv(|sum| (sum / 2000.0).sqrt());
    let per_deviation = (rms * rows.std_axis(Axis(0), 0.0)).to_vec();
    let largest = per_deviation.iter().copied().fold(0.0, f64::max);
    let smallest = per_deviation.into_iter().fold(f64::INFINITY, f64::min);
    Ok((curve, largest / smallest))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("whitening", PROBLEM)?;
    let mut rng = run.rng(1);
    let rows = clusters(20_000, &mut rng);
    let whitener = Whitening::Pca.fit(rows.view(), 0.0)?;
    let white = |rows: Array2<f64>| Ok::<_, Failure>(whitener.transform(rows.view())?);
    let judged = white(clusters(N_JUDGED, &mut rng))?;
    let other = white(clusters(N_JUDGED, &mut rng))?;
    let floor = w1(judged.view(), other.view(), GroundNorm::L2)?.value;

    let (raw, raw_anisotropy) = train(&rows, &judged, white, &run)?;
    let (whitened, anisotropy) = train(&white(rows.clone())?, &judged, Ok, &run)?;
    run.at_least(
        "gradient per standard deviation, widest over narrowest, raw",
        10.0,
        raw_anisotropy,
    );
    run.at_most("  whitened", 3.0, anisotropy);
    let last = |curve: &[Point]| curve[curve.len() - 1].1 / floor;
    run.at_most("W1 / floor at the end, whitened", 2.0, last(&whitened));
    run.note("  raw", last(&raw));
    // Steps until W₁ is where the raw run ends.
    let reached =
        whitened.iter().find(|(_, w1)| w1 / floor <= last(&raw)).map_or(f64::INFINITY, |p| p.0);
    run.at_most(
        "steps to the final W1 of the raw run, whitened over raw",
        0.5,
        reached / raw[raw.len() - 1].0,
    );
    let level = whitened.iter().map(|(step, _)| (*step, floor)).collect();
    let panel = Panel::new(
        "With and without whitening",
        "generator steps",
        "W1 in whitened coordinates (standard deviations)",
    )
    .line("raw", raw)
    .line("whitened", whitened)
    .line("floor: real to real", level);
    save(&run.path("whitening.svg"), 1, &[panel])?;
    Ok(run.finish())
}
