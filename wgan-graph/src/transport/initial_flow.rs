//! The flow that the network simplex starts from: along shortest paths to the hub of each component.

use wgan_core::transport::InitialFlow;

use crate::network::{Components, Network};
use crate::paths::shortest_path_forest;

/// Shortest-path trees, one per component, that carry the surplus `supply`.
///
/// Every edge can be used both ways, so *any* spanning forest can carry it.
pub fn initial_flow(network: &Network, supply: Vec<i64>) -> InitialFlow {
    let arcs = network.arcs();
    let roots = hubs(network);
    let paths = shortest_path_forest(arcs, &roots, None);
    let forest = (0..arcs.n_nodes()).filter_map(|v| Some((v, paths.parent(v)?))).collect();
    let largest_cost = (0..arcs.n_arcs()).map(|k| arcs.arc(k).1).fold(0.0, f64::max);
    InitialFlow { forest, supply, potential: vec![0.0; arcs.n_nodes()], roots, largest_cost }
}

/// The node of highest degree of each component: trees that hang from a hub are shallow.
fn hubs(network: &Network) -> Vec<usize> {
    let components = Components::of(network);
    let mut hubs = vec![usize::MAX; components.n()];
    for v in 0..network.n_nodes() {
        let hub = &mut hubs[components.label(v)];
        if *hub == usize::MAX || network.arcs().degree(v) > network.arcs().degree(*hub) {
            *hub = v;
        }
    }
    hubs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;

    #[test]
    fn each_component_hangs_from_its_hub() {
        let two = unit_network(7, [(0, 1), (1, 2), (1, 3), (4, 5)]);
        assert_eq!(hubs(&two), [1, 4, 6]);
        let start = initial_flow(&two, vec![0; 7]);
        assert_eq!(start.forest, [(0, 1), (2, 1), (3, 1), (5, 4)]);
        assert_eq!(start.largest_cost, 1.0);
    }
}
