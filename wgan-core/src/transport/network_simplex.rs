//! The primal network simplex method: the cheapest flow along the arcs of any source.
//!
//! A basis is a [spanning tree](SpanningTree); the [source](ArcSource) finds an arc that lowers the cost, a pivot exchanges it for
//! another one, until no arc is left.

use super::arc_source::{ArcSource, InitialFlow};
use super::spanning_tree::SpanningTree;
use crate::error::WganError;

/// Reduced costs above minus this, relative to the largest cost, count as zero: well above the round-off of the potentials.
const PRICE_TOLERANCE: f64 = 1e-12;

/// Pivots allowed per node: real problems take a few (Kovács 2015), so this ends only what goes wrong.
const MAX_PIVOTS_PER_NODE: usize = 1000;

/// The cheapest flow `min Σ c(u, v)·flow(u, v)` that carries the supply, with the potentials that prove it.
///
/// Flows are whole units and exact. Potentials are freshly computed from the tree before the last search, and once in as many pivots as
/// there are nodes, so that the updates do not drift.
///
/// # Errors
/// [`WganError::NotConverged`] where a cycle has negative costs, or after 1000 pivots per node and one per arc.
///
/// # Panics
/// If the forest or an arc names a node beyond the supply.
///
/// # References
/// Ahuja, Magnanti, Orlin (1993), Network Flows, chapter 11; Cunningham (1976), A network simplex method, for the rule against cycling;
/// Kovács (2015), Minimum-cost flow algorithms: an experimental evaluation.
pub fn min_cost_flow<A: ArcSource>(
    arcs: &mut A,
    start: &InitialFlow,
) -> Result<SpanningTree, WganError> {
    let n_nodes = start.supply.len();
    let tolerance = PRICE_TOLERANCE * start.largest_cost;
    let max_pivots = n_nodes.saturating_mul(MAX_PIVOTS_PER_NODE).saturating_add(arcs.n_arcs());
    let mut tree = SpanningTree::new(start);
    let mut pivots = 0;
    loop {
        tree.refresh_potentials(|u, v| arcs.cost(u, v));
        let before = pivots;
        while let Some(arc) = arcs.entering(tree.potential(), tolerance) {
            if pivots == max_pivots || !tree.pivot(arc) {
                return Err(not_converged(pivots, arc.reduced_cost, tolerance));
            }
            pivots += 1;
            if pivots.is_multiple_of(n_nodes) {
                tree.refresh_potentials(|u, v| arcs.cost(u, v));
            }
        }
        if pivots == before {
            return Ok(tree);
        }
    }
}

/// The error for a run that used up its pivots.
fn not_converged(steps: usize, reduced_cost: f64, tolerance: f64) -> WganError {
    WganError::NotConverged { at: "network simplex", steps, residual: -reduced_cost, tolerance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Entering;

    /// A list of arcs, all of which are looked at each time.
    struct List(Vec<(usize, usize, f64)>);

    impl ArcSource for List {
        fn n_arcs(&self) -> usize {
            self.0.len()
        }

        fn cost(&self, source: usize, target: usize) -> f64 {
            self.0.iter().find(|arc| (arc.0, arc.1) == (source, target)).unwrap().2
        }

        fn entering(&mut self, y: &[f64], tolerance: f64) -> Option<Entering> {
            let mut reduced = self.0.iter().map(|&(source, target, cost)| Entering {
                source,
                target,
                reduced_cost: cost - y[source] + y[target],
            });
            reduced.find(|arc| arc.reduced_cost < -tolerance)
        }
    }

    fn start(forest: &[(usize, usize)], supply: &[i64]) -> InitialFlow {
        InitialFlow {
            forest: forest.to_vec(),
            supply: supply.to_vec(),
            potential: vec![0.0; supply.len()],
            roots: vec![0],
            largest_cost: 10.0,
        }
    }

    #[test]
    fn two_short_arcs_take_the_place_of_a_long_one() {
        // Four units from 0 to 2 and one from 0 to 1: directly for 10 each, or over 1 for 3 + 2.
        let mut arcs = List(vec![(0, 2, 10.0), (0, 1, 3.0), (1, 2, 2.0), (2, 1, 2.0)]);
        let tree = min_cost_flow(&mut arcs, &start(&[(0, 2), (2, 1)], &[5, -1, -4])).unwrap();
        let flows: Vec<_> = tree.flows().collect();
        assert_eq!(flows, [(0, 1, 5), (1, 2, 4)]);
        assert_eq!(tree.potential(), [0.0, -3.0, -5.0]);
    }

    #[test]
    fn trees_that_no_arc_joins_are_solved_apart() {
        let mut arcs = List(vec![(0, 1, 1.0), (3, 2, 4.0)]);
        let tree = min_cost_flow(&mut arcs, &start(&[(0, 1), (3, 2)], &[2, -2, -7, 7])).unwrap();
        assert_eq!(tree.flows().collect::<Vec<_>>(), [(0, 1, 2), (3, 2, 7)]);
    }

    #[test]
    fn a_cycle_of_negative_cost_is_an_error() {
        let mut arcs = List(vec![(0, 1, 1.0), (1, 0, -2.0)]);
        let error = min_cost_flow(&mut arcs, &start(&[(0, 1)], &[1, -1])).unwrap_err();
        assert!(error.to_string().starts_with("network simplex: not converged"), "{error}");
    }
}
