//! Law of the two ends of a random walk.

use burn::config::Config;
use rand::{Rng, RngExt};
use wgan_core::WganError;

use crate::network::Network;

/// Length of a random walk: each further step is taken with probability `continuation`, up to
/// `max_steps`, so that `P(length = l) ∝ continuationˡ⁻¹`.
#[derive(Config, Debug, PartialEq)]
pub struct WalkConfig {
    /// Probability of one step more, above 0 and below 1 (0.8: link prediction on held-out edges of
    /// a citation network, flat between 0.6 and 0.85).
    #[config(default = 0.8)]
    pub continuation: f64,
    /// Most steps, at least 1.
    #[config(default = 12)]
    pub max_steps: usize,
}

impl WalkConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        if !(self.continuation > 0.0 && self.continuation < 1.0) {
            let expected = "above 0 and below 1";
            return Err(WganError::config("continuation", expected, self.continuation));
        }
        if self.max_steps == 0 {
            return Err(WganError::config("max_steps", "at least 1", self.max_steps));
        }
        Ok(())
    }
}

/// Probability `S(u, v)` that a random walk in equilibrium starts at `u` and ends at `v`.
///
/// The walk starts at `u` with probability `deg(u)/2m`, goes to a neighbour at random in each step,
/// and has a random length ([`WalkConfig`]):
/// `S(u, v) = deg(u)/2m · Σₗ P(length = l) · Pˡ(u, v)`. Such a walk looks the same backwards, so
/// `S` is symmetric; its rows sum to `deg(u)/2m`. Costs of edges play no part.
///
/// # References
/// Personalised PageRank with a length of at least one, Jeh, Widom (2003), Scaling personalized web
/// search; in its symmetric form a damped sum over paths, Katz (1953).
#[derive(Clone, Debug)]
pub struct WalkLaw<'a> {
    network: &'a Network,
    /// Ends of all arcs by their number; a random arc starts in equilibrium.
    sources: Vec<u32>,
    /// `P(length = l)` for `l = 1, 2, …`.
    lengths: Vec<f64>,
}

impl<'a> WalkLaw<'a> {
    /// The law on a network without directed arcs, as [`Network::undirected`] makes sure.
    ///
    /// # Errors
    /// Settings out of range.
    pub fn new(network: &'a Network, config: &WalkConfig) -> Result<Self, WganError> {
        config.check()?;
        let weights: Vec<f64> =
            (0..config.max_steps).map(|l| config.continuation.powi(l as i32)).collect();
        let total: f64 = weights.iter().sum();
        let lengths = weights.iter().map(|w| w / total).collect();
        Ok(Self { network, sources: network.arcs().sources(), lengths })
    }

    /// `S(u, ·)`, `[n]`.
    ///
    /// # Panics
    /// If `u` is no node.
    ///
    /// # Complexity
    /// `O(max_steps · m)`.
    pub fn row(&self, u: usize) -> Vec<f64> {
        let arcs = self.network.arcs();
        let n = self.network.n_nodes();
        let mut now = vec![0.0; n];
        now[u] = arcs.degree(u) as f64 / arcs.n_arcs().max(1) as f64;
        let mut row = vec![0.0; n];
        for length in &self.lengths {
            let mut next = vec![0.0; n];
            for (v, mass) in now.iter().enumerate().filter(|(_, mass)| **mass > 0.0) {
                let share = mass / arcs.degree(v) as f64;
                arcs.neighbours(v).iter().for_each(|&w| next[w as usize] += share);
            }
            row.iter_mut().zip(&next).for_each(|(s, mass)| *s += length * mass);
            now = next;
        }
        row
    }

    /// Ends of one walk, drawn from `S`.
    ///
    /// # Panics
    /// If there is no edge.
    pub fn draw<R: Rng>(&self, rng: &mut R) -> (u32, u32) {
        let arcs = self.network.arcs();
        let first = rng.random_range(0..arcs.n_arcs());
        // The first step goes along the arc that was drawn.
        let (start, mut end) = (self.sources[first], arcs.arc(first).0);
        let mut left = rng.random::<f64>() - self.lengths[0];
        for length in &self.lengths[1..] {
            if left < 0.0 {
                break;
            }
            let around = arcs.neighbours(end);
            end = around[rng.random_range(0..around.len())] as usize;
            left -= length;
        }
        (start, end as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn on_one_edge_odd_lengths_cross_and_even_ones_come_back() {
        let pair = unit_network(2, [(0, 1)]);
        let law = WalkLaw::new(&pair, &WalkConfig::new().with_continuation(0.5).with_max_steps(3))
            .unwrap();
        // Lengths 1, 2, 3 with 4/7, 2/7, 1/7; half of the walks start at each end.
        let row = law.row(0);
        assert_abs_diff_eq!(row[1], 0.5 * 5.0 / 7.0, epsilon = 1e-15);
        assert_abs_diff_eq!(row[0], 0.5 * 2.0 / 7.0, epsilon = 1e-15);
    }

    #[test]
    fn the_law_is_symmetric_and_starts_in_proportion_to_the_degrees() {
        let tree = unit_network(6, [(0, 1), (0, 2), (0, 3), (3, 4), (1, 2)]);
        let law = WalkLaw::new(&tree, &WalkConfig::new()).unwrap();
        let rows: Vec<_> = (0..6).map(|u| law.row(u)).collect();
        for (u, row) in rows.iter().enumerate() {
            for (s, other) in row.iter().zip(&rows) {
                assert_abs_diff_eq!(*s, other[u], epsilon = 1e-15);
            }
            let share = tree.arcs().degree(u) as f64 / 10.0;
            assert_abs_diff_eq!(row.iter().sum::<f64>(), share, epsilon = 1e-14);
        }
    }

    #[test]
    fn walks_end_as_often_as_the_law_says() {
        let tree = unit_network(5, [(0, 1), (0, 2), (0, 3), (3, 4), (1, 2)]);
        let law = WalkLaw::new(&tree, &WalkConfig::new()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let n = 200_000;
        let mut counts = vec![vec![0.0; 5]; 5];
        for _ in 0..n {
            let (u, v) = law.draw(&mut rng);
            counts[u as usize][v as usize] += 1.0 / f64::from(n);
        }
        for (u, row) in counts.iter().enumerate() {
            for (share, expected) in row.iter().zip(law.row(u)) {
                assert_abs_diff_eq!(*share, expected, epsilon = 0.004); // four standard deviations
            }
        }
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let message = WalkConfig::new().with_continuation(1.0).check().unwrap_err().to_string();
        assert!(message.contains("continuation"), "{message}");
        assert!(WalkConfig::new().with_max_steps(0).check().is_err());
    }
}
