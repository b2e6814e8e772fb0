//! Noise on what the critic sees makes laws overlap that do not.
//!
//! Known answer: without noise JS is ln 2 for every shift θ ≠ 0 of two parallel lines, with no slope to follow. With noise of deviation σ it is that
//! of two normal laws, which falls with θ. Diffusion-GAN makes the noise just strong enough that the critic is not too sure.

use std::cell::RefCell;
use std::process::ExitCode;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use wgan_core::lipschitz::Unconstrained;
use wgan_core::model::Prior;
use wgan_core::train::{Dataset, Diffused, Diffusion, DiffusionConfig, DiffusionNoise, Objective};
use wgan_core::transport::gaussian_divergences;
use wgan_core::{Critic, Fit, Generator, MlpConfig, MlpCritic, OptimizerConfig, TrainConfig, Wgan};
use wgan_examples::{Experiment, Failure, Panel, Point, device, linspace, save, uniform, values};

const PROBLEM: &str = "A Jensen-Shannon GAN on two parallel lines, with and without adaptive noise on what the critic sees.\n\
    Known answer: without noise the generator has no slope to follow; with noise JS is that of two normal laws and θ goes to 0.";

const BATCH: usize = 256;
const START: f32 = 1.0;
const RATE: f64 = 0.05;
const CRITIC_RATE: f64 = 3e-3;
/// Critic steps per generator step: enough for a critic that knows what there is to know.
const N_CRITIC: usize = 20;

/// Shortest chain: some noise is always left, a quarter of the distance to be bridged; else θ swings about 0 by half of it.
const MIN_LENGTH: usize = 60;

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

/// The noise that both laws get, adapted while they are drawn.
struct Noise(RefCell<Diffusion>);

impl Noise {
    fn of_batch<R: Rng>(&self, n: usize, rng: &mut R) -> DiffusionNoise {
        self.0.borrow().draw([n, 2], rng, &device())
    }
}

/// The real line `x = 0` with heights uniform, and noise.
impl Dataset for Noise {
    type Sample = Tensor<2>;

    fn len(&self) -> usize {
        1 << 20
    }

    /// Heights at equal distances, without noise.
    fn batch(&self, rows: &[usize]) -> Tensor<2> {
        let point = |&row: &usize| [0.0, row as f32 / self.len() as f32];
        let points: Vec<f32> = rows.iter().flat_map(point).collect();
        Tensor::from_data(TensorData::new(points, [rows.len(), 2]), &device())
    }

    fn draw<R: Rng>(&self, size: usize, rng: &mut R) -> Tensor<2> {
        let rows: Vec<usize> = (0..size).map(|_| rng.random_range(0..self.len())).collect();
        self.of_batch(size, rng).add_to(self.batch(&rows))
    }
}

/// Heights of fake points, and their noise.
impl Prior<Tensor<2>> for Noise {
    type Latent = (Tensor<2>, DiffusionNoise);

    fn draw<R: Rng>(&self, real: &Tensor<2>, rng: &mut R, device: &Device) -> Self::Latent {
        let n = real.dims()[0];
        (uniform(n, rng, device).unsqueeze_dim::<2>(1), self.of_batch(n, rng))
    }
}

/// θ and the strongest noise after each generator step.
fn train(
    diffusion: Diffusion,
    is_adaptive: bool,
    n_steps: usize,
    rng: &mut ChaCha8Rng,
) -> Result<(Vec<Point>, Vec<Point>), Failure> {
    let device = device();
    let config = TrainConfig::new(BATCH, n_steps)
        .with_objective(Objective::Saturating)
        .with_n_critic(N_CRITIC)
        .with_critic_optimizer(OptimizerConfig::adam(CRITIC_RATE))
        .with_generator_optimizer(OptimizerConfig::Sgd { learning_rate: RATE });
    let critic = MlpCritic::new(&MlpConfig::new(2, 1).with_width(32), rng, &device)?;
    let line = Line { theta: Param::from_data([START], &device) };
    let wgan = Wgan::new(critic, Diffused { generator: line }, Unconstrained, &config);

    let noise = Noise(RefCell::new(diffusion));
    let (mut path, mut strongest) = (vec![(0.0, f64::from(START))], vec![(0.0, 0.0)]);
    let fit = Fit::new(&noise, &noise, &device, 0)?.with_rng(rng.clone());
    fit.run_watched(wgan, |wgan, step| {
        if is_adaptive {
            let seen = Dataset::draw(&noise, BATCH, rng);
            noise.0.borrow_mut().adapt(wgan.critic.valid().score(&seen));
        }
        path.push((step as f64, values(wgan.generator.generator.theta.val())[0]));
        strongest.push((step as f64, noise.0.borrow().strongest()));
        Ok::<_, Failure>(())
    })?;
    Ok((path, strongest))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("diffusion_noise", PROBLEM)?;
    let n_steps = run.size(200, 120);
    let adaptive = Diffusion::new(DiffusionConfig::new(1.0).with_least(MIN_LENGTH))?;
    let none = Diffusion::new(DiffusionConfig::new(1.0))?;
    let (plain, _) = train(none, false, n_steps, &mut run.rng(1))?;
    let (diffused, noise) = train(adaptive, true, n_steps, &mut run.rng(1))?;
    let tail = |path: &[Point]| {
        let last = &path[3 * path.len() / 4..];
        last.iter().map(|point| point.1.abs()).sum::<f64>() / last.len() as f64
    };
    run.at_least("mean |θ| of the last quarter, no noise (start 1)", 0.8, tail(&plain));
    run.at_most("mean |θ| of the last quarter, adaptive noise", 0.15, tail(&diffused));
    let strongest = noise.iter().map(|point| point.1).fold(0.0, f64::max);
    run.at_least("strongest noise during training", 0.2, strongest);

    let shifts = linspace(0.0, 2.0, 41);
    let js = |sigma: f64| -> Result<Vec<Point>, Failure> {
        let at = |&theta: &f64| Ok((theta, gaussian_divergences((theta, sigma), (0.0, sigma))?.js));
        shifts.iter().map(at).collect()
    };
    let (weak, strong) = (js(0.1)?, js(0.5)?);
    let slope = |curve: &[Point]| (curve[21].1 - curve[19].1) / (curve[21].0 - curve[19].0);
    run.at_most("slope of JS at θ = 1, noise 0.1", 1e-4, slope(&weak));
    run.at_least("  noise 0.5", 0.1, slope(&strong));
    let flat = shifts.iter().map(|&t| (t, if t == 0.0 { 0.0 } else { 2f64.ln() })).collect();
    let panels = [
        Panel::new("JS of two lines with noise", "shift θ (length)", "JS (nats)")
            .line("no noise", flat)
            .line("σ = 0.1", weak)
            .line("σ = 0.5", strong),
        Panel::new("Gradient descent on θ", "generator step", "length")
            .line("θ, no noise", plain)
            .line("θ, adaptive noise", diffused)
            .line("strongest noise", noise),
    ];
    save(&run.path("diffusion_noise.svg"), 2, &panels)?;
    Ok(run.finish())
}
