//! Where results go.

use std::path::Path;

use super::CliError;

/// Refuses an output that cannot be written, or that would replace one of the files `taken`, before time is
/// spent on it.
pub fn check_output(out: &Path, taken: &[&Path]) -> Result<(), CliError> {
    wgan_core::check_output(out, taken).map_err(CliError::Usage)
}
