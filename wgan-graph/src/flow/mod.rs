//! Exact W₁ between two laws on the nodes, by min-cost flow along the edges.

mod edge_arcs;
mod initial_flow;
mod simplex;
mod supply;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use simplex::graph_w1;

use crate::network::Network;

/// Mass that crosses an edge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EdgeFlow {
    /// Node it comes from.
    pub source: usize,
    /// Node it goes to.
    pub target: usize,
    /// Mass.
    pub mass: f64,
    /// Cost of the edge per unit of mass.
    pub cost: f64,
}

/// W₁ between two node laws with everything that proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphTransport {
    /// `W₁ = Σₑ flow(e)·cost(e)`, in the unit of the costs (times the mass).
    pub value: f64,
    /// `Σᵥ f(v)·(μ(v) − ν(v))`, a lower bound of W₁.
    pub dual: f64,
    /// `value − dual`, zero up to round-off.
    pub gap: f64,
    /// The optimal `f`, with `|f(u) − f(v)| ≤ w(u, v)` on every edge; high where `μ` has more.
    pub potential: Vec<f64>,
    /// Edges that carry mass; mass runs down the potential at the full slope.
    pub flow: Vec<EdgeFlow>,
}

/// Largest `|f(u) − f(v)| − w(u, v)` over the edges: at most zero exactly when `f` is 1-Lipschitz
/// for the shortest-path distance. `−∞` without edges.
pub fn largest_violation(network: &Network, potential: &[f64]) -> f64 {
    let excess = |(u, v, cost): (usize, usize, f64)| {
        let rise = potential[u] - potential[v];
        (if network.is_directed() { rise } else { rise.abs() }) - cost
    };
    network.edges().map(excess).fold(f64::NEG_INFINITY, f64::max)
}

/// The largest function below `values` that is 1-Lipschitz for the shortest-path distance,
/// `g(v) = min_u (values(u) + d(u, v))` (McShane 1934); infinite values bind nothing.
///
/// One run of Dijkstra's algorithm from all nodes at once.
///
/// # Panics
/// If there is not one value per node.
pub fn mcshane_extension(network: &Network, values: &[f64]) -> Vec<f64> {
    assert_eq!(values.len(), network.n_nodes(), "one value per node");
    let mut extended = values.to_vec();
    crate::paths::relax_from(network.arcs(), &mut extended);
    extended
}
