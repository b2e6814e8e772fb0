//! Gradient norms of critics with orthonormal weights, by activation.
//!
//! Known answer: from `N(0, I)` to `N(0, 4I)` the optimal potential is `−‖x‖`, with a gradient of length one everywhere. Orthonormal layers keep the
//! length of a gradient, sorting and folding keep it, rectifiers lose what they cut off (Anil, Lucas, Grosse 2019).

use std::process::ExitCode;

use burn::tensor::Tensor;
use wgan_core::judge::Estimate;
use wgan_core::judge::known_pairs::{KnownPair, StretchedNormals};
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal};
use wgan_core::model::Activation;
use wgan_core::train::CriticConfig;
use wgan_core::{
    GradientPenalty, GroundNorm, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, mean, save, values};

const PROBLEM: &str = "Critics with orthonormal weights and different activations, between N(0, I) and N(0, 4I) in ten dimensions.\n\
    Known answer: the optimal gradient has length 1 everywhere; only GroupSort and the absolute value can keep it.";

const ACTIVATIONS: [(&str, Activation); 4] = [
    ("ReLU", Activation::Relu),
    ("LeakyReLU", Activation::LeakyRelu),
    ("GroupSort", Activation::GroupSort),
    ("AbsoluteValue", Activation::AbsoluteValue),
];

/// Gradient norms at the samples and the estimate.
fn train<S: LipschitzStrategy<MlpCritic>>(
    activation: Activation,
    (strategy, learning_rate): (&S, f64),
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<(Vec<f64>, f64), Failure> {
    let mut rng = run.rng(2);
    let config = MlpConfig::new(10, 1).with_width(64).with_activation(activation);
    let critic = MlpCritic::new(&config, &mut rng, &device())?;
    let critic = CriticConfig::new(256, run.size(1500, 500))
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (real, fake), &mut rng)?;
    let norms = values(GroundNorm::L2.norm(critic.input_gradient(real)));
    Ok((norms, Estimate::of(&critic, real, fake)?.value))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("activations", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let pair = StretchedNormals { d: 10 };
    let (real, fake) = (pair.real(20_000, &mut rng), pair.fake(20_000, &mut rng));
    let (real, fake) = (tensor_of(real.view(), &device), tensor_of(fake.view(), &device));
    let axes = ("length of the gradient at the real samples", "share of the samples (percent)");
    let mut certified = Panel::new("Orthonormal weights", axes.0, axes.1);
    let mut penalised = Panel::new("Gradient penalty, λ = 10", axes.0, axes.1);
    let bar = run.progress(2 * ACTIVATIONS.len());
    for (name, activation) in ACTIVATIONS {
        let (norms, estimate) = train(activation, (&Orthonormal, 1e-2), (&real, &fake), &run)?;
        bar.inc(1);
        let share = estimate / pair.w1();
        if matches!(activation, Activation::GroupSort | Activation::AbsoluteValue) {
            run.near(&format!("{name}, orthonormal: mean length"), 1.0, 0.01, mean(&norms));
            run.at_least("  estimate / W1", 0.93, share);
        } else {
            run.at_most(&format!("{name}, orthonormal: mean length"), 0.9, mean(&norms));
            run.at_most("  estimate / W1", 0.85, share);
        }
        certified = certified.histogram(name, &norms, (0.0, 1.1), 44);
        let penalty = (&GradientPenalty::default(), 1e-3);
        let (norms, _) = train(activation, penalty, (&real, &fake), &run)?;
        bar.inc(1);
        run.near(&format!("{name}, gradient penalty: mean length"), 1.1, 0.15, mean(&norms));
        penalised = penalised.histogram(name, &norms, (0.0, 2.0), 40);
    }
    let panels = [certified, penalised];
    save(&run.path("activations.svg"), 2, &panels)?;
    Ok(run.finish())
}
