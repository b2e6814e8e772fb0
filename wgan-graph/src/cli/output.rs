//! What the commands write.

use std::path::Path;

use wgan_core::{WganError, write_atomically};
use wgan_graph::NetworkSummary;

use super::CliError;

/// Indented JSON of a value that always has one.
pub fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value)
        .unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}

/// Refuses an output whose folder is not there before time is spent.
pub fn check_folder(path: &Path) -> Result<(), CliError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    Err(CliError::Usage(format!("{}: expected a file in a folder that exists", path.display())))
}

/// Writes rows as comma separated values; the file is complete or absent.
pub fn write_csv(
    path: &Path,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), CliError> {
    let failed = |error: csv::Error| WganError::io(path, error.into());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(&row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| WganError::io(path, e.into_error()))?;
    Ok(write_atomically(path, &bytes)?)
}

/// Says on standard error what was changed about the network, or left out of it.
pub fn note(summary: &NetworkSummary) {
    if summary.symmetrised_arcs > 0 {
        eprintln!(
            "note: distances must be symmetric here; of {} arcs without an equal one back the cheaper direction counts both ways",
            summary.symmetrised_arcs
        );
    }
    if summary.dropped_nodes > 0 {
        eprintln!(
            "note: the largest component is used, {} nodes are left out",
            summary.dropped_nodes
        );
    }
}
