//! What command lines do with their results.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::WganError;
use crate::file::{folder_of, resolved, target_of};

/// Refuses an output that cannot be written, or that would replace one of the files `taken`, before
/// time is spent on it; says why.
///
/// # Errors
/// One sentence that names the path.
pub fn check_output(out: &Path, taken: &[&Path]) -> Result<(), String> {
    if !folder_of(out).is_dir() || out.is_dir() {
        return Err(format!("{}: expected a file in a folder that exists", out.display()));
    }
    if let Some(other) = taken.iter().find(|other| resolved(other) == resolved(out)) {
        let (out, other) = (out.display(), other.display());
        return Err(format!("{out}: would replace {other}; name another file"));
    }
    let cannot = |error| format!("{}: cannot be written: {error}", out.display());
    let target = target_of(out).map_err(cannot)?;
    if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
        return Ok(()); // a pipe or a terminal
    }
    tempfile::tempfile_in(folder_of(&target)).map(drop).map_err(cannot)
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

/// Indented JSON of a value that always has one.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_that_cannot_be_or_would_replace_an_input_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let [input, out] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
        fs::write(&input, "x").unwrap();
        assert_eq!(check_output(&out, &[&input]), Ok(()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing stays");
        let around = folder.path().join(".").join("in.csv");
        assert!(check_output(&around, &[&input]).unwrap_err().contains("would replace"));
        for wrong in [folder.path(), &folder.path().join("none").join("out.csv")] {
            assert!(check_output(wrong, &[]).unwrap_err().contains("a folder that exists"));
        }
        #[cfg(unix)]
        assert_eq!(check_output(Path::new("/dev/null"), &[]), Ok(()));
        let mut permissions = fs::metadata(&input).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&input, permissions).unwrap();
        assert!(check_output(&input, &[]).unwrap_err().contains("read-only"));
    }
}
