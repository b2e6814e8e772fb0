//! Every Lipschitz strategy against pairs of laws whose W₁ is known.
//!
//! A critic is trained alone between two fixed laws, then judged on fresh points: which share of the true W₁ it finds,
//! how well its gradient points along the true potential's, and which slope it was found to use. A share above 1
//! is no better than one below: only a critic whose slope is at most 1 bounds W₁.
//!
//! ```text
//! cargo run --release -p wgan-examples --example lipschitz_arena -- [--quick] [--out FILE] [--only PAIR] [--with STRATEGY]
//! ```

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::known_pairs::{
    Funnels, KnownPair, ParallelLines, PointMasses, SphereAndCentre, StretchedNormals,
    TranslatedNormals,
};
use wgan_core::transport::{GroundNorm, W1Config, W1Report};
use wgan_core::{
    Activation, Audit, ByConstruction, ConeCritic, CriticConfig, GradientPenalty, InfinityNorm,
    InputGradient, LipschitzBound, LipschitzStrategy, MlpConfig, MlpCritic, OptimizerConfig,
    Orthonormal, SlopePenalty, SpectralNorm, WeightClip, points_of, tensor_of, write_atomically,
};

type Failure = Box<dyn std::error::Error>;

const STRATEGIES: [&str; 8] =
    ["clip", "gp", "gp-one-sided", "slope", "spectral", "infinity", "orthonormal", "cones"];

/// What the command line asks for.
struct Options {
    is_quick: bool,
    out: Option<PathBuf>,
    only: Option<String>,
    with: Option<String>,
}

/// One line of the table.
struct Row {
    strategy: &'static str,
    pair: String,
    dim: usize,
    true_w1: f64,
    estimate: f64,
    cosine: f64,
    slope: f64,
    seconds: f64,
}

/// A pair with the samples that every critic is trained and judged on.
struct Task {
    pair: Box<dyn KnownPair>,
    real: Tensor<2>,
    fake: Tensor<2>,
    n_fresh: usize,
    config: CriticConfig,
}

fn pairs(is_quick: bool) -> Vec<Box<dyn KnownPair>> {
    let mut pairs: Vec<Box<dyn KnownPair>> = Vec::new();
    let thetas: &[f64] = if is_quick { &[10.0] } else { &[0.1, 1.0, 10.0, 100.0] };
    pairs.extend(thetas.iter().map(|&theta| Box::new(PointMasses::apart(theta)) as _));
    if !is_quick {
        pairs.push(Box::new(PointMasses::pictures(64, 35)));
    }
    pairs.push(Box::new(ParallelLines { distance: 1.0 }));
    pairs.push(Box::new(SphereAndCentre { d: 3 }));
    let dims: &[usize] = if is_quick { &[2] } else { &[2, 10, 50] };
    for &d in dims {
        pairs.push(Box::new(TranslatedNormals { d, shift: 2.0 }));
        pairs.push(Box::new(StretchedNormals { d }));
    }
    let funnels: &[(usize, usize)] =
        if is_quick { &[(2, 4)] } else { &[(2, 4), (2, 64), (4, 16), (16, 4), (16, 64), (64, 64)] };
    for &(d, n) in funnels {
        let seed = (100 * d + n) as u64;
        pairs.push(Box::new(Funnels::new(d, n, &mut ChaCha8Rng::seed_from_u64(seed))));
    }
    pairs
}

impl Task {
    fn new(pair: Box<dyn KnownPair>, is_quick: bool, device: &Device) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let most = (1 << 22) / pair.dim(); // 16 MiB of coordinates
        let n_pool = envf("POOL", 65536.0) as usize;
        let n_pool = if pair.dim() > 64 { 256 } else { n_pool };
        let t0 = Instant::now();
        let real = tensor_of(pair.real(n_pool, &mut rng).view(), device);
        let fake = tensor_of(pair.fake(n_pool, &mut rng).view(), device);
        eprintln!("POOL {n_pool} {:.1} s", t0.elapsed().as_secs_f64());
        let is_funnel = pair.name().starts_with("funnels");
        let n_steps = match (is_quick, is_funnel) {
            (true, _) => 300,
            (false, false) => 1000,
            (false, true) => 2000,
        };
        let config = CriticConfig::new(256, n_steps);
        Self { pair, real, fake, n_fresh: most.clamp(256, 20_000), config }
    }

    fn run(&self, strategy: &'static str, device: &Device) -> Result<(Row, W1Report), Failure> {
        let d = self.pair.dim();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut mlp = |activation| {
            MlpCritic::new(
                &MlpConfig::new(d, 1)
                    .with_activation(activation)
                    .with_width(envf("WIDTH", 128.0) as usize)
                    .with_depth(envf("DEPTH", 3.0) as usize),
                &mut rng,
                device,
            )
        };
        let leaky = Activation::LeakyRelu;
        match strategy {
            "clip" => self.measure(strategy, mlp(leaky)?, WeightClip::default()),
            "gp" => self.measure(strategy, mlp(leaky)?, GradientPenalty::two_sided(10.0)),
            "gp-one-sided" => self.measure(strategy, mlp(leaky)?, GradientPenalty::one_sided(10.0)),
            "slope" => self.measure(strategy, mlp(leaky)?, SlopePenalty::default()),
            "spectral" => self.measure(strategy, mlp(leaky)?, SpectralNorm::default()),
            "infinity" => self.measure(strategy, mlp(Activation::GroupSort)?, InfinityNorm),
            "orthonormal" => self.measure(strategy, mlp(orthonormal_activation())?, Orthonormal),
            "cones" => self.measure(strategy, self.cones()?, ByConstruction),
            other => Err(format!("no strategy `{other}`; there are {STRATEGIES:?}").into()),
        }
    }

    /// Cones with their apexes at points of the fake law.
    fn cones(&self) -> Result<ConeCritic, Failure> {
        let n: usize = std::env::var("N_CONES").ok().and_then(|v| v.parse().ok()).unwrap_or(256);
        Ok(ConeCritic::new(self.fake.clone().narrow(0, 0, n.min(self.fake.dims()[0])))?)
    }

    fn measure<C, S>(
        &self,
        strategy: &'static str,
        critic: C,
        constraint: S,
    ) -> Result<(Row, W1Report), Failure>
    where
        C: InputGradient<Sample = Tensor<2>> + LipschitzBound,
        S: LipschitzStrategy<C>,
    {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut config = self.config.clone();
        let rate = if strategy == "cones" { 3e-2 } else { 1e-3 };
        let rate = std::env::var("RATE").ok().and_then(|v| v.parse().ok()).unwrap_or(rate);
        let n_steps =
            std::env::var("STEPS").ok().and_then(|v| v.parse().ok()).unwrap_or(config.n_steps);
        let batch =
            std::env::var("BATCH").ok().and_then(|v| v.parse().ok()).unwrap_or(config.batch_size);
        config.n_steps = n_steps;
        config.batch_size = batch;
        config.optimizer = OptimizerConfig::Adam {
            learning_rate: rate,
            beta_1: envf("B1", 0.5) as f32,
            beta_2: envf("B2", 0.9) as f32,
        };
        let start = Instant::now();
        let critic = config.fit(critic, &constraint, (&self.real, &self.fake), &mut rng)?;
        let seconds = start.elapsed().as_secs_f64();

        let (x, y) = self.pair.coupled(self.n_fresh, &mut rng);
        let device = self.real.device();
        let (real, fake) = (tensor_of(x.view(), &device), tensor_of(y.view(), &device));
        let row = Row {
            strategy,
            pair: self.pair.name(),
            dim: self.pair.dim(),
            true_w1: self.pair.w1(),
            estimate: self.pair.w1() + mean_excess(&critic, (&x, &real), (&y, &fake)),
            cosine: cosine(
                &points_of(&critic.input_gradient(&real)),
                &self.pair.gradient(x.view()),
            ),
            slope: Audit::of(&critic, &real, &fake, GroundNorm::L2)?.lower(),
            seconds,
        };
        let n = 4000.min(self.n_fresh);
        let fresh = |table: Array2<f64>| tensor_of(table.view(), &device);
        let (real, fake) =
            (fresh(self.pair.real(n, &mut rng)), fresh(self.pair.fake(n / 2, &mut rng)));
        let settings = W1Config { n_permutations: 19, n_splits: 1, ..W1Config::default() };
        let report = if std::env::var("NO_REPORT").is_ok() {
            W1Report {
                lower: 0.0,
                upper: 0.0,
                gap: 0.0,
                floor: 0.0,
                ratio: 0.0,
                n: 0,
                d: 0,
                permutation_p: None,
            }
        } else {
            W1Report::of_critic(&critic, &real, &fake, settings, &mut rng)?
        };
        Ok((row, report))
    }
}

fn envf(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}
fn orthonormal_activation() -> Activation {
    if std::env::var("FOLD").is_ok() { Activation::Fold } else { Activation::GroupSort }
}

/// Mean of `f(x) − f(y) − ‖x − y‖` over the optimal plan. Added to W₁ it is the estimate without most of its sampling
/// noise; for a 1-Lipschitz critic no term is positive.
fn mean_excess<C>(
    critic: &C,
    (x, real): (&Array2<f64>, &Tensor<2>),
    (y, fake): (&Array2<f64>, &Tensor<2>),
) -> f64
where
    C: InputGradient<Sample = Tensor<2>>,
{
    let scores: Vec<f64> = (critic.score(real) - critic.score(fake))
        .into_data()
        .iter::<f32>()
        .map(f64::from)
        .collect();
    let moves = x.rows().into_iter().zip(y.rows());
    let lengths = moves.map(|(x, y)| GroundNorm::L2.between(x, y));
    scores.iter().zip(lengths).map(|(score, length)| score - length).sum::<f64>()
        / scores.len() as f64
}

/// `⟨g, h⟩ / (‖g‖·‖h‖)` over all points together, as in the published table.
fn cosine(g: &Array2<f64>, h: &Array2<f64>) -> f64 {
    let product = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum();
    product(g, h) / (product(g, g) * product(h, h)).sqrt()
}

fn options() -> Result<Options, Failure> {
    let mut options = Options { is_quick: false, out: None, only: None, with: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--quick" => options.is_quick = true,
            "--out" => options.out = Some(value()?.into()),
            "--only" => options.only = Some(value()?),
            "--with" => options.with = Some(value()?),
            other => return Err(format!("unknown argument `{other}`").into()),
        }
    }
    Ok(options)
}

fn main() -> Result<(), Failure> {
    let options = options()?;
    let device = Device::flex();
    let pairs = pairs(options.is_quick).into_iter();
    let pairs: Vec<_> = pairs
        .filter(|pair| options.only.as_ref().is_none_or(|only| pair.name().contains(only.as_str())))
        .collect();
    let strategies: Vec<_> = STRATEGIES
        .into_iter()
        .filter(|s| options.with.as_ref().is_none_or(|with| with == s))
        .collect();
    println!(
        "{:<14} {:<14} {:>4} {:>8} {:>9} {:>7} {:>7} {:>7} {:>8}",
        "pair", "strategy", "dim", "true W1", "estimate", "share", "cosine", "slope", "seconds"
    );
    let mut rows = Vec::new();
    let n_rows = pairs.len() * strategies.len();
    for pair in pairs {
        let task = Task::new(pair, options.is_quick, &device);
        let mut bracket = None;
        for &strategy in &strategies {
            let (row, report) = task.run(strategy, &device)?;
            println!(
                "{:<14} {:<14} {:>4} {:>8.3} {:>9.3} {:>7.3} {:>7.3} {:>7.3} {:>8.1}",
                row.pair,
                row.strategy,
                row.dim,
                row.true_w1,
                row.estimate,
                row.estimate / row.true_w1,
                row.cosine,
                row.slope,
                row.seconds
            );
            rows.push(row);
            eprintln!("{} of {n_rows}", rows.len());
            if bracket.as_ref().is_none_or(|b: &W1Report| report.lower > b.lower) {
                bracket = Some(report);
            }
        }
        if let Some(report) = bracket {
            println!("{:<14} {report}", task.pair.name());
        }
        std::io::stdout().flush()?;
    }
    if let Some(path) = &options.out {
        write_atomically(path, csv(&rows).as_bytes())?;
    }
    Ok(())
}

fn csv(rows: &[Row]) -> String {
    let mut text = "strategy,pair,dim,true_w1,estimate,share,cosine,slope,seconds\n".to_owned();
    for r in rows {
        let share = r.estimate / r.true_w1;
        text += &format!(
            "{},\"{}\",{},{:.6},{:.6},{:.6},{:.6},{:.6},{:.2}\n",
            r.strategy, r.pair, r.dim, r.true_w1, r.estimate, share, r.cosine, r.slope, r.seconds
        );
    }
    text
}
