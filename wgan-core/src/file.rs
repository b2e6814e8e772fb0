//! Files that are either complete or absent.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::WganError;

/// Writes `bytes` to a temporary file beside `path`, then renames it.
///
/// # Errors
/// [`WganError::Io`] if the folder does not exist or is not writable.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), WganError> {
    let temporary = temporary_name(path);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|source| WganError::io(path, source))
}

/// `path` with `.tmp` appended: where a file or folder grows until it is complete.
pub fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}
