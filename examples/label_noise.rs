//! Eight Gaussians with wrong labels: what do a Wasserstein and a Jensen-Shannon GAN make of them?
//!
//! Known answer: class `k` is `N(centre(k), 0.05²·I)`. With a share `p` of the labels replaced by another one, the
//! samples *labelled* `k` are 1 − p from mode `k`. A model that believes the labels reproduces that
//! mixture; one that knows how often they are wrong can undo it.

use std::f64::consts::TAU;
use std::process::ExitCode;

use ndarray::{Array2, ArrayView2, Axis};
use rand::{Rng, RngExt};
use wgan_cond::{
    Condition, ConditionColumn, ConditionalData, ConditionalLatent, ConditionalPrior,
    ConditionalSampler, Conditioned, FilmGenerator, Given, Labelled, NoisyLabelPrior, NoisyLabels,
    ProjectionCritic, Schema,
};
use wgan_core::lipschitz::{LipschitzStrategy, Unconstrained};
use wgan_core::model::Prior;
use wgan_core::train::{Objective, Schedule};
use wgan_core::transport::w1;
use wgan_core::{Fit, GradientPenalty, GroundNorm, MlpConfig, OptimizerConfig, TrainConfig, Wgan};
use wgan_examples::{Experiment, Failure, Panel, Point, device, normal_points, points, save};

const PROBLEM: &str = "Eight Gaussians on a ring, class = mode, with a share of the labels wrong.\n\
    Known answer: a Wasserstein GAN believes wrong labels but its class medians stay; knowing how often labels are wrong undoes the mixture.";

const N: usize = 20_000;
const BATCH: usize = 128;
/// Learning rate of the Wasserstein models.
const RATE: f64 = 2e-3;
const SD: f64 = 0.05;
const NOISE: ConditionalPrior = ConditionalPrior { dim: 4 };

/// Centre of mode `k` of 8, on the unit circle.
fn centre(k: usize) -> [f64; 2] {
    let angle = TAU * k as f64 / 8.0;
    [angle.cos(), angle.sin()]
}

fn class(k: usize) -> Condition {
    Condition::new().with("mode", format!("mode {k}"))
}

fn mode_samples<R: Rng>(modes: &[usize], rng: &mut R) -> Array2<f64> {
    let mut points = normal_points(modes.len(), 2, rng) * SD;
    for (mut row, &k) in points.rows_mut().into_iter().zip(modes) {
        row += &ndarray::arr1(&centre(k));
    }
    points
}

/// Samples whose labels are wrong with probability `flipped`.
fn labelled_ring<R: Rng>(flipped: f64, rng: &mut R) -> Conditioned {
    let modes: Vec<usize> = (0..N).map(|_| rng.random_range(0..8)).collect();
    let x = mode_samples(&modes, rng);
    let label = |&k: &usize| {
        if rng.random_bool(flipped) { (k + rng.random_range(1..8)) % 8 } else { k }
    };
    let labels: Vec<usize> = modes.iter().map(label).collect();
    Conditioned { x, conditions: labels.into_iter().map(class).collect() }
}

/// What the models of one share of wrong labels have in common.
struct Problem {
    data: ConditionalData,
    schema: Schema,
    seed: u64,
    n_steps: usize,
}

impl Problem {
    fn train<S, P>(
        &self,
        strategy: S,
        config: &TrainConfig,
        prior: &P,
        run: &Experiment,
    ) -> Result<FilmGenerator, Failure>
    where
        S: LipschitzStrategy<ProjectionCritic> + Clone,
        P: Prior<Labelled, Latent = ConditionalLatent>,
    {
        let (device, m, mut rng) = (device(), self.schema.width(), run.rng(3));
        let critic = MlpConfig::new(2, 32).with_width(64).with_depth(2);
        let generator = MlpConfig::new(NOISE.dim, 2).with_width(64).with_depth(2);
        let wgan = Wgan::new(
            ProjectionCritic::seeing_conditions(&critic, m, &mut rng, &device)?,
            FilmGenerator::new(&generator, m, &mut rng, &device)?,
            strategy,
            config,
        );
        Ok(Fit::new(&self.data, prior, &device, self.seed)?.run(wgan)?.wgan.averaged)
    }

    fn wasserstein<P: Prior<Labelled, Latent = ConditionalLatent>>(
        &self,
        prior: &P,
        run: &Experiment,
    ) -> Result<FilmGenerator, Failure> {
        let config = TrainConfig::new(BATCH, self.n_steps)
            .with_critic_optimizer(OptimizerConfig::adam(RATE))
            .with_generator_optimizer(OptimizerConfig::adam(RATE))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.99);
        self.train(GradientPenalty::one_sided(1.0), &config, prior, run)
    }

    /// The non-saturating loss of Goodfellow et al. (2014): the same networks, batches and average, as many generator steps as the
    /// Wasserstein model has steps of either kind.
    fn jensen_shannon(&self, run: &Experiment) -> Result<FilmGenerator, Failure> {
        // β₁ = 0.5, usual for this loss (Radford et al. 2016).
        let rate = OptimizerConfig::Adam { learning_rate: RATE / 2.0, beta_1: 0.5, beta_2: 0.999 };
        let config = TrainConfig::new(BATCH, 6 * self.n_steps)
            .with_objective(Objective::NonSaturating)
            .with_n_critic(1)
            .with_critic_optimizer(rate)
            .with_generator_optimizer(rate)
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.99);
        self.train(Unconstrained, &config, &NOISE, run)
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Figures of a model.
struct Figures {
    /// Share within 4 σ of the mode asked for, mean over the classes.
    own: f64,
    /// Largest error of a coordinate of a class median, in σ.
    median: f64,
    /// W₁ / floor of the worst class.
    ratio: f64,
}

impl Figures {
    /// Of `n` samples of each class, `[8·n, 2]`.
    fn of<R: Rng>(fake: &Array2<f64>, rng: &mut R) -> Result<Self, Failure> {
        let n = fake.nrows() / 8;
        let mut figures = Self { own: 0.0, median: 0.0, ratio: 0.0 };
        for k in 0..8 {
            let [x, y] = centre(k);
            let samples = fake.slice_axis(Axis(0), (n * k..n * (k + 1)).into());
            let is_near =
                |row: &ndarray::ArrayView1<'_, f64>| (row[0] - x).hypot(row[1] - y) < 4.0 * SD;
            figures.own +=
                samples.rows().into_iter().filter(is_near).count() as f64 / (8 * n) as f64;
            for (j, truth) in [x, y].into_iter().enumerate() {
                let shift = median(samples.column(j).iter().copied()) - truth;
                figures.median = figures.median.max(shift.abs() / SD);
            }
            figures.ratio = figures.ratio.max(class_ratio(samples, k, rng)?);
        }
        Ok(figures)
    }
}

/// `W₁ / floor` of the samples of class `k`.
fn class_ratio<R: Rng>(
    samples: ArrayView2<'_, f64>,
    k: usize,
    rng: &mut R,
) -> Result<f64, Failure> {
    let modes = [k].repeat(samples.nrows());
    let (one, other) = (mode_samples(&modes, rng), mode_samples(&modes, rng));
    let floor = w1(one.view(), other.view(), GroundNorm::L2)?.value;
    Ok(w1(one.view(), samples, GroundNorm::L2)?.value / floor)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("label_noise", PROBLEM)?;
    let (device, n_steps) = (device(), run.size(1500, 500));
    let shares: &[f64] = if run.is_quick { &[0.0, 0.3] } else { &[0.0, 0.1, 0.2, 0.3, 0.4] };
    let names = ["Wasserstein", "Wasserstein, flips known", "Jensen-Shannon"];
    let mut curves: [Vec<Point>; 3] = Default::default();
    let mut clouds = Vec::new();
    let bar = run.progress(3 * shares.len());
    for &flipped in shares {
        let mut rng = run.rng(7);
        let real = labelled_ring(flipped, &mut rng);
        let schema = Schema::fit(&[ConditionColumn::categories("mode")], &real.conditions)?;
        let data = ConditionalData::new(real.x.view(), &real.conditions, &schema, &device)?;
        let mut counts = [0; 8];
        (0..8).for_each(|k| {
            counts[k] = real.conditions.iter().filter(|condition| **condition == class(k)).count();
        });
        let known = NoisyLabels::flips(8, flipped)?;
        let corrected = NoisyLabelPrior::new(NOISE.dim, &schema, "mode", &known, &counts)?;
        let problem = Problem { data, schema, seed: run.seed, n_steps };
        for (k, name) in names.into_iter().enumerate() {
            let generator = match k {
                0 => problem.wasserstein(&NOISE, &run)?,
                1 => problem.wasserstein(&corrected, &run)?,
                _ => problem.jensen_shannon(&run)?,
            };
            let sampler = ConditionalSampler::new(
                generator,
                problem.schema.clone(),
                NOISE,
                Vec::new(),
                &device,
            );
            let classes = Given::Each((0..8).map(class).collect());
            let fake = sampler.sample(1000, classes, &mut rng)?.rows.x;
            let figures = Figures::of(&fake, &mut rng)?;
            let percent = 100.0 * flipped;
            run.note(&format!("{percent:.0} % wrong, {name}: share in own mode"), figures.own);
            let what = "  worst class median, in σ";
            if k == 0 && flipped <= 0.3 {
                run.at_most(what, 1.0, figures.median);
            } else {
                run.note(what, figures.median);
            }
            run.note("  worst W1 / floor", figures.ratio);
            curves[k].push((percent, figures.median.log10()));
            if flipped == 0.3 {
                let some = fake
                    .slice_axis(Axis(0), (0..1000).into())
                    .select(Axis(0), &(0..100).collect::<Vec<_>>());
                clouds.push((name, points(&some)));
            }
            bar.inc(1);
        }
    }
    let mut medians =
        Panel::new("Worst class median", "wrong labels (percent)", "log₁₀ of its error in σ");
    for (name, curve) in names.into_iter().zip(curves) {
        medians = medians.line(name, curve);
    }
    let mut cloud = Panel::new("Class of the mode at (1, 0), 30 % wrong labels", "x", "y")
        .x(-1.5, 1.5)
        .y(-1.5, 1.8);
    for (name, dots) in clouds {
        cloud = cloud.dots(name, dots);
    }
    save(&run.path("label_noise.svg"), 2, &[medians, cloud])?;
    Ok(run.finish())
}
