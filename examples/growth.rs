//! How time grows with the size of the problem: rows of a table, dimension of the data, width of the networks, candidates.
//!
//! Known answer: reading, evaluating, preparing a fit and sampling look at each row once, so their time grows no faster than the number; a training
//! step grows no faster than the dimension and the square of the width.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Tensor;
use rand::{Rng, RngExt};
use wgan_core::{
    Fit, GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, TrainConfig, Wgan,
};
use wgan_examples::{Experiment, Failure, Panel, Point, device, save};
use wgan_materials::{
    CandidateStream, Checker, MaterialRows, MaterialsConfig, MaterialsModel, ReadOptions, Sampler,
    Table, evaluate,
};

const PROBLEM: &str = "How does time grow with rows, dimension, width and candidates?\n\
    Known answer: a slope of at most 1 in rows, candidates and dimension, 2 in the width (log–log).";

const METALS: [&str; 24] = [
    "Li", "Na", "K", "Rb", "Mg", "Ca", "Sr", "Ba", "Y", "La", "Ti", "Zr", "V", "Nb", "Cr", "Mn",
    "Fe", "Co", "Ni", "Cu", "Zn", "Al", "Ga", "In",
];
const ANIONS: [&str; 6] = ["O", "S", "Se", "F", "Cl", "N"];

/// A table of `n` compounds of two to four elements with a property that follows from the formula up to noise.
fn write_table<R: Rng>(path: &Path, n: usize, rng: &mut R) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "formula,gap_eV")?;
    for _ in 0..n {
        let (mut formula, mut gap) = (String::new(), 0.0);
        for _ in 0..rng.random_range(1..=3) {
            let (metal, amount) =
                (rng.random_range(0..METALS.len()), rng.random_range(1..=20) as f64 / 4.0);
            write!(formula, "{}{amount}", METALS[metal])?;
            gap += metal as f64 / 20.0;
        }
        let anion = rng.random_range(0..ANIONS.len());
        write!(formula, "{}{}", ANIONS[anion], rng.random_range(1..=12))?;
        gap += anion as f64 / 3.0 + rng.random::<f64>();
        writeln!(file, "{formula},{gap:.4}")?;
    }
    Ok(file.flush()?)
}

/// Seconds that `work` takes, and what it gives.
fn timed<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(f64, T), Failure> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed().as_secs_f64(), result))
}

/// Seconds of one generator step with five critic steps at dimension `d` and width `w`: the shortest of three series.
fn step_seconds(d: usize, width: usize, n_steps: usize, run: &Experiment) -> Result<f64, Failure> {
    let (device, mut rng) = (device(), run.rng(2));
    let data: Tensor<2> = GaussianPrior { dim: d }.sample(5000, &mut rng, &device);
    let mut best = f64::INFINITY;
    for _ in 0..3 {
        let config = TrainConfig::new(256, n_steps);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(width);
        let wgan = Wgan::new(
            MlpCritic::new(&mlp(d, 1), &mut rng, &device)?,
            MlpGenerator::new(&mlp(32, d), &mut rng, &device)?,
            GradientPenalty::one_sided(10.0),
            &config,
        );
        let prior = GaussianPrior { dim: 32 };
        let fit = Fit::new(&data, &prior, &device, run.seed)?;
        best = best.min(timed(|| Ok(fit.run(wgan)?))?.0 / n_steps as f64);
    }
    Ok(best)
}

/// Slope of the least-squares line through the logarithms.
fn slope(points: &[Point]) -> f64 {
    let n = points.len() as f64;
    let logs = || points.iter().map(|(x, y)| (x.ln(), y.ln()));
    let (mx, my) = (logs().map(|p| p.0).sum::<f64>() / n, logs().map(|p| p.1).sum::<f64>() / n);
    let along: f64 = logs().map(|(x, y)| (x - mx) * (y - my)).sum();
    along / logs().map(|(x, _)| (x - mx).powi(2)).sum::<f64>()
}

/// A curve, the slope that it may have at its upper end, and what it shows.
struct Curve {
    name: &'static str,
    steepest: f64,
    points: Vec<Point>,
}

impl Curve {
    fn new(name: &'static str, steepest: f64) -> Self {
        Self { name, steepest, points: Vec::new() }
    }

    fn tell(&self, run: &mut Experiment) {
        for (size, seconds) in &self.points {
            run.note(&format!("{}, {size} (s)", self.name), *seconds);
        }
        run.note("  slope over all", slope(&self.points));
        // What other programs on the machine may add.
        let end = &self.points[self.points.len().saturating_sub(2)..];
        run.at_most("  slope at the end", self.steepest + 0.15, slope(end));
    }
}

fn panel(title: &str, x: &str, curves: &[Curve]) -> Panel {
    let logs = |curve: &Curve| curve.points.iter().map(|(x, y)| (x.log10(), y.log10())).collect();
    let panel = Panel::new(title, &format!("log₁₀ {x}"), "log₁₀ time (s)");
    curves
        .iter()
        .fold(panel, |panel, curve| panel.line(curve.name, logs(curve)).dots("", logs(curve)))
}

/// Reading a table, judging a thousand candidates by it and twenty training steps.
fn by_rows(run: &Experiment) -> Result<Vec<Curve>, Failure> {
    let (mut read, mut judge) = (Curve::new("read", 1.0), Curve::new("evaluate 1,000", 1.0));
    let mut fit = Curve::new("prepare and 20 steps", 1.0);
    let path = run.path("growth.csv");
    let bar = run.progress(5);
    for n in [1000, 10_000, 100_000, 1_000_000, 5_000_000] {
        if n > run.size(5_000_000, 100_000) {
            break;
        }
        write_table(&path, n, &mut run.rng(1))?;
        let options = ReadOptions::default();
        let (seconds, table) = timed(|| Ok(Table::read(&path, &options)?))?;
        read.points.push((n as f64, seconds));
        let some = table.select(&(0..1000.min(table.len())).collect::<Vec<_>>());
        let of = |table: &Table, rows: &MaterialRows| {
            timed(|| Ok(evaluate(&table.material_rows(), rows, run.seed)))
        };
        judge.points.push((n as f64, of(&table, &some.material_rows())?.0));
        let config = MaterialsConfig::new(20).with_seed(run.seed);
        let model = || Ok(MaterialsModel::fit(&table, &config, None, (), &device())?);
        fit.points.push((n as f64, timed(model)?.0));
        bar.inc(1);
    }
    fs::remove_file(&path)?;
    Ok(vec![read, judge, fit])
}

/// Candidates with all their checks, from a model of a small table.
fn by_candidates(run: &Experiment) -> Result<Curve, Failure> {
    let path = run.path("growth.csv");
    write_table(&path, 2000, &mut run.rng(1))?;
    let table = Table::read(&path, &ReadOptions::default())?;
    fs::remove_file(&path)?;
    let config = MaterialsConfig::new(20).with_seed(run.seed);
    let model = MaterialsModel::fit(&table, &config, None, (), &device())?;
    let sampler = model.sampler(&device())?;
    let checker = Checker::new(table.formulas());
    let mut curve = Curve::new("sample and check", 1.0);
    for n_chunks in [2, 8, 32, 128, 512] {
        if n_chunks > run.size(512, 32) {
            break;
        }
        let mut stream = CandidateStream::new(&sampler, run.seed, false);
        let draw = || {
            for _ in 0..n_chunks {
                checker.check_all(stream.next_chunk()?);
            }
            Ok(())
        };
        curve.points.push(((n_chunks * Sampler::CHUNK) as f64, timed(draw)?.0));
    }
    Ok(curve)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("growth", PROBLEM)?;
    let rows = by_rows(&run)?;
    let n_steps = run.size(20, 5);
    let mut dimension = Curve::new("step by dimension", 1.0);
    for d in [10, 30, 100, 250, 500] {
        dimension.points.push((d as f64, step_seconds(d, 128, n_steps, &run)?));
    }
    let mut width = Curve::new("step by width", 2.0);
    for w in [32, 64, 128, 256, 512] {
        width.points.push((w as f64, step_seconds(32, w, n_steps, &run)?));
    }
    let candidates = by_candidates(&run)?;
    let panels = [
        panel("Rows of the table", "rows", &rows),
        panel("Dimension (width 128)", "dimension", std::slice::from_ref(&dimension)),
        panel("Width (dimension 32)", "units", std::slice::from_ref(&width)),
        panel("Candidates", "candidates", std::slice::from_ref(&candidates)),
    ];
    save(&run.path("growth.svg"), 2, &panels)?;
    for curve in rows.iter().chain([&dimension, &width, &candidates]) {
        curve.tell(&mut run);
    }
    Ok(run.finish())
}
