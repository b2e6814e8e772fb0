//! How far the features of a node are from those of its surroundings.

use std::collections::BTreeMap;

use super::embedding::embed;
use crate::network::{Network, NodeFeatures};

/// Features as points, and the network that says what is near.
pub struct FeatureGaps<'a> {
    network: &'a Network,
    points: Vec<Vec<f64>>,
}

/// A node of the surroundings, its weight, and how far its features are.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// Nodes from the scored one to this one.
    pub route: Vec<usize>,
    /// Distance of the features, between 0 and 2.
    pub distance: f64,
    /// Share of the law of the surroundings that is here.
    pub weight: f64,
}

impl<'a> FeatureGaps<'a> {
    /// Embeds the features.
    pub fn new(network: &'a Network, features: &NodeFeatures) -> Self {
        Self { network, points: embed(features) }
    }

    /// Distance of the features of two nodes, between 0 and 2.
    pub fn between(&self, u: usize, v: usize) -> f64 {
        let squares = self.points[u].iter().zip(&self.points[v]).map(|(a, b)| (a - b) * (a - b));
        squares.sum::<f64>().sqrt()
    }

    /// The surroundings of `node`: half of the mass after one step of a random walk, half after
    /// two that do not return. The gaps' mean by weight is exactly `W₁` between the node's own
    /// features (a point mass) and the law of the features around it. Empty without an edge.
    pub fn around(&self, node: usize) -> Vec<Gap> {
        let arcs = self.network.arcs();
        let share = 1.0 / arcs.degree(node).max(1) as f64;
        let near: Vec<usize> = arcs.neighbours(node).iter().map(|&v| v as usize).collect();
        let mut second: BTreeMap<usize, (usize, f64)> = BTreeMap::new();
        for &u in &near {
            let step = share / arcs.degree(u) as f64;
            for w in arcs.neighbours(u).iter().map(|&w| w as usize).filter(|&w| w != node) {
                second.entry(w).or_insert((u, 0.0)).1 += step;
            }
        }
        let total: f64 = second.values().map(|s| s.1).sum();
        let halves = if total > 0.0 { 0.5 } else { 1.0 };
        let one = near.iter().map(|&u| self.gap(vec![node, u], halves * share));
        let two = second.iter().map(|(&w, &(u, p))| self.gap(vec![node, u, w], halves * p / total));
        one.chain(two).collect()
    }

    fn gap(&self, route: Vec<usize>, weight: f64) -> Gap {
        Gap { distance: self.between(route[0], route[route.len() - 1]), route, weight }
    }
}

/// `W₁` of the gaps, `Σ weight·distance`; `None` without surroundings.
pub fn mean_gap(gaps: &[Gap]) -> Option<f64> {
    (!gaps.is_empty()).then(|| gaps.iter().map(|g| g.weight * g.distance).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use approx::assert_abs_diff_eq;

    #[test]
    fn the_surroundings_are_a_law_and_the_gap_its_transport() {
        // 0-1-2 and 1-3: from 0 one step leads to 1, two steps to 2 or 3.
        let edges = [(0, 1), (1, 2), (1, 3)].map(|(u, v)| Edge { u, v, cost: 1.0 });
        let ids = (0..5).map(|i| i.to_string()).collect();
        let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
        let points = vec![vec![1.0, 0.0], vec![0.0, 1.0], vec![1.0, 0.0], vec![-1.0, 0.0], vec![]];
        let gaps = FeatureGaps { network: &network, points };
        let around = gaps.around(0);
        let weights: Vec<f64> = around.iter().map(|g| g.weight).collect();
        assert_eq!(weights, [0.5, 0.25, 0.25]);
        assert_eq!(around[2].route, [0, 1, 3]);
        // √2 to node 1, 0 to node 2, 2 to node 3.
        let expected = 0.5 * 2.0_f64.sqrt() + 0.25 * 2.0;
        assert_abs_diff_eq!(mean_gap(&around).unwrap(), expected, epsilon = 1e-12);
        assert_eq!(mean_gap(&gaps.around(4)), None);
        let from_hub: f64 = gaps.around(1).iter().map(|g| g.weight).sum();
        assert_abs_diff_eq!(from_hub, 1.0, epsilon = 1e-12); // no second step
    }
}
