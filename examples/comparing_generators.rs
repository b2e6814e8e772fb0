//! Generators of known quality, ranked by critics of different architecture.
//!
//! Known answer: generator k makes the real law, shifted by δₖ, so W₁ = δₖ. A critic trained for each must rank them right. Raw estimates of different
//! critics have different units; divided by the slope that an audit finds they agree.

use std::process::ExitCode;

use burn::tensor::{Device, Tensor};
use wgan_core::{
    Activation, Audit, CriticConfig, Estimate, GradientPenalty, GroundNorm, LipschitzStrategy,
    MlpConfig, MlpCritic, OptimizerConfig, Orthonormal, WeightClip, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, normal_points, save};

const PROBLEM: &str = "Generators that miss the real law by shifts δ = 0.25 … 2, ranked by critics of four architectures.\n\
    Known answer: W1 = δ; raw estimates have the unit of their critic, divided by the audited slope they are W1.";

const SHIFTS: [f64; 4] = [0.25, 0.5, 1.0, 2.0];
const CRITICS: [&str; 4] = ["gp-lambda-10", "gp-lambda-0.1-tanh", "orthonormal", "clip-0.1"];

/// Raw and audited estimate.
fn judge<S: LipschitzStrategy<MlpCritic>>(
    config: &MlpConfig,
    (strategy, learning_rate): (&S, f64),
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<(f64, f64), Failure> {
    let mut rng = run.rng(2);
    let critic = MlpCritic::new(config, &mut rng, &Device::flex())?;
    let critic = CriticConfig::new(256, run.size(800, 400))
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (real, fake), &mut rng)?;
    let estimate = Estimate::of(&critic, real, fake)?.value;
    let slope = Audit::of(&critic, real, fake, GroundNorm::L2)?.lower();
    Ok((estimate, estimate / slope))
}

fn estimate(
    name: &str,
    samples: (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<(f64, f64), Failure> {
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
            judge(&network(32, 3, Activation::Fold), (&Orthonormal, 1e-2), samples, run)
        }
        _ => {
            let clip = WeightClip { clip_bound: 0.1 };
            judge(&network(32, 2, Activation::LeakyRelu), (&clip, 1e-3), samples, run)
        }
    }
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("comparing_generators", PROBLEM)?;
    let (device, mut rng) = (Device::flex(), run.rng(1));
    let real = normal_points(10_000, 2, &mut rng);
    let base = normal_points(10_000, 2, &mut rng);
    let real = tensor_of(real.view(), &device);
    let bar = run.progress(CRITICS.len() * SHIFTS.len());
    let mut raw = Panel::new("Raw estimates", "true W1 (length)", "log₁₀ of the estimate");
    let mut audited =
        Panel::new("Divided by the audited slope", "true W1 (length)", "log₁₀ of estimate / slope");
    let mut largest = Vec::new();
    for name in CRITICS {
        let (mut raws, mut units) = (Vec::new(), Vec::new());
        for shift in SHIFTS {
            // Along the diagonal; generators share their noise.
            let fake = tensor_of((&base + shift * 0.5f64.sqrt()).view(), &device);
            let (estimate, per_slope) = estimate(name, (&real, &fake), &run)?;
            raws.push((shift, estimate));
            units.push((shift, per_slope));
            bar.inc(1);
        }
        let is_ranked = raws.windows(2).all(|pair| pair[0].1 < pair[1].1);
        let n_ranked = raws.windows(2).filter(|pair| pair[0].1 < pair[1].1).count();
        run.holds(
            &format!("{name}: neighbours in the right order"),
            "3",
            n_ranked as f64,
            is_ranked,
        );
        run.near("  estimate / slope for W1 = 2", 2.0, 0.3, units[3].1);
        run.near("  estimate / slope for W1 = 0.5", 0.5, 0.15, units[1].1);
        run.note("  raw estimate for W1 = 2", raws[3].1);
        largest.push(raws[3].1);
        let log = |curve: Vec<(f64, f64)>| curve.into_iter().map(|(x, y)| (x, y.log10())).collect();
        raw = raw.line(name, log(raws));
        audited = audited.line(name, log(units));
    }
    let spread = largest.iter().copied().fold(0.0, f64::max)
        / largest.iter().copied().fold(f64::INFINITY, f64::min);
    run.at_least("raw estimates for W1 = 2, largest over smallest", 5.0, spread);
    save(&run.path("comparing_generators.svg"), 2, &[raw.legend_below(), audited.legend_below()])?;
    Ok(run.finish())
}
