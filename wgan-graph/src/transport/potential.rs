//! Potentials: functions on the nodes, and whether they are 1-Lipschitz.

use crate::network::Network;
use crate::paths::relax_from;

/// Largest `|f(u) − f(v)| − w(u, v)` over the edges: at most zero exactly when `f` is 1-Lipschitz
/// for the shortest-path distance. Of a directed graph `f(u) − f(v) − w(u, v)` over the arcs, as its
/// distance has two directions. `−∞` without edges.
pub fn largest_violation(network: &Network, potential: &[f64]) -> f64 {
    let excess = |(u, v, cost): (usize, usize, f64)| {
        let rise = potential[u] - potential[v];
        (if network.is_directed() { rise } else { rise.abs() }) - cost
    };
    network.edges().map(excess).fold(f64::NEG_INFINITY, f64::max)
}

/// The largest function below `values` that is 1-Lipschitz for the shortest-path distance,
/// `g(v) = min_u (values(u) + d(v, u))` (McShane 1934); infinite values bind nothing. Of a directed
/// graph it is one-sided, `g(v) − g(u) ≤ d(v, u)`.
///
/// One run of Dijkstra's algorithm from all nodes at once.
///
/// # Panics
/// If there is not one value per node.
pub fn mcshane_extension(network: &Network, values: &[f64]) -> Vec<f64> {
    assert_eq!(values.len(), network.n_nodes(), "one value per node");
    let mut extended = values.to_vec();
    if network.is_directed() {
        relax_from(&network.arcs().reversed(), &mut extended);
    } else {
        relax_from(network.arcs(), &mut extended);
    }
    extended
}
