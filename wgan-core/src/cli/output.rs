//! What command lines do with their results.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::ProgramError;
use crate::error::WganError;
use crate::file::{folder_of, locked, resolved, target_of};

/// An output that this program works for, and no other of this user on this machine, until it is dropped.
#[must_use = "the output is reserved as long as this is kept"]
#[derive(Debug)]
pub struct Reserved {
    _lock: Option<File>,
}

impl Reserved {
    /// Locks a file of the system's folder for temporary files that stands for `out`, so that nothing appears beside it. Where
    /// there is no such folder nothing is locked.
    fn new(out: &Path) -> std::io::Result<Self> {
        let mut digest = DefaultHasher::new();
        out.hash(&mut digest);
        let name = format!("wgan-{:016x}.lock", digest.finish());
        match locked(&std::env::temp_dir().join(name)) {
            Ok(file) => Ok(Self { _lock: Some(file) }),
            Err(error) if error.kind() == ErrorKind::ResourceBusy => Err(error),
            Err(_) => Ok(Self { _lock: None }),
        }
    }
}

/// Refuses an output that cannot be written, that would replace one of the files `taken`, or that another
/// program works for, before time is spent on it.
///
/// # Errors
/// [`ProgramError::NoFolder`], [`ProgramError::WouldReplace`] or [`ProgramError::NotWritable`].
pub fn check_output(out: &Path, taken: &[&Path]) -> Result<Reserved, ProgramError> {
    if !folder_of(out).is_dir() || out.is_dir() {
        return Err(ProgramError::NoFolder { out: out.to_owned() });
    }
    if let Some(&other) = taken.iter().find(|other| resolved(other) == resolved(out)) {
        return Err(ProgramError::WouldReplace { out: out.to_owned(), other: other.to_owned() });
    }
    let cannot = |source| ProgramError::NotWritable { out: out.to_owned(), source };
    let target = target_of(out).map_err(cannot)?;
    if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
        return Ok(Reserved { _lock: None }); // a pipe or a terminal
    }
    tempfile::tempfile_in(folder_of(&target)).map_err(cannot)?;
    Reserved::new(&target).map_err(cannot)
}

/// Prints to standard output; a reader that has gone away (`| head`) has what it wanted.
///
/// # Errors
/// [`WganError::Io`] where it cannot be written to for another reason.
pub fn print(text: &str) -> Result<(), WganError> {
    match writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n')) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(WganError::io(Path::new("standard output"), error))
        }
        _ => Ok(()),
    }
}

/// Indented JSON of `value`.
///
/// # Errors
/// [`WganError::Io`] for a value that has no JSON, such as a map whose keys are not text.
pub fn to_json(value: &impl serde::Serialize) -> Result<String, WganError> {
    serde_json::to_string_pretty(value).map_err(|error| WganError::io("JSON", error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_that_cannot_be_or_would_replace_an_input_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let [input, out] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
        fs::write(&input, "x").unwrap();
        let reserved = check_output(&out, &[&input]).unwrap();
        let busy = check_output(&folder.path().join(".").join("out.csv"), &[]).unwrap_err();
        assert!(busy.to_string().ends_with("another program is writing it"), "{busy}");
        drop(reserved);
        let _ = check_output(&out, &[&input]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing stays");
        let around = folder.path().join(".").join("in.csv");
        let message =
            |out: &Path, taken: &[&Path]| check_output(out, taken).unwrap_err().to_string();
        assert!(message(&around, &[&input]).contains("would replace"));
        for wrong in [folder.path(), &folder.path().join("none").join("out.csv")] {
            assert!(message(wrong, &[]).contains("a folder that exists"));
        }
        #[cfg(unix)]
        let _ = check_output(Path::new("/dev/null"), &[]).unwrap();
        let mut permissions = fs::metadata(&input).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&input, permissions).unwrap();
        assert!(message(&input, &[]).contains("read-only"));
    }

    #[test]
    fn a_value_without_json_is_an_error() {
        let keys_are_no_text = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert!(to_json(&keys_are_no_text).unwrap_err().to_string().starts_with("JSON: "));
        assert_eq!(to_json(&[1]).unwrap(), "[\n  1\n]");
    }
}
