//! `evaluate`.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_materials::{
    Table, Target, adherence, evaluate_asked, evaluate_rows, evaluate_structures,
};

use super::CliError;
use super::conditions::ConditionArgs;
use super::data::ReadArgs;

/// Options of `evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: how valid, new and varied the candidates are, and how near to the reference, with the same figures of the reference. No file is written.

Example:
  wgan-materials evaluate --reference known.csv --candidates candidates.csv")]
pub struct Evaluate {
    /// CSV or Parquet file of known materials to compare with.
    #[arg(long, value_name = "DATA")]
    reference: PathBuf,
    /// CSV or Parquet file of candidates; columns are compared where both files have one of the same name.
    #[arg(long, value_name = "FILE")]
    candidates: PathBuf,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    /// Seed of the random forests and of the random halves; the same seed gives the same figures.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    asked: ConditionArgs,
    #[command(flatten, next_help_heading = "Reading the table")]
    reading: ReadArgs,
}

impl Evaluate {
    /// Prints the report.
    pub fn run(&self) -> Result<(), CliError> {
        let reference = self.reading.read(&self.reference)?;
        let candidates = self.reading.read_candidates(&self.candidates, &reference)?;
        if reference.compositions.is_none() {
            return self.rows(&reference, &candidates);
        }
        let targets = Target::of_table(&self.asked.conditions, &reference)?;
        let (compared, note) = compared(&reference, &targets);
        let (real, found) = (reference.material_rows(), candidates.formulas());
        let rows = candidates.material_rows();
        let mut evaluation = with_spinner("comparing", || {
            evaluate_asked(&real, &compared.material_rows(), &rows, self.seed)
        });
        evaluation.structures = with_spinner("comparing structures", || {
            evaluate_structures(&compared, &candidates, self.seed)
        });
        evaluation.notes.extend(note);
        evaluation.adherence = adherence(&reference, found, &[], &targets, self.seed)?;
        evaluation.notes.extend(targets.iter().filter_map(Target::extrapolation));
        evaluation.notes.extend(remarks(&reference, &candidates));
        Ok(print(&if self.json { to_json(&evaluation)? } else { evaluation.to_string() })?)
    }

    /// Prints the report on tables without formulas.
    fn rows(&self, reference: &Table, candidates: &Table) -> Result<(), CliError> {
        if let Some(asked) = self.asked.conditions.first() {
            let told = format!("--condition {asked}: expected a reference with formulas");
            return Err(CliError::Usage(told));
        }
        let mut evaluation =
            with_spinner("comparing", || evaluate_rows(reference, candidates, self.seed));
        evaluation.notes.extend(remarks(reference, candidates));
        Ok(print(&if self.json { to_json(&evaluation)? } else { evaluation.to_string() })?)
    }
}

/// What was not read of the two tables; their headlines go to standard error.
fn remarks(reference: &Table, candidates: &Table) -> Vec<String> {
    let mut notes = Vec::new();
    for (which, table) in [("reference", reference), ("candidates", candidates)] {
        eprintln!("{which} {}", table.summary.headline());
        let remarks = table.summary.remarks().into_iter();
        notes.extend(remarks.map(|remark| format!("{which}, {remark}")));
    }
    notes
}

/// Fewer known rows have no law that could be compared.
const LEAST_ROWS: usize = 20;

/// What candidates are compared with: the known rows that meet the targets, without the properties that were asked for,
/// and a remark; all of them where too few do.
fn compared<'a>(reference: &'a Table, targets: &[Target]) -> (Cow<'a, Table>, Option<String>) {
    if targets.is_empty() {
        return (Cow::Borrowed(reference), None);
    }
    let rows = Target::rows(targets, reference);
    let (n, n_all) = (rows.len(), reference.len());
    let told = format!("{n} of {n_all} known rows meet the conditions");
    if n < LEAST_ROWS {
        let note = format!("{told}, too few to compare with: figures compare with all of them");
        return (Cow::Borrowed(reference), Some(note));
    }
    let mut compared = reference.select(&rows);
    compared.columns.retain(|p| targets.iter().all(|target| target.name != p.name));
    let note =
        format!("{told}: shares, laws and the two-sample test compare with them, novelty with all");
    (Cow::Owned(compared), Some(note))
}
