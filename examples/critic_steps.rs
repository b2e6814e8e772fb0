//! How many critic steps per generator step?
//!
//! Known answer: the generator follows the gradient of W₁ only as well as the critic knows it, so per generator step more critic steps help; per
//! second they have to be paid for. Judged by exact transport on eight Gaussians.

use std::f64::consts::TAU;
use std::process::ExitCode;

use ndarray::{Array2, array};
use rand::{Rng, RngExt};
use wgan_core::judge::W1Config;
use wgan_core::train::{Convergence, History, W1Evaluation};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    TrainConfig, Wgan, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, Point, device, normal_points, save};

const PROBLEM: &str = "Critic steps per generator step: 1, 2, 5, 20, and as many as it takes to converge.\n\
    Known answer: more critic steps make each generator step better; what they cost is seconds.";

/// Most critic steps for one generator step until convergence.
const MAX_CRITIC: usize = 200;

fn ring<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(n, 2, rng) * 0.05;
    for mut row in points.rows_mut() {
        let angle = TAU * f64::from(rng.random_range(0..8)) / 8.0;
        row += &array![angle.cos(), angle.sin()];
    }
    points
}

fn train(
    n_critic: usize,
    convergence: Option<Convergence>,
    run: &Experiment,
) -> Result<History, Failure> {
    let (device, mut rng) = (device(), run.rng(1));
    let data = tensor_of(ring(20_000, &mut rng).view(), &device);
    let held_out = tensor_of(ring(2000, &mut rng).view(), &device);
    let n_steps = run.size(200, 100);
    let config = TrainConfig {
        convergence,
        ..TrainConfig::new(128, n_steps)
            .with_n_critic(n_critic)
            .with_critic_optimizer(OptimizerConfig::adam(1e-3))
            .with_generator_optimizer(OptimizerConfig::adam(1e-3))
            .with_ema_decay(0.9)
            .with_record_every(1)
    };
    let prior = GaussianPrior { dim: 4 };
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1).with_width(64), &mut rng, &device)?,
        MlpGenerator::new(&MlpConfig::new(4, 2).with_width(64), &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let report =
        W1Config { max_points: 500, n_permutations: 0, n_splits: 3, ..W1Config::default() };
    let evaluation = W1Evaluation::new(held_out, n_steps / 10).with_config(report);
    let fit = Fit::new(&data, &prior, &device, run.seed)?.with_evaluation(evaluation);
    Ok(fit.run(wgan)?.history)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("critic_steps", PROBLEM)?;
    let converged = Convergence { window: 20, tolerance: 0.02 };
    let settings: [(&str, usize, Option<Convergence>); 5] = [
        ("1", 1, None),
        ("2", 2, None),
        ("5", 5, None),
        ("20", 20, None),
        ("to convergence", MAX_CRITIC, Some(converged)),
    ];
    let bar = run.progress(settings.len());
    let mut by_step = Panel::new("Quality per step", "generator steps", "exact W1 (500 points)");
    let mut by_time = Panel::new("Quality per second", "log₁₀ of seconds", "exact W1 (500 points)");
    // Mean over the run: how fast it falls, and how far.
    let mut areas = Vec::new();
    for (name, n_critic, convergence) in settings {
        let history = train(n_critic, convergence, &run)?;
        let curve: Vec<Point> =
            history.evaluations.iter().map(|e| (e.step as f64, e.report.w1)).collect();
        let seconds = |step: f64| history.records[step as usize - 1].seconds;
        let area = curve.iter().map(|point| point.1).sum::<f64>() / curve.len() as f64;
        run.note(&format!("n_critic {name}: exact W1, mean over the run"), area);
        run.note("  at the end", curve[curve.len() - 1].1);
        run.note("  seconds", seconds(curve[curve.len() - 1].0));
        let timed = curve.iter().map(|(step, ratio)| (seconds(*step).log10(), *ratio)).collect();
        by_step = by_step.line(name, curve);
        by_time = by_time.line(name, timed);
        areas.push(area);
        bar.inc(1);
    }
    run.at_most("per step: 5 against 1 critic steps", 1.0, areas[2] / areas[0]);
    run.at_most("per step: 20 against 1 critic steps", 1.0, areas[3] / areas[0]);
    run.at_most("per step: convergence against 1 critic step", 1.0, areas[4] / areas[0]);
    save(&run.path("critic_steps.svg"), 2, &[by_step, by_time])?;
    Ok(run.finish())
}
