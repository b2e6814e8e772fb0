//! What the edges between the neighbours of a node save.

use crate::network::Network;

/// An edge between two neighbours of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saving {
    /// One neighbour.
    pub u: usize,
    /// The other one.
    pub v: usize,
    /// What a unit of mass saves that need not pass through the node.
    pub cost: f64,
}

/// Edges `(a, b)` between neighbours of `node` that are shorter than the way through `node`, by
/// `w(a, v) + w(v, b) − w(a, b)`.
pub fn savings(network: &Network, node: usize) -> Vec<Saving> {
    let arcs = network.arcs();
    let mut found = Vec::new();
    for (u, to_u) in arcs.of(node) {
        let (around, costs) = (arcs.neighbours(u), arcs.costs(u));
        let (near, near_costs) = (arcs.neighbours(node), arcs.costs(node));
        // Both lists are ascending: walk them together, from the first node after `u`.
        let mut i = around.partition_point(|&v| v as usize <= u);
        let mut j = near.partition_point(|&v| v as usize <= u);
        while i < around.len() && j < near.len() {
            let (a, b) = (around[i], near[j]);
            if a == b {
                let cost = to_u + near_costs[j] - costs[i];
                if cost > 0.0 {
                    found.push(Saving { u, v: a as usize, cost });
                }
            }
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
    }
    found
}

/// Transport that the edges among the neighbours save, per neighbour and in mean edge costs:
/// `Σ (w(a, v) + w(v, b) − w(a, b)) / (deg(v)·w̄)` over the edges between two neighbours.
///
/// With unit costs that is the number of edges between neighbours per neighbour: 0 in a star,
/// `(k − 2)/2` in a clique of `k`.
pub fn mean_saving(savings: &[Saving], degree: usize, mean_cost: f64) -> f64 {
    let total: f64 = savings.iter().map(|s| s.cost).sum();
    if degree == 0 || mean_cost == 0.0 { 0.0 } else { total / (degree as f64 * mean_cost) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::network;

    #[test]
    fn cliques_and_stars_have_closed_forms() {
        let clique: Vec<_> = (0..6).flat_map(|u| (u + 1..6).map(move |v| (u, v, 1.0))).collect();
        let clique = network(6, &clique);
        let found = savings(&clique, 3);
        assert_eq!(found.len(), 10); // five neighbours, all pairs joined
        assert_eq!(mean_saving(&found, 5, 1.0), 2.0);
        let star = network(5, &[(0, 1, 1.0), (0, 2, 1.0), (0, 3, 1.0), (0, 4, 1.0)]);
        assert_eq!(mean_saving(&savings(&star, 0), 4, 1.0), 0.0);
        assert_eq!(mean_saving(&[], 0, 1.0), 0.0);
    }

    #[test]
    fn an_edge_saves_what_the_way_through_the_node_costs_more() {
        let triangle = network(3, &[(0, 1, 2.0), (0, 2, 3.0), (1, 2, 4.5)]);
        assert_eq!(savings(&triangle, 0), [Saving { u: 1, v: 2, cost: 0.5 }]);
        assert_eq!(savings(&triangle, 1), [Saving { u: 0, v: 2, cost: 3.5 }]);
        let long = network(3, &[(0, 1, 1.0), (0, 2, 1.0), (1, 2, 9.0)]);
        assert!(savings(&long, 0).is_empty());
    }
}
