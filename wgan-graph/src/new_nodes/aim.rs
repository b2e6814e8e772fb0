//! What new nodes are to be, and what to ask for so that they will be.

use super::gain::{Gain, mean};
use super::pattern::{Pattern, log_neighbour_degree};
use super::places::evenly_spaced;
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Most new nodes whose distances are looked at.
const N_SOURCES: usize = 256;
/// What may be missed of the mean distance (a share) and of the logarithm of the neighbours'
/// degrees: about a quarter of what 300 real nodes differ from 300 others.
const REACH: f64 = 0.005;
const LOG_DEGREE: f64 = 0.02;

/// What is asked of the nodes that are added.
///
/// What is asked for is not quite what comes out: the search keeps what looks best to the probes,
/// and the network shrinks more or less than was expected. Trials tell how much to ask for.
#[derive(Clone, Debug)]
pub struct Aim {
    gain: Gain,
    /// Asked for beyond what is wanted.
    beyond: Means,
}

/// Means over the new nodes in the grown network.
#[derive(Clone, Copy, Debug, Default)]
pub struct Means {
    /// Mean hops to all nodes.
    pub reach: f64,
    /// `ln` of the mean degree of the neighbours.
    pub log_degree: f64,
}

impl Aim {
    /// Asks for what is wanted.
    pub fn new(gain: Gain) -> Self {
        Self { gain, beyond: Means::default() }
    }

    /// Expected ratio of the mean distances in the grown network to those before.
    pub fn shrinkage(&self) -> f64 {
        self.gain.reach
    }

    /// Mean distance to ask for, in the grown network, of a node like `drawn` in the old one.
    pub fn reach(&self, drawn: &Pattern) -> f64 {
        self.gain.reach_then(drawn.reach) + self.beyond.reach
    }

    /// `ln` of the neighbours' degree to ask for, of a node like `drawn` in the old network, when
    /// this share of the new nodes is there.
    pub fn log_neighbour_degree(&self, drawn: &Pattern, done: f64) -> f64 {
        let gained = done * self.gain.neighbour_degree.ln();
        drawn.log_neighbour_degree + gained + self.beyond.log_degree
    }

    /// What new nodes like `drawn` are to be.
    pub fn wanted(&self, drawn: &[Pattern]) -> Means {
        let looked_at = evenly_spaced(drawn, N_SOURCES);
        let gained = self.gain.neighbour_degree.ln();
        Means {
            reach: mean(looked_at.map(|p| self.gain.reach_then(p.reach))),
            log_degree: mean(drawn.iter().map(|p| p.log_neighbour_degree + gained)),
        }
    }

    /// Asks for this share of what `made` lacks of `wanted` more than before.
    pub fn learn(&mut self, wanted: Means, made: Means, share: f64) {
        self.beyond.reach += share * (wanted.reach - made.reach);
        self.beyond.log_degree += share * (wanted.log_degree - made.log_degree);
    }
}

impl Means {
    /// Means of the last `n` nodes.
    pub fn of_last(n: usize, network: &Network) -> Self {
        let new: Vec<usize> = (network.n_nodes() - n..network.n_nodes()).collect();
        let looked_at: Vec<usize> = evenly_spaced(&new, N_SOURCES).copied().collect();
        let reaches = ShortestPaths::hops(network).mean_rows(&looked_at);
        let log_degrees = new.iter().map(|&v| log_neighbour_degree(network, v));
        Self { reach: mean(reaches), log_degree: mean(log_degrees) }
    }

    /// Distance to what is `wanted`, 1 for as much as may be missed.
    pub fn off(self, wanted: Self) -> f64 {
        // At least one hop to anywhere, so that nothing is divided by zero where nothing is new.
        let reach = (wanted.reach - self.reach).abs() / (REACH * wanted.reach.max(1.0));
        reach.max((wanted.log_degree - self.log_degree).abs() / LOG_DEGREE)
    }
}
