//! A law and its translation: which way does the critic's gradient point?
//!
//! Known answer: the optimal plan moves every point by the same vector `v`, W₁ = ‖v‖, and on the way of the mass the gradient of every optimal
//! critic is the unit vector along `v` (Gulrajani et al. 2017, proposition 1).

use std::f64::consts::PI;
use std::process::ExitCode;

use burn::tensor::Tensor;
use ndarray::{Array1, Array2, array};
use rand::{Rng, RngExt};
use wgan_core::judge::Estimate;
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal};
use wgan_core::model::Activation;
use wgan_core::train::CriticConfig;
use wgan_core::{
    GradientPenalty, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, normal_points, points, save};

const PROBLEM: &str = "A law and its translation by v: does the critic's gradient point along v?\n\
    Known answer: W1 = ‖v‖, and the gradient of an optimal critic is the unit vector along v.";

const N: usize = 20_000;

/// Two half moons with some noise.
fn moons<R: Rng>(n: usize, rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(n, 2, rng) * 0.1;
    for mut row in points.rows_mut() {
        let angle = rng.random_range(0.0..PI);
        let (x, y) = (angle.cos(), angle.sin());
        row += &if rng.random_bool(0.5) { array![x, y] } else { array![1.0 - x, 0.5 - y] };
    }
    points
}

fn train<S: LipschitzStrategy<MlpCritic>>(
    (activation, learning_rate): (Activation, f64),
    strategy: &S,
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<MlpCritic, Failure> {
    let mut rng = run.rng(2);
    let config = MlpConfig::new(real.dims()[1], 1).with_width(64).with_activation(activation);
    let critic = MlpCritic::new(&config, &mut rng, &device())?;
    Ok(CriticConfig::new(256, run.size(1000, 400))
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (real, fake), &mut rng)?)
}

/// Means over the points of `g·u` and of `g·u/‖g‖` for the unit vector `u` along the translation.
fn along(gradients: &Array2<f64>, unit: &Array1<f64>) -> (f64, f64) {
    let projection = gradients.dot(unit);
    let lengths = (gradients * gradients).sum_axis(ndarray::Axis(1)).mapv(f64::sqrt);
    let n = projection.len() as f64;
    (projection.sum() / n, (&projection / &lengths).sum() / n)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("transport_direction", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let mut panels = Vec::new();
    let laws = [
        ("two moons", moons(N, &mut rng), array![1.2, 0.5_f64]),
        ("normal, 10 dimensions", normal_points(N, 10, &mut rng), Array1::from_elem(10, 0.4)),
    ];
    for (name, fake, shift) in laws {
        let length: f64 = shift.dot(&shift).sqrt();
        let unit = &shift / length;
        let real = &fake + &shift;
        let samples = (tensor_of(real.view(), &device), tensor_of(fake.view(), &device));
        let samples = (&samples.0, &samples.1);
        let absolute = (Activation::AbsoluteValue, 1e-2);
        let certified = train(absolute, &Orthonormal, samples, &run)?;
        let penalised =
            train((Activation::LeakyRelu, 1e-3), &GradientPenalty::default(), samples, &run)?;
        for (kind, critic) in [("orthonormal", &certified), ("gradient penalty", &penalised)] {
            let estimate = Estimate::of(critic, samples.0, samples.1)?.value;
            let gradients = points_of(&critic.input_gradient(samples.1));
            let (projection, cosine) = along(&gradients, &unit);
            let of = |what: &str| format!("{name}, {kind}: {what}");
            // λ = 10 lets the slope rise to 1 + ‖v‖/2λ.
            let (slope, tolerance) =
                if kind == "orthonormal" { (1.0, 0.02) } else { (1.0 + length / 20.0, 0.06) };
            run.near(&of("estimate / ‖v‖"), slope, tolerance, estimate / length);
            run.near(&of("gradient · direction"), slope, tolerance, projection);
            run.at_least(&of("cosine"), 0.97, cosine);
        }
        if fake.ncols() == 2 {
            let (some_real, some_fake) =
                (real.select(ndarray::Axis(0), &shown()), fake.select(ndarray::Axis(0), &shown()));
            let tips = points_of(&certified.input_gradient(&tensor_of(some_fake.view(), &device)));
            let tips = &some_fake + &(tips * 0.35);
            let arrows = points(&some_fake).into_iter().zip(points(&tips)).step_by(3).collect();
            panels.push(
                Panel::new("Two moons, translated", "x", "y")
                    .dots("fake", points(&some_fake))
                    .dots("real", points(&some_real))
                    .arrows("gradient at the fake points", arrows)
                    .y(-1.2, 3.0),
            );
        }
    }
    save(&run.path("transport_direction.svg"), 1, &panels)?;
    Ok(run.finish())
}

/// Rows that are drawn.
fn shown() -> Vec<usize> {
    (0..180).collect()
}
