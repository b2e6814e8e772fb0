//! `generate`.

use std::path::PathBuf;

use clap::Args;
use wgan_materials::{
    CandidateStream, CandidateWriter, CheckedCandidate, Checker, Table,
};

use super::CliError;
use super::data::DataArgs;
use super::fit::{TrainArgs, at_least_one, read_with_notes};

/// Options of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    #[command(flatten)]
    data: DataArgs,
    /// CSV or Parquet file (by its ending) for the candidates, best first; report.html and
    /// report.json are written beside it.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Candidates to write.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    n: usize,
    /// Directory to save the model in, and to resume or reuse it from.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Change each candidate as little as possible to make it charge neutral; draw another where
    /// that is impossible.
    #[arg(long)]
    neutral: bool,
    #[command(flatten)]
    training: TrainArgs,
}

impl Generate {
    /// Fits, draws, checks, writes and reports.
    pub fn run(&self) -> Result<(), CliError> {
        let device = self.training.device.device()?;
        let table = read_with_notes(&self.data)?;
        let model = match &self.model {
            Some(folder) => self.training.fit_into(&table, folder, true)?,
            None => self.training.fit(&table)?,
        };
        let sampler = model.sampler(&device);
        let mut stream = CandidateStream::new(&sampler, self.training.seed, self.neutral);
        let candidates = self.candidates(&mut stream, &table)?;
        let mut writer = CandidateWriter::create(&self.out, model.card().space.names())?;
        writer.write(&candidates)?;
        writer.finish()?;
        eprintln!("{} candidates written to {}", candidates.len(), self.out.display());
        Ok(())
    }

    /// Checked candidates, best first.
    fn candidates(
        &self,
        stream: &mut CandidateStream,
        table: &Table,
    ) -> Result<Vec<CheckedCandidate>, CliError> {
        let mut drawn = Vec::new();
        while drawn.len() < self.n {
            drawn.extend(stream.next_chunk()?);
        }
        drawn.truncate(self.n);
        let mut checked = Checker::new(&table.compositions).check_all(drawn);
        checked.sort_by(CheckedCandidate::by_promise);
        Ok(checked)
    }
}
