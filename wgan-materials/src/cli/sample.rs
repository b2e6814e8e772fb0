//! `sample`.

use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use wgan_materials::{
    CandidateStream, CandidateWriter, Checker, Composition, MaterialRows, MaterialsModel, Target,
    adherence,
};

use super::CliError;
use super::conditions::{ConditionArgs, MOST_JUDGED, unasked, warn_of_extrapolation};
use super::device::DeviceChoice;
use super::fit::at_least_one;
use super::output::{check_output, print};

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
        let targets = self.targets(&model)?;
        let mut sampler = model.sampler(&device)?;
        if !targets.is_empty() {
            sampler = sampler.aimed_at(&targets)?;
        }
        let checker = Checker::new(&model.card().known);
        let mut writer = CandidateWriter::create(&self.out, model.card().space.names())?;
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} candidates, {per_sec}, {eta} left");
        let bar = ProgressBar::new(self.n as u64)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let mut stream = CandidateStream::new(&sampler, self.seed, self.neutral);
        let mut judged: Vec<Composition> = Vec::new();
        let mut left = self.n;
        while left > 0 {
            let mut batch = stream.next_chunk()?;
            batch.truncate(left);
            left -= batch.len();
            bar.inc(batch.len() as u64);
            if !targets.is_empty() {
                let room = MOST_JUDGED.saturating_sub(judged.len());
                judged.extend(batch.iter().take(room).map(|drawn| drawn.composition.clone()));
            }
            writer.write(&checker.check_all(batch))?;
        }
        writer.finish()?;
        bar.finish_and_clear();
        eprintln!("{} candidates written to {}", self.n, self.out.display());
        self.judge(&model, &judged, &targets, &device)
    }

    /// What is asked of a model that takes conditions.
    fn targets(&self, model: &MaterialsModel) -> Result<Vec<Target>, CliError> {
        let properties = model.card().conditions.properties();
        if properties.is_empty() && !self.asked.conditions.is_empty() {
            return Err(CliError::Usage(
                "this model takes no conditions; fit one with --condition NAME".to_owned(),
            ));
        }
        let targets = Target::of(&self.asked.conditions, properties)?;
        warn_of_extrapolation(&targets);
        Ok(targets)
    }

    /// Prints how far candidates have what was asked for.
    fn judge(
        &self,
        model: &MaterialsModel,
        candidates: &[Composition],
        targets: &[Target],
        device: &Device,
    ) -> Result<(), CliError> {
        if targets.is_empty() {
            return Ok(());
        }
        let card = model.card();
        let properties = card.conditions.properties().iter().map(Into::into).collect();
        let reference = MaterialRows { compositions: &card.known, properties };
        let unasked = unasked(model, self.n, self.seed, self.neutral, device)?;
        let found = adherence(&reference, candidates, &unasked, targets, self.seed)?;
        found.iter().try_for_each(|held| print(&held.to_string()))
    }
}
