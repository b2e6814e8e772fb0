//! What changes when a network loses some of its nodes.

use rand::Rng;
use rand::seq::index::sample;

use super::clustering::ByDegree;
use super::pattern::Places;
use crate::error::GraphError;
use crate::network::Network;

/// Random parts of the network that are looked at.
const N_PARTS: usize = 8;
/// Probes for distances in each.
const N_PROBES: usize = 32;
/// Largest share of nodes that is taken out.
const LARGEST_SHARE: f64 = 0.5;

/// How the given network differs from a random part of it, as a grown network will differ from the
/// given one.
///
/// Part, given and grown network are taken to be alike: what the loss of a share of the nodes does
/// to degrees, their gain undoes; and new nodes attach as those that are lost were attached.
#[derive(Clone, Debug)]
pub struct Thinning {
    /// Mean degree of the given network per that of its parts.
    pub degree: f64,
    /// How far apart the neighbours of a node lie without it ([`Places::spread`]).
    pub spreads: ByDegree,
}

impl Thinning {
    /// Takes the share `share` of the nodes out, several times.
    pub fn measure<R: Rng>(network: &Network, share: f64, rng: &mut R) -> Result<Self, GraphError> {
        let n = network.n_nodes();
        let n_out = (share.min(LARGEST_SHARE) * n as f64).round().max(1.0) as usize;
        let mut degree = 0.0;
        let mut spreads = vec![(1, 0.0)];
        for _ in 0..N_PARTS {
            let mut is_out = vec![false; n];
            sample(rng, n, n_out).into_iter().for_each(|v| is_out[v] = true);
            let kept: Vec<usize> = (0..n).filter(|&v| !is_out[v]).collect();
            let part = network.restricted(&kept).largest_component();
            let in_part = Places::new(&part, 1, N_PROBES, rng)?;
            degree += mean_degree(&part) / N_PARTS as f64;
            for v in (0..n).filter(|&v| is_out[v]) {
                let around: Vec<usize> = network
                    .arcs()
                    .neighbours(v)
                    .iter()
                    .filter_map(|&u| part.number(network.id(u as usize)))
                    .collect();
                if !around.is_empty() {
                    spreads.push((around.len(), in_part.spread(&around)));
                }
            }
        }
        let degree = if degree > 0.0 { mean_degree(network) / degree } else { 1.0 };
        Ok(Self { degree, spreads: ByDegree::fit(spreads.into_iter()) })
    }
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

    #[test]
    fn a_complete_graph_loses_degrees_in_proportion_and_no_distances() {
        let ids = (0..40).map(|i| i.to_string()).collect();
        let pairs = (0..40).flat_map(|u| (u + 1..40).map(move |v| (u, v)));
        let edges: Vec<Edge> = pairs.map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
        let (complete, _) = Network::from_edges(ids, &edges, false).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let thinning = Thinning::measure(&complete, 0.25, &mut rng).unwrap();
        assert_eq!(thinning.degree, 39.0 / 29.0);
        // Any 30 neighbours are all there is: reach 29/30 each, 0 to the nearest.
        assert!((thinning.spreads.quantile(30, 0.5) - 29.0 / 30.0).abs() < 1e-6);
    }

    #[test]
    fn without_the_nodes_between_a_ring_is_a_path() {
        let ids = (0..60).map(|i| i.to_string()).collect();
        let edges: Vec<Edge> = (0..60).map(|u| Edge { u, v: (u + 1) % 60, cost: 1.0 }).collect();
        let (ring, _) = Network::from_edges(ids, &edges, false).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let thinning = Thinning::measure(&ring, 1.0 / 60.0, &mut rng).unwrap();
        assert_eq!(thinning.degree, 2.0 / (116.0 / 59.0));
        // The ends of the path are its whole length apart.
        assert!(thinning.spreads.quantile(2, 0.5) > 10.0);
    }
}
