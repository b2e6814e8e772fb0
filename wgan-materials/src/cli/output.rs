//! Where results go.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use wgan_core::WganError;

use super::CliError;

/// Folder that `path` is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Refuses an output whose folder is not there, or that would replace one of the files `taken`, before time is
/// spent on it.
pub fn check_output(out: &Path, taken: &[&Path]) -> Result<(), CliError> {
    if !folder_of(out).is_dir() || out.is_dir() {
        let expected = "expected a file in a folder that exists";
        return Err(CliError::Usage(format!("{}: {expected}", out.display())));
    }
    match taken.iter().find(|other| real(other) == real(out)) {
        Some(other) => Err(CliError::Usage(format!(
            "{}: would replace {}; name another file",
            out.display(),
            other.display()
        ))),
        None => Ok(()),
    }
}

/// The same path for the same file, whether it exists yet or not.
fn real(path: &Path) -> Option<PathBuf> {
    let folder = folder_of(path).canonicalize().ok()?;
    let file = folder.join(path.file_name()?);
    Some(file.canonicalize().unwrap_or(file))
}

/// Prints to standard output; a reader that has gone away (`| head`) has what it wanted.
pub fn print(text: &str) -> Result<(), CliError> {
    match writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n')) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(WganError::io(Path::new("standard output"), error).into())
        }
        _ => Ok(()),
    }
}

/// Indented JSON of a value that always has one.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}
