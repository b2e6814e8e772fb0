//! `generate`.

use std::path::{Path, PathBuf};

use clap::Args;
use wgan_materials::{
    CandidateStream, CandidateWriter, CheckedCandidate, Checker, MaterialsModel, Table,
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
