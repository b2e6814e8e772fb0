//! Where the flow on a directed network starts from.

use std::collections::BTreeMap;

use wgan_core::transport::InitialFlow;

use crate::error::GraphError;
use crate::network::Network;
use crate::paths::{Forest, shortest_path_forest};

/// A node that every other one reaches and is reached from.
///
/// The network simplex starts from a spanning tree that can carry the supply. Along arcs a tree of
/// the network itself need not exist. So every node gets an arc to the hub and one back, which
/// stand for the shortest paths and cost as much: the optimum stays what it is.
pub struct Hub {
    node: usize,
    /// Shortest paths to the hub, in the reversed network.
    to: Forest,
    /// Shortest paths from the hub.
    from: Forest,
    n: usize,
}

impl Hub {
    /// The node with most arcs out.
    ///
    /// # Errors
    /// [`GraphError::OneWay`] where a node does not reach the hub, or is not reached from it.
    pub fn new(network: &Network) -> Result<Self, GraphError> {
        let (arcs, n) = (network.arcs(), network.n_nodes());
        let node = (0..n).rev().max_by_key(|&v| arcs.degree(v)).unwrap_or(0);
        let to = shortest_path_forest(&arcs.reversed(), &[node], None);
        let from = shortest_path_forest(arcs, &[node], None);
        let one_way = |from: usize, to: usize| GraphError::OneWay {
            from: network.id(from).to_owned(),
            to: network.id(to).to_owned(),
        };
        if let Some(v) = (0..n).find(|&v| to.distance(v).is_infinite()) {
            return Err(one_way(v, node));
        }
        if let Some(v) = (0..n).find(|&v| from.distance(v).is_infinite()) {
            return Err(one_way(node, v));
        }
        Ok(Self { node, to, from, n })
    }

    /// Cost of an arc from or to the hub; `None` for other arcs.
    pub fn cost(&self, source: usize, target: usize) -> Option<f64> {
        if target == self.node {
            Some(self.to.distance(source))
        } else {
            (source == self.node).then(|| self.from.distance(target))
        }
    }

    /// All supply over the hub.
    pub fn initial_flow(&self, supply: Vec<i64>) -> InitialFlow {
        let others = (0..self.n).filter(|&v| v != self.node);
        let farthest = (0..self.n).map(|v| self.to.distance(v).max(self.from.distance(v)));
        InitialFlow {
            forest: others.map(|v| (v, self.node)).collect(),
            potential: vec![0.0; supply.len()],
            roots: vec![self.node],
            largest_cost: farthest.fold(0.0, f64::max),
            supply,
        }
    }

    /// The same flow with shortest paths in the place of the arcs from and to the hub.
    pub fn along_arcs(&self, flows: &[(usize, usize, i64)]) -> Vec<(usize, usize, i64)> {
        let mut found = BTreeMap::new();
        let mut add = |u, v, units| *found.entry((u, v)).or_insert(0) += units;
        for &(source, target, units) in flows {
            if target == self.node {
                let mut u = source;
                while let Some(v) = self.to.parent(u) {
                    add(u, v, units);
                    u = v;
                }
            } else if source == self.node {
                let mut v = target;
                while let Some(u) = self.from.parent(v) {
                    add(u, v, units);
                    v = u;
                }
            } else {
                add(source, target, units);
            }
        }
        found.into_iter().map(|((u, v), units)| (u, v, units)).collect()
    }
}
