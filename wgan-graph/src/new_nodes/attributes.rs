//! What is known of the nodes besides their edges: classes and numbers.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::GraphError;
use crate::network::Network;
use crate::table::{Blanks, Header, Table, read_table};

/// Whole numbers with at most this many values are classes: codes of topics, kinds, voltages.
const MAX_CODES: usize = 20;
/// Values that occur less often than this on average are names, and so are more values than this: both are left out.
const MIN_REPEATS: usize = 3;
const MAX_CLASSES: usize = 256;

/// Columns of classes and numbers, one value per node.
///
/// # Example
/// ```
/// use wgan_graph::NodeAttributes;
/// let kinds = ["farm", "mill", "farm"].map(str::to_owned).to_vec();
/// let attributes = NodeAttributes::new(3).with_classes("kind", kinds).with_numbers("height", vec![90.0, 12.5, 47.0]);
/// assert_eq!(attributes.names().collect::<Vec<_>>(), ["kind", "height"]);
/// assert_eq!(attributes.cell(1, 1), "12.5");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeAttributes {
    n: usize,
    pub(super) columns: Vec<(String, AttributeColumn)>,
}

/// Values of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum AttributeColumn {
    /// Names without an order; an empty one is a class too.
    Classes(Vec<String>),
    /// Finite numbers; none where one is not known.
    Numbers(Vec<Option<f64>>),
}

/// Attributes and what was made of their file.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAttributes {
    /// The attributes.
    pub attributes: NodeAttributes,
    /// Columns that were left out, since they are no numbers and hardly repeat: names.
    pub left_out: Vec<String>,
}

impl NodeAttributes {
    /// No column yet, for `n` nodes.
    pub fn new(n: usize) -> Self {
        Self { n, columns: Vec::new() }
    }

    /// The same with a column of classes.
    ///
    /// # Panics
    /// If there is not one value per node.
    #[must_use]
    pub fn with_classes(self, name: &str, values: Vec<String>) -> Self {
        self.with(name, AttributeColumn::Classes(values))
    }

    /// The same with a column of finite numbers.
    ///
    /// # Panics
    /// If there is not one value per node, or one is not finite.
    #[must_use]
    pub fn with_numbers(self, name: &str, values: Vec<f64>) -> Self {
        assert!(values.iter().all(|x| x.is_finite()), "finite numbers");
        self.with(name, AttributeColumn::Numbers(values.into_iter().map(Some).collect()))
    }

    pub(super) fn with(mut self, name: &str, column: AttributeColumn) -> Self {
        assert_eq!(column.len(), self.n, "one value per node");
        self.columns.push((name.to_owned(), column));
        self
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.n
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// Value of a column at node `v` as text; nothing where a number is not known.
    pub fn cell(&self, v: usize, column: usize) -> String {
        match &self.columns[column].1 {
            AttributeColumn::Classes(values) => values[v].clone(),
            AttributeColumn::Numbers(values) => {
                values[v].map_or_else(String::new, |x| x.to_string())
            }
        }
    }

    /// Those of these nodes, in this order.
    ///
    /// # Panics
    /// If one is beyond the nodes there are.
    #[must_use]
    pub fn restricted(&self, nodes: &[usize]) -> Self {
        let columns =
            self.columns.iter().map(|(name, column)| (name.clone(), column.restricted(nodes)));
        Self { n: nodes.len(), columns: columns.collect() }
    }

    /// These nodes and after them the nodes of `more`, which has the same columns.
    pub(super) fn followed_by(mut self, more: &Self) -> Self {
        for ((_, column), (_, more)) in self.columns.iter_mut().zip(&more.columns) {
            match (column, more) {
                (AttributeColumn::Classes(a), AttributeColumn::Classes(b)) => {
                    a.extend_from_slice(b)
                }
                (AttributeColumn::Numbers(a), AttributeColumn::Numbers(b)) => {
                    a.extend_from_slice(b)
                }
                _ => {}
            }
        }
        self.n += more.n;
        self
    }

    /// Columns of classes with their names.
    pub(super) fn classes(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.columns.iter().filter_map(|(name, column)| match column {
            AttributeColumn::Classes(values) => Some((name.as_str(), values.as_slice())),
            AttributeColumn::Numbers(_) => None,
        })
    }

    /// Whether every column has one value per node, and numbers are finite.
    pub(super) fn is_sound(&self) -> bool {
        let is_finite = |x: &Option<f64>| x.is_none_or(f64::is_finite);
        self.columns.iter().all(|(_, column)| {
            let are_finite = match column {
                AttributeColumn::Classes(_) => true,
                AttributeColumn::Numbers(values) => values.iter().all(is_finite),
            };
            column.len() == self.n && are_finite
        })
    }
}

impl AttributeColumn {
    fn len(&self) -> usize {
        match self {
            Self::Classes(values) => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    fn restricted(&self, nodes: &[usize]) -> Self {
        match self {
            Self::Classes(values) => {
                Self::Classes(nodes.iter().map(|&v| values[v].clone()).collect())
            }
            Self::Numbers(values) => Self::Numbers(nodes.iter().map(|&v| values[v]).collect()),
        }
    }
}

/// Reads the attributes of the nodes of `network` from a table with a column `id` (else the first); rows of other
/// nodes are passed over.
///
/// Columns of numbers are numbers, unless they are whole and have at most 20 values: these are classes, and so are
/// texts of at most 256 values that occur three times on average. Other texts are names and left out. An empty cell is a number that is
/// not known, or a class of its own.
///
/// # Errors
/// Files that cannot be read, a node with two rows, [`GraphError::NoFeatures`] for one without a row.
pub fn read_attributes(path: &Path, network: &Network) -> Result<ReadAttributes, GraphError> {
    let table = read_table(path, Header::First, Blanks::Belong)?;
    let ids = table.column("id")?.unwrap_or(0);
    let mut row_of = vec![None; network.n_nodes()];
    for row in 0..table.rows.len() {
        let Some(v) = network.number(table.id(row, ids)?) else { continue };
        if row_of[v].replace(row).is_some() {
            return Err(table.cell(row, ids, "an id that no row above has"));
        }
    }
    let without = row_of.iter().position(Option::is_none);
    if let Some(v) = without {
        let at = path.display().to_string();
        return Err(GraphError::NoFeatures { at, id: network.id(v).to_owned() });
    }
    let rows: Vec<usize> = row_of.into_iter().flatten().collect();
    let mut attributes = NodeAttributes::new(rows.len());
    let mut left_out = Vec::new();
    for column in (0..table.header.len()).filter(|&column| column != ids) {
        let name = &table.header[column];
        match column_of(&table, &rows, column) {
            Some(values) => attributes = attributes.with(name, values),
            None => left_out.push(name.clone()),
        }
    }
    Ok(ReadAttributes { attributes, left_out })
}

/// The values of a column in these rows; none of names.
fn column_of(table: &Table, rows: &[usize], column: usize) -> Option<AttributeColumn> {
    let cells: Vec<&str> =
        rows.iter().map(|&row| table.rows[row].get(column).unwrap_or_default()).collect();
    let number = |cell: &str| cell.parse().ok().filter(|x: &f64| x.is_finite());
    let distinct: BTreeSet<&str> = cells.iter().copied().collect();
    let repeats = distinct.len() * MIN_REPEATS <= cells.len() && distinct.len() <= MAX_CLASSES;
    let given = || distinct.iter().filter(|cell| !cell.is_empty());
    let are_numbers = given().next().is_some() && given().all(|cell| number(cell).is_some());
    let is_whole = |cell: &&&str| cell.parse::<i64>().is_ok();
    let are_codes = repeats && distinct.len() <= MAX_CODES && given().all(|cell| is_whole(&cell));
    if are_numbers && !are_codes {
        return Some(AttributeColumn::Numbers(cells.into_iter().map(number).collect()));
    }
    let classes = || cells.iter().map(|&cell| cell.to_owned()).collect();
    repeats.then(|| AttributeColumn::Classes(classes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;

    fn read(text: &str, n: usize) -> Result<ReadAttributes, GraphError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read_attributes(file.path(), &unit_network(n, (1..n).map(|v| (v - 1, v))))
    }

    #[test]
    fn columns_are_classes_numbers_or_names() {
        let row = |v: usize| {
            let kind = ["farm", "mill", ""][v % 3];
            format!(
                "{v},{kind},{},{},Node {v},{}\n",
                1 + v % 2,
                v * v,
                if v == 4 { "" } else { "0.5" }
            )
        };
        let rows: String = (0..40).rev().map(row).collect();
        let text = format!("id,kind,code,square,name,half\n{rows}99,x,1,1,Elsewhere,1\n");
        let read = read(&text, 40).unwrap();
        assert_eq!(read.left_out, ["name"]);
        let attributes = read.attributes;
        assert_eq!(attributes.names().collect::<Vec<_>>(), ["kind", "code", "square", "half"]);
        let classes: Vec<&str> = attributes.classes().map(|(name, _)| name).collect();
        assert_eq!(classes, ["kind", "code"]);
        let row = |v: usize| (0..4).map(|column| attributes.cell(v, column)).collect::<Vec<_>>();
        assert_eq!(row(4), ["mill", "1", "16", ""]);
        assert_eq!(row(5), ["", "2", "25", "0.5"]);
        assert_eq!(attributes.restricted(&[5, 4]).cell(1, 2), "16");
    }

    #[test]
    fn rows_that_lack_or_repeat_are_named() {
        let message = |text: &str| read(text, 3).unwrap_err().to_string();
        assert!(message("id,x\n0,1\n1,2\n").ends_with("no features of node `2`"));
        let twice = message("id,x\n0,1\n1,2\n1,3\n2,4\n");
        assert!(
            twice.ends_with("row 3: id is \"1\", expected an id that no row above has"),
            "{twice}"
        );
    }
}
