//! `explore`.

use std::path::PathBuf;

use clap::Args;
use polars::prelude::{Column, DataFrame};
use wgan_core::cli::DeviceChoice;
use wgan_materials::{
    Checker, Composition, MaterialsError, MaterialsModel, candidate_frame, write_frame,
};

use super::CliError;
use super::output::check_output;
use super::training::at_least_one;

/// Options of `explore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per step. The column position runs from 0 to 1; the others are those of candidates.

Examples:
  wgan-materials explore --model model --from NaCl --to KBr --out path.csv
  wgan-materials explore --model model --from NaCl --out uphill.csv")]
pub struct Explore {
    /// Directory that `fit` or `generate --model` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Formula of the material to start from.
    #[arg(long, value_name = "FORMULA")]
    from: Composition,
    /// Formula of the material to walk to [default: steps lead to higher scores of the critic].
    ///
    /// The critic is the network that judges how much a material is like the known ones.
    #[arg(long, value_name = "FORMULA")]
    to: Option<Composition>,
    /// Steps to write, at least 1; both ends count.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = at_least_one)]
    n: usize,
    /// Length of a step without `--to`, above 0; the model's random inputs have a length of about 6.
    #[arg(long, value_name = "LENGTH", default_value_t = 0.3)]
    rate: f64,
    /// File for the steps: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed; the same seed gives the same path.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Device that computes: flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT.
    ///
    /// Which of them there are is decided when the program is built.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
}

impl Explore {
    /// Writes the steps with their checks; `position` runs from 0 to 1.
    pub fn run(&self) -> Result<(), CliError> {
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return Err(CliError::Usage("--rate: expected a length above zero".to_owned()));
        }
        let device = self.device.device()?;
        let _reserved = check_output(&self.out, &[])?;
        let model = MaterialsModel::load(&self.model, &device)?;
        let sampler = model.sampler(&device)?;
        let steps = match &self.to {
            Some(to) => sampler.walk(&self.from, to, self.n, self.seed)?,
            None => sampler.climb(&self.from, self.n - 1, self.rate, self.seed)?,
        };
        let checked = Checker::new(&model.card().known).check_all(steps);
        let frame = candidate_frame(&checked, model.card().space.specs())?;
        let last = (self.n.max(2) - 1) as f64;
        let positions: Vec<f64> = (0..self.n).map(|i| i as f64 / last).collect();
        let columns = [Column::new("position".into(), positions)];
        let columns = columns.into_iter().chain(frame.columns().iter().cloned()).collect();
        let frame = DataFrame::new(self.n, columns).map_err(MaterialsError::from)?;
        write_frame(&self.out, frame)?;
        eprintln!("{} steps written to {}", self.n, self.out.display());
        Ok(())
    }
}
