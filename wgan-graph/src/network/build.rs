//! From a list of edges to a network: what is dropped, what is refused.

use serde::Serialize;

use super::{Adjacency, Network};
use crate::error::GraphError;

/// One row of an edge list, by node numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// First node, the source where the graph is directed.
    pub u: usize,
    /// Second node.
    pub v: usize,
    /// Cost, from 0 to 1e150.
    pub cost: f64,
}

/// What the rules did to a list of edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cleaning {
    /// Edges from a node to itself, dropped: no shortest path uses them.
    pub self_loops: usize,
    /// Edges that repeat another one; the cheapest is kept.
    pub parallel_edges: usize,
    /// Edges of cost zero that are kept: their two ends are at distance zero.
    pub zero_costs: usize,
}

impl Network {
    /// Network on `ids` with these edges.
    ///
    /// Self-loops are dropped, of parallel edges the cheapest is kept, zero costs are kept. All
    /// are counted.
    ///
    /// # Errors
    /// [`GraphError::Empty`] without nodes, [`GraphError::Cost`] for a cost that is negative, NaN
    /// or above 1e150.
    ///
    /// # Panics
    /// If an edge names a node beyond `ids`.
    pub fn from_edges(
        ids: Vec<String>,
        edges: &[Edge],
        is_directed: bool,
    ) -> Result<(Self, Cleaning), GraphError> {
        if ids.is_empty() {
            return Err(GraphError::Empty);
        }
        if ids.len() >= u32::MAX as usize {
            return Err(GraphError::TooLarge { n: ids.len() });
        }
        if let Some(bad) = edges.iter().find(|e| !is_cost(e.cost)) {
            let (from, to) = (ids[bad.u].clone(), ids[bad.v].clone());
            return Err(GraphError::Cost { from, to, got: bad.cost });
        }
        let (arcs, cleaning) = clean(ids.len(), edges, is_directed);
        Ok((Self::new(ids, arcs, is_directed), cleaning))
    }
}

/// Costs up to here may be added along any path, and squared, without an overflow.
const LARGEST_COST: f64 = 1e150;

/// Whether distances can be made of it.
pub(super) fn is_cost(cost: f64) -> bool {
    (0.0..=LARGEST_COST).contains(&cost)
}

/// Sorted arcs without self-loops and repeats.
pub(super) fn clean(n: usize, edges: &[Edge], is_directed: bool) -> (Adjacency, Cleaning) {
    let mut arcs = Vec::with_capacity(if is_directed { 1 } else { 2 } * edges.len());
    for edge in edges.iter().filter(|e| e.u != e.v) {
        // Negative zero would compare as a different cost.
        let cost = edge.cost.abs();
        arcs.push((edge.u as u32, edge.v as u32, cost));
        if !is_directed {
            arcs.push((edge.v as u32, edge.u as u32, cost));
        }
    }
    let self_loops = edges.iter().filter(|e| e.u == e.v).count();
    let per_edge = if is_directed { 1 } else { 2 };
    let listed = arcs.len();
    arcs.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    arcs.dedup_by_key(|a| (a.0, a.1));
    let zero_costs = arcs.iter().filter(|a| a.2 == 0.0).count() / per_edge;
    let parallel_edges = (listed - arcs.len()) / per_edge;
    (Adjacency::from_sorted(n, &arcs), Cleaning { self_loops, parallel_edges, zero_costs })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    fn edge(u: usize, v: usize, cost: f64) -> Edge {
        Edge { u, v, cost }
    }

    #[test]
    fn of_parallel_edges_the_cheapest_is_kept_and_all_rules_are_counted() {
        let edges = [edge(0, 1, 3.0), edge(1, 0, 2.0), edge(1, 1, 9.0), edge(1, 2, 0.0)];
        let (network, cleaning) = Network::from_edges(ids(3), &edges, false).unwrap();
        assert_eq!(network.edges().collect::<Vec<_>>(), [(0, 1, 2.0), (1, 2, 0.0)]);
        assert_eq!(cleaning, Cleaning { self_loops: 1, parallel_edges: 1, zero_costs: 1 });
    }

    #[test]
    fn directed_arcs_both_ways_are_not_parallel() {
        let edges = [edge(0, 1, 3.0), edge(1, 0, 2.0)];
        let (network, cleaning) = Network::from_edges(ids(2), &edges, true).unwrap();
        assert_eq!(network.n_edges(), 2);
        assert_eq!(cleaning, Cleaning::default());
        assert_eq!(network.symmetrised().edges().collect::<Vec<_>>(), [(0, 1, 2.0)]);
        let message = network.undirected().unwrap_err().to_string();
        assert!(message.starts_with("the graph is directed: 2 of its arcs"), "{message}");
    }

    #[test]
    fn costs_that_make_no_distance_are_refused() {
        for bad in [-1.0, f64::NAN, f64::INFINITY, 1e151] {
            assert!(Network::from_edges(ids(2), &[edge(0, 1, bad)], false).is_err());
        }
        assert!(matches!(Network::from_edges(vec![], &[], false), Err(GraphError::Empty)));
    }
}
