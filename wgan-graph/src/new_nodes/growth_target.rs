//! What new nodes are to be on average, corrected by trials.

use super::averages::{evenly_spaced, mean};
use super::growth_ratios::GrowthRatios;
use super::pattern::{Pattern, log_neighbour_degree};
use crate::network::Network;
use crate::paths::ShortestPaths;

/// New nodes whose distances are measured. Single ones differ by a fifth, so 256 by 1 %; target and
/// trial are measured on the same ones.
const N_MEASURED: usize = 256;
/// Allowed error of the mean distance (a share) and of the logarithm of the neighbours' degrees: a
/// quarter of the difference between two sets of 300 real nodes.
const DISTANCE_TOLERANCE: f64 = 0.005;
const LOG_DEGREE_TOLERANCE: f64 = 0.02;

/// Target for the nodes that are added, in the grown network.
///
/// The local search misses a target by a little: it keeps what looks best to the probes, and the
/// network shrinks more or less than expected. Each trial corrects the target of the next one.
#[derive(Clone, Debug)]
pub struct GrowthTarget {
    ratios: GrowthRatios,
    means: Means,
    /// Added to the target of the search, so that the means come out right.
    correction: Means,
}

/// Means over the new nodes in the grown network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Means {
    /// Mean hops to all others.
    pub distance: f64,
    /// `ln` of the mean degree of the neighbours.
    pub log_neighbour_degree: f64,
}

impl GrowthTarget {
    /// New nodes are to be in the grown network what `drawn` are in the present one.
    pub fn new(ratios: GrowthRatios, drawn: &[Pattern]) -> Self {
        let measured = evenly_spaced(drawn, N_MEASURED);
        let gained = ratios.neighbour_degree.ln();
        let means = Means {
            distance: mean(measured.map(|p| ratios.grown_distance(p.mean_hops))),
            log_neighbour_degree: mean(drawn.iter().map(|p| p.log_neighbour_degree + gained)),
        };
        Self { ratios, means, correction: Means::default() }
    }

    /// Means that the new nodes are to have.
    pub fn means(&self) -> Means {
        self.means
    }

    /// Expected ratio of the mean distances in the grown network to the present ones.
    pub fn shrinkage(&self) -> f64 {
        self.ratios.distance
    }

    /// Mean distance, in the grown network, to search for: that of a node like `drawn`, corrected.
    pub fn distance(&self, drawn: &Pattern) -> f64 {
        self.ratios.grown_distance(drawn.mean_hops) + self.correction.distance
    }

    /// `ln` of the neighbours' degree to search for when this share of the new nodes is there: that
    /// of a node like `drawn`, corrected.
    pub fn log_neighbour_degree(&self, drawn: &Pattern, done: f64) -> f64 {
        let gained = done * self.ratios.neighbour_degree.ln();
        drawn.log_neighbour_degree + gained + self.correction.log_neighbour_degree
    }

    /// How far the means `made` are from the target; 1 is the allowed error.
    pub fn miss(&self, made: Means) -> f64 {
        let lack = self.lack(made);
        // At least one hop to anywhere, so that nothing is divided by zero where nothing is new.
        let distance = lack.distance.abs() / (DISTANCE_TOLERANCE * self.means.distance.max(1.0));
        distance.max(lack.log_neighbour_degree.abs() / LOG_DEGREE_TOLERANCE)
    }

    /// Adds this share of what `made` lacks to the correction.
    pub fn correct(&mut self, made: Means, share: f64) {
        let lack = self.lack(made);
        self.correction.distance += share * lack.distance;
        self.correction.log_neighbour_degree += share * lack.log_neighbour_degree;
    }

    fn lack(&self, made: Means) -> Means {
        Means {
            distance: self.means.distance - made.distance,
            log_neighbour_degree: self.means.log_neighbour_degree - made.log_neighbour_degree,
        }
    }
}

impl Means {
    /// Means of the last `n` nodes; zeros of none.
    pub fn of_last(n: usize, network: &Network) -> Self {
        let new: Vec<usize> = (network.n_nodes() - n..network.n_nodes()).collect();
        let measured: Vec<usize> = evenly_spaced(&new, N_MEASURED).copied().collect();
        Self {
            distance: mean(ShortestPaths::hops(network).mean_rows(&measured)),
            log_neighbour_degree: mean(new.iter().map(|&v| log_neighbour_degree(network, v))),
        }
    }
}
