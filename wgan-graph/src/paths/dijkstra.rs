//! Dijkstra's algorithm on a binary heap.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::network::Adjacency;

/// A node to be settled at a distance; the nearest one is greatest.
#[derive(Clone, Copy, PartialEq)]
pub struct Reached {
    /// Distance it was reached at.
    pub distance: f64,
    /// The node.
    pub node: u32,
}

impl Eq for Reached {}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance.total_cmp(&self.distance).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Nodes that are reached and not settled.
pub type Heap = BinaryHeap<Reached>;

/// Distances from `source`.
///
/// # References
/// Dijkstra (1959), A note on two problems in connexion with graphs.
pub fn fill(arcs: &Adjacency, source: usize, row: &mut [f64], heap: &mut Heap) {
    row.fill(f64::INFINITY);
    row[source] = 0.0;
    heap.clear();
    heap.push(Reached { distance: 0.0, node: source as u32 });
    settle(arcs, row, heap);
}

/// `min_u (values[u] + d(u, v))` for every node `v`: the largest function below `values` that is
/// 1-Lipschitz along the arcs.
pub fn relax_from(arcs: &Adjacency, values: &mut [f64]) {
    let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
    let mut heap: Heap =
        finite.map(|(v, &distance)| Reached { distance, node: v as u32 }).collect();
    settle(arcs, values, &mut heap);
}

fn settle(arcs: &Adjacency, row: &mut [f64], heap: &mut Heap) {
    while let Some(Reached { distance, node }) = heap.pop() {
        let u = node as usize;
        if distance > row[u] {
            continue; // an entry that was improved after it was pushed
        }
        for (v, cost) in arcs.of(u) {
            let through = distance + cost;
            if through < row[v] {
                row[v] = through;
                heap.push(Reached { distance: through, node: v as u32 });
            }
        }
    }
}

/// Shortest paths to every node, each from the nearest source.
pub struct Forest {
    parents: Vec<u32>,
    distances: Vec<f64>,
}

impl Forest {
    /// Length of the shortest path to `v`; infinite where no path leads.
    pub fn distance(&self, v: usize) -> f64 {
        self.distances[v]
    }

    /// The node before `v` on its shortest path; `None` at a source and where no path leads.
    pub fn parent(&self, v: usize) -> Option<usize> {
        Some(self.parents[v]).filter(|&p| p != u32::MAX).map(|p| p as usize)
    }
}

/// Shortest paths from `sources`; at `common_cost` per edge where there is one.
pub fn shortest_path_forest(
    arcs: &Adjacency,
    sources: &[usize],
    common_cost: Option<f64>,
) -> Forest {
    let n = arcs.n_nodes();
    let mut parents = vec![u32::MAX; n];
    let mut distances = vec![f64::INFINITY; n];
    sources.iter().for_each(|&source| distances[source] = 0.0);
    let mut heap: Heap =
        sources.iter().map(|&source| Reached { distance: 0.0, node: source as u32 }).collect();
    while let Some(Reached { distance, node }) = heap.pop() {
        let u = node as usize;
        if distance > distances[u] {
            continue;
        }
        for (v, cost) in arcs.of(u) {
            let through = distance + common_cost.unwrap_or(cost);
            if through < distances[v] {
                distances[v] = through;
                parents[v] = u as u32;
                heap.push(Reached { distance: through, node: v as u32 });
            }
        }
    }
    Forest { parents, distances }
}
