//! Ollivier–Ricci curvature of edges.

use ndarray::Array2;
use rayon::prelude::*;
use serde::Serialize;
use wgan_core::transport::{DenseCost, solve_transport};

use crate::error::GraphError;
use crate::network::{Adjacency, Network};
use crate::paths::ShortestPaths;

/// Curvature of the edge between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EdgeCurvature {
    /// First node.
    pub u: usize,
    /// Second node, `u < v`.
    pub v: usize,
    /// `κ`, at most 1: positive inside of a dense group, negative on a bridge.
    pub curvature: f64,
}

/// Ollivier–Ricci curvature `κ(u, v) = 1 − W₁(mᵤ, mᵥ) / d(u, v)` of every edge.
///
/// `mᵤ` has mass `idleness` on `u` and the rest spread evenly over its neighbours; `W₁` and `d` are
/// those of the shortest-path distance. Edges whose ends are at distance zero have no curvature
/// and are left out.
///
/// # Errors
/// [`GraphError::Directed`]; [`GraphError::Idleness`] outside `[0, 1)`.
///
/// # Complexity
/// One row of distances per node and neighbour, `O(m·(m + n log n))`, and an exact transport of
/// `deg(u) × deg(v)` per edge; in parallel over the nodes.
///
/// # Example
/// In the complete graph on `n` nodes every edge has `κ = (n − 2)/(n − 1)`.
/// ```
/// use wgan_graph::{Edge, Network, ollivier_ricci};
/// let ids = ["a", "b", "c"].map(String::from).to_vec();
/// let edges = [(0, 1), (1, 2), (0, 2)].map(|(u, v)| Edge { u, v, cost: 1.0 });
/// let (triangle, _) = Network::from_edges(ids, &edges, false)?;
/// assert!(ollivier_ricci(&triangle, 0.0)?.iter().all(|e| (e.curvature - 0.5).abs() < 1e-12));
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
///
/// # References
/// Ollivier (2009), Ricci curvature of Markov chains on metric spaces.
pub fn ollivier_ricci(network: &Network, idleness: f64) -> Result<Vec<EdgeCurvature>, GraphError> {
    if !(0.0..1.0).contains(&idleness) {
        return Err(GraphError::Idleness { got: idleness });
    }
    let network = network.undirected()?;
    let arcs = network.arcs();
    let has_edges = |&u: &usize| arcs.neighbours(u).iter().any(|&v| v as usize > u);
    let nodes: Vec<usize> = (0..network.n_nodes()).filter(has_edges).collect();
    let of_node = |&u: &usize| curvatures_of(&network, u, idleness);
    let all: Vec<Vec<EdgeCurvature>> =
        nodes.par_iter().map(of_node).collect::<Result<_, GraphError>>()?;
    Ok(all.into_iter().flatten().collect())
}

/// Edges from `u` to nodes of higher number.
fn curvatures_of(
    network: &Network,
    u: usize,
    idleness: f64,
) -> Result<Vec<EdgeCurvature>, GraphError> {
    let arcs = network.arcs();
    let (from, mu) = neighbour_law(arcs, u, idleness);
    // `u` is always the last of `from`, so its row gives the distances along the edges.
    let rows = ShortestPaths::new(network).rows(&from);
    let mut found = Vec::new();
    for v in arcs.neighbours(u).iter().map(|&v| v as usize).filter(|&v| v > u) {
        let distance = rows[from.len() - 1][v];
        if distance == 0.0 {
            continue;
        }
        let (to, nu) = neighbour_law(arcs, v, idleness);
        let cost = Array2::from_shape_fn((from.len(), to.len()), |(i, j)| rows[i][to[j]]);
        let w1 = solve_transport(&DenseCost::new(cost)?, &mu, &nu)?.value;
        found.push(EdgeCurvature { u, v, curvature: 1.0 - w1 / distance });
    }
    Ok(found)
}

/// Neighbours of `u` and `u` itself, with their weights.
fn neighbour_law(arcs: &Adjacency, u: usize, idleness: f64) -> (Vec<usize>, Vec<f64>) {
    let nodes = arcs.neighbours(u).iter().map(|&v| v as usize).chain([u]).collect();
    let mut weights = vec![(1.0 - idleness) / arcs.degree(u) as f64; arcs.degree(u)];
    weights.push(idleness);
    (nodes, weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use approx::assert_abs_diff_eq;

    fn network(n: usize, edges: &[(usize, usize)], cost: f64) -> Network {
        let ids = (0..n).map(|i| i.to_string()).collect();
        let edges: Vec<Edge> = edges.iter().map(|&(u, v)| Edge { u, v, cost }).collect();
        Network::from_edges(ids, &edges, false).unwrap().0
    }

    fn all_are(network: &Network, idleness: f64, expected: f64) {
        let found = ollivier_ricci(network, idleness).unwrap();
        assert_eq!(found.len(), network.n_edges());
        for edge in found {
            assert_abs_diff_eq!(edge.curvature, expected, epsilon = 1e-9);
        }
    }

    #[test]
    fn closed_forms() {
        let complete: Vec<_> = (0..6).flat_map(|u| (u + 1..6).map(move |v| (u, v))).collect();
        all_are(&network(6, &complete, 1.0), 0.0, 4.0 / 5.0);
        let ring: Vec<_> = (0..7).map(|i| (i, (i + 1) % 7)).collect();
        all_are(&network(7, &ring, 1.0), 0.0, 0.0);
        // Neighbours of the two ends of a cube's edge are joined by edges.
        let cube: Vec<_> = (0..8usize)
            .flat_map(|u| [1, 2, 4].map(move |bit| (u, u ^ bit)))
            .filter(|&(u, v)| u < v)
            .collect();
        all_are(&network(8, &cube, 1.0), 0.0, 0.0);
        // One step of the walk that stays with probability 1/(d + 1): 2/(d + 1).
        all_are(&network(8, &cube, 1.0), 0.25, 0.5);
    }

    #[test]
    fn a_bridge_between_two_stars_is_negative() {
        // Ends of degree 3 in a tree: 2/3 + 2/3 − 2.
        let edges = [(0, 1), (0, 2), (0, 3), (1, 4), (1, 5)];
        let found = ollivier_ricci(&network(6, &edges, 1.0), 0.0).unwrap();
        assert_eq!((found[0].u, found[0].v), (0, 1));
        assert_abs_diff_eq!(found[0].curvature, -2.0 / 3.0, epsilon = 1e-9);
    }

    #[test]
    fn it_has_no_unit() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)];
        let of = |cost: f64| ollivier_ricci(&network(5, &edges, cost), 0.3).unwrap();
        for (a, b) in of(1.0).iter().zip(of(1e-7)) {
            assert_abs_diff_eq!(a.curvature, b.curvature, epsilon = 1e-9);
        }
    }

    #[test]
    fn what_has_no_curvature_is_refused_or_left_out() {
        let edge = network(2, &[(0, 1)], 1.0);
        assert!(ollivier_ricci(&edge, 1.0).is_err());
        assert!(ollivier_ricci(&edge, f64::NAN).is_err());
        assert!(ollivier_ricci(&network(2, &[(0, 1)], 0.0), 0.0).unwrap().is_empty());
        assert!(ollivier_ricci(&network(3, &[], 1.0), 0.0).unwrap().is_empty());
    }
}
