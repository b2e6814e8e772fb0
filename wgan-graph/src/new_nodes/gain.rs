//! What a network gains by more nodes.

use rand::Rng;
use rand::seq::index::sample;

use super::pattern::{Pattern, log_neighbour_degree};
use super::places::evenly_spaced;
use crate::network::{Components, Network};
use crate::paths::ShortestPaths;

/// Fewest and most random parts that are measured.
const FEWEST_PARTS: usize = 8;
const MOST_PARTS: usize = 256;
/// Parts are enough when the standard error of the foretold distances is below this share.
const PRECISION: f64 = 0.005;
/// Random parts that tell how many nodes to take out.
const N_TRIALS: usize = 8;
/// Largest share of nodes that is taken out: less than half would say little about the whole.
const LARGEST_SHARE: f64 = 0.5;
/// Nodes of each part whose mean distance is looked at, from the most central one outwards.
const N_SOURCES: usize = 64;

/// Numbers of a grown network in proportion to those of now.
#[derive(Clone, Debug)]
pub struct Gain {
    /// Ratio of the mean degrees.
    pub degree: f64,
    /// Ratio of the geometric means of the mean degree of the neighbours.
    pub neighbour_degree: f64,
    /// Ratio of the medians of the mean distances.
    pub reach: f64,
    /// Ratio of the interquartile ranges of the mean distances.
    pub spread: f64,
    /// Median of the mean distances now.
    median: f64,
}

impl Gain {
    /// Gain by `n_new` nodes more than those whose patterns are `known`.
    ///
    /// The network is taken for the largest component of the grown one without a random part of
    /// its nodes: it has lost edges and paths with every node that is not there yet. How much, the
    /// network shows itself: each ratio is that of the network to its own largest component
    /// without random nodes, which are to those that are left in it as `n_new` is to `n`, and at
    /// most one half of all.
    ///
    /// Distances are compared by their median and their interquartile range, and over the parts by
    /// the median again: what hangs by one node may be far out in one part and gone in the next.
    pub fn by<R: Rng>(network: &Network, known: &[Pattern], n_new: usize, rng: &mut R) -> Self {
        let n = network.n_nodes();
        let n_out = |n_left: f64| {
            let n_out = n_new as f64 / n as f64 * n_left;
            n_out.min(LARGEST_SHARE * n as f64).round().max(1.0) as usize
        };
        let mut n_left = (n * n) as f64 / (n + n_new) as f64; // where nothing falls apart
        for i in 0..N_TRIALS {
            let n_of_part = without(network, n_out(n_left), rng).len();
            n_left += (n_of_part as f64 - n_left) / (i + 2) as f64;
        }
        let n_out = n_out(n_left);
        let reaches: Vec<f64> = known.iter().map(|p| p.reach).collect();
        let mut parts = Parts::default();
        while !parts.are_enough() {
            parts.add(network, &without(network, n_out, rng), &reaches);
        }
        // To other nodes, as in the parts: probes are at distance zero from themselves.
        let to_others = n as f64 / (n - 1) as f64;
        let (median, range) = median_and_range(reaches);
        let ratio = |now: f64, of_parts: f64| match of_parts {
            0.0 => 1.0, // the range of a complete graph, all of a star without its hub
            of_parts => now / of_parts,
        };
        let around = mean(known.iter().map(|p| p.log_neighbour_degree)).exp();
        Self {
            degree: ratio(mean(known.iter().map(|p| p.degree as f64)), mean(parts.degrees)),
            neighbour_degree: ratio(around, mean(parts.neighbour_degrees)),
            reach: ratio(to_others * median, median_and_range(parts.medians).0),
            spread: ratio(to_others * range, median_and_range(parts.ranges).0),
            median,
        }
    }

    /// Mean distance in the grown network of a node that is like one with `reach` now.
    pub fn reach_then(&self, reach: f64) -> f64 {
        self.reach * self.median + self.spread * (reach - self.median)
    }
}

/// Numbers of random parts of a network, one of each per part.
#[derive(Default)]
struct Parts {
    degrees: Vec<f64>,
    neighbour_degrees: Vec<f64>,
    /// Median of the mean distances, and interquartile range.
    medians: Vec<f64>,
    ranges: Vec<f64>,
}

impl Parts {
    /// Measures the part with these nodes. Sources are taken at equal steps in the order of their
    /// `reaches` in the whole network, which foretells most of the order in the part.
    fn add(&mut self, network: &Network, nodes: &[usize], reaches: &[f64]) {
        let part = network.restricted(nodes);
        let n = part.n_nodes();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&u, &v| reaches[nodes[u]].total_cmp(&reaches[nodes[v]]));
        let sources: Vec<usize> = evenly_spaced(&order, N_SOURCES).copied().collect();
        let (median, range) = median_and_range(ShortestPaths::hops(&part).mean_rows(&sources));
        self.degrees.push(part.arcs().n_arcs() as f64 / n as f64);
        self.neighbour_degrees.push(mean((0..n).map(|v| log_neighbour_degree(&part, v))).exp());
        self.medians.push(median);
        self.ranges.push(range);
    }

    fn are_enough(&self) -> bool {
        let n = self.medians.len();
        if n < FEWEST_PARTS {
            return false;
        }
        let centre = mean(self.medians.iter().copied());
        let squares: f64 = self.medians.iter().map(|v| (v - centre).powi(2)).sum();
        n >= MOST_PARTS || (squares / (n * (n - 1)) as f64).sqrt() <= PRECISION * centre
    }
}

/// Nodes of the largest component without `n_out` random nodes.
fn without<R: Rng>(network: &Network, n_out: usize, rng: &mut R) -> Vec<usize> {
    let n = network.n_nodes();
    let mut is_out = vec![false; n];
    sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
    let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
    let largest = Components::of(&network.restricted(&kept)).largest();
    largest.into_iter().map(|i| kept[i]).collect()
}

/// 0 of nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (n, sum) = values.into_iter().fold((0, 0.0), |(n, sum), v| (n + 1, sum + v));
    sum / f64::from(n.max(1))
}

/// Median and interquartile range, linear between the values, of which number `i` of `n` is at
/// `(i + 1/2)/n`.
fn median_and_range(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let at = |share: f64| {
        let place = (share * n as f64 - 0.5).clamp(0.0, (n - 1) as f64);
        let (i, part) = (place as usize, place.fract());
        values[i] + part * (values[(i + 1).min(n - 1)] - values[i])
    };
    (at(0.5), at(0.75) - at(0.25))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new_nodes::{Places, patterns};
    use crate::test_networks::unit_network;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn known(network: &Network) -> Vec<Pattern> {
        let places = Places::new(network, 2, 64, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        patterns(network, &places)
    }

    #[test]
    fn degrees_of_a_complete_graph_grow_with_it() {
        let complete = unit_network(40, (0..40).flat_map(|u| (u + 1..40).map(move |v| (u, v))));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // 30 of 40 nodes are left, as 40 of 53 would be: a degree of 29 in place of 39.
        let gain = Gain::by(&complete, &known(&complete), 40 / 3, &mut rng);
        assert!((gain.degree - 39.0 / 29.0).abs() < 1e-12, "{gain:?}");
    }

    #[test]
    fn degrees_of_a_ring_grow_as_that_of_its_ends() {
        let ring = unit_network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let gain = Gain::by(&ring, &known(&ring), 1, &mut rng);
        // Without one node it is a path of 59.
        assert!((gain.degree - 2.0 / (116.0 / 59.0)).abs() < 1e-12);
    }

    #[test]
    fn distances_on_a_ring_gain_by_its_last_node() {
        // Without one node a ring of 60 is a path of 59. On a ring every node is at 15.25, on the path
        // one at x of half the length at 29.5 (1 + x²) / 2, so the median of these is at x = 1/2.
        let ring = unit_network(60, (0..60).map(|u| (u, (u + 1) % 60)));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let gain = Gain::by(&ring, &known(&ring), 1, &mut rng);
        let median = 29.5 * 1.25 / 2.0;
        // Nodes are a sixtieth apart, and the distance to itself is left out: 1 in 60 each.
        assert!((gain.reach / (15.25 / median) - 1.0).abs() < 2.0 / 60.0, "{gain:?}");
        assert_eq!(gain.spread, 0.0);
        // On a path the ends have a neighbour of degree 2, and those beside them 1.5 on average.
        let path = (2.0 * 1.5_f64.ln() + 57.0 * 2_f64.ln()) / 59.0;
        assert!((gain.neighbour_degree.ln() - (2_f64.ln() - path)).abs() < 1e-12, "{gain:?}");
    }

    #[test]
    fn a_path_gains_as_its_longer_piece_is_to_it() {
        let path = unit_network(60, (1..60).map(|u| (u - 1, u)));
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let gain = Gain::by(&path, &known(&path), 1, &mut rng);
        // Without one node the longer piece has 30 to 59 nodes, 44.5 in the median, and as many are
        // found on either side: over 256 pieces 0.9 more or less. Distances and their ranges are as
        // the lengths.
        for ratio in [gain.reach, gain.spread] {
            assert!((ratio - 60.0 / 44.5).abs() < 0.1, "{gain:?}");
        }
    }

    #[test]
    fn medians_and_ranges_lie_between_the_values() {
        let (median, range) = median_and_range(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!((median, range), (2.5, 2.0)); // values at 1/8, 3/8, 5/8, 7/8
        assert_eq!(median_and_range(vec![7.0]), (7.0, 0.0));
    }
}
