//! Features of nodes as comma separated values.

use std::collections::BTreeMap;
use std::path::Path;

use super::Network;
use crate::error::GraphError;
use crate::table::{Blanks, Header, Table, read_table};

/// One row of numbers per node of a network; only entries that are not zero are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeFeatures {
    names: Vec<String>,
    rows: Vec<Vec<(u32, f64)>>,
}

impl NodeFeatures {
    /// Features with these names; each row lists `(column, value)` in ascending order of columns.
    ///
    /// # Panics
    /// If a row names a column beyond `names`, or is not in ascending order.
    pub fn new(names: Vec<String>, rows: Vec<Vec<(u32, f64)>>) -> Self {
        for row in &rows {
            assert!(row.windows(2).all(|pair| pair[0].0 < pair[1].0), "columns in order");
            assert!(row.last().is_none_or(|last| (last.0 as usize) < names.len()), "known columns");
        }
        Self { names, rows }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.rows.len()
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// `(column, value)` of the entries of node `v` that are not zero.
    pub fn of(&self, v: usize) -> &[(u32, f64)] {
        &self.rows[v]
    }
}

/// Reads features, in one of two forms that the header tells apart:
/// `id,feature,value` lists the entries that are not zero (repeated ones add up), and any other
/// header is one row per node, with a column `id` (else the first) and numbers in all others.
///
/// # Errors
/// Files that cannot be read, ids that are no nodes, cells that are no finite numbers; in the
/// second form also [`GraphError::NoFeatures`] for a node without a row.
pub fn read_features(path: &Path, network: &Network) -> Result<NodeFeatures, GraphError> {
    let table = read_table(path, Header::First, Blanks::Belong)?;
    let rows = vec![BTreeMap::new(); network.n_nodes()];
    if table.header == ["id", "feature", "value"] {
        read_entries(&table, network, rows)
    } else {
        read_rows(&table, network, rows)
    }
}

type Rows = Vec<BTreeMap<u32, f64>>;

const EXPECTED: &str = "a finite number";

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn read_entries(
    table: &Table,
    network: &Network,
    mut rows: Rows,
) -> Result<NodeFeatures, GraphError> {
    let at = table.path.display().to_string();
    let mut names = BTreeMap::new();
    let mut order = Vec::new();
    for (row, value) in table.numbers("value", EXPECTED, finite)?.into_iter().enumerate() {
        let node = network.require(table.id(row, 0)?, &at)?;
        let name = table.id(row, 1)?;
        let column = *names.entry(name.to_owned()).or_insert_with(|| {
            order.push(name.to_owned());
            order.len() as u32 - 1
        });
        let sum = rows[node].entry(column).or_insert(0.0);
        *sum += value;
        if !sum.is_finite() {
            return Err(table.cell(row, 2, "a number with a finite sum"));
        }
    }
    Ok(from_maps(order, rows))
}

fn read_rows(table: &Table, network: &Network, mut rows: Rows) -> Result<NodeFeatures, GraphError> {
    let at = table.path.display().to_string();
    let ids = table.column("id")?.unwrap_or(0);
    let mut is_there = vec![false; network.n_nodes()];
    let mut nodes = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let node = network.require(table.id(row, ids)?, &at)?;
        if std::mem::replace(&mut is_there[node], true) {
            return Err(table.cell(row, ids, "an id that no row above has"));
        }
        nodes.push(node);
    }
    if let Some(absent) = is_there.iter().position(|is| !is) {
        return Err(GraphError::NoFeatures { at, id: network.id(absent).to_owned() });
    }
    let mut names = table.header.clone();
    names.remove(ids);
    for (column, name) in names.iter().enumerate() {
        for (row, value) in table.numbers(name, EXPECTED, finite)?.into_iter().enumerate() {
            rows[nodes[row]].insert(column as u32, value);
        }
    }
    Ok(from_maps(names, rows))
}

fn from_maps(names: Vec<String>, rows: Rows) -> NodeFeatures {
    let rows = rows.into_iter().map(|row| row.into_iter().filter(|e| e.1 != 0.0).collect());
    NodeFeatures { names, rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;

    fn read(text: &str) -> Result<NodeFeatures, GraphError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("features.csv");
        std::fs::write(&path, text).unwrap();
        let ids = ["a", "b"].map(String::from).to_vec();
        let edges = [Edge { u: 0, v: 1, cost: 1.0 }];
        let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
        read_features(&path, &network)
    }

    #[test]
    fn both_forms_say_the_same() {
        let entries = read("id,feature,value\na,x,1\na,y,1.5\na,y,0.5\nb,y,-1\n").unwrap();
        assert_eq!(entries, read("id,x,y\nb,0,-1\na,1,2\n").unwrap());
        assert_eq!(entries.of(0), [(0, 1.0), (1, 2.0)]);
        assert_eq!(entries.of(1), [(1, -1.0)]);
        // Without entries a node has the zero vector; without a row it is an error.
        assert_eq!(read("id,feature,value\na,x,1\n").unwrap().of(1), []);
        assert!(read("id,x\na,1\n").unwrap_err().to_string().ends_with("no features of node `b`"));
    }

    #[test]
    fn bad_cells_are_named() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert!(message("id,x\na,1\nb,red\n").contains("row 2: x is \"red\""));
        assert!(message("id,feature,value\na,x,NaN\n").contains("row 1: value is \"NaN\""));
        let beyond = message("id,feature,value\na,x,1.7e308\na,x,1.7e308\n");
        assert!(
            beyond.contains("row 2: value is \"1.7e308\", expected a number with a finite sum")
        );
        assert!(message("id,x\na,1\nc,1\n").contains("`c` is no node"));
        let twice = message("id,x\na,1\nb,1\na,2\n");
        assert!(twice.ends_with("row 3: id is \"a\", expected an id that no row above has"));
    }
}
