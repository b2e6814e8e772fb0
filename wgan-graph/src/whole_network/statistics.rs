//! Numbers that describe a whole network.

use serde::Serialize;

use crate::error::GraphError;
use crate::network::{Components, Network};
use crate::paths::ShortestPaths;

/// Statistics of an undirected network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NetworkStatistics {
    /// Number of nodes.
    pub nodes: usize,
    /// Number of edges.
    pub edges: usize,
    /// Largest degree.
    pub max_degree: usize,
    /// Correlation of the degrees at the two ends of an edge; 0 where all are the same.
    pub assortativity: f64,
    /// Triangles.
    pub triangles: u64,
    /// Pairs of edges at a node.
    pub wedges: u64,
    /// Triples of edges at a node.
    pub claws: u64,
    /// Share of the wedges that are closed by an edge, `3·triangles/wedges`.
    pub clustering: f64,
    /// Exponent of a power law of the degrees: `1 + n / Σ ln(deg/deg_min)` over the nodes with an
    /// edge; none where all degrees are the same.
    pub power_law_exponent: Option<f64>,
    /// Gini coefficient of the degrees: 0 where all are the same, nearly 1 where one node has all.
    pub gini: f64,
    /// Nodes of the largest component.
    pub largest_component: usize,
    /// Mean hops over the pairs of nodes that a path joins.
    pub mean_hops: f64,
}

impl NetworkStatistics {
    /// Statistics of `network`.
    ///
    /// # Errors
    /// [`GraphError::Directed`].
    ///
    /// # Complexity
    /// `O(n·m)` for the mean of the hops, in parallel.
    pub fn of(network: &Network) -> Result<Self, GraphError> {
        let network = network.undirected()?;
        let arcs = network.arcs();
        let mut degrees: Vec<usize> = (0..network.n_nodes()).map(|u| arcs.degree(u)).collect();
        let common = network.edges().map(|(u, v, _)| arcs.n_common(u, v) as u64);
        let triangles = common.sum::<u64>() / 3;
        let wedges = degrees.iter().map(|&d| choose(d, 2)).sum();
        let assortativity = assortativity(&network);
        degrees.sort_unstable();
        let components = Components::of(&network);
        Ok(Self {
            nodes: network.n_nodes(),
            edges: network.n_edges(),
            max_degree: degrees.last().copied().unwrap_or(0),
            assortativity,
            triangles,
            wedges,
            claws: degrees.iter().map(|&d| choose(d, 3)).sum(),
            clustering: if wedges == 0 { 0.0 } else { 3.0 * triangles as f64 / wedges as f64 },
            power_law_exponent: power_law_exponent(&degrees),
            gini: gini(&degrees),
            largest_component: components.largest().len(),
            mean_hops: ShortestPaths::hops(&network).summary().mean,
        })
    }

    /// The numbers as text, with their names.
    pub fn named(&self) -> [(&'static str, String); 12] {
        let short = |x: f64| format!("{x:.3}");
        [
            ("nodes", self.nodes.to_string()),
            ("edges", self.edges.to_string()),
            ("largest degree", self.max_degree.to_string()),
            ("assortativity", short(self.assortativity)),
            ("triangles", self.triangles.to_string()),
            ("wedges", self.wedges.to_string()),
            ("claws", self.claws.to_string()),
            ("clustering", short(self.clustering)),
            ("power-law exponent", self.power_law_exponent.map_or("–".to_owned(), short)),
            ("Gini of degrees", short(self.gini)),
            ("largest component", self.largest_component.to_string()),
            ("mean hops", short(self.mean_hops)),
        ]
    }
}

fn choose(d: usize, k: usize) -> u64 {
    (0..k as u64).fold(1, |product, i| product * (d as u64).saturating_sub(i) / (i + 1))
}

/// Pearson correlation over the arcs, whose two ends have the same law.
fn assortativity(network: &Network) -> f64 {
    let degree = |u: usize| network.arcs().degree(u) as f64;
    let n = 2.0 * network.n_edges() as f64;
    let both = || network.edges().map(|(u, v, _)| (degree(u), degree(v)));
    let mean = both().map(|(a, b)| a + b).sum::<f64>() / n;
    let variance: f64 = both().map(|(a, b)| (a - mean).powi(2) + (b - mean).powi(2)).sum();
    let covariance: f64 = both().map(|(a, b)| 2.0 * (a - mean) * (b - mean)).sum();
    if variance == 0.0 { 0.0 } else { covariance / variance }
}

/// Maximum likelihood of a continuous power law above the smallest degree; `degrees` ascending.
fn power_law_exponent(degrees: &[usize]) -> Option<f64> {
    let degrees = &degrees[degrees.partition_point(|&d| d == 0)..];
    let &least = degrees.first()?;
    let logs: f64 = degrees.iter().map(|&d| (d as f64 / least as f64).ln()).sum();
    (logs > 0.0).then(|| 1.0 + degrees.len() as f64 / logs)
}

/// `Σᵢ (2i − n − 1)·dᵢ / (n·Σ dᵢ)` over the ascending degrees, `i` from 1.
fn gini(degrees: &[usize]) -> f64 {
    let n = degrees.len() as f64;
    let total: usize = degrees.iter().sum();
    let weighted = |(i, &d): (usize, &usize)| (2.0 * i as f64 + 1.0 - n) * d as f64;
    let sum: f64 = degrees.iter().enumerate().map(weighted).sum();
    if total == 0 { 0.0 } else { sum / (n * total as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use approx::assert_abs_diff_eq;

    fn statistics(n: usize, edges: &[(usize, usize)]) -> NetworkStatistics {
        let ids = (0..n).map(|i| i.to_string()).collect();
        let edges: Vec<Edge> = edges.iter().map(|&(u, v)| Edge { u, v, cost: 3.0 }).collect();
        NetworkStatistics::of(&Network::from_edges(ids, &edges, false).unwrap().0).unwrap()
    }

    #[test]
    fn the_numbers_of_a_triangle_with_a_tail_and_a_node_apart() {
        let s = statistics(5, &[(0, 1), (1, 2), (2, 0), (2, 3)]);
        assert_eq!((s.max_degree, s.triangles, s.wedges, s.claws), (3, 1, 5, 1));
        assert_eq!((s.largest_component, s.clustering), (4, 0.6));
        assert_abs_diff_eq!(s.mean_hops, 8.0 / 6.0, epsilon = 1e-12);
        // Degrees at the ends of the arcs: (2,2), (2,3), (2,3), (1,3) and back; by hand −5/7.
        assert_abs_diff_eq!(s.assortativity, -5.0 / 7.0, epsilon = 1e-12);
        let logs = 2.0 * 2.0_f64.ln() + 3.0_f64.ln();
        assert_abs_diff_eq!(s.power_law_exponent.unwrap(), 1.0 + 4.0 / logs, epsilon = 1e-12);
        // Mean absolute difference of (0, 1, 2, 2, 3) over all 25 pairs, half of it per mean 1.6.
        assert_abs_diff_eq!(s.gini, (28.0 / 25.0) / 2.0 / 1.6, epsilon = 1e-12);
    }

    #[test]
    fn a_star_and_a_ring_are_the_extremes() {
        let star = statistics(101, &(1..101).map(|v| (0, v)).collect::<Vec<_>>());
        assert_abs_diff_eq!(star.assortativity, -1.0, epsilon = 1e-12);
        assert_eq!(star.claws, 161_700);
        let ring = statistics(9, &(0..9).map(|v| (v, (v + 1) % 9)).collect::<Vec<_>>());
        assert_eq!((ring.gini, ring.assortativity), (0.0, 0.0));
        assert_eq!(ring.power_law_exponent, None);
    }
}
