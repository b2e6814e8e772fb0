//! A long list of candidates, part by part, so that an interrupted run goes on where it stopped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, ParquetReader, SerReader};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::{temporary_name, write_atomically};

use crate::error::MaterialsError;
use crate::frame_writer::FrameWriter;
use crate::model::{ElementRules, Sampler};

const REQUEST: &str = "request.json";

/// What a list is drawn from; lists with the same request are the same, candidate by candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRequest {
    /// [Digest](crate::MaterialsModel::digest_of) of the model.
    pub model: String,
    /// Version of the program.
    pub version: String,
    /// Device that draws: sums are rounded otherwise on another.
    pub device: String,
    /// Seed of the candidates.
    pub seed: u64,
    /// Whether candidates are made neutral.
    pub is_neutral: bool,
    /// Conditions, as they were written.
    pub conditions: Vec<String>,
    /// Rules on the elements.
    pub rules: ElementRules,
    /// Rules on the structures, as they are told.
    pub structures: String,
    /// What counts as stable, eV/atom, as it is told.
    pub stable_within: String,
    /// Candidates in the list.
    pub n: usize,
}

/// Candidates drawn so far, in Parquet files of [`CHUNKS`](Self::CHUNKS) chunks in the folder `FILE.parts`.
///
/// A part appears when it is complete, so a run that was killed has lost one part at most.
pub struct CandidateParts {
    folder: PathBuf,
    n_parts: usize,
    n_rows: usize,
}

impl CandidateParts {
    /// Chunks of a part.
    pub const CHUNKS: u64 = 64;
    /// Candidates of a part, unless some are left out.
    pub const ROWS: usize = Self::CHUNKS as usize * Sampler::CHUNK;

    /// Where the parts of the list `out` are.
    pub fn folder(out: &Path) -> PathBuf {
        let mut name = out.as_os_str().to_owned();
        name.push(".parts");
        PathBuf::from(name)
    }

    /// The parts of `out`, none where the folder is not there yet.
    ///
    /// # Errors
    /// If the folder holds parts of another list, or cannot be read or made.
    pub fn open(out: &Path, request: &SampleRequest) -> Result<Self, MaterialsError> {
        let folder = Self::folder(out);
        let path = folder.join(REQUEST);
        if path.exists() {
            let text = fs::read(&path).map_err(|e| WganError::io(&path, e))?;
            let present: SampleRequest =
                serde_json::from_slice(&text).map_err(|e| WganError::saved(&path, e))?;
            if present != *request {
                let reason = "these parts were drawn from another model or with other settings";
                return Err(WganError::saved(&folder, reason).into());
            }
        } else {
            fs::create_dir_all(&folder).map_err(|e| WganError::io(&folder, e))?;
            let text =
                serde_json::to_vec_pretty(request).map_err(|e| WganError::saved(&path, e))?;
            write_atomically(&path, &text)?;
        }
        let mut parts = Self { folder, n_parts: 0, n_rows: 0 };
        while parts.path(parts.n_parts).exists() {
            let path = parts.path(parts.n_parts);
            let n_rows = ParquetReader::new(opened(&path)?).num_rows();
            parts.n_rows += n_rows.map_err(|e| WganError::saved(&path, e))?;
            parts.n_parts += 1;
        }
        Ok(parts)
    }

    /// Candidates in complete parts.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Chunks of the next part.
    pub fn next_chunks(&self) -> std::ops::Range<u64> {
        let start = self.n_parts as u64 * Self::CHUNKS;
        start..start + Self::CHUNKS
    }

    /// A writer of the next part; [`add`](Self::add) completes it.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn next_part(&self) -> Result<FrameWriter, MaterialsError> {
        FrameWriter::create(&self.path(self.n_parts))
    }

    /// Completes the next part, of so many candidates.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, part: FrameWriter, n_rows: usize) -> Result<(), MaterialsError> {
        part.finish()?;
        self.n_parts += 1;
        self.n_rows += n_rows;
        Ok(())
    }

    /// Appends the first `n` candidates to `list`, completes it and removes the parts.
    ///
    /// # Errors
    /// If a part cannot be read or the list cannot be written.
    pub fn join(self, mut list: FrameWriter, n: usize) -> Result<(), MaterialsError> {
        let mut left = n;
        for part in 0..self.n_parts {
            let rows = self.read(part)?;
            let rows = rows.slice(0, left.min(rows.height()));
            left -= rows.height();
            list.append(rows)?;
        }
        list.finish()?;
        self.remove()
    }

    /// Removes the parts: all at once under this name, so that no part is ever left without its request.
    ///
    /// # Errors
    /// If they cannot be removed.
    pub fn remove(self) -> Result<(), MaterialsError> {
        let going = temporary_name(&self.folder);
        let remove = || {
            if going.exists() {
                fs::remove_dir_all(&going)?;
            }
            fs::rename(&self.folder, &going)?;
            fs::remove_dir_all(&going)
        };
        remove().map_err(|e| WganError::io(&self.folder, e).into())
    }

    fn read(&self, part: usize) -> Result<DataFrame, MaterialsError> {
        let path = self.path(part);
        let rows = ParquetReader::new(opened(&path)?).finish();
        rows.map_err(|e| WganError::saved(&path, e).into())
    }

    fn path(&self, part: usize) -> PathBuf {
        self.folder.join(format!("{part:06}.parquet"))
    }
}

fn opened(path: &Path) -> Result<File, MaterialsError> {
    File::open(path).map_err(|e| WganError::io(path, e).into())
}
