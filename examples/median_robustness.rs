//! A generator of one narrow blob, fitted to data with outliers.
//!
//! Known answer: W₁ from data to a point mass is the mean distance to it, which the geometric median minimises; least squares (W₂) leads to the
//! mean. A share p of outliers 15 away moves the mean by 15·p and the median hardly.

use std::process::ExitCode;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use ndarray::{Array1, Array2, Axis, array};
use wgan_core::lipschitz::Orthonormal;
use wgan_core::model::Activation;
use wgan_core::train::Schedule;
use wgan_core::{
    Fit, GaussianPrior, Generator, MlpConfig, MlpCritic, OptimizerConfig, TrainConfig, Wgan,
    points_of, tensor_of,
};
use wgan_examples::{Experiment, Failure, Panel, device, normal_points, points, save};

const PROBLEM: &str = "A blob that is moved until it is as near as possible, in W1, to data with outliers 15 away.\n\
    Known answer: the geometric median; the mean, where least squares ends, moves by 15 times the share of outliers.";

const N: usize = 5000;
const BATCH: usize = 256;
/// Distance of the outliers, in standard deviations of the data.
const FAR: f64 = 15.0;
/// Standard deviation of the blob.
const BLOB: f32 = 0.3;

/// `G(z) = θ + 0.3·z`.
#[derive(Module, Debug)]
struct Blob {
    centre: Param<Tensor<2>>,
}

impl Generator for Blob {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.centre.val() + z.clone() * BLOB
    }
}

/// Weiszfeld's iteration for the geometric median.
fn geometric_median(rows: &Array2<f64>) -> Array1<f64> {
    let mut centre = rows.sum_axis(Axis(0)) / rows.nrows() as f64;
    for _ in 0..200 {
        let away = rows - &centre;
        let weights =
            (&away * &away).sum_axis(Axis(1)).mapv(|square| square.sqrt().max(1e-9).recip());
        centre = weights.dot(rows) / weights.sum();
    }
    centre
}

fn fit(rows: &Array2<f64>, run: &Experiment) -> Result<Array1<f64>, Failure> {
    let (device, mut rng) = (device(), run.rng(2));
    let n_steps = run.size(500, 300);
    let config = TrainConfig::new(BATCH, n_steps)
        .with_critic_optimizer(OptimizerConfig::adam(5e-3))
        .with_generator_optimizer(OptimizerConfig::adam(5e-2))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.95);
    let critic = MlpConfig::new(2, 1).with_width(32).with_activation(Activation::AbsoluteValue);
    let critic = MlpCritic::new(&critic, &mut rng, &device)?;
    let start = rows.sum_axis(Axis(0)) / rows.nrows() as f64;
    let centre = tensor_of(start.insert_axis(Axis(0)).view(), &device);
    let blob = Blob { centre: Param::from_tensor(centre) };
    let wgan = Wgan::new(critic, blob, Orthonormal, &config);
    let data = tensor_of(rows.view(), &device);
    let wgan = Fit::new(&data, &GaussianPrior { dim: 2 }, &device, run.seed)?.run(wgan)?.wgan;
    Ok(points_of(&wgan.averaged.centre.val()).row(0).to_owned())
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("median_robustness", PROBLEM)?;
    let mut rng = run.rng(1);
    let mut panel =
        Panel::new("30 % outliers", "x (standard deviations)", "y (standard deviations)")
            .y(-6.0, 6.0);
    let mut shifts: [Vec<(f64, f64)>; 3] = Default::default();
    let shares = [0.0, 0.1, 0.2, 0.3];
    let bar = run.progress(shares.len());
    for share in shares {
        let mut rows = normal_points(N, 2, &mut rng);
        let n_outliers = (share * N as f64) as usize;
        rows.column_mut(0).iter_mut().take(n_outliers).for_each(|x| *x = FAR + 0.5 * *x);
        let mean = rows.sum_axis(Axis(0)) / N as f64;
        let median = geometric_median(&rows);
        let learnt = fit(&rows, &run)?;
        let length = |v: &Array1<f64>| v.dot(v).sqrt();
        let percent = 100.0 * share;
        run.near(
            &format!("{percent} % outliers: shift of the mean"),
            FAR * share,
            0.1,
            length(&mean),
        );
        run.note("  shift of the geometric median", length(&median));
        run.at_most(
            "  distance of the generator from the median",
            0.2,
            length(&(&learnt - &median)),
        );
        for (line, centre) in shifts.iter_mut().zip([&mean, &median, &learnt]) {
            line.push((percent, length(centre)));
        }
        if share == 0.3 {
            let some = rows.select(Axis(0), &(0..N).step_by(25).collect::<Vec<_>>());
            let one = |v: &Array1<f64>| points(&array![[v[0], v[1]]]);
            panel = panel
                .dots("data", points(&some))
                .arrows("mean", vec![(one(&mean)[0], (mean[0], mean[1]))])
                .arrows("W1 generator", vec![(one(&learnt)[0], (learnt[0], learnt[1]))]);
        }
        bar.inc(1);
    }
    let [mean, median, learnt] = shifts;
    let moved = Panel::new(
        "How far outliers move the fit",
        "share of outliers (percent)",
        "distance from the true centre (standard deviations)",
    )
    .line("mean (least squares)", mean)
    .line("geometric median", median)
    .line("W1 generator", learnt);
    save(&run.path("median_robustness.svg"), 2, &[moved, panel])?;
    Ok(run.finish())
}
