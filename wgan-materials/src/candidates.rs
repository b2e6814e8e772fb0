//! Tables of candidates, written batch by batch.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufWriter, Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use polars::io::parquet::write::BatchedWriter as ParquetBatches;
use polars::prelude::{Column, CsvWriter, DataFrame, ParquetWriter, PolarsError, SerWriter};
use wgan_core::WganError;
use wgan_core::file::temporary_name;

use crate::checks::CheckedCandidate;
use crate::error::MaterialsError;

/// Columns that candidates have besides their properties; a property cannot have one of these names.
pub(crate) const CANDIDATE_COLUMNS: [&str; 7] = [
    "formula",
    "charge_neutral",
    "electronegativity_ok",
    "novel",
    "nearest_known",
    "nearest_distance",
    "critic_score",
];

/// Writes candidates to a CSV or Parquet file, which appears under its name when it is complete.
///
/// Columns: `formula`, the properties, then `charge_neutral, electronegativity_ok, novel,
/// nearest_known, nearest_distance, critic_score`. One batch is in memory at a time. The growing file is locked,
/// so two programs cannot write one file at once; it goes away where it is not finished.
pub struct CandidateWriter {
    path: PathBuf,
    growing: PathBuf,
    properties: Vec<String>,
    sink: Sink,
    is_finished: bool,
}

enum Sink {
    Csv { file: BufWriter<File>, is_started: bool },
    Parquet { file: Option<BufWriter<File>>, batches: Option<Box<ParquetBatches<BufWriter<File>>>> },
}

impl CandidateWriter {
    /// Starts `path`, a Parquet file if it ends in `.parquet` and a CSV file otherwise.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, properties: &[String]) -> Result<Self, MaterialsError> {
        let growing = temporary_name(path);
        let file = BufWriter::new(locked(&growing).map_err(|e| WganError::io(path, e))?);
        let sink = if is_parquet(path) {
            Sink::Parquet { file: Some(file), batches: None }
        } else {
            Sink::Csv { file, is_started: false }
        };
        Ok(Self {
            path: path.to_owned(),
            growing,
            properties: properties.to_vec(),
            sink,
            is_finished: false,
        })
    }

    /// Appends a batch.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, candidates: &[CheckedCandidate]) -> Result<(), MaterialsError> {
        self.try_write(candidates).map_err(|e| self.failed(&e))
    }

    /// Appends the rows of a table with the columns of this one.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn append(&mut self, rows: DataFrame) -> Result<(), MaterialsError> {
        self.try_append(rows).map_err(|e| self.failed(&e))
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<(), MaterialsError> {
        self.try_write(&[]).map_err(|e| self.failed(&e))?;
        match &mut self.sink {
            Sink::Csv { file, .. } => file.flush().map_err(|e| WganError::io(&self.path, e))?,
            Sink::Parquet { batches: Some(batches), .. } => {
                batches.finish().map_err(|e| self.failed(&e))?;
            }
            Sink::Parquet { batches: None, .. } => {}
        }
        let rename = || {
            File::open(&self.growing)?.sync_all()?;
            fs::rename(&self.growing, &self.path)
        };
        self.is_finished = true;
        rename().map_err(|e| WganError::io(&self.path, e).into())
    }

    fn try_write(&mut self, candidates: &[CheckedCandidate]) -> Result<(), PolarsError> {
        self.try_append(frame(candidates, &self.properties)?)
    }

    fn try_append(&mut self, mut frame: DataFrame) -> Result<(), PolarsError> {
        match &mut self.sink {
            Sink::Csv { file, is_started } => {
                let header = !std::mem::replace(is_started, true);
                CsvWriter::new(file).include_header(header).finish(&mut frame)
            }
            Sink::Parquet { file, batches } => {
                if let Some(file) = file.take() {
                    *batches = Some(Box::new(ParquetWriter::new(file).batched(frame.schema())?));
                }
                match batches {
                    Some(batches) if frame.height() > 0 => batches.write_batch(&frame),
                    _ => Ok(()),
                }
            }
        }
    }

    fn failed(&self, error: &PolarsError) -> MaterialsError {
        WganError::saved(&self.path, error).into()
    }
}

impl Drop for CandidateWriter {
    /// Removes what was not finished.
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(&self.growing);
        }
    }
}

/// An empty file that no other program is writing.
fn locked(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            return Err(Error::new(ErrorKind::ResourceBusy, "another program is writing it"));
        }
        Err(TryLockError::Error(error)) => return Err(error),
        Ok(()) => {}
    }
    file.set_len(0)?;
    Ok(file)
}

/// To six decimals: what single precision and the round-off of fractions leave of a figure.
fn rounded(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}

/// Whether a path names a Parquet file.
fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
}

fn frame(candidates: &[CheckedCandidate], properties: &[String]) -> Result<DataFrame, PolarsError> {
    let text = |of: &dyn Fn(&CheckedCandidate) -> String| -> Vec<String> {
        candidates.iter().map(of).collect()
    };
    let truth = |of: &dyn Fn(&CheckedCandidate) -> bool| -> Vec<bool> {
        candidates.iter().map(of).collect()
    };
    let number = |of: &dyn Fn(&CheckedCandidate) -> f64| -> Vec<f64> {
        candidates.iter().map(|candidate| rounded(of(candidate))).collect()
    };
    let mut columns =
        vec![Column::new("formula".into(), text(&|c| c.candidate.composition.to_string()))];
    for (j, name) in properties.iter().enumerate() {
        let values: Vec<Option<f64>> =
            candidates.iter().map(|c| c.candidate.properties[j]).collect();
        columns.push(Column::new(name.as_str().into(), values));
    }
    columns.extend([
        Column::new("charge_neutral".into(), truth(&|c| c.checks.charge_neutral)),
        Column::new("electronegativity_ok".into(), truth(&|c| c.checks.electronegativity_ok)),
        Column::new("novel".into(), truth(&|c| c.checks.novel)),
        Column::new("nearest_known".into(), text(&|c| c.checks.nearest_known.clone())),
        Column::new("nearest_distance".into(), number(&|c| c.checks.nearest_distance)),
        Column::new("critic_score".into(), number(&|c| c.candidate.critic_score)),
    ]);
    DataFrame::new_infer_height(columns)
}
