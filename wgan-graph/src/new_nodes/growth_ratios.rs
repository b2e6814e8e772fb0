//! How numbers of a network change when it grows.

use rand::Rng;
use rand::seq::index::sample;

use super::averages::{evenly_spaced, mean, trimmed};
use super::pattern::{Pattern, log_neighbour_degree};
use crate::network::{Components, Network};
use crate::paths::ShortestPaths;

/// Fewest random parts that are measured: enough for a trimmed mean and its error.
const MIN_PARTS: usize = 8;
/// Most: mean distances in parts of sparse networks vary by up to 13 %, so of 256 by 0.8 %.
const MAX_PARTS: usize = 256;
/// Parts are enough when the standard error of the foretold mean distance is below this share, a
/// quarter of what 300 real nodes differ from 300 others. The spread matters less.
const PRECISION: f64 = 0.005;
/// Standard error of a mean without a fifth at either end, for one value of a normal law, in
/// standard deviations without these fifths: `1.07 σ` and `0.463 σ`.
const ERROR_OF_TRIMMED: f64 = 2.31;
/// Parts that tell how many nodes to take out.
const N_SIZING_PARTS: usize = 8;
/// Largest share of nodes that is taken out: less than half would say little about the whole.
const LARGEST_SHARE: f64 = 0.5;
/// Nodes of each part whose mean distance is looked at, from the most central one outwards; more
/// would not help, as the parts differ by more than these leave open.
const N_SOURCES: usize = 64;

/// Numbers of the grown network in proportion to the present ones.
#[derive(Clone, Debug)]
pub struct GrowthRatios {
    /// Ratio of the mean degrees.
    pub degree: f64,
    /// Ratio of the geometric means of the mean degree of the neighbours.
    pub neighbour_degree: f64,
    /// Ratio of the trimmed means of the mean distances.
    pub distance: f64,
    /// Ratio of their trimmed standard deviations.
    pub spread: f64,
    /// Trimmed mean of the mean distances now.
    centre: f64,
}

impl GrowthRatios {
    /// Ratios for `n_new` nodes more than those whose patterns are `known`, one per node.
    ///
    /// The present network counts as the largest component of the grown one without a random part
    /// of its nodes. The network itself shows what such a part changes: each ratio is that of the
    /// network to its own largest component without random nodes. These are to the nodes that are
    /// left as `n_new` is to `n`, and at most one half of all.
    ///
    /// Means of distances are trimmed over the nodes and over the parts. What hangs by one node may
    /// be far out in one part and gone in the next.
    pub fn of<R: Rng>(network: &Network, known: &[Pattern], n_new: usize, rng: &mut R) -> Self {
        let n = network.n_nodes();
        let n_out = |n_left: f64| {
            let n_out = n_new as f64 / n as f64 * n_left;
            n_out.min(LARGEST_SHARE * n as f64).round().max(1.0) as usize
        };
        let mut n_left = (n * n) as f64 / (n + n_new) as f64; // where nothing falls apart
        for i in 0..N_SIZING_PARTS {
            let (_, nodes) = without(network, n_out(n_left), rng);
            n_left += (nodes.len() as f64 - n_left) / (i + 2) as f64;
        }
        let mean_hops: Vec<f64> = known.iter().map(|p| p.mean_hops).collect();
        let mut parts = Parts::default();
        while !parts.are_enough() {
            let (part, nodes) = without(network, n_out(n_left), rng);
            parts.add(&part, &nodes, &mean_hops);
        }
        let ratio = |now: f64, of_parts: f64| match of_parts {
            0.0 => 1.0, // the spread of a complete graph, all of a star without its hub
            of_parts => now / of_parts,
        };
        let (centre, spread) = trimmed(mean_hops);
        let around = mean(known.iter().map(|p| p.log_neighbour_degree)).exp();
        Self {
            degree: ratio(mean(known.iter().map(|p| p.degree as f64)), mean(parts.degrees)),
            neighbour_degree: ratio(around, mean(parts.neighbour_degrees)),
            distance: ratio(centre, trimmed(parts.centres).0),
            spread: ratio(spread, trimmed(parts.spreads).0),
            centre,
        }
    }

    /// Mean distance `r·m + s·(d − m)` in the grown network of a node like one with `d` now: `m` is
    /// the trimmed mean now, `r` the ratio of the means, `s` that of the spreads.
    pub fn grown_distance(&self, now: f64) -> f64 {
        self.distance * self.centre + self.spread * (now - self.centre)
    }
}

/// Numbers of random parts of a network, one of each per part.
#[derive(Default)]
struct Parts {
    degrees: Vec<f64>,
    neighbour_degrees: Vec<f64>,
    /// Trimmed mean and standard deviation of the mean distances.
    centres: Vec<f64>,
    spreads: Vec<f64>,
}

impl Parts {
    /// Measures the part with these nodes. Sources are taken at equal steps in the order of their
    /// `mean_hops` in the whole network, which foretells most of the order in the part.
    fn add(&mut self, part: &Network, nodes: &[usize], mean_hops: &[f64]) {
        let n = part.n_nodes();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&u, &v| mean_hops[nodes[u]].total_cmp(&mean_hops[nodes[v]]));
        let sources: Vec<usize> = evenly_spaced(&order, N_SOURCES).copied().collect();
        let (centre, spread) = trimmed(ShortestPaths::hops(part).mean_rows(&sources));
        self.degrees.push(part.arcs().n_arcs() as f64 / n as f64);
        self.neighbour_degrees.push(mean((0..n).map(|v| log_neighbour_degree(part, v))).exp());
        self.centres.push(centre);
        self.spreads.push(spread);
    }

    fn are_enough(&self) -> bool {
        let n = self.centres.len();
        let (centre, deviation) = trimmed(self.centres.clone());
        let error = ERROR_OF_TRIMMED * deviation / (n as f64).sqrt();
        n >= MAX_PARTS || n >= MIN_PARTS && error <= PRECISION * centre
    }
}

/// The largest component without `n_out` random nodes, and their numbers in `network`.
fn without<R: Rng>(network: &Network, n_out: usize, rng: &mut R) -> (Network, Vec<usize>) {
    let n = network.n_nodes();
    let mut is_out = vec![false; n];
    sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
    let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
    let part = network.restricted(&kept);
    let components = Components::of(&part);
    if components.n() <= 1 {
        return (part, kept);
    }
    let largest = components.largest();
    (part.restricted(&largest), largest.into_iter().map(|i| kept[i]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new_nodes::landmark_distances::LandmarkDistances;
    use crate::new_nodes::pattern::patterns;
    use crate::test_networks::unit_network;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn known(network: &Network) -> Vec<Pattern> {
        let distances =
            LandmarkDistances::new(network, 2, 64, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        patterns(network, &distances)
    }

    #[test]
    fn degrees_of_a_complete_graph_grow_with_it() {
        let complete = unit_network(40, (0..40).flat_map(|u| (u + 1..40).map(move |v| (u, v))));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // 30 of 40 nodes are left, as 40 of 53 would be: a degree of 29 in place of 39.
        let ratios = GrowthRatios::of(&complete, &known(&complete), 40 / 3, &mut rng);
        assert!((ratios.degree - 39.0 / 29.0).abs() < 1e-12, "{ratios:?}");
    }

    #[test]
    fn degrees_of_a_ring_grow_as_that_of_its_ends() {
        let ring = unit_network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let ratios = GrowthRatios::of(&ring, &known(&ring), 1, &mut rng);
        // Without one node it is a path of 59.
        assert!((ratios.degree - 2.0 / (116.0 / 59.0)).abs() < 1e-12);
    }

    /// Mean distance `Σ |i − j|/(n − 1)` of each node of a path of `n`, trimmed.
    fn path(n: usize) -> (f64, f64) {
        let sums = (0..n).map(|i| i * (i + 1) / 2 + (n - 1 - i) * (n - i) / 2);
        trimmed(sums.map(|sum| sum as f64 / (n - 1) as f64).collect())
    }

    #[test]
    fn distances_on_a_ring_gain_by_its_last_node() {
        // Without one node a ring of 60 is a path of 59; on a ring every node is at 900/59.
        let ring = unit_network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let ratios = GrowthRatios::of(&ring, &known(&ring), 1, &mut rng);
        assert!((ratios.distance / (900.0 / 59.0 / path(59).0) - 1.0).abs() < 1e-12, "{ratios:?}");
        assert!(ratios.spread < 1e-12); // round-off
        // On a path the ends have a neighbour of degree 2, and those beside them 1.5 on average.
        let around = (2.0 * 1.5_f64.ln() + 57.0 * 2_f64.ln()) / 59.0;
        assert!((ratios.neighbour_degree.ln() - (2_f64.ln() - around)).abs() < 1e-12, "{ratios:?}");
    }

    #[test]
    fn a_path_gains_as_its_longer_piece_is_to_it() {
        let line = unit_network(60, (1..60).map(|u| (u - 1, u)));
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let ratios = GrowthRatios::of(&line, &known(&line), 1, &mut rng);
        // Without one node the longer piece has 30 to 59 nodes, all equally likely: 44.5 on average,
        // with a standard error of 8.7 / 16 over 256 pieces. Distances and their deviations are as
        // the lengths, but a fifth of a piece is rounded down, and so its spread up by some percent.
        let expected = 60.0 / 44.5;
        assert!((ratios.distance / expected - 1.0).abs() < 3.0 * 0.54 / 44.5, "{ratios:?}");
        assert!((ratios.spread / expected - 1.0).abs() < 0.08, "{ratios:?}");
    }

    #[test]
    fn nothing_jumps_where_half_of_the_nodes_are_of_another_kind() {
        // Twenty hubs, all joined, and a leaf at each: hubs are at 57/39, leaves at 95/39 hops.
        let hubs = (0..20).flat_map(|u| (u + 1..20).map(move |v| (u, v)));
        let network = unit_network(40, hubs.chain((0..20).map(|u| (u, 20 + u))));
        let ratios =
            GrowthRatios::of(&network, &known(&network), 4, &mut ChaCha8Rng::seed_from_u64(5));
        // Without 4 nodes 18 hubs and 16.4 leaves at hubs that are left are expected.
        let (hubs, leaves) = (18.0, 16.4);
        let of_hub = (hubs - 1.0 + 1.0 + 2.0 * (leaves - 1.0)) / (hubs + leaves - 1.0);
        let of_leaf = (1.0 + 2.0 * (hubs - 1.0) + 3.0 * (leaves - 1.0)) / (hubs + leaves - 1.0);
        let mean = (hubs * of_hub + leaves * of_leaf) / (hubs + leaves);
        // One hub more or less moves the mean distance of a part by 1 %, the trimmed one by twice that.
        assert!((ratios.distance / (76.0 / 39.0 / mean) - 1.0).abs() < 0.05, "{ratios:?}");
    }
}
