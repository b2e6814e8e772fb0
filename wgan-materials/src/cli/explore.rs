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
pub struct Explore {
    /// Directory of a saved model.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Formula of the material to start from.
    #[arg(long, value_name = "FORMULA")]
    from: Composition,
    /// Formula of the material to walk to; without it, the critic's score is climbed from the start.
    #[arg(long, value_name = "FORMULA")]
    to: Option<Composition>,
    /// Steps to write, the ends included.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = at_least_one)]
    n: usize,
    /// Length of a step uphill, where a random latent has a length of about 6.
    #[arg(long, value_name = "LENGTH", default_value_t = 0.3)]
    rate: f64,
    /// CSV or Parquet file (by its ending) for the steps.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed of the latents.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Where tensors live: flex, tch, wgpu, cuda or remote=ws://HOST:PORT.
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
