//! Numbers of nodes that are read.

use std::collections::HashMap;
use std::path::Path;

use super::Edge;
use crate::error::GraphError;
use crate::table::{Blanks, Header, Table, read_table};

/// Text ids and their numbers.
#[derive(Default)]
pub struct Numbering {
    /// Ids in the order of their numbers.
    pub ids: Vec<String>,
    /// Number of each id; empty once they are sorted.
    pub numbers: HashMap<String, usize>,
    /// Ids of lists that were there before.
    pub repeated: usize,
}

impl Numbering {
    /// Number of this id, a new one where it is not there.
    pub fn number(&mut self, id: &str) -> usize {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        self.ids.push(id.to_owned());
        self.numbers.insert(id.to_owned(), self.ids.len() - 1);
        self.ids.len() - 1
    }

    /// Numbers the nodes of `edges` anew, by their ids.
    pub fn sort(&mut self, edges: &mut [Edge]) {
        let whole: Option<Vec<i128>> = self.ids.iter().map(|id| id.parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.ids.len()).collect();
        match whole {
            Some(value) => order.sort_by_key(|&v| (value[v], &self.ids[v])),
            None => order.sort_by_key(|&v| &self.ids[v]),
        }
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &v)| place[v] = i);
        for edge in edges {
            (edge.u, edge.v) = (place[edge.u], place[edge.v]);
        }
        self.ids = order.iter().map(|&v| std::mem::take(&mut self.ids[v])).collect();
        self.numbers.clear();
    }

    /// Adds the nodes of a list; returns it.
    pub fn add_list(&mut self, path: &Path) -> Result<Table, GraphError> {
        let table = read_table(path, Header::First, Blanks::Belong)?;
        let named = table.column("id")?;
        if named.is_none() && table.header[0].parse::<f64>().is_ok() {
            return Err(table.no_header("id"));
        }
        let column = named.unwrap_or(0);
        for row in 0..table.rows.len() {
            let before = self.ids.len();
            self.number(table.id(row, column)?);
            self.repeated += usize::from(self.ids.len() == before);
        }
        Ok(table)
    }
}
