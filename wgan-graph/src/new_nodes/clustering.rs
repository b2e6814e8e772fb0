//! Clustering of nodes of a given degree.

use rand::{Rng, RngExt};

/// Fewest nodes whose clustering is taken for the law at a degree.
const MIN_NODES: usize = 20;

/// The law of the clustering at each degree.
///
/// A node of degree 1 has no clustering and one of degree 2 has 0 or 1, so ranks at the same
/// degree say more than ranks among all nodes, and every value that comes back is possible.
#[derive(Clone, Debug)]
pub struct ClusteringByDegree {
    /// `(degree, clustering)`, ascending.
    sorted: Vec<(usize, f64)>,
}

impl ClusteringByDegree {
    /// The law of these pairs, at least one.
    pub fn fit(pairs: impl Iterator<Item = (usize, f64)>) -> Self {
        let mut sorted: Vec<(usize, f64)> = pairs.collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Self { sorted }
    }

    /// Share of the nodes of this degree that are below `clustering`, uniform on `[0, 1]` over the
    /// law; equal values are spread at random.
    pub fn rank<R: Rng>(&self, degree: usize, clustering: f64, rng: &mut R) -> f64 {
        let near = self.at(degree);
        let below = near.iter().filter(|&&c| c < clustering).count();
        let equal = near.iter().filter(|&&c| c == clustering).count();
        (below as f64 + rng.random::<f64>() * equal as f64) / near.len() as f64
    }

    /// Clustering at rank `u` among the nodes of this degree.
    pub fn quantile(&self, degree: usize, u: f64) -> f64 {
        let mut near = self.at(degree);
        near.sort_by(f64::total_cmp);
        near[((u * near.len() as f64) as usize).min(near.len() - 1)]
    }

    /// Clustering of all nodes of this degree; with those of the nearest degrees where they are
    /// few.
    fn at(&self, degree: usize) -> Vec<f64> {
        let mut first = self.sorted.partition_point(|p| p.0 < degree);
        let mut last = self.sorted.partition_point(|p| p.0 <= degree);
        let off = |i: usize| self.sorted[i].0.abs_diff(degree);
        while last - first < MIN_NODES.min(self.sorted.len()) {
            let is_left = last == self.sorted.len() || first > 0 && off(first - 1) <= off(last);
            if is_left { first -= 1 } else { last += 1 }
        }
        self.sorted[first..last].iter().map(|p| p.1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn ranks_at_a_degree_come_back_as_the_clustering() {
        let pairs = (0..90).map(|i| (1 + i / 30, if i < 30 { 0.0 } else { f64::from(i % 3 == 0) }));
        let law = ClusteringByDegree::fit(pairs.map(|(d, c)| (d as usize, c)));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (degree, clustering) in [(1, 0.0), (2, 0.0), (2, 1.0), (3, 1.0)] {
            let u = law.rank(degree, clustering, &mut rng);
            assert_eq!(law.quantile(degree, u), clustering);
        }
        assert_eq!(law.quantile(1, 0.99), 0.0);
        assert_eq!(law.quantile(2, 0.5), 0.0); // two thirds have none
        assert_eq!(law.quantile(50, 0.99), 1.0); // the nearest degree there is
    }

    #[test]
    fn few_nodes_borrow_from_the_nearest_degrees() {
        let law = ClusteringByDegree::fit((0..40).map(|d| (d, d as f64)));
        assert_eq!(law.quantile(30, 0.0), 20.0);
        assert_eq!(law.quantile(30, 1.0), 39.0);
    }
}
