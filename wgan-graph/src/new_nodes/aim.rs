//! What new nodes are to be, and what to ask for so that they will be.

use super::averages::{evenly_spaced, mean};
use super::gain::Gain;
use super::pattern::{Pattern, log_neighbour_degree};
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Most new nodes whose distances are looked at: single ones differ by a fifth, so 256 by 1 %, and
/// it is the same ones whose distances are wanted and made.
const N_LOOKED_AT: usize = 256;
/// What may be missed of the mean distance (a share) and of the logarithm of the neighbours'
/// degrees: a quarter of what 300 real nodes differ from 300 others.
const DISTANCE_TOLERANCE: f64 = 0.005;
const LOG_DEGREE_TOLERANCE: f64 = 0.02;

/// What is asked of the nodes that are added.
///
/// What is asked for is not quite what comes out: the search keeps what looks best to the probes,
/// and the network shrinks more or less than was expected. Trials tell how much to ask for.
#[derive(Clone, Debug)]
pub struct Aim {
    gain: Gain,
    wanted: Means,
    /// Asked for beyond what is wanted.
    beyond: Means,
}

/// Means over the new nodes in the grown network.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Means {
    /// Mean hops to all others.
    pub distance: f64,
    /// `ln` of the mean degree of the neighbours.
    pub log_neighbour_degree: f64,
}

impl Aim {
    /// New nodes in the grown network are to be what `drawn` are in the old one.
    pub fn new(gain: Gain, drawn: &[Pattern]) -> Self {
        let looked_at = evenly_spaced(drawn, N_LOOKED_AT);
        let gained = gain.neighbour_degree.ln();
        let wanted = Means {
            distance: mean(looked_at.map(|p| gain.distance_then(p.reach))),
            log_neighbour_degree: mean(drawn.iter().map(|p| p.log_neighbour_degree + gained)),
        };
        Self { gain, wanted, beyond: Means::default() }
    }

    /// What the new nodes are to be on average.
    pub fn wanted(&self) -> Means {
        self.wanted
    }

    /// Expected ratio of the mean distances in the grown network to those before.
    pub fn shrinkage(&self) -> f64 {
        self.gain.distance
    }

    /// Mean distance to ask for, in the grown network, of a node like `drawn` in the old one.
    pub fn distance(&self, drawn: &Pattern) -> f64 {
        self.gain.distance_then(drawn.reach) + self.beyond.distance
    }

    /// `ln` of the neighbours' degree to ask for, of a node like `drawn` in the old network, when
    /// this share of the new nodes is there.
    pub fn log_neighbour_degree(&self, drawn: &Pattern, done: f64) -> f64 {
        let gained = done * self.gain.neighbour_degree.ln();
        drawn.log_neighbour_degree + gained + self.beyond.log_neighbour_degree
    }

    /// How far `made` is from what is wanted, 1 for as much as may be missed.
    pub fn off(&self, made: Means) -> f64 {
        let lack = self.lack(made);
        // At least one hop to anywhere, so that nothing is divided by zero where nothing is new.
        let distance = lack.distance.abs() / (DISTANCE_TOLERANCE * self.wanted.distance.max(1.0));
        distance.max(lack.log_neighbour_degree.abs() / LOG_DEGREE_TOLERANCE)
    }

    /// Asks for this share of what `made` lacks more than before.
    pub fn learn(&mut self, made: Means, share: f64) {
        let lack = self.lack(made);
        self.beyond.distance += share * lack.distance;
        self.beyond.log_neighbour_degree += share * lack.log_neighbour_degree;
    }

    fn lack(&self, made: Means) -> Means {
        Means {
            distance: self.wanted.distance - made.distance,
            log_neighbour_degree: self.wanted.log_neighbour_degree - made.log_neighbour_degree,
        }
    }
}

impl Means {
    /// Means of the last `n` nodes; zeros of none.
    pub fn of_last(n: usize, network: &Network) -> Self {
        let new: Vec<usize> = (network.n_nodes() - n..network.n_nodes()).collect();
        let looked_at: Vec<usize> = evenly_spaced(&new, N_LOOKED_AT).copied().collect();
        Self {
            distance: mean(ShortestPaths::hops(network).mean_rows(&looked_at)),
            log_neighbour_degree: mean(new.iter().map(|&v| log_neighbour_degree(network, v))),
        }
    }
}
