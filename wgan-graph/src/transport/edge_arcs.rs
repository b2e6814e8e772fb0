//! The arcs of a network, searched in blocks.

use wgan_core::transport::{ArcSource, Entering};

use super::hub::Hub;
use crate::network::Adjacency;

/// Fewest arcs in a block; else the root of all arcs.
const MIN_BLOCK: usize = 32;

/// Every arc, one block at a time, going on where the last search stopped.
pub struct EdgeArcs<'a> {
    arcs: &'a Adjacency,
    hub: Option<&'a Hub>,
    sources: Vec<u32>,
    block: usize,
    place: usize,
}

impl<'a> EdgeArcs<'a> {
    /// Arcs of an undirected network, or of a directed one with a flow that starts over `hub`.
    pub fn new(arcs: &'a Adjacency, hub: Option<&'a Hub>) -> Self {
        let block = ((arcs.n_arcs() as f64).sqrt().ceil() as usize).max(MIN_BLOCK);
        Self { arcs, hub, sources: arcs.sources(), block, place: 0 }
    }
}

impl ArcSource for EdgeArcs<'_> {
    fn n_arcs(&self) -> usize {
        self.arcs.n_arcs()
    }

    fn cost(&self, source: usize, target: usize) -> f64 {
        let over_hub = self.hub.and_then(|hub| hub.cost(source, target));
        over_hub.or_else(|| self.arcs.cost(source, target)).unwrap_or(f64::INFINITY)
    }

    fn entering(&mut self, potential: &[f64], tolerance: f64) -> Option<Entering> {
        let n = self.arcs.n_arcs();
        let mut seen = 0;
        while seen < n {
            let mut best = Entering { source: 0, target: 0, reduced_cost: -tolerance };
            for _ in 0..self.block.min(n - seen) {
                let k = self.place;
                self.place = if k + 1 == n { 0 } else { k + 1 };
                let source = self.sources[k] as usize;
                let (target, cost) = self.arcs.arc(k);
                let reduced_cost = cost - (potential[source] - potential[target]);
                if reduced_cost < best.reduced_cost {
                    best = Entering { source, target, reduced_cost };
                }
                seen += 1;
            }
            if best.reduced_cost < -tolerance {
                return Some(best);
            }
        }
        None
    }
}
