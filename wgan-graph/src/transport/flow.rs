//! Exact W₁ as the cheapest flow along the edges.

use serde::Serialize;
use wgan_core::transport::min_cost_flow;

use super::edge_arcs::EdgeArcs;
use super::hub::Hub;
use super::initial_flow::initial_flow;
use super::potential::mcshane_extension;
use super::supply::Supply;
use crate::error::GraphError;
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
    /// The optimal `f`, with `|f(u) − f(v)| ≤ w(u, v)` on every edge (`f(u) − f(v) ≤ w(u, v)` on
    /// every arc); high where `μ` has more.
    pub potential: Vec<f64>,
    /// Edges that carry mass; mass runs down the potential at the full slope.
    pub flow: Vec<EdgeFlow>,
}

/// Exact `W₁(μ, ν)` for the shortest-path distance of `network`.
///
/// Solves `min Σₑ |flow(e)|·cost(e)` over the flows that carry `μ` to `ν`, on the `m` edges
/// instead of the `n²` pairs: the same value, since an optimal plan sends mass along shortest
/// paths. The result proves itself: the potential is 1-Lipschitz and `dual` equals `value`.
///
/// In a directed graph mass runs along the arcs, and `W₁(μ, ν)` differs from `W₁(ν, μ)`.
///
/// # Errors
/// [`GraphError::OneWay`] for a directed graph in which some node does not lead to another one;
/// weights that are negative or not finite; totals that differ; [`GraphError::Unbalanced`] where a component has more mass of one law than of the
/// other.
///
/// # Complexity
/// Memory `O(n + m)`; time between linear and quadratic in practice.
///
/// # Example
/// ```
/// use wgan_graph::{Edge, Network, graph_w1};
/// let ids = ["a", "b", "c"].map(String::from).to_vec();
/// let edges = [(0, 1, 2.0), (1, 2, 3.0)].map(|(u, v, cost)| Edge { u, v, cost });
/// let (path, _) = Network::from_edges(ids, &edges, false)?;
/// let transport = graph_w1(&path, &[1.0, 0.0, 0.0], &[0.0, 0.5, 0.5])?;
/// assert_eq!(transport.value, 3.5); // the whole mass crosses the first edge, half the second
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
///
/// # References
/// Orlin (1997), A polynomial time primal network simplex algorithm for minimum cost flows.
pub fn graph_w1(network: &Network, mu: &[f64], nu: &[f64]) -> Result<GraphTransport, GraphError> {
    let undirected = network.undirected().ok();
    let network = undirected.as_ref().unwrap_or(network);
    let supply = Supply::new(network, mu, nu)?;
    let hub = network.is_directed().then(|| Hub::new(network)).transpose()?;
    let start = match &hub {
        Some(hub) => hub.initial_flow(supply.units.clone()),
        None => initial_flow(network, supply.units.clone()),
    };
    let tree = min_cost_flow(&mut EdgeArcs::new(network.arcs(), hub.as_ref()), &start)?;
    let mut flows: Vec<(usize, usize, i64)> =
        tree.flows().filter(|&(_, _, units)| units > supply.noise).collect();
    if let Some(hub) = &hub {
        flows = hub.along_arcs(&flows);
    }
    flows.sort_unstable();
    Ok(read_off(network, &flows, tree.potential(), &supply, [mu, nu]))
}

/// Value, potential and flow of an optimum.
fn read_off(
    network: &Network,
    flows: &[(usize, usize, i64)],
    potential: &[f64],
    supply: &Supply,
    [mu, nu]: [&[f64]; 2],
) -> GraphTransport {
    let edge = |&(source, target, units): &(usize, usize, i64)| EdgeFlow {
        source,
        target,
        mass: units as f64 * supply.mass,
        cost: network.arcs().cost(source, target).unwrap_or(f64::INFINITY),
    };
    let flow: Vec<EdgeFlow> = flows.iter().map(edge).collect();
    let value = flow.iter().map(|e| e.mass * e.cost).fold(0.0, |sum, cost| sum + cost);
    // Takes what round-off left above slope one.
    let potential = mcshane_extension(network, potential);
    let rescale = mu.iter().sum::<f64>() / nu.iter().sum::<f64>();
    let terms = potential.iter().zip(mu).zip(nu).map(|((f, m), n)| f * (m - rescale * n));
    let dual = terms.sum::<f64>();
    GraphTransport { value, dual, gap: value - dual, potential, flow }
}
