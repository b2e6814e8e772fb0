//! Network simplex on the edges of a graph.

use super::basis::Basis;
use super::supply::Supply;
use super::{EdgeFlow, GraphTransport, mcshane_extension};
use crate::error::GraphError;
use crate::network::{Adjacency, Network};

/// Slopes above one by less than this share of the largest cost are round-off.
const TOLERANCE: f64 = 1e-12;

/// Exact `W₁(μ, ν)` for the shortest-path distance of `network`.
///
/// Solves `min Σₑ |flow(e)|·cost(e)` over the flows that carry `μ` to `ν`, on the `m` edges
/// instead of the `n²` pairs: the same value, since an optimal plan sends mass along shortest
/// paths. The result proves itself: the potential is 1-Lipschitz and `dual` equals `value`.
///
/// # Errors
/// [`GraphError::Directed`] for a directed graph; weights that are negative or not finite; totals
/// that differ; [`GraphError::Unbalanced`] where a component has more mass of one law than of the
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
    let undirected;
    let network = if network.is_directed() {
        undirected = network.undirected()?;
        &undirected
    } else {
        network
    };
    let supply = Supply::new(network, mu, nu)?;
    let mut basis = Basis::new(network, &supply.units);
    optimise(&mut basis, network.arcs())?;
    Ok(read_off(network, &basis, &supply, mu, nu))
}

/// Pivots until no arc is steeper than its cost.
fn optimise(basis: &mut Basis, arcs: &Adjacency) -> Result<(), GraphError> {
    let mut search = Search::new(arcs);
    let most = 1000 * (arcs.n_nodes() + arcs.n_arcs());
    let mut pivots = 0;
    loop {
        basis.refresh();
        let before = pivots;
        while let Some((u, v, cost, excess)) = search.next(basis.potential()) {
            if pivots == most {
                return Err(GraphError::NotFinished { at: "network simplex", steps: pivots });
            }
            basis.pivot(u, v, cost, excess);
            pivots += 1;
        }
        if pivots == before {
            return Ok(());
        }
    }
}

/// Looks for steep arcs block by block, going on where it stopped.
struct Search<'a> {
    arcs: &'a Adjacency,
    sources: Vec<u32>,
    tolerance: f64,
    block: usize,
    place: usize,
}

impl<'a> Search<'a> {
    fn new(arcs: &'a Adjacency) -> Self {
        let largest = (0..arcs.n_arcs()).map(|k| arcs.arc(k).1).fold(0.0, f64::max);
        let block = ((arcs.n_arcs() as f64).sqrt().ceil() as usize).max(32);
        Self { arcs, sources: arcs.sources(), tolerance: TOLERANCE * largest, block, place: 0 }
    }

    /// The steepest arc `(u, v, cost, excess)` of the first block that has one.
    fn next(&mut self, potential: &[f64]) -> Option<(usize, usize, f64, f64)> {
        let n = self.arcs.n_arcs();
        let mut seen = 0;
        while seen < n {
            let mut best = None;
            let mut most = self.tolerance;
            for _ in 0..self.block.min(n - seen) {
                let k = self.place;
                self.place = if k + 1 == n { 0 } else { k + 1 };
                let u = self.sources[k] as usize;
                let (v, cost) = self.arcs.arc(k);
                let excess = potential[u] - potential[v] - cost;
                if excess > most {
                    most = excess;
                    best = Some((u, v, cost, excess));
                }
                seen += 1;
            }
            if best.is_some() {
                return best;
            }
        }
        None
    }
}

fn read_off(
    network: &Network,
    basis: &Basis,
    supply: &Supply,
    mu: &[f64],
    nu: &[f64],
) -> GraphTransport {
    let mut flow: Vec<EdgeFlow> = basis
        .flows()
        .filter(|&(_, _, units, _)| units > supply.noise)
        .map(|(source, target, units, cost)| EdgeFlow {
            source,
            target,
            mass: units as f64 * supply.mass,
            cost,
        })
        .collect();
    flow.sort_by_key(|e| (e.source, e.target));
    let value = flow.iter().map(|e| e.mass * e.cost).fold(0.0, |sum, cost| sum + cost);
    // Takes what round-off left above slope one.
    let potential = mcshane_extension(network, basis.potential());
    let rescale = mu.iter().sum::<f64>() / nu.iter().sum::<f64>();
    let terms = potential.iter().zip(mu).zip(nu).map(|((f, m), n)| f * (m - rescale * n));
    let dual = terms.sum::<f64>();
    GraphTransport { value, dual, gap: value - dual, potential, flow }
}
