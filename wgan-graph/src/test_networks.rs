//! Networks for tests; the ids of the nodes are their numbers.

use crate::network::{Edge, Network};

/// `n` nodes and edges `(u, v, cost)`.
pub fn network(n: usize, edges: &[(usize, usize, f64)]) -> Network {
    build(n, edges, false)
}

/// `n` nodes and arcs `(u, v, cost)`.
pub fn directed_network(n: usize, arcs: &[(usize, usize, f64)]) -> Network {
    build(n, arcs, true)
}

fn build(n: usize, edges: &[(usize, usize, f64)], is_directed: bool) -> Network {
    let ids = (0..n).map(|i| i.to_string()).collect();
    let edges: Vec<Edge> = edges.iter().map(|&(u, v, cost)| Edge { u, v, cost }).collect();
    Network::from_edges(ids, &edges, is_directed).unwrap().0
}

/// `n` nodes and edges of cost 1.
pub fn unit_network(n: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Network {
    let edges: Vec<_> = pairs.into_iter().map(|(u, v)| (u, v, 1.0)).collect();
    network(n, &edges)
}

/// A ring of 150 nodes, each with a chord, all costs multiples of 1/8: sums of them are exact.
pub fn ring_with_chords() -> Network {
    let n = 150;
    let ring = (0..n).map(|i| (i, (i + 1) % n, 1.0 + (37 * i % 19) as f64 / 8.0));
    let chords = (0..n).map(|i| (i, (i * i + 7 * i + 3) % n, 2.0 + (53 * i % 23) as f64 / 4.0));
    network(n, &ring.chain(chords).collect::<Vec<_>>())
}
