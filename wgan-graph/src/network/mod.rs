//! Networks: nodes with text ids, edges with costs.

mod adjacency;
mod build;
mod components;
mod convert;
mod indices;
mod node_features;
mod numbering;
mod pair_columns;
mod read;
mod stored;
mod strength;
mod summary;

use std::collections::HashMap;

use petgraph::graph::NodeIndex;
use serde::{Deserialize, Serialize};

pub use crate::table::Header;
pub use adjacency::Adjacency;
pub use build::{Cleaning, Edge};
pub use components::Components;
pub use node_features::{NodeFeatures, read_features};
pub use pair_columns::read_pairs;
pub use read::{ArcRule, CostColumn, ReadOptions, parse_network, read_network};
pub use strength::StrengthToCost;
pub use summary::NetworkSummary;

use crate::error::GraphError;
use indices::Indices;
use stored::StoredNetwork;

/// A graph whose edges have costs that are finite and not negative, without self-loops and with
/// at most one edge per pair (and direction).
///
/// Nodes are numbered `0..n`; each has an id, and an index in the petgraph graph that the network
/// was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredNetwork", into = "StoredNetwork")]
pub struct Network {
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
    arcs: Adjacency,
    is_directed: bool,
    indices: Indices,
}

impl Network {
    fn new(ids: Vec<String>, arcs: Adjacency, is_directed: bool) -> Self {
        let numbers = ids.iter().enumerate().map(|(i, id)| (id.clone(), i as u32)).collect();
        Self { ids, numbers, arcs, is_directed, indices: Indices::default() }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.ids.len()
    }

    /// Number of edges; of arcs where the graph is directed.
    pub fn n_edges(&self) -> usize {
        if self.is_directed { self.arcs.n_arcs() } else { self.arcs.n_arcs() / 2 }
    }

    /// Whether arcs are followed in one direction only.
    pub fn is_directed(&self) -> bool {
        self.is_directed
    }

    /// Ids of all nodes, in the order of their numbers.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Id of node `v`.
    pub fn id(&self, v: usize) -> &str {
        &self.ids[v]
    }

    /// Number of the node with this id.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).map(|&v| v as usize)
    }

    /// Number of the node with this id, or an error that says `at` what.
    ///
    /// # Errors
    /// [`GraphError::UnknownNode`].
    pub fn require(&self, id: &str, at: &str) -> Result<usize, GraphError> {
        self.number(id)
            .ok_or_else(|| GraphError::UnknownNode { at: at.to_owned(), id: id.to_owned() })
    }

    /// Index of node `v` in the petgraph graph that the network was made from, so that
    /// `graph[network.node_index(v)]` is its weight; `v` itself for a network from edges or a file,
    /// as in [`Network::to_graph`].
    pub fn node_index(&self, v: usize) -> NodeIndex {
        self.indices.of(v)
    }

    /// Indexes of all nodes, in the order of their numbers.
    pub fn node_indices(&self) -> impl Iterator<Item = NodeIndex> + '_ {
        (0..self.n_nodes()).map(|v| self.indices.of(v))
    }

    /// Number of the node with this index.
    pub fn number_at(&self, index: NodeIndex) -> Option<usize> {
        self.indices.number(index, self.n_nodes())
    }

    /// Arcs out of each node; of an undirected graph each edge is there both ways.
    pub fn arcs(&self) -> &Adjacency {
        &self.arcs
    }

    /// Edges `(u, v, cost)`; each once, with `u < v`, where the graph is undirected.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        (0..self.n_nodes())
            .flat_map(|u| self.arcs.of(u).map(move |(v, cost)| (u, v, cost)))
            .filter(|&(u, v, _)| self.is_directed || u < v)
    }

    /// Whether an arc leads from `u` to `v`.
    pub fn has_arc(&self, u: usize, v: usize) -> bool {
        self.arcs.cost(u, v).is_some()
    }

    /// The undirected graph in which each pair keeps its cheaper direction.
    #[must_use]
    pub fn symmetrised(&self) -> Self {
        if !self.is_directed {
            return self.clone();
        }
        let edges: Vec<Edge> = self.edges().map(|(u, v, cost)| Edge { u, v, cost }).collect();
        let (arcs, _) = build::clean(self.n_nodes(), &edges, false);
        Self {
            ids: self.ids.clone(),
            numbers: self.numbers.clone(),
            arcs,
            is_directed: false,
            indices: self.indices.clone(),
        }
    }

    /// The undirected graph, if both directions of every pair cost the same.
    ///
    /// # Errors
    /// [`GraphError::Directed`] with the first arc without an equal one back.
    pub fn undirected(&self) -> Result<Self, GraphError> {
        let one_way = |&(u, v, cost): &(usize, usize, f64)| self.arcs.cost(v, u) != Some(cost);
        let mut found = self.edges().filter(one_way);
        match found.next().filter(|_| self.is_directed) {
            None => Ok(self.symmetrised()),
            Some((u, v, _)) => Err(GraphError::Directed {
                n: 1 + found.count(),
                from: self.ids[u].clone(),
                to: self.ids[v].clone(),
            }),
        }
    }

    /// The part of the graph on these nodes, in this order.
    #[must_use]
    pub fn restricted(&self, nodes: &[usize]) -> Self {
        let mut place = vec![usize::MAX; self.n_nodes()];
        nodes.iter().enumerate().for_each(|(i, &v)| place[v] = i);
        let kept = |v: usize| place[v] != usize::MAX;
        let edges: Vec<Edge> = self
            .edges()
            .filter(|&(u, v, _)| kept(u) && kept(v))
            .map(|(u, v, cost)| Edge { u: place[u], v: place[v], cost })
            .collect();
        let (arcs, _) = build::clean(nodes.len(), &edges, self.is_directed);
        let ids = nodes.iter().map(|&v| self.ids[v].clone()).collect();
        let indices = self.indices.restricted(nodes);
        Self { indices, ..Self::new(ids, arcs, self.is_directed) }
    }

    /// This graph with further nodes, whose numbers follow, and further edges. Ids must be new and
    /// costs finite and not negative.
    #[must_use]
    pub(crate) fn extended(&self, ids: &[String], edges: impl Iterator<Item = Edge>) -> Self {
        let indices = self.indices.extended(ids.len());
        let ids: Vec<String> = self.ids.iter().chain(ids).cloned().collect();
        let known = self.edges().map(|(u, v, cost)| Edge { u, v, cost });
        let edges: Vec<Edge> = known.chain(edges).collect();
        let (arcs, _) = build::clean(ids.len(), &edges, self.is_directed);
        Self { indices, ..Self::new(ids, arcs, self.is_directed) }
    }

    /// The largest component, connected in either direction; the first of several.
    #[must_use]
    pub fn largest_component(&self) -> Self {
        let components = Components::of(self);
        if components.n() <= 1 { self.clone() } else { self.restricted(&components.largest()) }
    }

    /// Whether every node leads to every other one along the arcs.
    pub fn is_strongly_connected(&self) -> bool {
        let reaches_all = |arcs: &Adjacency| {
            let mut seen = vec![false; arcs.n_nodes()];
            let mut stack: Vec<usize> = (0..arcs.n_nodes().min(1)).collect();
            stack.iter().for_each(|&v| seen[v] = true);
            while let Some(u) = stack.pop() {
                for &v in arcs.neighbours(u) {
                    if !std::mem::replace(&mut seen[v as usize], true) {
                        stack.push(v as usize);
                    }
                }
            }
            seen.iter().all(|&is| is)
        };
        reaches_all(&self.arcs) && (!self.is_directed || reaches_all(&self.arcs.reversed()))
    }

    /// Refuses a graph of several components.
    ///
    /// # Errors
    /// [`GraphError::Components`] names two nodes that are not connected.
    pub fn require_connected(&self) -> Result<(), GraphError> {
        let components = Components::of(self);
        if components.n() <= 1 {
            return Ok(());
        }
        let largest = components.largest();
        let label = components.label(largest[0]);
        let outside = (0..self.n_nodes()).find(|&v| components.label(v) != label);
        Err(GraphError::Components {
            n: components.n(),
            largest: largest.len(),
            nodes: self.n_nodes(),
            first: self.ids[largest[0]].clone(),
            second: outside.map(|v| self.ids[v].clone()).unwrap_or_default(),
        })
    }
}
