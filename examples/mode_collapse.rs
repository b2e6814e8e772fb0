//! Which modes does a GAN lose? Jensen–Shannon GANs and Wasserstein GANs, the same networks, rates, batches and number of updates.
//!
//! Known answer: the laws are known, so lost modes, samples beside the modes and W₁ (in shares of that between two real samples) are counted. One
//! critic step per generator step is usual for Jensen–Shannon, five for Wasserstein. *Plain*: a normal latent, constant rates, the last weights;
//! *tuned*: discrete parts in the latent, rates that fall, averaged weights.

use std::f64::consts::TAU;
use std::process::ExitCode;

use ndarray::{Array2, Axis, array};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use wgan_core::judge::mode_coverage;
use wgan_core::lipschitz::{LipschitzStrategy, Unconstrained};
use wgan_core::model::MixedPrior;
use wgan_core::train::{Objective, Schedule};
use wgan_core::transport::{GroundNorm, w1};
use wgan_core::{
    Fit, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig, TrainConfig, Wgan,
    points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, mean, normal_points, points, save};

const PROBLEM: &str = "Eight Gaussians on a ring, 25 on a grid and two parallel lines: which modes does a GAN lose?\n\
    Known answer: all modes have the same mass; two samples of the law itself are one floor apart.";

const N: usize = 1000;
/// Both forms of Goodfellow et al. 2014, and the one-sided penalty of Gulrajani et al. 2017.
#[derive(Clone, Copy, PartialEq)]
enum Loss {
    JensenShannon(Objective),
    Wasserstein,
}

struct Method {
    name: &'static str,
    loss: Loss,
    is_tuned: bool,
}

const METHODS: [Method; 5] = [
    Method {
        name: "JS saturating",
        loss: Loss::JensenShannon(Objective::Saturating),
        is_tuned: false,
    },
    Method {
        name: "JS non-saturating",
        loss: Loss::JensenShannon(Objective::NonSaturating),
        is_tuned: false,
    },
    Method {
        name: "JS non-saturating, tuned",
        loss: Loss::JensenShannon(Objective::NonSaturating),
        is_tuned: true,
    },
    Method { name: "WGAN-GP", loss: Loss::Wasserstein, is_tuned: false },
    Method { name: "WGAN-GP, tuned", loss: Loss::Wasserstein, is_tuned: true },
];

/// Methods with a picture.
const SHOWN: [&str; 2] = [METHODS[1].name, METHODS[4].name];

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
        Law { name: "lines", centres: array![[-1.0, 0.0], [1.0, 0.0]], sd: 0.0, length: 2.0 },
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

fn run_method(
    method: &Method,
    law: &Law,
    seed: u64,
    n_updates: usize,
) -> Result<Array2<f64>, Failure> {
    // β₁ = 0.5, β₂ = 0.9: usual for either loss.
    let rate = OptimizerConfig::Adam { learning_rate: 1e-3, beta_1: 0.5, beta_2: 0.9 };
    let n_critic = if method.loss == Loss::Wasserstein { 5 } else { 1 };
    let config = TrainConfig::new(128, n_updates / (n_critic + 1))
        .with_n_critic(n_critic)
        .with_critic_optimizer(rate)
        .with_generator_optimizer(rate);
    let (config, prior) = if method.is_tuned {
        let config = config.with_schedule(Schedule::HalfLinear).with_ema_decay(0.99);
        (config, MixedPrior { n_signs: 8, dim: 2 })
    } else {
        let config = config.with_schedule(Schedule::Constant).with_ema_decay(0.0);
        (config, MixedPrior { n_signs: 0, dim: 32 })
    };
    match method.loss {
        Loss::Wasserstein => train(GradientPenalty::one_sided(1.0), &config, (law, &prior), seed),
        Loss::JensenShannon(objective) => {
            train(Unconstrained, &config.with_objective(objective), (law, &prior), seed)
        }
    }
}

fn train<S: LipschitzStrategy<MlpCritic> + Clone>(
    strategy: S,
    config: &TrainConfig,
    (law, prior): (&Law, &MixedPrior),
    seed: u64,
) -> Result<Array2<f64>, Failure> {
    let (device, mut rng) = (device(), ChaCha8Rng::seed_from_u64(seed));
    let data = tensor_of(law.draw(20_000, &mut rng).view(), &device);
    let generator = MlpConfig::new(prior.width(), 2).with_width(64);
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1).with_width(64), &mut rng, &device)?,
        MlpGenerator::new(&generator, &mut rng, &device)?,
        strategy,
        config,
    );
    let outcome = Fit::new(&data, prior, &device, seed)?.run(wgan)?;
    Ok(points_of(&outcome.wgan.averaged.forward(prior.sample(N, &mut rng, &device))))
}

/// What the seeds of one method found.
struct Found {
    modes: Vec<f64>,
    near: Vec<f64>,
    ratios: Vec<f64>,
}

impl Found {
    /// Share of the seeds that lost a mode.
    fn lossy(&self, n_modes: usize) -> f64 {
        let n_lossy = self.modes.iter().filter(|&&found| found < n_modes as f64).count();
        n_lossy as f64 / self.modes.len() as f64
    }
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("mode_collapse", PROBLEM)?;
    let mut rng = run.rng(1);
    let (n_seeds, n_updates) = (run.size(5, 2) as u64, run.size(9000, 4800));
    let first_seed = run.seed;
    let bar = run.progress(3 * METHODS.len() * n_seeds as usize);
    let mut panels = Vec::new();
    for law in laws() {
        let one = law.draw(N, &mut rng);
        let floors: Vec<f64> = (0..5)
            .map(|_| Ok(w1(one.view(), law.draw(N, &mut rng).view(), GroundNorm::L2)?.value))
            .collect::<Result<_, Failure>>()?;
        let floor = mean(&floors);
        let n_modes = law.centres.nrows();
        let mut all = Vec::new();
        for method in &METHODS {
            let samples: Vec<Array2<f64>> = (0..n_seeds)
                .into_par_iter()
                .map(|seed| {
                    let fake = run_method(method, &law, 100 * first_seed + seed, n_updates);
                    bar.inc(1);
                    fake.map_err(|error| error.to_string())
                })
                .collect::<Result<_, _>>()?;
            let mut found = Found { modes: Vec::new(), near: Vec::new(), ratios: Vec::new() };
            for fake in &samples {
                let (n_covered, share) = law.covered(fake)?;
                found.modes.push(n_covered as f64);
                found.near.push(share);
                found.ratios.push(w1(one.view(), fake.view(), GroundNorm::L2)?.value / floor);
            }
            run.note(
                &format!("{}, {}: modes of {n_modes}", law.name, method.name),
                mean(&found.modes),
            );
            run.note("  share of seeds that lost one", found.lossy(n_modes));
            run.note("  W1 / floor", mean(&found.ratios));
            run.note("  share within 4 σ of a mode", mean(&found.near));
            if SHOWN.contains(&method.name) {
                panels.push(picture(&format!("{}: {}", law.name, method.name), &one, &samples[0]));
            }
            all.push(found);
        }
        let [saturating, non_saturating, _, plain, tuned] = &all[..] else { continue };
        if law.name == "lines" {
            let lossy = (saturating.lossy(2) + non_saturating.lossy(2)) / 2.0;
            run.at_least("lines: seeds of the plain JS-GANs that lost one", 0.5, lossy);
        }
        let what = format!("{}: WGAN-GP, tuned: modes of {n_modes}", law.name);
        run.at_least(&what, 0.95 * n_modes as f64, mean(&tuned.modes));
        run.at_most("  W1 / floor", 2.0, mean(&tuned.ratios));
        let what = format!("{}: W1, WGAN-GP over non-saturating JS-GAN, both plain", law.name);
        run.at_most(&what, 1.0, mean(&plain.ratios) / mean(&non_saturating.ratios));
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
