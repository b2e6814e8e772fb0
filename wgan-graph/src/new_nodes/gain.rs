//! What a network gains by more nodes.

use rand::Rng;
use rand::seq::index::sample;

use super::pattern::{Pattern, log_neighbour_degree};
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Random parts that are measured. Mean distances of parts vary by up to 7 %, so of 32 by 1.2 %.
const N_PARTS: usize = 32;
/// Random parts that tell how many nodes to take out.
const N_TRIALS: usize = 8;
/// Largest share of nodes that is taken out: less than half would say little about the whole.
const LARGEST_SHARE: f64 = 0.5;
/// Nodes of each part whose mean distance is looked at: 1,024 in all.
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
    /// The network is taken for the largest component of the grown one without a random part of
    /// its nodes: it has lost edges and paths with every node that is not there yet. How much, the
    /// network shows itself: each ratio is that of the network to its own largest component
    /// without random nodes, which are to those that are left in it as `n_new` is to `n`, and at
    /// most one half of all.
    pub fn by<R: Rng>(network: &Network, known: &[Pattern], n_new: usize, rng: &mut R) -> Self {
        let n = network.n_nodes();
        let n_out = |n_left: f64| {
            let n_out = n_new as f64 / n as f64 * n_left;
            n_out.min(LARGEST_SHARE * n as f64).round().max(1.0) as usize
        };
        let mut n_left = (n * n) as f64 / (n + n_new) as f64; // where nothing falls apart
        for i in 0..N_TRIALS {
            let part = without(network, n_out(n_left), rng);
            n_left += (part.n_nodes() as f64 - n_left) / (i + 2) as f64;
        }
        let mut of_parts = Vec::with_capacity(N_PARTS);
        for _ in 0..N_PARTS {
            let part = without(network, n_out(n_left), rng);
            let n = part.n_nodes();
            let sources = sample(rng, n, N_SOURCES.min(n)).into_vec();
            let reaches = ShortestPaths::hops(&part).mean_rows(&sources);
            of_parts.push([
                part.arcs().n_arcs() as f64 / n as f64,
                mean((0..n).map(|v| log_neighbour_degree(&part, v))).exp(),
                mean(reaches.iter().copied()),
                variance(&reaches),
            ]);
        }
        let reaches: Vec<f64> = known.iter().map(|p| p.reach).collect();
        let now = [
            mean(known.iter().map(|p| p.degree as f64)),
            mean(known.iter().map(|p| p.log_neighbour_degree)).exp(),
            // To other nodes, as in the parts: probes are at distance zero from themselves.
            mean(reaches.iter().copied()) * n as f64 / (n - 1) as f64,
            variance(&reaches),
        ];
        let ratio = |i: usize| match mean(of_parts.iter().map(|numbers| numbers[i])) {
            0.0 => 1.0, // the variance of a complete graph, all of a star without its hub
            of_parts => now[i] / of_parts,
        };
        Self {
            degree: ratio(0),
            neighbour_degree: ratio(1),
            reach: ratio(2),
            spread: ratio(3).sqrt(),
        }
    }
}

/// The largest component without `n_out` random nodes.
fn without<R: Rng>(network: &Network, n_out: usize, rng: &mut R) -> Network {
    let n = network.n_nodes();
    let mut is_out = vec![false; n];
    sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
    let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
    network.restricted(&kept).largest_component()
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (n, sum) = values.into_iter().fold((0, 0.0), |(n, sum), v| (n + 1, sum + v));
    sum / f64::from(n)
}

/// Without bias; 0 of a single value.
fn variance(values: &[f64]) -> f64 {
    let centre = mean(values.iter().copied());
    let squares = values.iter().map(|v| (v - centre).powi(2)).sum::<f64>();
    squares / (values.len() - 1).max(1) as f64
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
        // 30 of 40 nodes are left, as 40 of 53 would be: a degree of 29 in place of 39.
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
        assert!((gain.reach - 15.25 / 20.0).abs() < 3.0 * 0.14 / 20.0, "{gain:?}");
        assert_eq!(gain.spread, 0.0);
        // On a path the ends have a neighbour of degree 2, and those beside them 1.5 on average.
        let path = (2.0 * 1.5_f64.ln() + 57.0 * 2_f64.ln()) / 59.0;
        assert!((gain.neighbour_degree.ln() - (2_f64.ln() - path)).abs() < 1e-12, "{gain:?}");
    }

    #[test]
    fn a_path_gains_as_its_longer_piece_is_to_it() {
        let path = network(60, (1..60).map(|u| (u - 1, u)));
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let gain = Gain::by(&path, &known(&path), 1, &mut rng);
        // Without one node the longer piece has 44 nodes on average, with a standard deviation of
        // 8.7, and 1.5 over 32 of them; distances and their deviations are as the lengths.
        for ratio in [gain.reach, gain.spread] {
            assert!((ratio - 60.0 / 44.0).abs() < 0.15, "{gain:?}");
        }
    }
}
