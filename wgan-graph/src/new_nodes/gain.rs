//! What a network gains by more nodes.

use rand::Rng;
use rand::seq::index::sample;

use super::pattern::{Pattern, log_neighbour_degree};
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Random parts of the network that are looked at.
const N_PARTS: usize = 32;
/// Largest share of nodes that is taken out.
const LARGEST_SHARE: f64 = 0.5;
/// Nodes of each part whose mean distance is looked at.
const N_SOURCES: usize = 32;

/// Ratios of numbers of a grown network to those of now.
#[derive(Clone, Debug)]
pub struct Gain {
    /// Of the mean degree.
    pub degree: f64,
    /// Of the geometric mean of the mean degree of the neighbours.
    pub neighbour_degree: f64,
    /// Of the mean of the mean distances.
    pub reach: f64,
    /// Of the standard deviation of the mean distances.
    pub spread: f64,
}

impl Gain {
    /// Gain by `n_new` nodes more than those whose patterns are `known`.
    ///
    /// The network is taken for the largest component of a random part of the grown one, which has lost
    /// edges and ways with every node that is not there yet. How much, its own parts show: each ratio
    /// is that of the network to the largest components of its parts. Nodes that are taken out are
    /// to those that are left there as `n_new` is to `n`, at most one half of all.
    pub fn by<R: Rng>(network: &Network, known: &[Pattern], n_new: usize, rng: &mut R) -> Self {
        let n = network.n_nodes();
        let per_node = n_new as f64 / n as f64;
        let mut n_left = n as f64 / (1.0 + per_node);
        let mut of_parts = Vec::with_capacity(N_PARTS);
        for i in 0..N_PARTS {
            let n_out = (per_node * n_left).min(LARGEST_SHARE * n as f64).round() as usize;
            let mut is_out = vec![false; n];
            sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
            let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
            let part = network.restricted(&kept).largest_component();
            let nodes = 0..part.n_nodes();
            n_left += (nodes.len() as f64 - n_left) / (i + 1) as f64;
            let sources = sample(rng, nodes.len(), N_SOURCES.min(nodes.len())).into_vec();
            let reaches = ShortestPaths::hops(&part).mean_rows(&sources);
            of_parts.push([
                part.arcs().n_arcs() as f64 / nodes.len() as f64,
                mean(nodes.map(|v| log_neighbour_degree(&part, v))).exp(),
                mean(reaches.iter().copied()),
                spread(&reaches),
            ]);
        }
        let reaches: Vec<f64> = known.iter().map(|p| p.reach).collect();
        let now = [
            mean(known.iter().map(|p| p.degree as f64)),
            mean(known.iter().map(|p| p.log_neighbour_degree)).exp(),
            mean(reaches.iter().copied()),
            spread(&reaches),
        ];
        // Parts of a star may have no edge at all.
        let ratio = |i: usize| match mean(of_parts.iter().map(|numbers| numbers[i])) {
            0.0 => 1.0,
            of_parts => now[i] / of_parts,
        };
        Self { degree: ratio(0), neighbour_degree: ratio(1), reach: ratio(2), spread: ratio(3) }
    }
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (n, sum) = values.into_iter().fold((0, 0.0), |(n, sum), v| (n + 1, sum + v));
    sum / f64::from(n)
}

fn spread(values: &[f64]) -> f64 {
    let centre = mean(values.iter().copied());
    mean(values.iter().map(|v| (v - centre).powi(2))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use crate::new_nodes::{Places, patterns};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn network(n: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Network {
        let ids = (0..n).map(|i| i.to_string()).collect();
        let edges: Vec<Edge> = pairs.map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
        Network::from_edges(ids, &edges, false).unwrap().0
    }

    fn known(network: &Network) -> Vec<Pattern> {
        let places = Places::new(network, 2, 64, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        patterns(network, &places)
    }

    #[test]
    fn degrees_of_a_complete_graph_grow_with_it() {
        let complete = network(40, (0..40).flat_map(|u| (u + 1..40).map(move |v| (u, v))));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // 30 of 40 nodes are kept: degree 29 in place of 39, which would be 52 of 53.3.
        let gain = Gain::by(&complete, &known(&complete), 40 / 3, &mut rng);
        assert!((gain.degree - 39.0 / 29.0).abs() < 1e-12, "{gain:?}");
    }

    #[test]
    fn degrees_of_a_ring_grow_as_that_of_its_ends() {
        let ring = network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let gain = Gain::by(&ring, &known(&ring), 1, &mut rng);
        // Without one node it is a path of 59.
        assert!((gain.degree - 2.0 / (116.0 / 59.0)).abs() < 1e-12);
    }

    #[test]
    fn distances_on_a_ring_gain_by_its_last_node() {
        // Without one node a ring of 60 is a path of 59: mean distance 20 in place of 15.25.
        let ring = network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let gain = Gain::by(&ring, &known(&ring), 1, &mut rng);
        // Mean distances on the path vary by 4.5: 32 of them in each of 32 parts tell 20 to 0.14.
        assert!((gain.reach - 15.25 / 20.0).abs() < 0.02, "{gain:?}");
        assert_eq!(gain.spread, 0.0);
        // On a path the ends have a neighbour of degree 2, and those beside them 1.5 on average.
        let path = (2.0 * 1.5_f64.ln() + 57.0 * 2_f64.ln()) / 59.0;
        assert!((gain.neighbour_degree.ln() - (2_f64.ln() - path)).abs() < 1e-12, "{gain:?}");
    }
}
