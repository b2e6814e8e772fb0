//! What the edges around a node save: the way there would be without them.

use crate::network::Network;
use crate::paths::LocalSearch;

/// An edge between two neighbours of a node, and the way between its ends without the edges of
/// the surroundings.
#[derive(Clone, Debug, PartialEq)]
pub struct Detour {
    /// One neighbour.
    pub u: usize,
    /// The other one.
    pub v: usize,
    /// Cost of their edge.
    pub cost: f64,
    /// Distance without the edges among the node and its neighbours, at most the limit.
    pub around: f64,
    /// Nodes of that way, where it is below the limit.
    pub route: Vec<usize>,
}

impl Detour {
    /// What one unit of mass from `u` to `v` saves by the edge.
    pub fn saving(&self) -> f64 {
        (self.around - self.cost).max(0.0)
    }
}

/// Searches for detours; one per thread.
pub struct DetourSearch<'a> {
    network: &'a Network,
    limit: f64,
    is_near: Vec<bool>,
    search: LocalSearch,
}

impl<'a> DetourSearch<'a> {
    /// Ways of `limit` or more count as `limit`: how much longer does not matter.
    pub fn new(network: &'a Network, limit: f64) -> Self {
        let n = network.n_nodes();
        Self { network, limit, is_near: vec![false; n], search: LocalSearch::new(n) }
    }

    /// One detour for each edge between two neighbours of `node`.
    pub fn around(&mut self, node: usize) -> Vec<Detour> {
        let arcs = self.network.arcs();
        let near: Vec<usize> = arcs.neighbours(node).iter().map(|&v| v as usize).collect();
        near.iter().chain([&node]).for_each(|&v| self.is_near[v] = true);
        let found = near.iter().flat_map(|&u| self.detours_of(u, node)).collect();
        near.iter().chain([&node]).for_each(|&v| self.is_near[v] = false);
        found
    }

    /// Detours from `u` to neighbours of `node` with a higher number.
    fn detours_of(&mut self, u: usize, node: usize) -> Vec<Detour> {
        let arcs = self.network.arcs();
        let (is_near, limit) = (&self.is_near, self.limit);
        let mut found: Vec<Detour> = arcs
            .of(u)
            .filter(|&(v, _)| v > u && v != node && is_near[v])
            .map(|(v, cost)| Detour { u, v, cost, around: limit, route: Vec::new() })
            .collect();
        let mut left = found.len();
        if left == 0 {
            return found;
        }
        let is_open = |a: usize, b: usize| !(is_near[a] && is_near[b]);
        self.search.run(arcs, u, is_open, |v, distance| {
            if distance >= limit {
                return false;
            }
            if let Some(detour) = found.iter_mut().find(|d| d.v == v) {
                detour.around = distance;
                left -= 1;
            }
            left > 0
        });
        for detour in found.iter_mut().filter(|d| d.around < limit) {
            detour.route = self.search.route(detour.v);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;

    /// A triangle 0-1-2 whose corners 1 and 2 are also joined by the way 1-3-4-2.
    fn network() -> Network {
        let edges = [(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (1, 3, 2.0), (3, 4, 2.0), (4, 2, 2.0)];
        let edges = edges.map(|(u, v, cost)| Edge { u, v, cost });
        let ids = (0..5).map(|i| i.to_string()).collect();
        Network::from_edges(ids, &edges, false).unwrap().0
    }

    #[test]
    fn a_detour_avoids_all_edges_of_the_surroundings() {
        let network = network();
        let mut search = DetourSearch::new(&network, 100.0);
        let found = search.around(0);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].u, found[0].v, found[0].around), (1, 2, 6.0));
        assert_eq!(found[0].saving(), 5.0);
        assert_eq!(found[0].route, [1, 3, 4, 2]);
        assert!(search.around(3).is_empty()); // 1 and 4 are not joined
    }

    #[test]
    fn ways_beyond_the_limit_count_as_the_limit() {
        let network = network();
        let mut search = DetourSearch::new(&network, 4.0);
        let expected = Detour { u: 1, v: 2, cost: 1.0, around: 4.0, route: Vec::new() };
        assert_eq!(search.around(0), [expected]);
        // Without its surroundings 0 and 2 have no other way at all.
        assert_eq!(search.around(1)[0].around, 4.0);
    }
}
