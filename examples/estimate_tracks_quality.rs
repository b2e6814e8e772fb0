//! Does the critic's estimate say how good the generator is?
//!
//! Known answer: exact transport between fresh real and generated samples, every few steps. Where the critic is good the estimate falls with it, and
//! where the estimate no longer falls training may end (Arjovsky et al. 2017, figure 3).

use std::f64::consts::TAU;
use std::process::ExitCode;

use ndarray::{Array2, array};
use rand::{Rng, RngExt};
use wgan_core::judge::W1Config;
use wgan_core::lipschitz::{LipschitzStrategy, Unconstrained};
use wgan_core::train::{FitOutcome, Objective, Plateau, StopReason, W1Evaluation};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, OptimizerConfig,
    TrainConfig, Wgan, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, Point, device, mean, normal_points, save};

const PROBLEM: &str = "The critic's estimate and exact W1 side by side, while a generator learns eight Gaussians.\n\
    Known answer: exact transport; the estimate is worth looking at if both fall together.";

fn ring<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(n, 2, rng) * 0.05;
    for mut row in points.rows_mut() {
        let angle = TAU * f64::from(rng.random_range(0..8)) / 8.0;
        row += &array![angle.cos(), angle.sin()];
    }
    points
}

fn train<S: LipschitzStrategy<MlpCritic> + Clone>(
    (objective, n_critic): (Objective, usize),
    strategy: S,
    stop: Option<Plateau>,
    run: &Experiment,
) -> Result<FitOutcome<MlpCritic, MlpGenerator, S>, Failure> {
    let (device, mut rng) = (device(), run.rng(1));
    let data = tensor_of(ring(20_000, &mut rng).view(), &device);
    let held_out = tensor_of(ring(2000, &mut rng).view(), &device);
    let config = TrainConfig::new(256, run.size(2000, 1200))
        .with_objective(objective)
        .with_n_critic(n_critic)
        .with_critic_optimizer(OptimizerConfig::adam(5e-4))
        .with_generator_optimizer(OptimizerConfig::adam(5e-4))
        .with_record_every(1);
    let prior = GaussianPrior { dim: 4 };
    let wgan = Wgan::new(
        MlpCritic::new(&MlpConfig::new(2, 1).with_width(64), &mut rng, &device)?,
        MlpGenerator::new(&MlpConfig::new(4, 2).with_width(64), &mut rng, &device)?,
        strategy,
        &config,
    );
    let report =
        W1Config { max_points: 500, n_permutations: 0, n_splits: 1, ..W1Config::default() };
    let mut fit = Fit::new(&data, &prior, &device, run.seed)?
        .with_evaluation(W1Evaluation::new(held_out, 20).with_config(report));
    if let Some(rule) = stop {
        fit = fit.with_stop_rule(rule);
    }
    Ok(fit.run(wgan)?)
}

/// Estimate, averaged over about ten steps, and exact W₁ at each evaluation.
fn curves<C, G, S>(outcome: &FitOutcome<C, G, S>) -> (Vec<Point>, Vec<Point>) {
    let smooth = outcome.history.smoothed_estimate(10);
    let evaluations = outcome.history.evaluations.iter();
    let exact = evaluations.map(|e| (e.step as f64, e.report.w1)).collect::<Vec<_>>();
    let estimate = exact.iter().map(|(step, _)| (*step, smooth[*step as usize - 1])).collect();
    (estimate, exact)
}

fn correlation(a: &[Point], b: &[Point]) -> f64 {
    let heights = |curve: &[Point]| {
        let heights: Vec<f64> = curve.iter().map(|point| point.1).collect();
        let middle = mean(&heights);
        heights.into_iter().map(|height| height - middle).collect::<Vec<f64>>()
    };
    let (a, b) = (heights(a), heights(b));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("estimate_tracks_quality", PROBLEM)?;
    let bar = run.progress(3);
    let penalty = GradientPenalty::one_sided(1.0);
    let whole = train((Objective::Wasserstein, 5), penalty, None, &run)?;
    bar.inc(1);
    let (estimate, exact) = curves(&whole);
    run.at_least(
        "correlation of estimate and exact W1, Wasserstein",
        0.85,
        correlation(&estimate, &exact),
    );

    let rule = Plateau { window: 50, patience: 100, tolerance: 0.05 };
    let stopped = train((Objective::Wasserstein, 5), penalty, Some(rule), &run)?;
    bar.inc(1);
    let (early, late) = (curves(&stopped).1, &exact);
    let has_stopped = stopped.reason == StopReason::EarlyStop;
    run.holds(
        "step at which the plateau ends training",
        &format!("< {}", whole.n_steps),
        stopped.n_steps as f64,
        has_stopped,
    );
    let last =
        |curve: &[Point]| mean(&curve[curve.len() - 3..].iter().map(|p| p.1).collect::<Vec<_>>());
    run.at_most("  W1 there over W1 at the end of the whole run", 1.5, last(&early) / last(late));

    let other = train((Objective::NonSaturating, 1), Unconstrained, None, &run)?;
    bar.inc(1);
    let (js, js_exact) = curves(&other);
    run.note(
        "correlation of estimate and exact W1, JS non-saturating",
        correlation(&js, &js_exact),
    );
    let panels = [
        Panel::new("Wasserstein", "generator step", "length")
            .line("estimate of the critic", estimate)
            .line("exact W1 of 500 points", exact),
        Panel::new("Jensen–Shannon, non-saturating", "generator step", "nats or length")
            .line("JS estimate of the discriminator (nats)", js)
            .line("exact W1 of 500 points", js_exact),
    ];
    save(&run.path("estimate_tracks_quality.svg"), 2, &panels)?;
    Ok(run.finish())
}
