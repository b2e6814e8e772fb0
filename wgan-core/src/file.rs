//! Files that are either complete or absent.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{Error, ErrorKind, Write};
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
        let target = target_of(path)?;
        let there = match fs::metadata(&target) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            there => Some(there?),
        };
        match there {
            Some(there) if !there.is_file() => fs::write(path, bytes),
            there => replace(&target, bytes, there.map(|there| there.permissions())),
        }
    };
    write().map_err(|source| WganError::io(path, source))
}

/// The file that is written where `path` is named: what a link leads to.
///
/// # Errors
/// Where that is a read-only file, or one that is open under a name of the system (`/dev/stdout`).
pub fn target_of(path: &Path) -> std::io::Result<PathBuf> {
    let target = resolved(path);
    let is_file = fs::metadata(&target).is_ok_and(|there| there.is_file());
    let of_system = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];
    if is_file && of_system.iter().any(|name| path.starts_with(name)) {
        return Err(std::io::Error::other("expected the file by its own name"));
    }
    if is_file && fs::metadata(&target)?.permissions().readonly() {
        return Err(std::io::Error::other("the file is read-only"));
    }
    Ok(target)
}

/// The file at `path`, made if need be and left as it is, for this program alone until it is dropped.
///
/// # Errors
/// [`ErrorKind::ResourceBusy`] where another program has it, and where it cannot be opened for writing.
pub fn locked(path: &Path) -> std::io::Result<File> {
    loop {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) if is_at(&file, path) => return Ok(file),
            Ok(()) => {} // the program that had it has moved or removed it
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::new(ErrorKind::ResourceBusy, "another program is writing it"));
            }
        }
    }
}

/// Whether `path` still names the open file.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let place = |there: fs::Metadata| (there.dev(), there.ino());
        let (open, named) = (file.metadata().map(place), fs::metadata(path).map(place));
        open.is_ok_and(|open| named.is_ok_and(|named| open == named))
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true // an open file is neither moved nor removed
    }
}

/// The same path for the same file, whether it exists yet or not; links are followed.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let path = fs::read_link(path).map_or(path.to_owned(), |to| folder_of(path).join(to));
        match (folder_of(&path).canonicalize(), path.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => path,
        }
    })
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> std::io::Result<()> {
    let mut builder = Builder::new();
    builder.suffix(".tmp");
    if let Some(permissions) = of_new_file() {
        builder.permissions(permissions);
    }
    let mut file = builder.tempfile_in(folder_of(path))?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
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
    fn a_locked_file_is_for_one_at_a_time_also_where_it_was_moved() {
        let folder = tempfile::tempdir().unwrap();
        let [path, moved] = ["growing", "moved"].map(|name| folder.path().join(name));
        let first = locked(&path).unwrap();
        let message = locked(&path).unwrap_err().to_string();
        assert_eq!(message, "another program is writing it");
        fs::rename(&path, &moved).unwrap();
        let second = locked(&path).unwrap();
        assert!(is_at(&second, &path) && !is_at(&first, &path) && is_at(&first, &moved));
        drop(second);
        locked(&path).unwrap();
    }

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
        fs::set_permissions(&file, Permissions::from_mode(0o664)).unwrap();
        symlink(&file, &link).unwrap();
        write_atomically(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o664);
        fs::set_permissions(&file, Permissions::from_mode(0o440)).unwrap();
        let refused = write_atomically(&file, b"newer").unwrap_err().to_string();
        assert!(refused.contains("read-only"), "{refused}");
        let (later, early) = (folder.path().join("later"), folder.path().join("early"));
        symlink("later", &early).unwrap();
        write_atomically(&early, b"there").unwrap();
        assert_eq!(fs::read(&later).unwrap(), b"there");
        write_atomically(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
