//! How a node is connected, as a row of numbers.

use rand::seq::index::sample;
use rand::{Rng, RngExt};

use super::clustering::ClusteringByDegree;
use crate::error::GraphError;
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Distances in hops from a few nodes to all nodes.
#[derive(Clone, Debug)]
pub struct Places {
    /// `[nodes][landmarks + probes]`.
    rows: Vec<Vec<f32>>,
    n_landmarks: usize,
}

impl Places {
    /// `n_landmarks` far apart, which say where a node is, and `n_probes` drawn at random, whose
    /// mean says how central it is.
    pub fn new<R: Rng>(
        network: &Network,
        n_landmarks: usize,
        n_probes: usize,
        rng: &mut R,
    ) -> Result<Self, GraphError> {
        let n = network.n_nodes();
        let hops = ShortestPaths::hops(network);
        let landmarks = hops.landmarks(n_landmarks.min(n), 0)?;
        let found = landmarks.nodes().len();
        let mut nodes = landmarks.nodes().to_vec();
        nodes.extend(sample(rng, n, n_probes.min(n)));
        let columns = hops.rows(&nodes);
        let of_node = |v: usize| columns.iter().map(|column| column[v] as f32).collect();
        Ok(Self { rows: (0..n).map(of_node).collect(), n_landmarks: found })
    }

    /// Number of landmarks.
    pub fn n_landmarks(&self) -> usize {
        self.n_landmarks
    }

    /// Distances of node `v` to landmarks and probes.
    pub fn of(&self, v: usize) -> &[f32] {
        &self.rows[v]
    }

    /// Mean distance to the probes.
    pub fn reach(&self, row: &[f32]) -> f64 {
        let probes = &row[self.n_landmarks..];
        probes.iter().map(|&d| f64::from(d)).sum::<f64>() / probes.len().max(1) as f64
    }
}

/// Connection pattern of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Number of edges.
    pub degree: usize,
    /// Share of the pairs of neighbours that are joined by an edge; 0 below two neighbours.
    pub clustering: f64,
    /// `ln` of the mean degree of the neighbours, this node included.
    pub log_neighbour_degree: f64,
    /// Mean hops to the probes.
    pub reach: f64,
    /// Hops to the landmarks.
    pub place: Vec<f64>,
}

impl Pattern {
    /// Pattern of node `v`.
    pub fn of(network: &Network, places: &Places, v: usize) -> Self {
        let arcs = network.arcs();
        let neighbours = arcs.neighbours(v);
        let degree = neighbours.len();
        let closed: usize = neighbours.iter().map(|&u| arcs.n_common(v, u as usize)).sum();
        let pairs = degree * degree.saturating_sub(1);
        let degrees: usize = neighbours.iter().map(|&u| arcs.degree(u as usize)).sum();
        let row = places.of(v);
        Self {
            degree,
            clustering: if pairs == 0 { 0.0 } else { closed as f64 / pairs as f64 },
            log_neighbour_degree: (degrees as f64 / degree.max(1) as f64).ln(),
            reach: places.reach(row),
            place: row[..places.n_landmarks()].iter().map(|&d| f64::from(d)).collect(),
        }
    }

    /// Numbers that say the same: the clustering as a rank among the nodes of this degree.
    pub fn to_row<R: Rng>(&self, clustering: &ClusteringByDegree, rng: &mut R) -> Vec<f64> {
        let rank = clustering.rank(self.degree, self.clustering, rng);
        let mut row = vec![self.degree as f64, rank, self.log_neighbour_degree, self.reach];
        row.extend(&self.place);
        row
    }

    /// The pattern of a row of [`Pattern::to_row`], with `growth` times the degree, rounded up or
    /// down at random so that this holds on average.
    pub fn from_row<R: Rng>(
        row: &[f64],
        growth: f64,
        clustering: &ClusteringByDegree,
        rng: &mut R,
    ) -> Self {
        let degree = (row[0] * growth + rng.random::<f64>()).floor().max(1.0) as usize;
        Self {
            degree,
            clustering: clustering.quantile(degree, row[1]),
            log_neighbour_degree: row[2],
            reach: row[3],
            place: row[4..].to_vec(),
        }
    }
}

/// Patterns of all nodes that have an edge.
pub fn patterns(network: &Network, places: &Places) -> Vec<Pattern> {
    (0..network.n_nodes())
        .filter(|&v| network.arcs().degree(v) > 0)
        .map(|v| Pattern::of(network, places, v))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_pattern_of_a_triangle_with_a_tail() {
        let ids = (0..4).map(|i| i.to_string()).collect();
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3)].map(|(u, v)| Edge { u, v, cost: 5.0 });
        let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let places = Places::new(&network, 2, 4, &mut rng).unwrap();
        let pattern = Pattern::of(&network, &places, 2);
        assert_eq!((pattern.degree, pattern.reach), (3, 0.75));
        assert!((pattern.clustering - 1.0 / 3.0).abs() < 1e-12); // 0-1 of three pairs
        let expected = (5.0_f64 / 3.0).ln(); // degrees 2, 2 and 1
        assert!((pattern.log_neighbour_degree - expected).abs() < 1e-12);
        let all = patterns(&network, &places);
        let law = ClusteringByDegree::fit(all.iter().map(|p| (p.degree, p.clustering)));
        let row = pattern.to_row(&law, &mut rng);
        assert_eq!(Pattern::from_row(&row, 1.0, &law, &mut rng), all[2]);
        let twice = Pattern::from_row(&row, 2.0, &law, &mut rng);
        assert_eq!((twice.degree, twice.reach), (6, 0.75));
    }
}
