//! Where results go.

use std::path::Path;

use wgan_core::cli::Reserved;

use super::CliError;

/// Refuses an output that cannot be written, that would replace one of the files `taken`, or that another program works for,
/// before time is spent on it.
pub fn check_output(out: &Path, taken: &[&Path]) -> Result<Reserved, CliError> {
    if std::fs::metadata(out).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        // Candidates grow in a file beside it, which takes its place in the end.
        return Err(CliError::Usage(format!("{}: expected a regular file", out.display())));
    }
    Ok(wgan_core::cli::check_output(out, taken)?)
}
