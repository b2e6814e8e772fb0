//! `sample`.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use wgan_cond::Condition;
use wgan_materials::{CandidateStream, CandidateWriter, Checker, MaterialsModel, Sampler, Target};

use super::CliError;
use super::conditions::{ConditionArgs, warn_of_extrapolation};
use super::device::DeviceChoice;
use super::fit::at_least_one;
use super::output::check_output;

/// Options of `sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// Directory of a saved model.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Candidates to write.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    n: usize,
    /// CSV or Parquet file (by its ending) for the candidates, in the order they are drawn.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed of the candidates.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Change each candidate as little as possible to make it charge neutral; draw another where
    /// that is impossible.
    #[arg(long)]
    neutral: bool,
    #[command(flatten)]
    asked: ConditionArgs,
    /// Where tensors live.
    #[arg(long, value_enum, default_value_t = DeviceChoice::Flex)]
    device: DeviceChoice,
}

impl Sample {
    /// Writes candidates batch by batch.
    pub fn run(&self) -> Result<(), CliError> {
        let device = self.device.device()?;
        check_output(&self.out, &[])?;
        let model = MaterialsModel::load(&self.model, &device)?;
        let sampler = aimed(&model, &self.asked.conditions, &device)?;
        let checker = Checker::new(&model.card().known);
        let mut writer = CandidateWriter::create(&self.out, model.card().space.names())?;
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} candidates, {per_sec}, {eta} left");
        let bar = ProgressBar::new(self.n as u64)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let mut stream = CandidateStream::new(&sampler, self.seed, self.neutral);
        let mut left = self.n;
        while left > 0 {
            let mut batch = stream.next_chunk()?;
            batch.truncate(left);
            left -= batch.len();
            bar.inc(batch.len() as u64);
            writer.write(&checker.check_all(batch))?;
        }
        writer.finish()?;
        bar.finish_and_clear();
        eprintln!("{} candidates written to {}", self.n, self.out.display());
        Ok(())
    }
}

/// Sampler of the model under these conditions.
fn aimed(
    model: &MaterialsModel,
    conditions: &[Condition],
    device: &Device,
) -> Result<Sampler, CliError> {
    let sampler = model.sampler(device)?;
    if conditions.is_empty() {
        return Ok(sampler);
    }
    let properties = model.card().conditions.properties();
    if properties.is_empty() {
        return Err(CliError::Usage(
            "this model takes no conditions; fit one with --condition NAME".to_owned(),
        ));
    }
    let targets = Target::of(conditions, properties)?;
    warn_of_extrapolation(&targets);
    Ok(sampler.aimed_at(&targets)?)
}
