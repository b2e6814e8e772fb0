//! A committee of critics on pairs of features, when one feature is corrupted.
//!
//! Known answer: the two laws differ by a shift of one in each of four features, so that the gradient of one critic on all of them is (½, ½, ½, ½).
//! A corrupted feature, shifted by ten more, leaves 1/√124 = 0.09 for each of the others. Six critics on pairs, three of which see the bad
//! feature, keep (2·√½ + 1/√122)/6 = 0.25 of 0.35.

use std::process::ExitCode;

use burn::tensor::Tensor;
use ndarray::{Array1, Array2, Axis};
use wgan_core::lipschitz::{EachMember, LipschitzStrategy, Orthonormal};
use wgan_core::model::{Activation, Committee};
use wgan_core::train::CriticConfig;
use wgan_core::{
    Critic, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, normal_points, save};

const PROBLEM: &str = "Laws that differ by a shift in each of four features; one feature is corrupted by a shift of ten more.\n\
    Known answer: one critic keeps 18 % of its slope along a good feature, a committee on all pairs of features 71 %.";

const D: usize = 4;
const N: usize = 5000;

fn critic(d: usize, run: &Experiment, seed: u64) -> Result<MlpCritic, Failure> {
    let config = MlpConfig::new(d, 1).with_width(16).with_activation(Activation::AbsoluteValue);
    Ok(MlpCritic::new(&config, &mut run.rng(seed), &device())?)
}

fn committee(run: &Experiment) -> Result<Committee<MlpCritic>, Failure> {
    let pairs: Vec<Vec<usize>> = (0..D).flat_map(|i| (i + 1..D).map(move |j| vec![i, j])).collect();
    let members = (0..pairs.len()).map(|m| critic(2, run, 10 + m as u64));
    Ok(Committee::new(members.collect::<Result<_, _>>()?, pairs, D)?)
}

/// Mean gradient at the fake points of a critic that was trained between the two laws.
fn mean_gradient<C, S>(
    critic: C,
    strategy: &S,
    (real, fake): (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<Array1<f64>, Failure>
where
    C: InputGradient<Sample = Tensor<2>> + Critic,
    S: LipschitzStrategy<C>,
{
    let rate = OptimizerConfig::Adam { learning_rate: 1e-2, beta_1: 0.5, beta_2: 0.9 };
    let config = CriticConfig::new(256, run.size(500, 250)).with_optimizer(rate);
    let critic = config.fit(critic, strategy, (real, fake), &mut run.rng(2))?;
    let gradients = points_of(&critic.input_gradient(fake));
    Ok(gradients.sum_axis(Axis(0)) / gradients.nrows() as f64)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("committee", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let fake: Array2<f64> = normal_points(N, D, &mut rng);
    let real = normal_points(N, D, &mut rng) + 1.0;
    let mut corrupted = real.clone();
    corrupted.column_mut(0).mapv_inplace(|value| value + 10.0);
    let fake = tensor_of(fake.view(), &device);
    let half = 0.5f64.sqrt();
    // [feature 0, each other feature] of the mean gradient.
    let expected_one = [[0.5, 0.5], [11.0 / 124f64.sqrt(), 1.0 / 124f64.sqrt()]];
    let with_bad = [11.0 / 122f64.sqrt(), 1.0 / 122f64.sqrt()];
    let expected_committee =
        [[0.5 * half, 0.5 * half], [0.5 * with_bad[0], (2.0 * half + with_bad[1]) / 6.0]];

    let mut kept = Vec::new();
    let (mut bars_one, mut bars_committee) = (Vec::new(), Vec::new());
    for (state, (name, real)) in
        [("clean", &real), ("corrupted", &corrupted)].into_iter().enumerate()
    {
        let real = tensor_of(real.view(), &device);
        let one = mean_gradient(critic(D, &run, 9)?, &Orthonormal, (&real, &fake), &run)?;
        let many = mean_gradient(committee(&run)?, &EachMember(Orthonormal), (&real, &fake), &run)?;
        for (kind, gradient, expected) in [
            ("one critic", &one, expected_one[state]),
            ("committee", &many, expected_committee[state]),
        ] {
            let others = gradient.iter().skip(1).sum::<f64>() / (D - 1) as f64;
            let of = |what: &str| format!("{name}, {kind}: slope along {what}");
            run.near(&of("feature 0"), expected[0], 0.05, gradient[0]);
            run.near(&of("another feature"), expected[1], 0.05, others);
            kept.push(others);
        }
        bars_one.push(one);
        bars_committee.push(many);
    }
    run.at_most("slope along a good feature that one critic keeps", 0.25, kept[2] / kept[0]);
    run.at_least("  and the committee", 0.6, kept[3] / kept[1]);

    let panel = |title: &str, gradients: &[Array1<f64>]| {
        let line = |gradient: &Array1<f64>| {
            gradient.iter().enumerate().map(|(k, g)| (k as f64, *g)).collect::<Vec<_>>()
        };
        Panel::new(title, "feature (0 is corrupted)", "mean slope of the critic")
            .line("clean", line(&gradients[0]))
            .line("corrupted", line(&gradients[1]))
            .y(0.0, 1.1)
    };
    let panels = [
        panel("One critic on all features", &bars_one),
        panel("Committee on pairs", &bars_committee),
    ];
    save(&run.path("committee.svg"), 2, &panels)?;
    Ok(run.finish())
}
