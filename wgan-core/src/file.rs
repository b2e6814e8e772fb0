//! Files that are either complete or absent.

use std::fs::{self, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::Builder;

use crate::error::WganError;

/// Writes `bytes` to a file of an unused name beside `path`, then renames it. A link is followed,
/// and a file that was there keeps its permissions; what is no regular file (a pipe, a terminal) is
/// written to directly.
///
/// # Errors
/// [`WganError::Io`] if the folder does not exist or is not writable, or the file is read-only.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), WganError> {
    let write = || -> std::io::Result<()> {
        let Ok(there) = fs::metadata(path) else { return replace(path, bytes, of_new_file()) };
        if !there.is_file() {
            return fs::write(path, bytes);
        }
        if there.permissions().readonly() {
            return Err(std::io::Error::other("the file is read-only"));
        }
        replace(&path.canonicalize()?, bytes, Some(there.permissions()))
    };
    write().map_err(|source| WganError::io(path, source))
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> std::io::Result<()> {
    let mut builder = Builder::new();
    builder.suffix(".tmp");
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Permissions that a new file is created with; the user's mask takes away from them.
fn of_new_file() -> Option<Permissions> {
    #[cfg(unix)]
    return Some(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    #[cfg(not(unix))]
    None
}

/// Folder that `path` is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// `path` with `.tmp` appended: where a file or folder grows until it is complete.
pub fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_with_likely_names_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(temporary_name(&path), "mine").unwrap();
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read(temporary_name(&path)).unwrap(), b"mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else stays");
        let missing = folder.path().join("none").join("a.csv");
        assert!(write_atomically(&missing, b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_permissions_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        symlink(&file, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&file, Permissions::from_mode(0o440)).unwrap();
        let refused = write_atomically(&file, b"newer").unwrap_err().to_string();
        assert!(refused.contains("read-only"), "{refused}");
        write_atomically(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
