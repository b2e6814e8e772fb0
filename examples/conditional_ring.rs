//! Eight Gaussians on a ring, each a class of its own, one of them with 1 % of the samples: is the rare class learnt?
//!
//! Known answer: class `k` is `N(centre(k), 0.05²·I)`; a perfect model hits its own mode with 100 % of the
//! samples and scores W₁ / floor = 1 for every class.

use std::f64::consts::TAU;
use std::process::ExitCode;

use burn::module::Module;
use ndarray::{Axis, arr1};
use rand::{Rng, RngExt};
use wgan_cond::{
    ClassSampling, Condition, ConditionColumn, ConditionalData, ConditionalPrior,
    ConditionalSampler, Conditioned, Examination, FilmGenerator, Given, Learner, NearestNeighbours,
    ProjectionCritic, ReportConfig, Schema, Targets,
};
use wgan_core::cli::Progress;
use wgan_core::train::Schedule;
use wgan_core::{Fit, GradientPenalty, MlpConfig, OptimizerConfig, TrainConfig, Wgan};
use wgan_examples::{Experiment, Failure, Panel, device, normal_points, points, save};

const PROBLEM: &str = "Eight Gaussians on a ring, each a class of its own, one of them with 1 % of the samples.\n\
    Known answer: a perfect model has all samples in the mode asked for and W1 / floor = 1 for every class.";

const N: usize = 20_000;
const SD: f64 = 0.05;
const RARE: usize = 3;

/// Centre of mode `k` of 8, on the unit circle.
fn centre(k: usize) -> [f64; 2] {
    let angle = TAU * k as f64 / 8.0;
    [angle.cos(), angle.sin()]
}

fn class(k: usize) -> Condition {
    Condition::new().with("mode", format!("mode {k}"))
}

/// Samples of the given modes.
fn ring<R: Rng>(modes: impl Iterator<Item = usize>, rng: &mut R) -> Conditioned {
    let modes: Vec<usize> = modes.collect();
    let mut x = normal_points(modes.len(), 2, rng) * SD;
    for (mut row, &k) in x.rows_mut().into_iter().zip(&modes) {
        row += &arr1(&centre(k));
    }
    Conditioned { x, conditions: modes.into_iter().map(class).collect() }
}

/// A mode: the rare one in 1 of 100 draws.
fn draw_mode<R: Rng>(rng: &mut R) -> usize {
    let common = [0, 1, 2, 4, 5, 6, 7];
    if rng.random_bool(0.01) { RARE } else { common[rng.random_range(0..common.len())] }
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("conditional_ring", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(0));
    let modes: Vec<usize> = (0..N).map(|_| draw_mode(&mut rng)).collect();
    let real = ring(modes.into_iter(), &mut rng);
    let schema = Schema::fit(&[ConditionColumn::categories("mode")], &real.conditions)?;
    let data = ConditionalData::new(real.x.view(), &real.conditions, &schema, &device)?
        .with_class_sampling(ClassSampling::Balanced);

    let config = TrainConfig::new(256, run.size(2000, 600))
        .with_critic_optimizer(OptimizerConfig::adam(2e-3))
        .with_generator_optimizer(OptimizerConfig::adam(5e-4))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.995);
    let (m, prior) = (schema.width(), ConditionalPrior { dim: 4 });
    let critic = MlpConfig::new(2, 32).with_width(64).with_depth(2);
    let generator = MlpConfig::new(4, 2).with_width(48).with_depth(1);
    let wgan = Wgan::new(
        ProjectionCritic::seeing_conditions(&critic, m, &mut rng, &device)?,
        FilmGenerator::new(&generator, m, &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let outcome =
        Fit::new(&data, &prior, &device, run.seed)?.with_recorder(Progress::new()).run(wgan)?;

    let sampler = ConditionalSampler::new(
        outcome.wgan.averaged,
        schema.clone(),
        prior,
        real.conditions,
        &device,
    );
    let fake = sampler.sample(1000, Given::Each((0..8).map(class).collect()), &mut rng)?.rows;
    let fresh = ring((0..8).flat_map(|k| [k; 2000]), &mut rng);
    let training = ring((0..8).flat_map(|k| [k; 100]), &mut rng);
    let targets = Targets::of(&schema, "mode", &training.conditions)?;
    let judge = NearestNeighbours { k: 5 }.fit(training.x.view(), &targets)?;
    let critic = outcome.wgan.critic.valid();
    let config = ReportConfig::default();
    let examination =
        Examination { schema: &schema, critic: &critic, judge: &*judge, config, device: &device };
    let report = examination.report("mode", &fresh, &fake, &mut rng)?;
    println!(
        "{report}holds: share of the samples that 5 nearest neighbours put in the class asked for\n"
    );
    for (k, row) in report.rows.iter().enumerate() {
        let samples = fake.x.slice_axis(Axis(0), (1000 * k..1000 * (k + 1)).into());
        let [x, y] = centre(k);
        let distances = samples.rows().into_iter().map(|row| (row[0] - x).hypot(row[1] - y));
        let n_near = distances.filter(|&distance| distance < 4.0 * SD).count();
        let rare = if k == RARE { " (rare)" } else { "" };
        run.at_least(&format!("mode {k}{rare}: share within 4 σ"), 0.98, n_near as f64 / 1000.0);
        if let Some(w1) = &row.w1 {
            run.at_most("  W1 / floor", 2.0, w1.ratio);
        }
    }
    let some = |x: &ndarray::Array2<f64>| {
        points(&x.select(Axis(0), &(0..x.nrows()).step_by(x.nrows() / 200).collect::<Vec<_>>()))
    };
    let panel = Panel::new("Eight classes, one of them rare", "x", "y")
        .dots("fresh real", some(&fresh.x))
        .dots("generated", some(&fake.x));
    save(&run.path("conditional_ring.svg"), 1, &[panel])?;
    Ok(run.finish())
}
