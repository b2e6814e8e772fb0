//! Observations as comma separated values.

use std::collections::BTreeSet;
use std::path::Path;

use csv::StringRecord;

use super::observations::{Column, Observations};
use crate::error::GraphError;
use crate::network::Network;
use crate::table::{Blanks, Header, Table, read_table};

/// How observations are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservationOptions {
    /// Columns that are contexts; where none are named, all others whose values repeat.
    pub contexts: Option<Vec<String>>,
    /// Whether observations on nodes that the network does not have are left out, where it is a part of a larger one.
    pub skips_others: bool,
}

/// Observations and what was made of their file.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadObservations {
    /// The observations.
    pub observations: Observations,
    /// Columns that were left out, since their values hardly repeat.
    pub left_out: Vec<String>,
    /// Ids that are no nodes, one per observation that was left out.
    pub others: Vec<String>,
}

/// A column is a context by itself if its values occur this often on average.
const MIN_REPEATS: usize = 3;

/// Reads observations: a column `id` or `node` (else the first), `weight` and `count` if there are such columns, and contexts.
///
/// # Errors
/// Files that cannot be read, ids that are no nodes, weights that are negative or not finite, counts that are no
/// whole numbers, gaps in a context of numbers.
pub fn read_observations(
    path: &Path,
    network: &Network,
    options: &ObservationOptions,
) -> Result<ReadObservations, GraphError> {
    let mut table = read_table(path, Header::First, Blanks::Belong)?;
    let id = match table.column_in_any_case("id")? {
        None => table.column_in_any_case("node")?.unwrap_or(0),
        Some(id) => id,
    };
    if table.rows.is_empty() {
        let reason = "it has no observations, expected a row for each".to_owned();
        return Err(GraphError::Unreadable { path: path.to_owned(), reason });
    }
    let at = path.display().to_string();
    if network.number(&table.header[id]).is_some() {
        return Err(table.no_header("id"));
    }
    let mut others = Vec::new();
    if options.skips_others {
        let is_node =
            |row: &StringRecord| row.get(id).is_some_and(|id| network.number(id).is_some());
        let (known, unknown): (Vec<_>, Vec<_>) = table.rows.into_iter().partition(is_node);
        others = unknown.iter().map(|row| row.get(id).unwrap_or_default().to_owned()).collect();
        table.rows = known;
        if let (true, Some(first)) = (table.rows.is_empty(), others.first()) {
            return Err(GraphError::UnknownNode { at, id: first.clone() });
        }
    }
    let nodes: Vec<usize> = (0..table.rows.len())
        .map(|row| network.require(table.id(row, id)?, &at))
        .collect::<Result<_, _>>()?;
    let mut observations = Observations::new(nodes);
    let mut taken = vec![id];
    if let Some(column) = table.column("weight")? {
        taken.push(column);
        let accept = |w: f64| (w.is_finite() && w >= 0.0).then_some(w);
        let weights = table.numbers("weight", "a finite weight from zero up", accept)?;
        observations = observations.with_weights(weights);
    }
    if let Some(column) = table.column("count")? {
        taken.push(column);
        let accept = |n: f64| ((0.0..=1e15).contains(&n) && n.fract() == 0.0).then_some(n);
        let counts = table.numbers("count", "a whole number from 0 to 1e15", accept)?;
        observations = observations.with_counts(counts.into_iter().map(|n| n as u64).collect());
    }
    let mut left_out = Vec::new();
    let columns: Vec<usize> = match &options.contexts {
        Some(names) => names.iter().map(|name| table.require(name)).collect::<Result<_, _>>()?,
        None => {
            let others = (0..table.header.len()).filter(|column| !taken.contains(column));
            let (repeat, rest): (Vec<usize>, Vec<usize>) =
                others.partition(|&column| repeats(&table, column));
            left_out.extend(rest.into_iter().map(|column| table.header[column].clone()));
            repeat
        }
    };
    for column in columns {
        let name = &table.header[column];
        observations = match context(&table, column)? {
            Column::Numbers(values) => observations.with_numbers(name, values),
            Column::Classes(values) => observations.with_classes(name, values),
        };
    }
    Ok(ReadObservations { observations, left_out, others })
}

/// Whether the values of a column occur several times.
fn repeats(table: &Table, column: usize) -> bool {
    let cells = table.rows.iter().map(|row| row.get(column).unwrap_or_default());
    let distinct: BTreeSet<&str> = cells.collect();
    distinct.len() * MIN_REPEATS <= table.rows.len()
}

/// Numbers if all cells are, else classes; an empty cell is a class of its own.
fn context(table: &Table, column: usize) -> Result<Column, GraphError> {
    let cells: Vec<&str> =
        table.rows.iter().map(|row| row.get(column).unwrap_or_default()).collect();
    let is_given = |cell: &&str| !cell.is_empty();
    let given = || cells.iter().copied().filter(is_given);
    if given().count() < cells.len() && given().all(|cell| cell.parse::<f64>().is_ok()) {
        let row = cells.iter().position(|cell| cell.is_empty()).unwrap_or(0);
        return Err(table.cell(row, column, "a number in every row of a context"));
    }
    let number = |cell: &&str| cell.parse::<f64>().ok().filter(|x| x.is_finite());
    let numbers: Option<Vec<f64>> = cells.iter().map(number).collect();
    let classes = || cells.iter().map(|&cell| cell.to_owned()).collect();
    Ok(numbers.map_or_else(|| Column::Classes(classes()), Column::Numbers))
}
