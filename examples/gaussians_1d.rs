//! Two normal laws on the line: the optimal GAN discriminator against the optimal WGAN critic.
//!
//! Known answer: the best logit is `ln p/q`, so that the slope of the saturating generator loss is `D(x)·(ln p/q)′`, nearly zero where the
//! fake law is; the critic's slope is one everywhere. W₁ is the shift, JS a quadrature.

use std::process::ExitCode;

use burn::tensor::{Tensor, TensorData};
use rand::Rng;
use rand_distr::{Distribution, Normal};
use wgan_core::judge::Estimate;
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal, Unconstrained};
use wgan_core::model::Activation;
use wgan_core::train::{CriticConfig, Objective};
use wgan_core::transport::{gaussian_divergences, w1_gaussian, w1_sorted};
use wgan_core::{Critic, InputGradient, MlpConfig, MlpCritic, OptimizerConfig};
use wgan_examples::{Experiment, Failure, Panel, device, linspace, mean, save, values};

const PROBLEM: &str = "N(4, 1) against N(0, 1): what do an optimal discriminator and an optimal critic tell the generator?\n\
    Known answer: the logit is ln p/q = 4x − 8, so D and its slope vanish at the fake law; the critic's slope is 1 and W1 = 4.";

const REAL: (f64, f64) = (4.0, 1.0);
const FAKE: (f64, f64) = (0.0, 1.0);

fn draw<R: Rng>((mean, sd): (f64, f64), n: usize, rng: &mut R) -> Result<Vec<f64>, Failure> {
    Ok(Normal::new(mean, sd)?.sample_iter(rng).take(n).collect())
}

fn column(values: &[f64]) -> Tensor<2> {
    let numbers: Vec<f32> = values.iter().map(|&v| v as f32).collect();
    Tensor::from_data(TensorData::new(numbers, [values.len(), 1]), &device())
}

fn train<S: LipschitzStrategy<MlpCritic>>(
    (activation, learning_rate): (Activation, f64),
    strategy: &S,
    objective: Objective,
    samples: (&Tensor<2>, &Tensor<2>),
    run: &Experiment,
) -> Result<MlpCritic, Failure> {
    let mut rng = run.rng(2);
    let config = MlpConfig::new(1, 1).with_width(32).with_depth(2).with_activation(activation);
    let critic = MlpCritic::new(&config, &mut rng, &device())?;
    Ok(CriticConfig::new(256, run.size(2000, 1000))
        .with_objective(objective)
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, samples, &mut rng)?)
}

fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("gaussians_1d", PROBLEM)?;
    let mut rng = run.rng(1);
    let (x, y) = (draw(REAL, 50_000, &mut rng)?, draw(FAKE, 50_000, &mut rng)?);
    let (real, fake) = (column(&x), column(&y));
    let tanh = (Activation::Tanh, 3e-3);
    let discriminator = train(tanh, &Unconstrained, Objective::Saturating, (&real, &fake), &run)?;
    let absolute = (Activation::AbsoluteValue, 1e-2);
    let critic = train(absolute, &Orthonormal, Objective::Wasserstein, (&real, &fake), &run)?;

    // The law of the fresh samples is the same; n^(−½) is 0.004.
    let (x, y) = (draw(REAL, 50_000, &mut rng)?, draw(FAKE, 50_000, &mut rng)?);
    let (real, fake) = (column(&x), column(&y));
    let w1 = w1_gaussian(REAL, FAKE)?;
    run.near("W1, closed form", 4.0, 1e-9, w1);
    run.near("W1 by quantiles of 50,000 samples", w1, 0.03, w1_sorted(&x, &y)?);
    let other = draw((2.0, 0.5), 50_000, &mut rng)?;
    let expected = w1_gaussian(REAL, (2.0, 0.5))?;
    run.near("W1 to N(2, ½²) by quantiles", expected, 0.03, w1_sorted(&x, &other)?);
    let estimate = Estimate::of(&critic, &real, &fake)?;
    run.near("W1 estimated by the critic", w1, 0.08, estimate.value);
    let js = gaussian_divergences(REAL, FAKE)?.js;
    let objective = Objective::Saturating;
    let estimate = objective.estimate(discriminator.score(&real), discriminator.score(&fake));
    run.near("JS estimated by the discriminator", js, 0.01, values(estimate)[0]);
    let best = |x: f64| 4.0 * x - 8.0;
    let logits = values(discriminator.score(&Tensor::cat(vec![real, fake.clone()], 0)));
    let errors: Vec<f64> = logits
        .iter()
        .zip(x.iter().chain(&y))
        .map(|(logit, &x)| (sigmoid(*logit) - sigmoid(best(x))).abs())
        .collect();
    run.at_most("mean |D − p/(p + q)|", 0.02, mean(&errors));

    // Slope of ln(1 − D) at x is −D(x)·f′(x).
    let slopes = values(discriminator.input_gradient(&fake));
    let logits = values(discriminator.score(&fake));
    let of_loss: Vec<f64> =
        slopes.iter().zip(&logits).map(|(slope, logit)| sigmoid(*logit) * slope).collect();
    let expected: Vec<f64> = y.iter().map(|&x| 4.0 * sigmoid(best(x))).collect();
    let middle = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    run.at_most("median slope of ln(1 − D) at the fake samples", 0.01, middle(&of_loss));
    run.note("  the same of the best discriminator", middle(&expected));
    let slopes = values(critic.input_gradient(&fake));
    run.near("median slope of the critic at the fake samples", 1.0, 0.01, middle(&slopes));

    let line = linspace(-4.0, 8.0, 121);
    let at = column(&line);
    let over = |values: Vec<f64>| line.iter().copied().zip(values).collect::<Vec<_>>();
    let density = |(mean, sd): (f64, f64)| {
        let at = |x: &f64| (-0.5 * ((x - mean) / sd).powi(2)).exp() / (sd * 2.5066);
        over(line.iter().map(at).collect())
    };
    let d: Vec<f64> = values(discriminator.score(&at)).into_iter().map(sigmoid).collect();
    let of_d = values(discriminator.input_gradient(&at));
    let saturating = d.iter().zip(&of_d).map(|(d, slope)| d * slope).collect();
    let scores = values(critic.score(&at));
    let middle_score = scores[60];
    let laws = Panel::new("Two normal laws and what is learnt", "x", "density, D, critic / 8")
        .line("fake N(0, 1)", density(FAKE))
        .line("real N(4, 1)", density(REAL))
        .line("discriminator D", over(d))
        .line("critic / 8", over(scores.iter().map(|f| (f - middle_score) / 8.0).collect()));
    let slopes = Panel::new(
        "What the generator is told",
        "x",
        "slope of the generator's gain (per unit of x)",
    )
    .line("WGAN critic", over(values(critic.input_gradient(&at))))
    .line("saturating GAN", over(saturating))
    .y(0.0, 5.0);
    save(&run.path("gaussians_1d.svg"), 2, &[laws, slopes])?;
    Ok(run.finish())
}
