//! Which index of a petgraph graph each node has.

use std::collections::HashMap;

use petgraph::graph::NodeIndex;
use serde::{Deserialize, Serialize};

/// Indexes of nodes `0..n`: their own numbers, unless they came from a graph with holes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Option<Vec<u32>>", into = "Option<Vec<u32>>")]
pub struct Indices {
    of: Option<Vec<u32>>,
    /// Node of each index; empty where indexes are numbers.
    numbers: HashMap<u32, u32>,
}

impl Indices {
    /// Index `of[v]` for each node `v`.
    pub fn new(of: Vec<u32>) -> Self {
        if of.iter().enumerate().all(|(v, &index)| v == index as usize) {
            return Self::default();
        }
        let numbers = of.iter().enumerate().map(|(v, &index)| (index, v as u32)).collect();
        Self { of: Some(of), numbers }
    }

    /// Index of node `v`.
    pub fn of(&self, v: usize) -> NodeIndex {
        NodeIndex::new(self.of.as_ref().map_or(v, |of| of[v] as usize))
    }

    /// Node with this index among `n` nodes.
    pub fn number(&self, index: NodeIndex, n: usize) -> Option<usize> {
        match self.of {
            None => Some(index.index()).filter(|&v| v < n),
            Some(_) => self.numbers.get(&(index.index() as u32)).map(|&v| v as usize),
        }
    }

    /// Whether there is one for each of `n` nodes, all different.
    pub fn fits(&self, n: usize) -> bool {
        self.of.as_ref().is_none_or(|of| of.len() == n && self.numbers.len() == n)
    }

    /// Indexes of these nodes, in this order.
    pub fn restricted(&self, nodes: &[usize]) -> Self {
        Self::new(nodes.iter().map(|&v| self.of(v).index() as u32).collect())
    }

    /// These and `more` that follow the largest one.
    pub fn extended(&self, more: usize) -> Self {
        let Some(of) = &self.of else { return Self::default() };
        let next = of.iter().max().map_or(0, |&last| last + 1);
        Self::new(of.iter().copied().chain(next..next + more as u32).collect())
    }
}

impl From<Option<Vec<u32>>> for Indices {
    fn from(of: Option<Vec<u32>>) -> Self {
        of.map_or_else(Self::default, Self::new)
    }
}

impl From<Indices> for Option<Vec<u32>> {
    fn from(indices: Indices) -> Self {
        indices.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_without_holes_are_the_numbers() {
        let indices = Indices::new(vec![0, 1, 2]);
        assert_eq!(indices, Indices::default());
        assert_eq!(indices.number(NodeIndex::new(2), 3), Some(2));
        assert_eq!(indices.number(NodeIndex::new(3), 3), None);
    }

    #[test]
    fn indexes_with_holes_lead_back_to_their_nodes() {
        let indices = Indices::new(vec![0, 2, 5]);
        for v in 0..3 {
            assert_eq!(indices.number(indices.of(v), 3), Some(v));
        }
        assert_eq!(indices.number(NodeIndex::new(1), 3), None);
        assert_eq!(indices.restricted(&[2, 0]).of(0), NodeIndex::new(5));
        assert_eq!(indices.extended(2).of(4), NodeIndex::new(7));
    }
}
