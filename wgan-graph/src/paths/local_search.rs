//! Dijkstra's algorithm that stops early and clears only what it touched.

use super::dijkstra::{Heap, Reached};
use crate::network::Adjacency;

/// Shortest paths near a source; kept between runs so that a run costs what it reaches, not `n`.
pub struct LocalSearch {
    distances: Vec<f64>,
    parents: Vec<u32>,
    touched: Vec<u32>,
    heap: Heap,
}

impl LocalSearch {
    /// For networks of `n` nodes.
    pub fn new(n: usize) -> Self {
        Self {
            distances: vec![f64::INFINITY; n],
            parents: vec![u32::MAX; n],
            touched: Vec::new(),
            heap: Heap::new(),
        }
    }

    /// Settles nodes in the order of their distance from `source`, over the arcs that are open,
    /// as long as `goes_on(node, distance)`.
    pub fn run(
        &mut self,
        arcs: &Adjacency,
        source: usize,
        is_open: impl Fn(usize, usize) -> bool,
        mut goes_on: impl FnMut(usize, f64) -> bool,
    ) {
        self.clear();
        self.reach(source, 0.0, u32::MAX);
        while let Some(Reached { distance, node }) = self.heap.pop() {
            let u = node as usize;
            if distance > self.distances[u] {
                continue;
            }
            if !goes_on(u, distance) {
                return;
            }
            for (v, cost) in arcs.of(u) {
                if distance + cost < self.distances[v] && is_open(u, v) {
                    self.reach(v, distance + cost, node);
                }
            }
        }
    }

    /// Nodes from the source of the last run to `v`, which it settled.
    pub fn route(&self, v: usize) -> Vec<usize> {
        let mut route = vec![v];
        let mut node = v;
        while self.parents[node] != u32::MAX {
            node = self.parents[node] as usize;
            route.push(node);
        }
        route.reverse();
        route
    }

    fn reach(&mut self, v: usize, distance: f64, parent: u32) {
        if self.distances[v] == f64::INFINITY {
            self.touched.push(v as u32);
        }
        self.distances[v] = distance;
        self.parents[v] = parent;
        self.heap.push(Reached { distance, node: v as u32 });
    }

    fn clear(&mut self) {
        for v in self.touched.drain(..) {
            self.distances[v as usize] = f64::INFINITY;
            self.parents[v as usize] = u32::MAX;
        }
        self.heap.clear();
    }
}
