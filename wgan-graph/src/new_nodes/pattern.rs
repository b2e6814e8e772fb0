//! How a node is connected, as a row of numbers.

use rand::{Rng, RngExt};

use super::clustering::ClusteringByDegree;
use super::landmark_distances::LandmarkDistances;
use crate::network::Network;

/// Connection pattern of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Number of edges.
    pub degree: usize,
    /// Share of the pairs of neighbours that are joined by an edge; 0 below two neighbours.
    pub clustering: f64,
    /// `ln` of the mean degree of the neighbours, this node included.
    pub log_neighbour_degree: f64,
    /// Mean hops to the probes other than this node.
    pub mean_hops: f64,
    /// Hops to the landmarks.
    pub landmarks: Vec<f64>,
    /// Share of the neighbours with each level of [`Classes`](super::classes::Classes); empty without classes.
    pub neighbour_classes: Vec<f64>,
}

impl Pattern {
    /// Pattern of node `v`.
    pub fn of(network: &Network, distances: &LandmarkDistances, v: usize) -> Self {
        let row = distances.of(v);
        Self {
            degree: network.arcs().degree(v),
            clustering: clustering(network, v),
            log_neighbour_degree: log_neighbour_degree(network, v),
            mean_hops: distances.mean(row),
            landmarks: row[..distances.n_landmarks()].iter().map(|&d| f64::from(d)).collect(),
            neighbour_classes: Vec::new(),
        }
    }

    /// Pattern that a further node with these neighbours, at least one, would have.
    pub fn with_neighbours(
        network: &Network,
        distances: &LandmarkDistances,
        around: &[u32],
    ) -> Self {
        let arcs = network.arcs();
        let joined =
            |&u: &u32| around.iter().filter(|&&v| network.has_arc(u as usize, v as usize)).count();
        let pairs = around.len() * around.len().saturating_sub(1);
        let closed: usize = around.iter().map(joined).sum();
        let degrees: usize = around.iter().map(|&u| arcs.degree(u as usize) + 1).sum();
        let nearest = |column: usize| {
            let of = around.iter().map(|&u| distances.of(u as usize)[column]);
            of.fold(f32::INFINITY, f32::min) + 1.0
        };
        let row: Vec<f32> = (0..distances.of(0).len()).map(nearest).collect();
        Self {
            degree: around.len(),
            clustering: if pairs == 0 { 0.0 } else { closed as f64 / pairs as f64 },
            log_neighbour_degree: (degrees as f64 / around.len() as f64).ln(),
            mean_hops: distances.mean(&row),
            landmarks: row[..distances.n_landmarks()].iter().map(|&d| f64::from(d)).collect(),
            neighbour_classes: Vec::new(),
        }
    }

    /// Numbers that say the same: the clustering as a rank among the nodes of this degree.
    pub fn to_row<R: Rng>(&self, clustering: &ClusteringByDegree, rng: &mut R) -> Vec<f64> {
        let rank = clustering.rank(self.degree, self.clustering, rng);
        let mut row = vec![self.degree as f64, rank, self.log_neighbour_degree, self.mean_hops];
        row.extend(&self.landmarks);
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
            mean_hops: row[3],
            landmarks: row[4..].to_vec(),
            neighbour_classes: Vec::new(),
        }
    }
}

/// Share of the pairs of neighbours of `v` that are joined by an edge; 0 below two neighbours.
pub fn clustering(network: &Network, v: usize) -> f64 {
    let arcs = network.arcs();
    let neighbours = arcs.neighbours(v);
    let closed: usize = neighbours.iter().map(|&u| arcs.n_common(v, u as usize)).sum();
    let pairs = neighbours.len() * neighbours.len().saturating_sub(1);
    if pairs == 0 { 0.0 } else { closed as f64 / pairs as f64 }
}

/// `ln` of the mean degree of the neighbours of `v`; 0 if it has none.
pub fn log_neighbour_degree(network: &Network, v: usize) -> f64 {
    let arcs = network.arcs();
    let neighbours = arcs.neighbours(v);
    let degrees: usize = neighbours.iter().map(|&u| arcs.degree(u as usize)).sum();
    (degrees.max(1) as f64 / neighbours.len().max(1) as f64).ln()
}

/// Patterns of all nodes, in the order of their numbers.
pub fn patterns(network: &Network, distances: &LandmarkDistances) -> Vec<Pattern> {
    (0..network.n_nodes()).map(|v| Pattern::of(network, distances, v)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_pattern_of_a_triangle_with_a_tail() {
        let network = unit_network(4, [(0, 1), (1, 2), (2, 0), (2, 3)]);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let distances = LandmarkDistances::new(&network, 2, 4, &mut rng).unwrap();
        let pattern = Pattern::of(&network, &distances, 2);
        assert_eq!((pattern.degree, pattern.mean_hops), (3, 1.0));
        assert!((pattern.clustering - 1.0 / 3.0).abs() < 1e-12); // 0-1 of three pairs
        let expected = (5.0_f64 / 3.0).ln(); // degrees 2, 2 and 1
        assert!((pattern.log_neighbour_degree - expected).abs() < 1e-12);
        let all = patterns(&network, &distances);
        let law = ClusteringByDegree::fit(all.iter().map(|p| (p.degree, p.clustering)));
        let row = pattern.to_row(&law, &mut rng);
        assert_eq!(Pattern::from_row(&row, 1.0, &law, &mut rng), all[2]);
        // A further node like node 3, at node 2, which then has a degree of 4.
        let like = Pattern::with_neighbours(&network, &distances, &[2]);
        assert_eq!((like.degree, like.clustering), (1, 0.0));
        assert_eq!((like.log_neighbour_degree, like.mean_hops), (4_f64.ln(), 1.75));
        let twice = Pattern::from_row(&row, 2.0, &law, &mut rng);
        assert_eq!((twice.degree, twice.mean_hops), (6, 1.0));
    }
}
