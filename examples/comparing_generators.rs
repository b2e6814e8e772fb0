//! Generators of known quality, ranked by critics of different architecture.
//!
//! Known answer: generator k makes the real law, shifted by δₖ, so W₁ = δₖ. A critic trained for each must rank them right. Raw estimates of different
//! critics have different units. Divided by the largest slope that an audit finds they are lower bounds of W₁; divided by the mean slope on the
//! way of the mass they agree, but bound nothing.

use std::process::ExitCode;

use burn::tensor::Tensor;
use wgan_core::judge::Estimate;
use wgan_core::lipschitz::{Audit, LipschitzStrategy, Orthonormal, WeightClip};
use wgan_core::model::Activation;
use wgan_core::train::CriticConfig;
use wgan_core::{
    GradientPenalty, GroundNorm, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, mean, normal_points, save, values};

const PROBLEM: &str = "Generators that miss the real law by shifts δ = 0.25 … 2, ranked by critics of four architectures.\n\
    Known answer: W1 = δ; raw estimates have the unit of their critic; divided by its largest slope they are lower bounds.";

const SHIFTS: [f64; 4] = [0.25, 0.5, 1.0, 2.0];
const CRITICS: [&str; 4] = ["gp-lambda-10", "gp-lambda-0.1-tanh", "orthonormal", "clip-0.1"];

/// What one critic says of one generator.
struct Judged {
    raw: f64,
    per_largest: f64,
    per_mean: f64,
}

fn judge<S: LipschitzStrategy<MlpCritic>>(
    config: &MlpConfig,
    (strategy, learning_rate): (&S, f64),
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<Judged, Failure> {
    let mut rng = run.rng(2);
    let critic = MlpCritic::new(config, &mut rng, &device())?;
    let critic = CriticConfig::new(256, run.size(1000, 500))
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (real, fake), &mut rng)?;
    let raw = Estimate::of(&critic, real, fake)?.value;
    let largest = Audit::of(&critic, real, fake, GroundNorm::L2)?.lower();
    let both = Tensor::cat(vec![real.clone(), fake.clone()], 0);
    let slopes = values(GroundNorm::L2.norm(critic.input_gradient(&both)));
    Ok(Judged { raw, per_largest: raw / largest, per_mean: raw / mean(&slopes) })
}

fn estimate(
    name: &str,
    samples: (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<Judged, Failure> {
    let network = |width, depth, activation| {
        MlpConfig::new(2, 1).with_width(width).with_depth(depth).with_activation(activation)
    };
    let penalty = GradientPenalty::one_sided;
    match name {
        "gp-lambda-10" => {
            judge(&network(64, 3, Activation::LeakyRelu), (&penalty(10.0), 1e-3), samples, run)
        }
        "gp-lambda-0.1-tanh" => {
            judge(&network(32, 2, Activation::Tanh), (&penalty(0.1), 1e-3), samples, run)
        }
        "orthonormal" => {
            judge(&network(32, 3, Activation::AbsoluteValue), (&Orthonormal, 1e-2), samples, run)
        }
        _ => {
            let clip = WeightClip { clip_bound: 0.1 };
            judge(&network(32, 2, Activation::LeakyRelu), (&clip, 1e-3), samples, run)
        }
    }
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("comparing_generators", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let real = normal_points(10_000, 2, &mut rng);
    let base = normal_points(10_000, 2, &mut rng);
    let real = tensor_of(real.view(), &device);
    let bar = run.progress(CRITICS.len() * SHIFTS.len());
    let panel =
        |title: &str| Panel::new(title, "true W1 (length)", "estimate (length)").y(0.0, 4.0);
    let mut raw = Panel::new("Raw estimates", "true W1 (length)", "log₁₀ of the estimate");
    let mut per_largest = panel("Divided by the largest slope");
    let mut per_mean = panel("Divided by the mean slope");
    let mut last = Vec::new();
    for name in CRITICS {
        let mut judged = Vec::new();
        for shift in SHIFTS {
            // Along the diagonal; generators share their noise.
            let fake = tensor_of((&base + shift * 0.5f64.sqrt()).view(), &device);
            judged.push(estimate(name, (&real, &fake), &run)?);
            bar.inc(1);
        }
        let n_right = judged.windows(2).filter(|pair| pair[0].raw < pair[1].raw).count();
        run.near(&format!("{name}: neighbours in the right order"), 3.0, 0.0, n_right as f64);
        run.note("  raw estimate for W1 = 2", judged[3].raw);
        // Samples of 10,000 are off by 0.02.
        run.at_most("  estimate / largest slope for W1 = 2", 2.0 + 0.06, judged[3].per_largest);
        run.near("  estimate / mean slope for W1 = 2", 2.0, 0.3, judged[3].per_mean);
        run.near("  estimate / mean slope for W1 = 0.5", 0.5, 0.1, judged[1].per_mean);
        let curve =
            |of: fn(&Judged) -> f64| SHIFTS.into_iter().zip(judged.iter().map(of)).collect();
        raw = raw.line(name, curve(|judged| judged.raw.log10()));
        per_largest = per_largest.line(name, curve(|judged| judged.per_largest));
        per_mean = per_mean.line(name, curve(|judged| judged.per_mean));
        last.extend(judged.pop());
    }
    let spread = |of: fn(&Judged) -> f64| {
        let of_all = || last.iter().map(of);
        of_all().fold(0.0, f64::max) / of_all().fold(f64::INFINITY, f64::min)
    };
    let (of_raw, of_largest) = (spread(|judged| judged.raw), spread(|judged| judged.per_largest));
    run.at_least("raw estimates for W1 = 2, largest over smallest", 5.0, of_raw);
    run.at_most("  divided by the largest slope", 2.5, of_largest);
    run.at_most("  divided by the mean slope", 1.15, spread(|judged| judged.per_mean));
    save(&run.path("comparing_generators.svg"), 3, &[raw, per_largest, per_mean])?;
    Ok(run.finish())
}
