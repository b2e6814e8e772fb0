//! Every Lipschitz strategy against pairs of laws whose W₁ is known.
//!
//! A critic is trained alone between two fixed laws and judged on fresh points: which share of the true W₁ it finds, how
//! well its gradient points along that of the true potential, and which slope it was found to use. A share above one is no
//! better than one below; only a critic whose slope is at most one bounds W₁. After each pair, the bracket that the best
//! certified critic and exact transport give for 2,000 points.
//!
//! ```text
//! cargo run --release -p wgan-examples --example lipschitz_arena -- [--quick] [--out FILE] [--pair NAME] [--strategy NAME]
//! ```

use std::path::PathBuf;
use std::time::Instant;

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::file::write_atomically;
use wgan_core::judge::known_pairs::{
    Funnels, KnownPair, ParallelLines, PointMasses, SphereAndCentre, StretchedNormals,
    TranslatedNormals,
};
use wgan_core::judge::{W1Config, W1Report};
use wgan_core::lipschitz::{
    Audit, ByConstruction, InfinityNorm, LipschitzBound, LipschitzStrategy, Orthonormal,
    SlopePenalty, SpectralNorm, WeightClip,
};
use wgan_core::model::{Activation, ConeCritic};
use wgan_core::train::CriticConfig;
use wgan_core::transport::GroundNorm;
use wgan_core::{
    GradientPenalty, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, points_of, tensor_of,
};

type Failure = Box<dyn std::error::Error>;

const STRATEGIES: [&str; 8] =
    ["clip", "gp", "gp-one-sided", "slope", "spectral", "infinity", "orthonormal", "cones"];

/// Strategies whose critics are 1-Lipschitz for the Euclidean norm and tight.
const CERTIFIED: [&str; 2] = ["orthonormal", "cones"];

/// Points on each side of the exact transport.
const N_BRACKET: usize = 2000;

/// Cones of a cone critic.
const N_CONES: usize = 256;

fn pairs(is_quick: bool) -> Vec<Box<dyn KnownPair>> {
    let mut pairs: Vec<Box<dyn KnownPair>> = vec![
        Box::new(PointMasses::apart(10.0)),
        Box::new(ParallelLines { distance: 1.0 }),
        Box::new(SphereAndCentre { d: 3 }),
        Box::new(TranslatedNormals { d: 2, shift: 2.0 }),
        Box::new(StretchedNormals { d: 2 }),
        funnels(2, 4),
    ];
    if !is_quick {
        pairs.extend([0.1, 1.0, 100.0].map(|theta| Box::new(PointMasses::apart(theta)) as _));
        pairs.push(Box::new(PointMasses::pictures(64, 35)));
        pairs.extend([10, 50].map(|d| Box::new(TranslatedNormals { d, shift: 2.0 }) as _));
        pairs.extend([10, 50].map(|d| Box::new(StretchedNormals { d }) as _));
        pairs.extend([(2, 64), (4, 16), (16, 4), (16, 64), (64, 64)].map(|(d, n)| funnels(d, n)));
    }
    pairs
}

fn funnels(d: usize, n: usize) -> Box<dyn KnownPair> {
    let seed = (100 * d + n) as u64;
    Box::new(Funnels::new(d, n, &mut ChaCha8Rng::seed_from_u64(seed)))
}

/// A pair with the points that every critic is trained on.
struct Task {
    pair: Box<dyn KnownPair>,
    real: Tensor<2>,
    fake: Tensor<2>,
    n_steps: usize,
}

/// A trained critic in figures.
struct Row {
    strategy: &'static str,
    pair: String,
    dim: usize,
    true_w1: f64,
    estimate: f64,
    cosine: f64,
    slope: f64,
    seconds: f64,
    bracket: Option<W1Report>,
}

impl Task {
    fn new(pair: Box<dyn KnownPair>, is_quick: bool, device: &Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // Enough points that none is seen often: 64 MiB of coordinates at most.
        let n = ((1 << 24) / pair.dim()).clamp(256, 1 << 18);
        let real = tensor_of(pair.real(n, &mut rng).view(), device);
        let fake = tensor_of(pair.fake(n, &mut rng).view(), device);
        let is_funnel = pair.name().starts_with("funnels");
        let n_steps = if is_quick { 200 } else { 1000 } * if is_funnel { 2 } else { 1 };
        Self { pair, real, fake, n_steps }
    }

    fn run(&self, strategy: &'static str) -> Result<Row, Failure> {
        let penalised = || self.perceptron(3, Activation::LeakyRelu);
        let (small, large) = (self.config(256, 1e-3), self.config(256, 1e-2));
        // A step of a cone critic costs a fraction of the others', unless points are as long as pictures: larger batches
        // and more of them.
        let batch = if self.pair.dim() > 1000 { 256 } else { 1024 };
        let cheap = CriticConfig { n_steps: 2 * self.n_steps, ..self.config(batch, 3e-2) };
        match strategy {
            "clip" => self.measure(strategy, penalised()?, WeightClip::default(), small),
            "gp" => self.measure(strategy, penalised()?, GradientPenalty::two_sided(10.0), small),
            "gp-one-sided" => {
                self.measure(strategy, penalised()?, GradientPenalty::one_sided(10.0), small)
            }
            "slope" => self.measure(strategy, penalised()?, SlopePenalty::default(), small),
            "spectral" => self.measure(strategy, penalised()?, SpectralNorm, small),
            "infinity" => {
                let critic = self.perceptron(3, Activation::GroupSort)?;
                self.measure(strategy, critic, InfinityNorm, large)
            }
            "orthonormal" => {
                let critic = self.perceptron(4, Activation::AbsoluteValue)?;
                self.measure(strategy, critic, Orthonormal, large)
            }
            "cones" => {
                let apexes = self.fake.clone().narrow(0, 0, N_CONES.min(self.fake.dims()[0]));
                self.measure(strategy, ConeCritic::new(apexes)?, ByConstruction, cheap)
            }
            other => Err(format!("no strategy `{other}`; there are {STRATEGIES:?}").into()),
        }
    }

    fn perceptron(&self, depth: usize, activation: Activation) -> Result<MlpCritic, Failure> {
        let config =
            MlpConfig::new(self.pair.dim(), 1).with_depth(depth).with_activation(activation);
        Ok(MlpCritic::new(&config, &mut ChaCha8Rng::seed_from_u64(2), &self.real.device())?)
    }

    fn config(&self, batch_size: usize, learning_rate: f64) -> CriticConfig {
        let adam = OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 };
        CriticConfig::new(batch_size, self.n_steps).with_optimizer(adam)
    }

    fn measure<C, S>(
        &self,
        strategy: &'static str,
        critic: C,
        constraint: S,
        config: CriticConfig,
    ) -> Result<Row, Failure>
    where
        C: InputGradient<Sample = Tensor<2>> + LipschitzBound,
        S: LipschitzStrategy<C>,
    {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let start = Instant::now();
        let critic = config.fit(critic, &constraint, (&self.real, &self.fake), &mut rng)?;
        let seconds = start.elapsed().as_secs_f64();

        let n = ((1 << 22) / self.pair.dim()).min(20_000);
        let (x, y) = self.pair.coupled(n, &mut rng);
        let tensor = |points: &Array2<f64>| tensor_of(points.view(), &self.real.device());
        let (real, fake) = (tensor(&x), tensor(&y));
        let gradient = points_of(&critic.input_gradient(&real));
        let audited = |points: Tensor<2>| points.narrow(0, 0, n.min(4000));
        let audit =
            Audit::of(&critic, &audited(real.clone()), &audited(fake.clone()), GroundNorm::L2)?;
        let rises = points_of(&(critic.score(&real) - critic.score(&fake)).unsqueeze_dim(1));
        let bracket = match CERTIFIED.contains(&strategy) {
            true => Some(self.bracket(&critic, &mut rng)?),
            false => None,
        };
        Ok(Row {
            strategy,
            pair: self.pair.name(),
            dim: self.pair.dim(),
            true_w1: self.pair.w1(),
            estimate: self.pair.w1() + mean_excess(&rises, &x, &y),
            cosine: cosine(&gradient, &self.pair.gradient(x.view())),
            slope: audit.lower(),
            seconds,
            bracket,
        })
    }

    fn bracket<C>(&self, critic: &C, rng: &mut ChaCha8Rng) -> Result<W1Report, Failure>
    where
        C: InputGradient<Sample = Tensor<2>>,
    {
        let n = N_BRACKET.min((1 << 20) / self.pair.dim());
        let tensor = |points: Array2<f64>| tensor_of(points.view(), &self.real.device());
        let (real, fake) = (tensor(self.pair.real(2 * n, rng)), tensor(self.pair.fake(n, rng)));
        let config = W1Config { n_splits: 1, ..W1Config::default() };
        Ok(W1Report::of_critic(critic, &real, &fake, config, rng)?)
    }
}

/// Mean of `f(x) − f(y) − ‖x − y‖` over the optimal plan. Added to W₁ it gives the estimate without most of its sampling
/// noise; for a 1-Lipschitz critic no term is positive.
fn mean_excess(rises: &Array2<f64>, x: &Array2<f64>, y: &Array2<f64>) -> f64 {
    let moves = x.rows().into_iter().zip(y.rows());
    let lengths = moves.map(|(x, y)| GroundNorm::L2.between(x, y));
    rises.iter().zip(lengths).map(|(rise, length)| rise - length).sum::<f64>() / rises.len() as f64
}

/// `⟨g, h⟩ / (‖g‖·‖h‖)` over all points together, as in the published table.
fn cosine(g: &Array2<f64>, h: &Array2<f64>) -> f64 {
    let product = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum();
    product(g, h) / (product(g, g) * product(h, h)).sqrt()
}

const HEADER: [&str; 9] =
    ["pair", "strategy", "dim", "true W1", "estimate", "share", "cosine", "slope", "seconds"];

impl Row {
    fn share(&self) -> f64 {
        self.estimate / self.true_w1
    }

    fn print(&self) {
        let Row { strategy, pair, dim, true_w1, estimate, cosine, slope, seconds, .. } = self;
        println!(
            "{pair:<15} {strategy:<13} {dim:>4} {true_w1:>8.3} {estimate:>9.3} {:>7.3} {cosine:>7.3} {slope:>7.3} {seconds:>8.1}",
            self.share()
        );
    }

    fn csv(&self) -> String {
        let Row { strategy, pair, dim, true_w1, estimate, cosine, slope, seconds, .. } = self;
        let share = self.share();
        format!(
            "{strategy},\"{pair}\",{dim},{true_w1:.6},{estimate:.6},{share:.6},{cosine:.6},{slope:.6},{seconds:.2}\n"
        )
    }
}

/// The bracket with the higher lower end, and whether the truth is in it.
fn print_bracket(rows: &[Row]) {
    let brackets = rows.iter().filter_map(|row| row.bracket.map(|bracket| (row, bracket)));
    if let Some((row, bracket)) = brackets.max_by(|a, b| a.1.lower.total_cmp(&b.1.lower)) {
        // The points were rounded to single precision.
        let round_off = 1e-6 * row.true_w1;
        let is_inside =
            (bracket.lower - round_off..=bracket.upper + round_off).contains(&row.true_w1);
        let verdict = if is_inside { "contains" } else { "MISSES" };
        println!("{:<15} {verdict} {:.3}: {bracket}\n", row.pair, row.true_w1);
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Options {
    is_quick: bool,
    out: Option<PathBuf>,
    pair: Option<String>,
    strategy: Option<String>,
}

impl Options {
    fn read() -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => options.is_quick = true,
                "--out" => options.out = Some(value()?.into()),
                "--pair" => options.pair = Some(value()?),
                "--strategy" => options.strategy = Some(value()?),
                other => return Err(format!("unknown argument `{other}`").into()),
            }
        }
        Ok(options)
    }
}

fn main() -> Result<(), Failure> {
    let options = Options::read()?;
    let start = Instant::now();
    let asks_for = |asked: &Option<String>, name: &str| asked.as_ref().is_none_or(|a| a == name);
    let mut pairs = pairs(options.is_quick);
    pairs.retain(|pair| asks_for(&options.pair, &pair.name()));
    let strategies = STRATEGIES.into_iter().filter(|name| asks_for(&options.strategy, name));
    let strategies: Vec<_> = strategies.collect();
    let n_rows = pairs.len() * strategies.len();
    let mut text = "strategy,pair,dim,true_w1,estimate,share,cosine,slope,seconds\n".to_owned();
    let mut done = 0;
    let [pair, strategy, dim, w1, estimate, share, cosine, slope, seconds] = HEADER;
    println!(
        "{pair:<15} {strategy:<13} {dim:>4} {w1:>8} {estimate:>9} {share:>7} {cosine:>7} {slope:>7} {seconds:>8}"
    );
    for pair in pairs {
        let task = Task::new(pair, options.is_quick, &Device::flex());
        let mut rows = Vec::new();
        for &strategy in &strategies {
            let row = task.run(strategy)?;
            row.print();
            text += &row.csv();
            rows.push(row);
            done += 1;
            eprintln!("{done} of {n_rows} done after {:.0} s", start.elapsed().as_secs_f64());
        }
        print_bracket(&rows);
        if let Some(path) = &options.out {
            write_atomically(path, text.as_bytes())?;
        }
    }
    Ok(())
}
