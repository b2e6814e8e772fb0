//! One generator of Ising configurations for all temperatures, asked for temperatures that it was not trained at.
//!
//! Known answer: the mean energy at any temperature, in closed form; the law of the energy, by Monte-Carlo. The critic's slope is constrained in the
//! summaries of a configuration only, never in the temperature.

use std::process::ExitCode;

use burn::tensor::{Tensor, TensorData};
use ndarray::{Array2, ArrayView1, Axis};
use wgan_cond::{
    ConcatCritic, ConcatGenerator, Condition, ConditionColumn, ConditionalData, ConditionalPrior,
    Schema,
};
use wgan_core::cli::Progress;
use wgan_core::lattice::{LatticeSummaries, SpinGeneratorConfig, Summarised};
use wgan_core::train::Schedule;
use wgan_core::transport::w1_sorted;
use wgan_core::{
    Fit, Generator, GradientPenalty, MlpConfig, OptimizerConfig, TrainConfig, Wgan, points_of,
    tensor_of,
};
use wgan_examples::ising::{Wolff, energy, exact_energy, magnetisation};
use wgan_examples::{Experiment, Failure, Panel, device, mean, save};

const PROBLEM: &str = "Ising configurations on a 16 × 16 torus from one generator that is told the temperature, at temperatures between those it learnt.\n\
    Known answer: the mean energy in closed form, its law by Monte-Carlo.";

const LEARNT: [f64; 7] = [1.9, 2.1, 2.2, 2.3, 2.4, 2.6, 2.8];
const ASKED: [f64; 4] = [2.0, 2.25, 2.5, 2.7];
/// Sites along a side of the lattice.
const SIDE: usize = 16;
/// Configurations per comparison.
const N: usize = 2000;
/// Independent samples of each law; W₁ is the mean over as many pairs.
const N_SAMPLES: usize = 5;

fn at(temperature: f64) -> Condition {
    Condition::new().with("temperature", temperature)
}

fn per_row(rows: &Array2<f64>, of: fn(ArrayView1<'_, f64>) -> f64) -> Vec<f64> {
    rows.rows().into_iter().map(of).collect()
}

/// One of `N_SAMPLES` samples of `N`: every fifth value, so that neighbours in the Markov chain are apart.
fn sample(values: &[f64], number: usize) -> Vec<f64> {
    values.iter().copied().skip(number).step_by(N_SAMPLES).collect()
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("ising_temperature", PROBLEM)?;
    let (device, mut rng) = (device(), run.rng(1));
    let n_each = run.size(5000, 2000);
    let mut rows = Vec::new();
    for temperature in LEARNT {
        rows.push(Wolff::new(SIDE, temperature, &mut rng).draw(n_each, &mut rng));
    }
    let views: Vec<_> = rows.iter().map(|part| part.view()).collect();
    let spins = tensor_of(ndarray::concatenate(Axis(0), &views)?.view(), &device);
    let conditions: Vec<Condition> =
        LEARNT.iter().flat_map(|&t| (0..n_each).map(move |_| at(t))).collect();
    let schema = Schema::fit(&[ConditionColumn::number("temperature", "coupling")], &conditions)?;
    let summaries = LatticeSummaries::fit(&spins)?;
    let real = points_of(&summaries.apply(&spins));
    let data = ConditionalData::new(real.view(), &conditions, &schema, &device)?;

    let rate = OptimizerConfig::adam(4e-3);
    let config = TrainConfig::new(128, run.size(1500, 400))
        .with_n_critic(3)
        .with_critic_optimizer(rate)
        .with_generator_optimizer(rate)
        .with_schedule(Schedule::Cosine)
        .with_ema_decay(0.995);
    let critic = MlpConfig::new(LatticeSummaries::WIDTH, 1).with_width(64);
    let critic = ConcatCritic::new(&critic, schema.width(), &mut rng, &device)?;
    let generator =
        SpinGeneratorConfig::new(SIDE).with_n_conditions(schema.width()).init(&mut rng, &device)?;
    let noise = generator.prior();
    let wgan = Wgan::new(
        critic,
        ConcatGenerator { generator: Summarised { generator, summaries } },
        GradientPenalty::one_sided(0.1),
        &config,
    );
    let prior = ConditionalPrior { dim: noise.dim };
    let fit = Fit::new(&data, &prior, &device, run.seed)?.with_recorder(Progress::new());
    let generator = fit.run(wgan)?.wgan.averaged.generator.generator;

    let mut panels = Vec::new();
    for temperature in ASKED {
        let rows = Wolff::new(SIDE, temperature, &mut rng).draw(N * N_SAMPLES, &mut rng);
        let coded = schema.encode(&vec![at(temperature); N * N_SAMPLES])?.y;
        let shape = [N * N_SAMPLES, schema.width()];
        let y = TensorData::new(coded.iter().copied().collect::<Vec<f32>>(), shape);
        let z = noise.sample(N * N_SAMPLES, &mut rng, &device);
        let input = Tensor::cat(vec![Tensor::from_data(y, &device), z], 1);
        let fake = points_of(&generator.generate(&input));
        let (real, made) = (per_row(&rows, energy), per_row(&fake, energy));
        let name = format!("T = {temperature}");
        let exact = exact_energy(SIDE, temperature);
        run.near(&format!("{name}: mean energy"), exact, 0.03, mean(&made));
        run.note("  by Monte-Carlo", mean(&real));
        let mut sums = [0.0; 2];
        for k in 0..N_SAMPLES {
            let one = sample(&real, k);
            sums[0] += w1_sorted(&one, &sample(&made, k))?;
            sums[1] += w1_sorted(&one, &sample(&real, (k + 1) % N_SAMPLES))?;
        }
        run.at_most(&format!("{name}: W1 / floor of the energy"), 2.0, sums[0] / sums[1]);
        run.note("  mean |m|", mean(&per_row(&fake, magnetisation)));
        run.note("  by Monte-Carlo", mean(&per_row(&rows, magnetisation)));
        panels.push(
            Panel::new(&format!("{name}, not learnt"), "energy per spin (coupling)", "share (%)")
                .histogram("Monte-Carlo", &real, (-2.0, -0.2), 24)
                .histogram("generated", &made, (-2.0, -0.2), 24),
        );
    }
    save(&run.path("ising_temperature.svg"), 2, &panels)?;
    Ok(run.finish())
}
