//! Two point masses: a fake one in the origin and a real one at distance θ.
//!
//! Known answer: W₁ = θ, and every optimal critic is a ramp of slope one between them. Under a two-sided penalty of weight λ
//! the best slope is 1 + θ/2λ instead, from maximising s·θ − λ(s − 1)².

use std::process::ExitCode;

use burn::tensor::Tensor;
use wgan_core::judge::Estimate;
use wgan_core::judge::known_pairs::{KnownPair, PointMasses};
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal};
use wgan_core::model::Activation;
use wgan_core::train::CriticConfig;
use wgan_core::{Critic, GradientPenalty, MlpConfig, MlpCritic, OptimizerConfig, tensor_of};
use wgan_examples::{Experiment, Failure, Panel, Point, device, linspace, save, values};

const PROBLEM: &str = "Two point masses at distance θ: what does a critic find?\n\
    Known answer: W1 = θ with a ramp of slope one between them; a penalty of weight λ = 10 allows slope 1 + θ/2λ.";

const LAMBDA: f64 = 10.0;
const BATCH: usize = 64;

/// A critic trained between the two points, with its estimate of their distance.
fn train<S: LipschitzStrategy<MlpCritic>>(
    theta: f64,
    strategy: &S,
    (activation, learning_rate): (Activation, f64),
    run: &Experiment,
) -> Result<(MlpCritic, f64), Failure> {
    let (device, mut rng) = (device(), run.rng(1));
    let pair = PointMasses::apart(theta);
    let real = tensor_of(pair.real(BATCH, &mut rng).view(), &device);
    let fake = tensor_of(pair.fake(BATCH, &mut rng).view(), &device);
    let config = MlpConfig::new(2, 1).with_width(32).with_activation(activation);
    let critic = MlpCritic::new(&config, &mut rng, &device)?;
    let critic = CriticConfig::new(BATCH, run.size(1000, 800))
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (&real, &fake), &mut rng)?;
    let estimate = Estimate::of(&critic, &real, &fake)?.value;
    Ok((critic, estimate))
}

/// `(f(x) − f(fake))/θ` along the line through both points, positions in units of θ.
fn ramp(critic: &MlpCritic, theta: f64) -> Vec<Point> {
    let positions = linspace(-0.5, 1.5, 81);
    let at: Vec<[f32; 2]> = positions.iter().map(|s| [(s * theta) as f32, 0.0]).collect();
    let line: Vec<Tensor<2>> =
        at.into_iter().map(|point| Tensor::from_floats([point], &device())).collect();
    let scores = values(critic.score(&Tensor::cat(line, 0)));
    let fake = scores[20]; // position 0
    positions.into_iter().zip(scores).map(|(s, f)| (s, (f - fake) / theta)).collect()
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("point_masses", PROBLEM)?;
    let axes = ("position (units of θ): fake at 0, real at 1", "f(x) − f(fake) (units of θ)");
    let mut certified = Panel::new("Orthonormal critic", axes.0, axes.1).y(-1.5, 3.0);
    let mut penalised = Panel::new("Gradient penalty, λ = 10", axes.0, axes.1).y(-1.5, 3.0);
    for theta in [0.1, 1.0, 10.0] {
        let (critic, estimate) =
            train(theta, &Orthonormal, (Activation::AbsoluteValue, 1e-2), &run)?;
        run.near(&format!("estimate for θ = {theta}, orthonormal"), theta, 0.01 * theta, estimate);
        let line = ramp(&critic, theta);
        let between = line.iter().filter(|(s, _)| (0.0..=1.0).contains(s));
        let off = between.map(|(s, f)| (f - s).abs()).fold(0.0, f64::max);
        run.at_most("  largest distance from the ramp of slope one, in θ", 0.01, off);
        certified = certified.line(&format!("θ = {theta}"), line);

        let strategy = GradientPenalty::two_sided(LAMBDA);
        let (critic, estimate) = train(theta, &strategy, (Activation::LeakyRelu, 1e-3), &run)?;
        let expected = theta * (1.0 + theta / (2.0 * LAMBDA));
        let what = format!("estimate for θ = {theta}, gradient penalty");
        run.near(&what, expected, 0.03 * expected, estimate);
        penalised = penalised.line(&format!("θ = {theta}"), ramp(&critic, theta));
    }
    let panels = [certified, penalised];
    save(&run.path("point_masses.svg"), 2, &panels)?;
    Ok(run.finish())
}
