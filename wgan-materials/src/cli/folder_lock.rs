//! One program at a time in the directory of a model.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use wgan_core::WganError;
use wgan_core::file::locked;

use super::CliError;

/// A directory that this program has for itself, until this is dropped.
pub struct FolderLock {
    path: PathBuf,
    _file: File,
}

impl FolderLock {
    /// Locks the directory, which is made if need be, and removes what programs that were killed have left half written there.
    pub fn new(folder: &Path) -> Result<Self, CliError> {
        fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
        let path = folder.join("lock");
        let file = locked(&path).map_err(|error| match error.kind() {
            ErrorKind::ResourceBusy => CliError::Usage(format!(
                "{}: another program is fitting a model there",
                folder.display()
            )),
            _ => WganError::io(&path, error).into(),
        })?;
        remove_unfinished(folder);
        Ok(Self { path, _file: file })
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // one that stays does no harm
    }
}

fn remove_unfinished(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_unfinished = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "tmp");
    for path in entries.map(|entry| entry.path()).filter(is_unfinished) {
        let _ = fs::remove_file(path); // one that stays does no harm
    }
}
