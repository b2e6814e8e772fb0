//! What the degrees of a network gain by more nodes.

use rand::Rng;
use rand::seq::index::sample;

use crate::network::Network;

/// Random parts of the network that are looked at.
const N_PARTS: usize = 8;
/// Largest share of nodes that is taken out.
const LARGEST_SHARE: f64 = 0.5;

/// Mean degree with `n_new` nodes more, per mean degree now.
///
/// The network is taken for the largest component of a random part of the grown one, which has lost
/// degrees with every node that is not there yet. How much, its own parts show: the ratio is that of
/// its mean degree to the one of its parts without the share `n_new / (n + n_new)` of the nodes, at
/// most one half of them.
pub fn degree_gain<R: Rng>(network: &Network, n_new: usize, rng: &mut R) -> f64 {
    let n = network.n_nodes();
    let share = (n_new as f64 / (n + n_new) as f64).min(LARGEST_SHARE);
    let n_out = (share * n as f64).round() as usize;
    let mut of_parts = 0.0;
    for _ in 0..N_PARTS {
        let mut is_out = vec![false; n];
        sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
        let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
        of_parts += mean_degree(&network.restricted(&kept).largest_component()) / N_PARTS as f64;
    }
    // Parts of a star may have no edge at all.
    if of_parts > 0.0 { mean_degree(network) / of_parts } else { 1.0 }
}

fn mean_degree(network: &Network) -> f64 {
    network.arcs().n_arcs() as f64 / network.n_nodes() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn network(n: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Network {
        let ids = (0..n).map(|i| i.to_string()).collect();
        let edges: Vec<Edge> = pairs.map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
        Network::from_edges(ids, &edges, false).unwrap().0
    }

    #[test]
    fn degrees_of_a_complete_graph_grow_with_it() {
        let complete = network(40, (0..40).flat_map(|u| (u + 1..40).map(move |v| (u, v))));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // 30 of 40 nodes are kept: degree 29 in place of 39, which would be 52 of 53.3.
        let gain = degree_gain(&complete, 40 / 3, &mut rng);
        assert!((gain - 39.0 / 29.0).abs() < 1e-12, "{gain}");
    }

    #[test]
    fn degrees_of_a_ring_grow_as_that_of_its_ends() {
        let ring = network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        // Without one node it is a path of 59.
        assert!((degree_gain(&ring, 1, &mut rng) - 2.0 / (116.0 / 59.0)).abs() < 1e-12);
    }
}
