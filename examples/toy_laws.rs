//! Eight Gaussians, 25 Gaussians and the swiss roll, as well as a minute each allows.
//!
//! Known answer: two samples of the law itself are one floor apart; a perfect generator scores W₁ / floor = 1 and has 99.97 % of its samples within
//! 4 σ of a mode. The latent has discrete parts, since no continuous map of a normal latent has separate modes.

use std::f64::consts::{PI, TAU};
use std::process::ExitCode;

use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use wgan_core::cli::Progress;
use wgan_core::model::MixedPrior;
use wgan_core::train::Schedule;
use wgan_core::transport::{GroundNorm, w1};
use wgan_core::{
    Fit, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig, TrainConfig, Wgan,
    points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, linspace, normal_points, points, save};

const PROBLEM: &str = "Eight Gaussians, 25 Gaussians and the swiss roll, learnt in a minute each.\n\
    Known answer: two samples of 2,000 points of the law itself are one floor apart.";

const N: usize = 2000;

/// A law as noise around places: modes, or the points of a curve.
struct Law {
    name: &'static str,
    places: Array2<f64>,
    sd: f64,
    /// Places that are modes of equal mass; none for a curve.
    n_modes: usize,
}

fn laws() -> [Law; 3] {
    let ring = Array2::from_shape_fn((8, 2), |(k, j)| {
        let angle = TAU * k as f64 / 8.0;
        if j == 0 { angle.cos() } else { angle.sin() }
    });
    let grid = Array2::from_shape_fn((25, 2), |(k, j)| {
        (if j == 0 { k % 5 } else { k / 5 }) as f64 / 2.0 - 1.0
    });
    // r = t/4.5π for t from 1.5π to 4.5π: the roll of Gulrajani et al. 2017, scaled to radius one.
    let turns = linspace(1.5 * PI, 4.5 * PI, 2000);
    let roll = Array2::from_shape_fn((2000, 2), |(k, j)| {
        let (t, r) = (turns[k], turns[k] / (4.5 * PI));
        r * if j == 0 { t.cos() } else { t.sin() }
    });
    [
        Law { name: "ring of 8", places: ring, sd: 0.05, n_modes: 8 },
        Law { name: "grid of 25", places: grid, sd: 0.025, n_modes: 25 },
        Law { name: "swiss roll", places: roll, sd: 0.02, n_modes: 0 },
    ]
}

impl Law {
    fn draw<R: Rng>(&self, n: usize, rng: &mut R) -> Array2<f64> {
        let mut points = normal_points(n, 2, rng) * self.sd;
        for mut row in points.rows_mut() {
            row += &self.places.row(rng.random_range(0..self.places.nrows()));
        }
        points
    }

    /// Rows within 4 σ of their nearest place, by place.
    fn near(&self, fake: &Array2<f64>) -> Result<Vec<usize>, Failure> {
        Ok(wgan_core::judge::mode_coverage(fake.view(), self.places.view(), 4.0 * self.sd)?.counts)
    }
}

fn train(law: &Law, run: &Experiment) -> Result<Array2<f64>, Failure> {
    let (device, mut rng) = (device(), run.rng(2));
    let data = tensor_of(law.draw(50_000, &mut rng).view(), &device);
    let rate = OptimizerConfig::adam(1e-3);
    let config = TrainConfig::new(256, run.size(2000, 1000))
        .with_critic_optimizer(rate)
        .with_generator_optimizer(rate)
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.995);
    let prior = MixedPrior { n_signs: 8, dim: 2 };
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1).with_width(96), &mut rng, &device)?,
        MlpGenerator::new(&MlpConfig::new(prior.width(), 2).with_width(96), &mut rng, &device)?,
        GradientPenalty::one_sided(0.3),
        &config,
    );
    let fit = Fit::new(&data, &prior, &device, run.seed)?.with_recorder(Progress::new());
    let outcome = fit.run(wgan)?;
    Ok(points_of(&outcome.wgan.averaged.forward(prior.sample(N, &mut rng, &device))))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("toy_laws", PROBLEM)?;
    let mut rng = run.rng(1);
    let mut panels = Vec::new();
    for law in laws() {
        let started = std::time::Instant::now();
        let fake = train(&law, &run)?;
        let seconds = started.elapsed().as_secs_f64();
        let (one, other) = (law.draw(N, &mut rng), law.draw(N, &mut rng));
        let floor = w1(one.view(), other.view(), GroundNorm::L2)?.value;
        let ratio = w1(one.view(), fake.view(), GroundNorm::L2)?.value / floor;
        let near = law.near(&fake)?;
        if law.n_modes > 0 {
            let covered = near.iter().filter(|&&count| count >= N / law.n_modes / 5).count();
            run.at_least(
                &format!("{}: modes with a fifth of their mass", law.name),
                law.n_modes as f64,
                covered as f64,
            );
        }
        let share = near.iter().sum::<usize>() as f64 / N as f64;
        run.at_least(&format!("{}: share within 4 σ", law.name), 0.6, share);
        run.at_most(&format!("{}: W1 / floor, n = {N}", law.name), 2.0, ratio);
        run.note("  seconds", seconds);
        let some =
            |table: &Array2<f64>| points(&table.select(Axis(0), &(0..100).collect::<Vec<_>>()));
        panels.push(
            Panel::new(law.name, "x", "y")
                .dots("real", some(&one))
                .dots("generated", some(&fake))
                .y(-1.3, 1.7),
        );
    }
    save(&run.path("toy_laws.svg"), 3, &panels)?;
    Ok(run.finish())
}
