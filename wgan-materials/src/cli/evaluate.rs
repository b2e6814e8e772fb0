//! `evaluate`.

use std::path::PathBuf;

use clap::Args;
use wgan_materials::{Target, adherence, evaluate};

use super::CliError;
use super::conditions::ConditionArgs;
use super::data::ReadArgs;
use super::output::{print, to_json};

/// Options of `evaluate`.
#[derive(Debug, Args)]
pub struct Evaluate {
    /// CSV or Parquet file of known materials.
    #[arg(long, value_name = "DATA")]
    reference: PathBuf,
    /// CSV or Parquet file of candidates; properties are compared where both files have a column
    /// of the same name.
    #[arg(long, value_name = "FILE")]
    candidates: PathBuf,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Seed of the forests and of the halves that floors are taken from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    asked: ConditionArgs,
    #[command(flatten)]
    reading: ReadArgs,
}

impl Evaluate {
    /// Prints the report.
    pub fn run(&self) -> Result<(), CliError> {
        let reference = self.reading.read(&self.reference)?;
        let candidates = self.reading.read_candidates(&self.candidates, &reference)?;
        let mut evaluation =
            evaluate(&reference.material_rows(), &candidates.material_rows(), self.seed);
        let targets = Target::of_table(&self.asked.conditions, &reference)?;
        let (real, found) = (reference.material_rows(), &candidates.compositions);
        evaluation.adherence = adherence(&real, found, &[], &targets, self.seed)?;
        evaluation.notes.extend(targets.iter().filter_map(Target::extrapolation));
        for (which, table) in [("reference", &reference), ("candidates", &candidates)] {
            eprintln!("{which} {}", table.summary.headline());
            let remarks = table.summary.remarks().into_iter();
            evaluation.notes.extend(remarks.map(|remark| format!("{which}, {remark}")));
        }
        print(&if self.json { to_json(&evaluation) } else { evaluation.to_string() })
    }
}
