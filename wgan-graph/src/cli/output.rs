//! What the commands write.

use std::path::Path;

use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_graph::NetworkSummary;

use super::CliError;

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
            "note: of {} arcs without an equal one back the cheaper direction counts both ways",
            summary.symmetrised_arcs
        );
    }
    if summary.are_first_columns {
        eprintln!(
            "note: there are no columns `source` and `target`; edges are read from the columns {}",
            summary.columns
        );
    }
    if summary.comment_lines > 0 {
        eprintln!("note: {} comment lines before the table are left out", summary.comment_lines);
    }
    if summary.dropped_nodes > 0 {
        eprintln!(
            "note: the largest component is used, {} nodes are left out",
            summary.dropped_nodes
        );
    }
}

/// Says which columns could be costs, where every edge costs the same.
pub fn note_unused(summary: &NetworkSummary, has_costs: bool) {
    if !has_costs && !summary.unused_numbers.is_empty() {
        eprintln!(
            "note: every edge costs 1; numbers that are not used: {} (--cost or --strength)",
            summary.unused_numbers.join(", ")
        );
    }
}

/// A number from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}
