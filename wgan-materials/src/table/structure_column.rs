//! Which column holds crystal structures.

use super::options::ReadOptions;
use super::survey::ColumnSurvey;
use crate::structure::read_structure;

/// Cells that are tried in each column.
const TRIED: usize = 20;

/// Shortest text that can hold a cell and a site.
const MIN_LENGTH: f64 = 40.0;

/// The place of the first column of which half the cells tried are CIF or POSCAR texts; none of those to be left out.
pub(super) fn find(columns: &[ColumnSurvey], options: &ReadOptions) -> Option<usize> {
    let is_wanted = |column: &ColumnSurvey| {
        options.ignore.iter().all(|name| !column.name.eq_ignore_ascii_case(name))
    };
    columns.iter().position(|column| is_wanted(column) && holds_structures(column))
}

fn holds_structures(column: &ColumnSurvey) -> bool {
    if column.mean_length() < MIN_LENGTH {
        return false;
    }
    let cells = column.sample().iter().filter(|cell| !cell.is_empty()).take(TRIED);
    let read: Vec<bool> = cells.map(|cell| is_structure(cell)).collect();
    !read.is_empty() && 2 * read.iter().filter(|is_read| **is_read).count() >= read.len()
}

/// Whether a text is meant to be a structure, also where it cannot be used.
fn is_structure(text: &str) -> bool {
    text.contains("_cell_length_a") || text.contains("_atom_site_") || read_structure(text).is_ok()
}
