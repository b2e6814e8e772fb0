//! Two parallel lines: the law of `(0, y)` against that of `(θ, y)`, `y` uniform on `[0, 1]`.
//!
//! Known answer: for every θ ≠ 0 total variation is 1, KL infinite and JS ln 2, so that only W₁ = |θ| says which way to go.
//! A generator with the one weight θ is then trained by gradient descent against critics that are trained to convergence.

use std::f64::consts::LN_2;
use std::process::ExitCode;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, array};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal, Unconstrained};
use wgan_core::model::{Activation, Prior};
use wgan_core::train::{Convergence, Dataset, Objective};
use wgan_core::transport::{Divergences, GroundNorm, discrete_divergences, w1};
use wgan_core::{Fit, Generator, MlpConfig, MlpCritic, OptimizerConfig, TrainConfig, Wgan};
use wgan_examples::{Experiment, Failure, Panel, Point, device, linspace, save, uniform, values};

const PROBLEM: &str = "Two parallel lines at distance θ: which distance of laws tells a generator where to go?\n\
    Known answer: TV = 1, KL = ∞ and JS = ln 2 for all θ ≠ 0; W1 = |θ|, with slope one.";

const BATCH: usize = 64;
/// θ at the start.
const START: f32 = 1.0;
/// Learning rate of the generator: with slope one it needs 20 steps to the target.
const RATE: f64 = 0.05;

/// `G(y) = (θ, y)`.
#[derive(Module, Debug)]
struct Line {
    theta: Param<Tensor<1>>,
}

impl Generator for Line {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, y: &Tensor<2>) -> Tensor<2> {
        let theta = self.theta.val().unsqueeze_dim::<2>(1).expand([y.dims()[0] as i64, 1]);
        Tensor::cat(vec![theta, y.clone()], 1)
    }
}

/// Both laws as weights on the cells of the two lines.
fn divergences(theta: f64) -> Result<Divergences, Failure> {
    let (p, q) = if theta == 0.0 {
        (vec![0.25; 4], vec![0.25; 4])
    } else {
        ([vec![0.25; 4], vec![0.0; 4]].concat(), [vec![0.0; 4], vec![0.25; 4]].concat())
    };
    Ok(discrete_divergences(&p, &q)?)
}

/// Exact transport between points at the same heights on both lines.
fn w1_of_lines(theta: f64) -> Result<f64, Failure> {
    let line = |x: f64| {
        let heights = linspace(0.0, 1.0, 50);
        Array2::from_shape_fn((50, 2), |(i, j)| if j == 0 { x } else { heights[i] })
    };
    Ok(w1(line(0.0).view(), line(theta).view(), GroundNorm::L2)?.value)
}

/// The real line: `x = 0`, heights uniform.
struct RealLine {
    device: Device,
}

impl Dataset for RealLine {
    type Sample = Tensor<2>;

    fn len(&self) -> usize {
        1 << 20
    }

    /// Heights at equal distances, of which a batch draws at random.
    fn batch(&self, rows: &[usize]) -> Tensor<2> {
        let point = |&row: &usize| [0.0, row as f32 / self.len() as f32];
        let points: Vec<f32> = rows.iter().flat_map(point).collect();
        Tensor::from_data(TensorData::new(points, [rows.len(), 2]), &self.device)
    }
}

/// Heights `y`, uniform on `[0, 1]`.
struct Heights;

impl Prior<Tensor<2>> for Heights {
    type Latent = Tensor<2>;

    fn draw<R: Rng>(&self, real: &Tensor<2>, rng: &mut R, device: &Device) -> Tensor<2> {
        uniform(real.dims()[0], rng, device).unsqueeze_dim::<2>(1)
    }
}

/// θ after each of `n_steps` generator steps.
fn descend<S: LipschitzStrategy<MlpCritic> + Clone>(
    objective: Objective,
    strategy: S,
    n_steps: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<Point>, Failure> {
    let device = device();
    // The orthonormal critic tolerates this rate; it does the Jensen–Shannon critic no harm.
    let config = TrainConfig::new(BATCH, n_steps)
        .with_objective(objective)
        .with_n_critic(1000)
        .with_convergence(Some(Convergence { window: 50, tolerance: 1e-3 }))
        .with_critic_optimizer(OptimizerConfig::adam(1e-2))
        .with_generator_optimizer(OptimizerConfig::Sgd { learning_rate: RATE });
    let critic = MlpConfig::new(2, 1).with_width(32).with_activation(Activation::AbsoluteValue);
    let critic = MlpCritic::new(&critic, rng, &device)?;
    let line = Line { theta: Param::from_data([START], &device) };
    let wgan = Wgan::new(critic, line, strategy, &config);

    let mut path = vec![(0.0, f64::from(START))];
    let data = RealLine { device: device.clone() };
    Fit::new(&data, &Heights, &device, 0)?.with_rng(rng.clone()).run_watched(
        wgan,
        |wgan, step| {
            path.push((step as f64, values(wgan.generator.theta.val())[0]));
            Ok::<_, Failure>(())
        },
    )?;
    Ok(path)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("parallel_lines", PROBLEM)?;
    for theta in [-0.5, 0.01, 1.0] {
        let between = divergences(theta)?;
        let of = |name: &str| format!("{name} at θ = {theta}");
        run.near(&of("total variation"), 1.0, 1e-12, between.total_variation);
        run.near(&of("JS"), LN_2, 1e-12, between.js);
        run.holds(&of("KL"), "∞", between.kl, between.kl == f64::INFINITY);
        run.near(&of("W1"), theta.abs(), 1e-12, w1_of_lines(theta)?);
    }
    let equal = divergences(0.0)?;
    run.near("TV + KL + JS at θ = 0", 0.0, 1e-12, equal.total_variation + equal.kl + equal.js);

    let n_steps = run.size(40, 25);
    let wasserstein = descend(Objective::Wasserstein, Orthonormal, n_steps, &mut run.rng(1))?;
    let saturating = descend(Objective::Saturating, Unconstrained, n_steps, &mut run.rng(2))?;
    let usual = descend(Objective::NonSaturating, Unconstrained, n_steps, &mut run.rng(3))?;
    let last = |path: &[Point]| path[path.len() - 1].1;
    run.near("θ after training, Wasserstein", 0.0, 2.0 * RATE, last(&wasserstein));
    run.near("θ after training, JS", f64::from(START), 0.1, last(&saturating));
    let largest_step =
        usual.windows(2).map(|pair| (pair[1].1 - pair[0].1).abs()).fold(0.0, f64::max);
    // Slope one would be a step of RATE; the slope of an unconstrained logit has no bound.
    run.at_least(
        "largest step, non-saturating JS, in steps of slope one",
        3.0,
        largest_step / RATE,
    );

    let thetas: Vec<f64> = array![-1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0].to_vec();
    let mut curves = [Vec::new(), Vec::new(), Vec::new()];
    for &theta in &thetas {
        let between = divergences(theta)?;
        let heights = [w1_of_lines(theta)?, between.js, between.total_variation];
        curves.iter_mut().zip(heights).for_each(|(curve, height)| curve.push((theta, height)));
    }
    let [w1, js, variation] = curves;
    let distances = Panel::new("Distances of two parallel lines", "shift θ", "distance")
        .line("W1 (length)", w1)
        .line("JS (nats)", js)
        .line("total variation", variation)
        .y(0.0, 1.5);
    let descent = Panel::new("Gradient descent on θ", "generator step", "shift θ (length)")
        .line("Wasserstein", wasserstein)
        .line("JS, saturating", saturating)
        .line("JS, non-saturating (cut at the frame)", usual)
        .y(-1.0, 2.0);
    save(&run.path("parallel_lines.svg"), 2, &[distances, descent])?;
    Ok(run.finish())
}
