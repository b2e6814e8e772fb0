//! The way between two neighbours of a node that its surroundings save.

use crate::network::Network;
use crate::paths::LocalSearch;

/// Nodes that one search settles at most: on large networks a way that is not found by then is
/// not reported.
const MAX_SETTLED: usize = 4000;

/// Searches for ways around; one per thread.
pub struct DetourSearch<'a> {
    network: &'a Network,
    is_near: Vec<bool>,
    search: LocalSearch,
}

impl<'a> DetourSearch<'a> {
    /// For nodes of `network`.
    pub fn new(network: &'a Network) -> Self {
        let n = network.n_nodes();
        Self { network, is_near: vec![false; n], search: LocalSearch::new(n) }
    }

    /// Shortest way between the neighbours `u` and `v` of `node` that uses no edge among `node`
    /// and its neighbours; `None` where there is none, or none was found in time.
    pub fn way_around(&mut self, node: usize, u: usize, v: usize) -> Option<Vec<usize>> {
        self.mark(node, true);
        let is_near = &self.is_near;
        let is_open = |a: usize, b: usize| !(is_near[a] && is_near[b]);
        let (mut settled, mut is_found) = (0, false);
        self.search.run(self.network.arcs(), u, is_open, |reached, _| {
            settled += 1;
            is_found = reached == v;
            !is_found && settled < MAX_SETTLED
        });
        self.mark(node, false);
        is_found.then(|| self.search.route(v))
    }

    fn mark(&mut self, node: usize, is_near: bool) {
        self.is_near[node] = is_near;
        for &v in self.network.arcs().neighbours(node) {
            self.is_near[v as usize] = is_near;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;

    #[test]
    fn the_way_around_avoids_all_edges_of_the_surroundings() {
        // A triangle 0-1-2 whose corners 1 and 2 are also joined by the way 1-3-4-2.
        let edges = [(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (1, 3, 2.0), (3, 4, 2.0), (4, 2, 2.0)];
        let edges = edges.map(|(u, v, cost)| Edge { u, v, cost });
        let ids = (0..5).map(|i| i.to_string()).collect();
        let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
        let mut search = DetourSearch::new(&network);
        assert_eq!(search.way_around(0, 1, 2), Some(vec![1, 3, 4, 2]));
        assert_eq!(search.way_around(1, 0, 2), None); // 0 has no other edges
        assert_eq!(search.way_around(0, 2, 1), Some(vec![2, 4, 3, 1]));
    }
}
