//! Weight clipping against a gradient penalty.
//!
//! Known answer: exact transport between the eight Gaussians and the same with noise. A critic that uses its slope well finds most of that distance per
//! unit of its largest slope; clipped weights pile up at ±c, which leaves only simple functions (Gulrajani et al. 2017, section 3).

use std::f64::consts::TAU;
use std::process::ExitCode;

use burn::tensor::Tensor;
use ndarray::{Array2, array};
use rand::{Rng, RngExt};
use wgan_core::judge::Estimate;
use wgan_core::lipschitz::{Audit, LayeredCritic, LipschitzStrategy, WeightClip};
use wgan_core::model::Prior;
use wgan_core::train::CriticConfig;
use wgan_core::transport::w1;
use wgan_core::{
    Critic, Fit, GaussianPrior, GradientPenalty, GroundNorm, MlpConfig, MlpCritic, MlpGenerator,
    OptimizerConfig, TrainConfig, Wgan, points_of, tensor_of,
};
use wgan_examples::{
    Experiment, Failure, Panel, Point, device, normal_points, points, save, values,
};

const PROBLEM: &str = "Weights clipped to [−c, c] against a gradient penalty, on eight Gaussians.\n\
    Known answer: exact transport; a good critic's estimate divided by its largest slope comes near W1.";

const BOUNDS: [f64; 4] = [0.001, 0.01, 0.1, 1.0];

fn ring<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(n, 2, rng) * 0.05;
    for mut row in points.rows_mut() {
        let angle = TAU * f64::from(rng.random_range(0..8)) / 8.0;
        row += &array![angle.cos(), angle.sin()];
    }
    points
}

fn network() -> MlpConfig {
    MlpConfig::new(2, 1).with_width(64)
}

/// RMSProp is what clipping was published with; momentum makes it worse.
fn optimizer(is_clipped: bool) -> OptimizerConfig {
    if is_clipped {
        OptimizerConfig::RmsProp { learning_rate: 1e-3 }
    } else {
        OptimizerConfig::adam(1e-3)
    }
}

fn train_critic<S: LipschitzStrategy<MlpCritic>>(
    strategy: &S,
    is_clipped: bool,
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<MlpCritic, Failure> {
    let mut rng = run.rng(2);
    let critic = MlpCritic::new(&network(), &mut rng, &device())?;
    Ok(CriticConfig::new(256, run.size(1500, 600)).with_optimizer(optimizer(is_clipped)).fit(
        critic,
        strategy,
        (real, fake),
        &mut rng,
    )?)
}

/// Share of the weights between linear layers that are at the bound, within a hundredth of it.
fn share_at_bound(critic: &MlpCritic, bound: f64) -> f64 {
    let weights: Vec<f64> = critic.weights().into_iter().flat_map(values).collect();
    let at_bound = weights.iter().filter(|w| w.abs() > 0.99 * bound).count();
    at_bound as f64 / weights.len() as f64
}

/// `W₁ / floor` of a generator after so many steps.
fn train_generator<S: LipschitzStrategy<MlpCritic> + Clone>(
    strategy: S,
    is_clipped: bool,
    steps: &[usize],
    run: &Experiment,
) -> Result<Vec<Point>, Failure> {
    let (device, mut rng) = (device(), run.rng(3));
    let data = tensor_of(ring(20_000, &mut rng).view(), &device);
    let (one, other) = (ring(1000, &mut rng), ring(1000, &mut rng));
    let floor = w1(one.view(), other.view(), GroundNorm::L2)?.value;
    let prior = GaussianPrior { dim: 4 };
    let mut curve = Vec::new();
    for &n_steps in steps {
        let mut rng = run.rng(4);
        let config = TrainConfig::new(128, n_steps)
            .with_critic_optimizer(optimizer(is_clipped))
            .with_generator_optimizer(optimizer(is_clipped))
            .with_ema_decay(0.98);
        let wgan = Wgan::new(
            MlpCritic::new(&network(), &mut rng, &device)?,
            MlpGenerator::new(&MlpConfig::new(4, 2).with_width(64), &mut rng, &device)?,
            strategy.clone(),
            &config,
        );
        let outcome = Fit::new(&data, &prior, &device, run.seed)?.run(wgan)?;
        let z = prior.draw(&tensor_of(one.view(), &device), &mut rng, &device);
        let fake = points_of(&outcome.wgan.averaged.forward(z));
        curve.push((n_steps as f64, w1(one.view(), fake.view(), GroundNorm::L2)?.value / floor));
    }
    Ok(curve)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("clipping", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let noisy = |n, rng: &mut _| ring(n, rng) + &(normal_points(n, 2, rng) * 0.5);
    let (real, fake) = (ring(20_000, &mut rng), noisy(20_000, &mut rng));
    let (real, fake) = (tensor_of(real.view(), &device), tensor_of(fake.view(), &device));
    let (fresh_real, fresh_fake) = (ring(1000, &mut rng), noisy(1000, &mut rng));
    let exact = w1(fresh_real.view(), fresh_fake.view(), GroundNorm::L2)?.value;
    let fresh = (tensor_of(fresh_real.view(), &device), tensor_of(fresh_fake.view(), &device));
    // Estimate per unit of the largest slope that the audit finds, as a share of W₁.
    let used = |critic: &MlpCritic| -> Result<(f64, f64), Failure> {
        let estimate = Estimate::of(critic, &fresh.0, &fresh.1)?.value;
        let slope = Audit::of(critic, &fresh.0, &fresh.1, GroundNorm::L2)?.lower();
        Ok((estimate / slope / exact, slope))
    };
    run.note("exact W1 of 1,000 points", exact);

    let penalty = GradientPenalty::one_sided(1.0);
    let penalised = train_critic(&penalty, false, (&real, &fake), &run)?;
    let (share, slope) = used(&penalised)?;
    run.at_least("gradient penalty: estimate / slope / W1", 0.3, share);
    run.note("  largest slope", slope);
    let of_penalty = share;
    let mut slopes = Vec::new();
    let mut clipped = Vec::new();
    for clip_bound in BOUNDS {
        let critic = train_critic(&WeightClip { clip_bound }, true, (&real, &fake), &run)?;
        let (share, slope) = used(&critic)?;
        let what = format!("c = {clip_bound}: estimate / slope / W1, in shares of the penalty's");
        run.at_most(&what, 0.9, share / of_penalty);
        run.note("  largest slope", slope);
        if clip_bound < 1.0 {
            run.at_least("  share of weights at ±c", 0.5, share_at_bound(&critic, clip_bound));
        } else {
            run.note("  share of weights at ±c", share_at_bound(&critic, clip_bound));
        }
        slopes.push(slope);
        clipped.push(critic);
    }
    let ratio = slopes[BOUNDS.len() - 1] / slopes[0];
    run.at_least("largest slope, c = 1 over c = 0.001", 1e6, ratio);

    let n_steps = run.size(800, 200);
    let steps = [n_steps / 4, n_steps / 2, n_steps];
    let bar = run.progress(BOUNDS.len() + 1);
    let mut quality = Panel::new("Generators by steps", "generator steps", "log₁₀ of W1 / floor");
    let log = |curve: &[Point]| curve.iter().map(|(x, y)| (*x, y.log10())).collect();
    let curve = train_generator(penalty, false, &steps, &run)?;
    bar.inc(1);
    quality = quality.line("gradient penalty", log(&curve));
    let best = curve[2].1;
    run.note("W1 / floor of the generator, gradient penalty", best);
    let mut finals = Vec::new();
    for clip_bound in BOUNDS {
        let curve = train_generator(WeightClip { clip_bound }, true, &steps, &run)?;
        bar.inc(1);
        quality = quality.line(&format!("c = {clip_bound}"), log(&curve));
        let what = format!("  c = {clip_bound}, over the penalty's");
        if clip_bound < 1.0 {
            run.at_least(&what, 1.0, curve[2].1 / best);
        } else {
            // RMSProp takes the size out of a gradient: a critic of any slope may do if its direction is right.
            run.note(&what, curve[2].1 / best);
        }
        finals.push(curve[2].1);
    }
    let worst = finals.iter().copied().fold(0.0, f64::max);
    let least = finals.iter().copied().fold(f64::INFINITY, f64::min);
    run.at_least("  worst c over best c", 3.0, worst / least);

    let surface = |title: &str, critic: &MlpCritic| {
        let map = |cells: &[Point]| {
            let cells = Array2::from_shape_fn((cells.len(), 2), |(i, j)| {
                if j == 0 { cells[i].0 } else { cells[i].1 }
            });
            values(critic.score(&tensor_of(cells.view(), &device)))
        };
        let some = fresh_real.select(ndarray::Axis(0), &(0..100).collect::<Vec<_>>());
        Panel::new(title, "x", "y").level_map((-2.0, 2.0), 30, map).dots("real", points(&some))
    };
    let panels = [
        surface("Critic value, gradient penalty (light: low)", &penalised),
        surface("Critic value, c = 0.01 (light: low)", &clipped[1]),
        quality,
    ];
    save(&run.path("clipping.svg"), 3, &panels)?;
    Ok(run.finish())
}
