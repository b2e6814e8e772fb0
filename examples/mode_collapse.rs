//! Which modes does a GAN lose? Jensen–Shannon GANs and Wasserstein GANs, the same networks, the same number of updates.
//!
//! Known answer: the laws are known, so lost modes, samples beside the modes and W₁ (in shares of that between two real samples) are counted. Each
//! method has its usual settings: one critic step per generator step for Jensen–Shannon, five for Wasserstein; with a normal latent, and with discrete parts.

use std::f64::consts::TAU;
use std::process::ExitCode;

use burn::tensor::Device;
use ndarray::{Array2, Axis, array};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::transport::{GroundNorm, mode_coverage, w1};
use wgan_core::{
    Fit, GradientPenalty, LipschitzStrategy, MixedPrior, MlpConfig, MlpCritic, MlpGenerator,
    Objective, OptimizerConfig, Schedule, TrainConfig, Unconstrained, Wgan, points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, mean, normal_points, points, save};

const PROBLEM: &str = "Eight Gaussians on a ring, 25 on a grid and two parallel lines: which modes does a GAN lose?\n\
    Known answer: all modes have the same mass; two samples of the law itself are one floor apart.";

const N: usize = 1000;
const METHODS: [&str; 5] = [
    "JS saturating",
    "JS non-saturating",
    "JS non-saturating, discrete latent",
    "WGAN-GP",
    "WGAN-GP, discrete latent",
];
/// Methods with a picture.
const SHOWN: [&str; 2] = [METHODS[1], METHODS[4]];

/// A law by the centres of its modes; the lines are long modes.
struct Law {
    name: &'static str,
    centres: Array2<f64>,
    /// Standard deviation of a mode.
    sd: f64,
    /// Length of a mode along y.
    length: f64,
}

fn laws() -> [Law; 3] {
    let ring = Array2::from_shape_fn((8, 2), |(k, j)| {
        let angle = TAU * k as f64 / 8.0;
        if j == 0 { angle.cos() } else { angle.sin() }
    });
    let grid = Array2::from_shape_fn((25, 2), |(k, j)| {
        (if j == 0 { k % 5 } else { k / 5 }) as f64 / 2.0 - 1.0
    });
    [
        Law { name: "ring", centres: ring, sd: 0.05, length: 0.0 },
        Law { name: "grid", centres: grid, sd: 0.025, length: 0.0 },
        Law { name: "lines", centres: array![[-0.5, 0.0], [0.5, 0.0]], sd: 0.0, length: 2.0 },
    ]
}

impl Law {
    fn draw<R: Rng>(&self, n: usize, rng: &mut R) -> Array2<f64> {
        let mut points = normal_points(n, 2, rng) * self.sd;
        for mut row in points.rows_mut() {
            row += &self.centres.row(rng.random_range(0..self.centres.nrows()));
            row[1] += self.length * (rng.random::<f64>() - 0.5);
        }
        points
    }

    /// Modes with at least a fifth of their mass, and the share of samples within 4 σ of a mode (0.1 of a line).
    fn covered(&self, fake: &Array2<f64>) -> Result<(usize, f64), Failure> {
        let mut flat = fake.clone();
        if self.length > 0.0 {
            flat.column_mut(1).mapv_inplace(|y| (y.abs() - self.length / 2.0).max(0.0));
        }
        let radius = if self.sd > 0.0 { 4.0 * self.sd } else { 0.1 };
        let modes = mode_coverage(flat.view(), self.centres.view(), radius)?;
        let least = N / self.centres.nrows() / 5;
        Ok((modes.counts.iter().filter(|&&count| count >= least).count(), modes.near_share))
    }
}

/// Latents of a method: normal ones as usual, or with discrete parts.
fn prior(method: &str) -> MixedPrior {
    let n_signs = if method.ends_with("discrete latent") { 8 } else { 0 };
    MixedPrior { n_signs, dim: 4 }
}

fn run_method(
    method: &str,
    law: &Law,
    seed: u64,
    n_updates: usize,
) -> Result<Array2<f64>, Failure> {
    let wasserstein = TrainConfig::new(128, n_updates / 6)
        .with_critic_optimizer(OptimizerConfig::adam(1e-3))
        .with_generator_optimizer(OptimizerConfig::adam(1e-3))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.98);
    // One critic step, β₁ = 0.5: Radford et al. 2016. The schedule and the average are those of the others.
    let dcgan = OptimizerConfig::Adam { learning_rate: 1e-3, beta_1: 0.5, beta_2: 0.999 };
    let jensen_shannon = |objective| {
        TrainConfig { n_steps: n_updates / 2, ..wasserstein.clone() }
            .with_objective(objective)
            .with_n_critic(1)
            .with_critic_optimizer(dcgan)
            .with_generator_optimizer(dcgan)
    };
    let prior = prior(method);
    if method.starts_with("WGAN") {
        train(GradientPenalty::one_sided(0.3), &wasserstein, (law, &prior), seed)
    } else if method.starts_with("JS saturating") {
        train(Unconstrained, &jensen_shannon(Objective::Saturating), (law, &prior), seed)
    } else {
        train(Unconstrained, &jensen_shannon(Objective::NonSaturating), (law, &prior), seed)
    }
}

fn train<S: LipschitzStrategy<MlpCritic> + Clone>(
    strategy: S,
    config: &TrainConfig,
    (law, prior): (&Law, &MixedPrior),
    seed: u64,
) -> Result<Array2<f64>, Failure> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(seed));
    let data = tensor_of(law.draw(20_000, &mut rng).view(), &device);
    let generator = MlpConfig::new(prior.width(), 2).with_width(64);
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1).with_width(64), &mut rng, &device)?,
        MlpGenerator::new(&generator, &mut rng, &device)?,
        strategy,
        config,
    );
    let outcome = Fit::new(config, &data, prior, &device, seed)?.run(wgan)?;
    Ok(points_of(&outcome.wgan.averaged.forward(prior.sample(N, &mut rng, &device))))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("mode_collapse", PROBLEM)?;
    let mut rng = run.rng(1);
    let (n_seeds, n_updates) = (run.size(5, 2) as u64, run.size(3000, 1800));
    let bar = run.progress(3 * METHODS.len() * n_seeds as usize);
    let mut panels = Vec::new();
    for law in laws() {
        let (one, other) = (law.draw(N, &mut rng), law.draw(N, &mut rng));
        let floor = w1(one.view(), other.view(), GroundNorm::L2)?.value;
        let n_modes = law.centres.nrows();
        let (mut found, mut ratios) = (Vec::new(), Vec::new());
        for method in METHODS {
            let (mut modes, mut near, mut distances) = (Vec::new(), Vec::new(), Vec::new());
            for seed in 0..n_seeds {
                let fake = run_method(method, &law, 100 * run.seed + seed, n_updates)?;
                let (n_covered, share) = law.covered(&fake)?;
                modes.push(n_covered as f64);
                near.push(share);
                distances.push(w1(one.view(), fake.view(), GroundNorm::L2)?.value / floor);
                bar.inc(1);
                if seed == 0 && SHOWN.contains(&method) {
                    panels.push(picture(&format!("{}: {method}", law.name), &one, &fake));
                }
            }
            let what = format!("{}, {method}: modes of {n_modes}", law.name);
            found.push(mean(&modes));
            run.note(&what, mean(&modes));
            run.note("  W1 / floor", mean(&distances));
            run.note("  share within 4 σ of a mode", mean(&near));
            ratios.push(mean(&distances));
        }
        // Ring and lines are easy enough for either; what they show has no verdict.
        if law.name == "grid" {
            let usual = found[0].max(found[1]);
            run.at_least(
                "grid: modes, last method over the best JS-GAN with a normal latent",
                1.0,
                found[4] / usual,
            );
            let usual = ratios[0].min(ratios[1]);
            run.at_most("grid: W1, the same", 1.0, ratios[4] / usual);
        } else {
            run.at_least(
                &format!("{}: modes of the last method", law.name),
                n_modes as f64,
                found[4],
            );
        }
    }
    save(&run.path("mode_collapse.svg"), 2, &panels)?;
    Ok(run.finish())
}

fn picture(title: &str, real: &Array2<f64>, fake: &Array2<f64>) -> Panel {
    let some = |table: &Array2<f64>| points(&table.select(Axis(0), &(0..60).collect::<Vec<_>>()));
    Panel::new(title, "x", "y")
        .dots("real", some(real))
        .dots("generated", some(fake))
        .x(-1.5, 1.5)
        .y(-1.5, 1.8)
}
