//! Who is told about each record.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Evaluated, Record, StopReason};
use crate::error::WganError;

/// Is told what a run measures while it runs.
pub trait Recorder {
    /// Called once, before the first step of this sitting.
    fn start(&mut self, _done: usize, _n_steps: usize) {}

    /// Called after each generator step.
    fn step(&mut self, _done: usize) {}

    /// Called with each record.
    ///
    /// # Errors
    /// Where the record cannot be kept.
    fn record(&mut self, record: &Record) -> Result<(), WganError>;

    /// Called with each evaluation.
    fn evaluated(&mut self, _evaluated: &Evaluated) {}

    /// Called once, after the last step.
    fn finish(&mut self, _reason: StopReason) {}
}

/// Nobody is told.
impl Recorder for () {
    fn record(&mut self, _record: &Record) -> Result<(), WganError> {
        Ok(())
    }
}

/// One JSON object per record and line, readable while the run goes on.
pub struct JsonLines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl JsonLines {
    /// Creates or replaces `path`.
    ///
    /// # Errors
    /// [`WganError::Io`] if it cannot be created.
    pub fn create(path: &Path) -> Result<Self, WganError> {
        let file = File::create(path).map_err(|source| WganError::io(path, source))?;
        Ok(Self { path: path.to_owned(), file: BufWriter::new(file) })
    }
}

impl Recorder for JsonLines {
    fn record(&mut self, record: &Record) -> Result<(), WganError> {
        let written = serde_json::to_writer(&mut self.file, record)
            .map_err(std::io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .and_then(|()| self.file.flush());
        written.map_err(|source| WganError::io(&self.path, source))
    }
}
