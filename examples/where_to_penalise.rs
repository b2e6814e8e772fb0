//! Where should the gradient be penalised: between real and fake, at the real samples, at the fake ones, or a mix?
//!
//! Known answer for two points at distance θ: at interpolates the best slope is 1 + θ/2λ. A penalty at one end only says nothing about the
//! way between them, where the critic may rise as steeply as its weights allow: its estimate has no bound.

use std::process::ExitCode;

use burn::tensor::Tensor;
use ndarray::Array2;
use wgan_core::judge::Estimate;
use wgan_core::judge::known_pairs::{KnownPair, PointMasses, TranslatedNormals};
use wgan_core::lipschitz::{Audit, PenaltyPoints};
use wgan_core::train::{CriticConfig, Schedule};
use wgan_core::{
    Critic, GradientPenalty, GroundNorm, MlpConfig, MlpCritic, OptimizerConfig, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, Point, device, linspace, save, values};

const PROBLEM: &str = "A gradient penalty at interpolates, at real, at fake, and at a mix of points.\n\
    Known answer: between two points θ = 3 apart the best slope is 1 + θ/2λ = 1.15 at interpolates; at one end only it has no bound.";

const THETA: f64 = 3.0;
const LAMBDA: f64 = 10.0;

const PLACES: [(&str, PenaltyPoints); 4] = [
    ("interpolates", PenaltyPoints::Interpolates),
    ("real", PenaltyPoints::Real),
    ("fake", PenaltyPoints::Fake),
    ("mixed", PenaltyPoints::Mixed),
];

fn train(
    pair: &dyn KnownPair,
    points: PenaltyPoints,
    n_steps: usize,
    run: &Experiment,
) -> Result<(MlpCritic, Tensor<2>, Tensor<2>), Failure> {
    let (device, mut rng) = (device(), run.rng(1));
    // Centred, so that no law is where the rectifiers of a fresh critic have their kinks.
    let centred = |rows: Array2<f64>| tensor_of((rows - pair.w1() / 2.0).view(), &device);
    let (real, fake) = (pair.real(2000, &mut rng), pair.fake(2000, &mut rng));
    let (real, fake) = (centred(real), centred(fake));
    let critic = MlpCritic::new(&MlpConfig::new(2, 1).with_width(64), &mut rng, &device)?;
    let strategy = GradientPenalty { points, ..GradientPenalty::two_sided(LAMBDA) };
    let critic = CriticConfig::new(128, n_steps)
        .with_optimizer(OptimizerConfig::adam(1e-3))
        .with_schedule(Schedule::HalfLinear)
        .fit(critic, &strategy, (&real, &fake), &mut rng)?;
    Ok((critic, real, fake))
}

/// `f(x) − f(fake)` along the line through both points, positions from the fake one.
fn ramp(critic: &MlpCritic) -> Vec<Point> {
    let positions = linspace(-1.0, THETA + 1.0, 101);
    let line: Vec<Tensor<2>> = positions
        .iter()
        .map(|&x| [(x - THETA / 2.0) as f32, (-THETA / 2.0) as f32])
        .map(|point| Tensor::from_floats([point], &device()))
        .collect();
    let scores = values(critic.score(&Tensor::cat(line, 0)));
    let at_fake = scores[20];
    positions.into_iter().zip(scores).map(|(x, f)| (x, f - at_fake)).collect()
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("where_to_penalise", PROBLEM)?;
    let n_steps = run.size(1500, 800);
    let bar = run.progress(2 * PLACES.len());
    let mut ramps = Panel::new(
        "Critics between two points",
        "position (length): fake at 0, real at 3",
        "f(x) − f(fake)",
    )
    .y(-2.0, 15.0);
    let optimum = 1.0 + THETA / (2.0 * LAMBDA);
    for (name, place) in PLACES {
        let (critic, real, fake) = train(&PointMasses::apart(THETA), place, n_steps, &run)?;
        let share = Estimate::of(&critic, &real, &fake)?.value / THETA;
        let what = format!("two points, {name}: estimate / W1");
        match place {
            PenaltyPoints::Interpolates => run.near(&what, optimum, 0.03, share),
            PenaltyPoints::Mixed => run.near(&what, optimum, 0.35, share),
            PenaltyPoints::Real | PenaltyPoints::Fake => run.at_least(&what, 2.0 * optimum, share),
        }
        ramps = ramps.line(name, ramp(&critic));
        bar.inc(1);
    }
    // Laws that overlap: their samples are everywhere, so that each place constrains the critic in most of the space.
    let pair = TranslatedNormals { d: 2, shift: 2.0 };
    for (name, place) in PLACES {
        let (critic, real, fake) = train(&pair, place, n_steps, &run)?;
        let estimate = Estimate::of(&critic, &real, &fake)?.value;
        let slope = Audit::of(&critic, &real, &fake, GroundNorm::L2)?.lower();
        let what = format!("overlapping normal laws, {name}: estimate / W1");
        match place {
            PenaltyPoints::Interpolates | PenaltyPoints::Mixed => {
                run.near(&what, 1.1, 0.1, estimate / pair.w1());
            }
            PenaltyPoints::Real | PenaltyPoints::Fake => run.note(&what, estimate / pair.w1()),
        }
        run.note("  largest slope", slope);
        bar.inc(1);
    }
    save(&run.path("where_to_penalise.svg"), 1, &[ramps])?;
    Ok(run.finish())
}
