//! Arguments in, table of verdicts out.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::cli::DeviceChoice;

use crate::{Failure, use_device};

/// An experiment that explains Wasserstein GANs: prints a table of expected and measured values and draws pictures.
#[derive(Parser)]
struct Arguments {
    /// Folder of the pictures [default: target/gallery/NAME].
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of everything that is drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where tensors live: flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
    /// A reduced run, which fails no verdict.
    #[arg(long = "quick")]
    is_quick: bool,
}

/// One run: what was asked for, and what was found so far.
pub struct Experiment {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Whether a reduced run was asked for.
    pub is_quick: bool,
    out: PathBuf,
    started: Instant,
    rows: Vec<[String; 4]>,
    has_failed: bool,
}

impl Experiment {
    /// Reads the arguments and prints what the problem and its known answer are.
    ///
    /// # Errors
    /// If the folder of the pictures cannot be made, or the device is not built in.
    pub fn start(name: &str, problem: &str) -> Result<Self, Failure> {
        let Arguments { out, seed, device, is_quick } = Arguments::parse();
        use_device(device.device()?);
        let out = out.unwrap_or_else(|| PathBuf::from("target/gallery").join(name));
        fs::create_dir_all(&out)?;
        println!("{problem}\n");
        let (started, rows) = (Instant::now(), Vec::new());
        Ok(Self { seed, is_quick, out, started, rows, has_failed: false })
    }

    /// A generator of random numbers; every `stream` is another one.
    pub fn rng(&self, stream: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(stream);
        rng
    }

    /// `full`, or `quick` in a reduced run.
    pub fn size(&self, full: usize, quick: usize) -> usize {
        if self.is_quick { quick } else { full }
    }

    /// Path of a picture.
    pub fn path(&self, file: &str) -> PathBuf {
        self.out.join(file)
    }

    /// A progress bar on standard error, if that is a terminal.
    pub fn progress(&self, n: usize) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len}, {eta} left");
        let bar = ProgressBar::new(n as u64);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(500));
        bar
    }

    /// Expects `expected ± tolerance`.
    pub fn near(&mut self, what: &str, expected: f64, tolerance: f64, measured: f64) {
        let holds = (measured - expected).abs() <= tolerance;
        self.holds(what, &format!("{} ± {}", short(expected), short(tolerance)), measured, holds);
    }

    /// Expects `measured ≥ bound`.
    pub fn at_least(&mut self, what: &str, bound: f64, measured: f64) {
        self.holds(what, &format!("≥ {}", short(bound)), measured, measured >= bound);
    }

    /// Expects `measured ≤ bound`.
    pub fn at_most(&mut self, what: &str, bound: f64, measured: f64) {
        self.holds(what, &format!("≤ {}", short(bound)), measured, measured <= bound);
    }

    /// Expects what `expected` says in words.
    pub fn holds(&mut self, what: &str, expected: &str, measured: f64, holds: bool) {
        let is_excused = self.is_quick && measured.is_finite();
        let verdict = match (holds, is_excused) {
            (true, _) => "holds",
            (false, true) => "needs a full run",
            (false, false) => "FAILS",
        };
        self.has_failed |= !holds && !is_excused;
        self.rows.push([what, expected, &short(measured), verdict].map(str::to_owned));
    }

    /// A figure without an expectation.
    pub fn note(&mut self, what: &str, measured: f64) {
        self.rows.push([what, "–", &short(measured), "–"].map(str::to_owned));
    }

    /// Prints the table; the exit code is 1 when a verdict failed.
    pub fn finish(self) -> ExitCode {
        let header = ["", "expected", "measured", "verdict"].map(str::to_owned);
        let width = |k: usize| {
            let cells = self.rows.iter().chain([&header]).map(|row| row[k].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths = [0, 1, 2, 3].map(width);
        for row in [&header].into_iter().chain(&self.rows) {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            println!("{}", cells.join("   ").trim_end());
        }
        let seconds = self.started.elapsed().as_secs_f64();
        println!("\nseed {}, {seconds:.0} s, pictures in {}", self.seed, self.out.display());
        if self.has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Three or four digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !size.is_finite() => format!("{value}"),
        size if (1e-3..1e5).contains(&size) => {
            let decimals = (3 - size.log10().floor() as i32).clamp(0, 4) as usize;
            let text = format!("{value:.decimals$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
        _ => format!("{value:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_as_long_as_they_say_something() {
        let texts =
            [0.0, 1.0, std::f64::consts::LN_2, 12345.6, 2.5e-7, 31.25, f64::INFINITY].map(short);
        assert_eq!(texts, ["0", "1", "0.6931", "12346", "2.50e-7", "31.25", "inf"]);
    }
}
