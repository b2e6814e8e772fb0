//! Frames written to a file, batch by batch.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use polars::io::parquet::write::BatchedWriter as ParquetBatches;
use polars::prelude::{CsvWriter, DataFrame, ParquetWriter, PolarsError, SerWriter};
use wgan_core::WganError;
use wgan_core::file::{locked, target_of, temporary_name};

use crate::error::MaterialsError;

/// Writes frames of the same columns to a CSV or Parquet file, which appears under its name when it is complete.
///
/// One batch is in memory at a time. The growing file is locked, so two programs cannot write one file at once; it goes
/// away where it is not finished. A link is followed, and a file that was there keeps its permissions.
pub struct FrameWriter {
    path: PathBuf,
    target: PathBuf,
    growing: PathBuf,
    sink: Sink,
    is_finished: bool,
}

enum Sink {
    Csv { file: BufWriter<File>, is_started: bool },
    Parquet { file: Option<BufWriter<File>>, batches: Option<Box<ParquetBatches<BufWriter<File>>>> },
}

impl FrameWriter {
    /// Starts `path`, a Parquet file if it ends in `.parquet` and a CSV file otherwise.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, MaterialsError> {
        let failed = |e| WganError::io(path, e);
        let target = target_of(path).map_err(failed)?;
        let growing = temporary_name(&target);
        let file = locked(&growing).map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        if let Ok(there) = fs::metadata(&target) {
            file.set_permissions(there.permissions()).map_err(failed)?;
        }
        let file = BufWriter::new(file);
        let sink = if is_parquet(path) {
            Sink::Parquet { file: Some(file), batches: None }
        } else {
            Sink::Csv { file, is_started: false }
        };
        Ok(Self { path: path.to_owned(), target, growing, sink, is_finished: false })
    }

    /// Appends the rows of a frame.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn append(&mut self, rows: DataFrame) -> Result<(), MaterialsError> {
        self.try_append(rows).map_err(|e| self.failed(&e))
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<(), MaterialsError> {
        match &mut self.sink {
            Sink::Csv { file, .. } => file.flush().map_err(|e| WganError::io(&self.path, e))?,
            Sink::Parquet { batches: Some(batches), .. } => {
                batches.finish().map_err(|e| self.failed(&e))?;
            }
            Sink::Parquet { batches: None, .. } => {}
        }
        let rename = || {
            File::open(&self.growing)?.sync_all()?;
            fs::rename(&self.growing, &self.target)
        };
        rename().map_err(|e| WganError::io(&self.path, e))?;
        self.is_finished = true;
        Ok(())
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

impl Drop for FrameWriter {
    /// Removes what was not finished.
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(&self.growing);
        }
    }
}

/// Writes one frame to a CSV or Parquet file (by its ending), which is complete or absent at any time.
///
/// # Errors
/// If it cannot be written.
pub fn write_frame(path: &Path, frame: DataFrame) -> Result<(), MaterialsError> {
    let mut writer = FrameWriter::create(path)?;
    writer.append(frame)?;
    writer.finish()
}

/// Whether a path names a Parquet file.
fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
}
