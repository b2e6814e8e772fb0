//! Shortest paths: rows on demand, all pairs, landmarks, the path itself.

mod all_pairs;
mod breadth_first;
mod dijkstra;
mod landmarks;
mod local_search;
mod summary;

use rayon::prelude::*;

pub use all_pairs::{Distances, MemoryLimit};
pub use landmarks::Landmarks;
pub use summary::DistanceSummary;

pub(crate) use dijkstra::{Forest, relax_from, shortest_path_forest};
pub(crate) use local_search::LocalSearch;

use crate::error::GraphError;
use crate::network::Network;

/// The shortest-path distance of a network; infinite where no path leads.
///
/// Dijkstra's algorithm from each source, or breadth-first search where all edges cost the same.
/// Directed graphs follow their arcs. Nothing is stored: each call computes what it returns.
///
/// # Example
/// ```
/// use wgan_graph::{Edge, Network, ShortestPaths};
/// let ids = ["a", "b", "c"].map(String::from).to_vec();
/// let edges = [(0, 1, 2.0), (1, 2, 2.0), (0, 2, 5.0)].map(|(u, v, cost)| Edge { u, v, cost });
/// let (network, _) = Network::from_edges(ids, &edges, false)?;
/// let paths = ShortestPaths::new(&network);
/// assert_eq!(paths.row(0), [0.0, 2.0, 4.0]);
/// assert_eq!(paths.path(0, 2), Some(vec![0, 1, 2]));
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ShortestPaths<'a> {
    network: &'a Network,
    common_cost: Option<f64>,
}

impl<'a> ShortestPaths<'a> {
    /// Distances in the costs of `network`.
    pub fn new(network: &'a Network) -> Self {
        // A common cost of zero would not order the nodes by hops.
        let common_cost = network.arcs().common_cost().filter(|&cost| cost > 0.0);
        Self { network, common_cost }
    }

    /// Distances in hops, whatever the edges cost.
    pub fn hops(network: &'a Network) -> Self {
        Self { network, common_cost: Some(1.0) }
    }

    /// The network.
    pub fn network(&self) -> &'a Network {
        self.network
    }

    /// Distances from `source` to every node.
    ///
    /// # Complexity
    /// `O(m)` where all edges cost the same, else `O(m log n)`.
    pub fn row(&self, source: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.network.n_nodes()];
        self.scratch().fill(source, &mut row);
        row
    }

    /// Distances from each of `sources`, in parallel.
    pub fn rows(&self, sources: &[usize]) -> Vec<Vec<f64>> {
        let n = self.network.n_nodes();
        let row = |scratch: &mut Scratch<'_>, &source: &usize| {
            let mut row = vec![0.0; n];
            scratch.fill(source, &mut row);
            row
        };
        sources.par_iter().map_init(|| self.scratch(), row).collect()
    }

    /// Mean distance from each of `sources` to the other nodes that it reaches, in parallel; 0
    /// where there is none.
    pub fn mean_rows(&self, sources: &[usize]) -> Vec<f64> {
        let n = self.network.n_nodes();
        let mean = |(scratch, row): &mut (Scratch<'_>, Vec<f64>), &source: &usize| {
            scratch.fill(source, row);
            let reached = row.iter().filter(|d| d.is_finite());
            let (count, sum) = reached.fold((0_usize, 0.0), |(n, sum), d| (n + 1, sum + d));
            sum / (count - 1).max(1) as f64
        };
        let buffers = || (self.scratch(), vec![0.0; n]);
        sources.par_iter().map_init(buffers, mean).collect()
    }

    /// Nodes of a shortest path from `source` to `target`, both included.
    pub fn path(&self, source: usize, target: usize) -> Option<Vec<usize>> {
        let tree = shortest_path_forest(self.network.arcs(), &[source], self.common_cost);
        let mut path = vec![target];
        let mut node = target;
        while node != source {
            node = tree.parent(node)?;
            path.push(node);
        }
        path.reverse();
        Some(path)
    }

    /// Distance of the farthest node that a path leads to.
    pub fn eccentricity(&self, source: usize) -> f64 {
        self.row(source).into_iter().filter(|d| d.is_finite()).fold(0.0, f64::max)
    }

    /// All pairs in single precision, `4·n²` bytes.
    ///
    /// # Errors
    /// [`GraphError::Memory`] with the bytes needed, where that is more than `limit`.
    pub fn all_pairs(&self, limit: MemoryLimit) -> Result<Distances, GraphError> {
        all_pairs::all_pairs(self, limit)
    }

    /// `k` landmarks, each the node farthest from those before it; the first one is `start`.
    ///
    /// # Errors
    /// [`GraphError::TooFew`] for `k = 0`, [`GraphError::Components`] if the graph is not
    /// connected: a landmark says nothing about another component.
    pub fn landmarks(&self, k: usize, start: usize) -> Result<Landmarks, GraphError> {
        landmarks::farthest_first(self, k, start)
    }

    /// Mean and largest distance over the ordered reachable pairs of distinct nodes.
    pub fn summary(&self) -> DistanceSummary {
        summary::summarise(self)
    }

    fn scratch(&self) -> Scratch<'a> {
        Scratch {
            arcs: self.network.arcs(),
            common_cost: self.common_cost,
            queue: Vec::new(),
            heap: dijkstra::Heap::new(),
        }
    }
}

/// Buffers of one thread.
struct Scratch<'a> {
    arcs: &'a crate::network::Adjacency,
    common_cost: Option<f64>,
    queue: Vec<u32>,
    heap: dijkstra::Heap,
}

impl Scratch<'_> {
    /// Writes the distances from `source`.
    fn fill(&mut self, source: usize, row: &mut [f64]) {
        match self.common_cost {
            Some(cost) => breadth_first::fill(self.arcs, source, cost, row, &mut self.queue),
            None => dijkstra::fill(self.arcs, source, row, &mut self.heap),
        }
    }
}

#[cfg(test)]
mod tests;
