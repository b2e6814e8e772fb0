//! The two columns of ids.

use std::path::Path;

use super::Network;
use crate::error::GraphError;
use crate::table::{Blanks, Header, Table, read_table};

/// Which columns name the two ends.
pub struct PairColumns {
    /// The first one, the source of arcs.
    pub from: usize,
    /// The other one.
    pub to: usize,
    /// Whether they are the first two because none has the right name.
    pub are_first: bool,
}

/// The columns `source` and `target`, in whatever case, else the first two.
///
/// Where the first line looks like data the last comment may name the columns.
pub fn pair_columns(table: &mut Table, header: Header) -> Result<PairColumns, GraphError> {
    match (table.column_in_any_case("source")?, table.column_in_any_case("target")?) {
        (Some(from), Some(to)) => return Ok(PairColumns { from, to, are_first: false }),
        (Some(_), None) => return Err(table.missing("target")),
        (None, Some(_)) => return Err(table.missing("source")),
        (None, None) if table.header.len() < 2 => return Err(one_column(table)),
        (None, None) => {}
    }
    let is_data = header == Header::First && first_line_is_data(table);
    if is_data && !table.name_by_comment() {
        return Err(table.no_header("source,target"));
    }
    Ok(PairColumns { from: 0, to: 1, are_first: true })
}

/// The refusal of a list with one cell in each line.
fn one_column(table: &Table) -> GraphError {
    let name = &table.header[0];
    table.unreadable(format!(
        "it has one column, `{name}`; expected two or more, between commas, semicolons, tabs or blanks"
    ))
}

/// Whether the first line, which has no known names, has a number or a node that other rows name.
fn first_line_is_data(table: &Table) -> bool {
    let is_number = |name: &String| name.parse::<f64>().is_ok();
    let (from, to) = (&*table.header[0], &*table.header[1]);
    let is_known =
        NAMES.iter().any(|(a, b)| from.eq_ignore_ascii_case(a) && to.eq_ignore_ascii_case(b));
    let names_node = |row: &csv::StringRecord| {
        (0..2).any(|column| row.get(column).is_some_and(|id| id == from || id == to))
    };
    table.header.iter().any(is_number) || !is_known && table.rows.iter().any(names_node)
}

/// Names of the two ends that are no ids, even where a node has such a name.
const NAMES: [(&str, &str); 3] = [("from", "to"), ("src", "dst"), ("start", "end")];

/// Reads pairs of nodes of `network`: the columns `source` and `target`, else the first two.
///
/// # Errors
/// Files that cannot be read or have one column, ids that are no nodes, a first line that looks
/// like data.
pub fn read_pairs(
    path: &Path,
    network: &Network,
    header: Header,
) -> Result<Vec<(usize, usize)>, GraphError> {
    let mut table = read_table(path, header, Blanks::Separate)?;
    let PairColumns { from, to, .. } = pair_columns(&mut table, header)?;
    let is_node = |column: usize| network.number(&table.header[column]).is_some();
    if header == Header::First && is_node(from) && is_node(to) {
        return Err(table.no_header("source,target"));
    }
    let at = path.display().to_string();
    let node = |row, column| network.require(table.id(row, column)?, &at);
    (0..table.rows.len()).map(|row| Ok((node(row, from)?, node(row, to)?))).collect()
}
