//! Whole new networks on the nodes of a given one.

mod chain;
mod edge_set;
mod statistics;
#[cfg(test)]
mod tests;

use burn::config::Config;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::WganError;

use crate::error::GraphError;
use crate::network::{Edge, Network};
use crate::walk_law::{WalkConfig, WalkLaw};
use chain::Chain;

pub use statistics::NetworkStatistics;

/// Settings of [`generate_network`].
#[derive(Config, Debug, PartialEq)]
pub struct WholeNetworkConfig {
    /// Share of the edges that the new network has in common with the given one, from 0 to 1
    /// (0.5: where Bojchevski et al. 2018 stop).
    #[config(default = 0.5)]
    pub overlap: f64,
    /// Times that each edge is up for exchange, at least 1.
    #[config(default = 200)]
    pub n_sweeps: usize,
    /// Random walks whose ends new edges join (continuation 0.35: of what the tilt does not hold,
    /// distances and the edges between groups come nearest with short walks).
    #[config(default = "WalkConfig::new().with_continuation(0.35)")]
    pub walk: WalkConfig,
}

impl WholeNetworkConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        if !(0.0..=1.0).contains(&self.overlap) {
            return Err(WganError::config("overlap", "from 0 to 1", self.overlap));
        }
        if self.n_sweeps == 0 {
            return Err(WganError::config("n_sweeps", "at least 1", self.n_sweeps));
        }
        self.walk.check()
    }
}

/// A new network with the nodes, the number of edges and the law of the given one.
///
/// Graphs `G` with as many edges are drawn from `P(G) ∝ Π S(u, v) · exp(θ·counts(G))`, the product
/// over the edges of `G`: the ends of random walks ([`WalkLaw`]), tilted as little as it takes (in
/// relative entropy) for four counts to be right on average.
/// - Edges in common: as many as `overlap` says.
/// - Triangles: as many as in the given network. Without this the edges would be independent, and
///   such a law loses triangles unless it copies (Chanpuriya et al. 2021).
/// - Squared differences between new and given degrees: as for Poisson numbers of new edges.
/// - Products of the given degrees at the two ends of the edges, which the assortativity is made
///   of: their sum is that of the given network.
///
/// No part of fewer than 16 nodes comes off, so every node keeps an edge.
///
/// Edges cost 1: costs of the given network play no part. Different components stay apart. An
/// overlap that is out of reach (a complete graph has only one set of edges) is come as near to as
/// possible.
///
/// # Errors
/// [`GraphError::Directed`], [`GraphError::TooFew`] without an edge, settings out of range.
///
/// # Complexity
/// `n_sweeps · m` exchanges, each a random walk and two counts of common neighbours; memory `O(m)`.
///
/// # References
/// Rendsburg, Heidrich, von Luxburg (2020), NetGAN without GAN: it is the walks, not the GAN, that
/// carry the structure. Tilt: Robins et al. (2007), An introduction to exponential random graph
/// models. Parameters by stochastic approximation: Snijders (2002).
pub fn generate_network(
    network: &Network,
    config: &WholeNetworkConfig,
    seed: u64,
) -> Result<Network, GraphError> {
    config.check()?;
    let network = network.undirected()?;
    if network.n_edges() == 0 {
        return Err(GraphError::TooFew { at: "edges to learn from", expected: 1, got: 0 });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let law = WalkLaw::new(&network, &config.walk)?;
    let mut chain = Chain::new(&network, law, config.overlap);
    for sweep in 0..config.n_sweeps {
        chain.sweep(sweep, &mut rng);
    }
    let edges = chain.edges().iter();
    let edges: Vec<Edge> =
        edges.map(|&(u, v)| Edge { u: u as usize, v: v as usize, cost: 1.0 }).collect();
    Ok(Network::from_edges(network.ids().to_vec(), &edges, false)?.0)
}
