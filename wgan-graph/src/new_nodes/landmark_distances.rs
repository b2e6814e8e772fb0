//! Distances in hops that say where a node is, kept up to date while the network grows.

use rand::Rng;
use rand::seq::index::sample;
use serde::{Deserialize, Serialize};

use super::averages::{evenly_spaced, mean};
use crate::error::GraphError;
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Nodes drawn at random that put all nodes in order before probes are chosen: enough for an order.
const N_ROUGH: usize = 64;

/// Distances in hops from a few nodes to all nodes.
#[derive(Clone, Debug)]
pub struct LandmarkDistances {
    /// `[nodes][landmarks + probes]`.
    rows: Vec<Vec<f32>>,
    sources: Sources,
}

/// The nodes that distances are from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    landmarks: Vec<usize>,
    probes: Vec<usize>,
}

impl Sources {
    /// Whether there are some of both, all among `n` nodes.
    pub fn fit(&self, n: usize) -> bool {
        let are_nodes = |nodes: &[usize]| !nodes.is_empty() && nodes.iter().all(|&v| v < n);
        are_nodes(&self.landmarks) && are_nodes(&self.probes)
    }
}

impl LandmarkDistances {
    /// `n_landmarks` far apart, which say where a node is, and `n_probes`, whose mean says how
    /// central it is.
    ///
    /// Probes are taken at equal steps from the nodes in the order of their mean distance to some
    /// drawn at random, so that together they are as central as all nodes are.
    pub fn new<R: Rng>(
        network: &Network,
        n_landmarks: usize,
        n_probes: usize,
        rng: &mut R,
    ) -> Result<Self, GraphError> {
        let n = network.n_nodes();
        let hops = ShortestPaths::hops(network);
        let landmarks = hops.landmarks(n_landmarks.min(n), 0)?.nodes().to_vec();
        let drawn = hops.rows(&sample(rng, n, N_ROUGH.min(n)).into_vec());
        let rough: Vec<f64> = (0..n).map(|v| drawn.iter().map(|row| row[v]).sum()).collect();
        drop(drawn); // as large as a quarter of the rows that follow
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&u, &v| rough[u].total_cmp(&rough[v]));
        let probes = evenly_spaced(&order, n_probes).copied().collect();
        Ok(Self::from_sources(network, Sources { landmarks, probes }))
    }

    /// Distances from these nodes.
    ///
    /// # Panics
    /// If one is no node.
    pub fn from_sources(network: &Network, sources: Sources) -> Self {
        let all: Vec<usize> = sources.landmarks.iter().chain(&sources.probes).copied().collect();
        let from = ShortestPaths::hops(network).rows(&all);
        let of_node = |v: usize| from.iter().map(|row| row[v] as f32).collect();
        Self { rows: (0..network.n_nodes()).map(of_node).collect(), sources }
    }

    /// The nodes that distances are from.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Number of landmarks.
    pub fn n_landmarks(&self) -> usize {
        self.sources.landmarks.len()
    }

    /// Distances of node `v` to landmarks and probes.
    pub fn of(&self, v: usize) -> &[f32] {
        &self.rows[v]
    }

    /// Mean distance to the probes, without a probe at distance zero: that is the node itself.
    pub fn mean(&self, row: &[f32]) -> f64 {
        let others = row[self.n_landmarks()..].iter().filter(|&&d| d > 0.0);
        mean(others.map(|&d| f64::from(d)))
    }

    /// Adds the last node of `neighbours`; calls `nearer` each time that a node comes nearer to a
    /// landmark or a probe by that.
    ///
    /// # Complexity
    /// `O(Σ degree)` over the nodes that come nearer, for each landmark and probe.
    pub fn add(&mut self, neighbours: &[Vec<u32>], mut nearer: impl FnMut(u32)) {
        let new = self.rows.len();
        let width = self.rows[0].len();
        let around = &neighbours[new];
        let nearest = |column: usize| {
            let of = around.iter().map(|&u| self.rows[u as usize][column]);
            of.fold(f32::INFINITY, f32::min) + 1.0
        };
        self.rows.push((0..width).map(nearest).collect());
        let mut queue = Vec::new();
        for column in 0..width {
            queue.push(new as u32);
            let mut next = 0;
            while let Some(&v) = queue.get(next) {
                next += 1;
                let through = self.rows[v as usize][column] + 1.0;
                for &u in &neighbours[v as usize] {
                    let distance = &mut self.rows[u as usize][column];
                    if through < *distance {
                        *distance = through;
                        queue.push(u);
                        nearer(u);
                    }
                }
            }
            queue.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeSet;

    fn network(neighbours: &[Vec<u32>]) -> Network {
        let pairs = |u: usize| neighbours[u].iter().map(move |&v| (u, v as usize));
        unit_network(neighbours.len(), (0..neighbours.len()).flat_map(pairs))
    }

    fn line(n: usize) -> Vec<Vec<u32>> {
        let around = |v: usize| (v.saturating_sub(1)..(v + 2).min(n)).filter(move |&u| u != v);
        (0..n).map(|v| around(v).map(|u| u as u32).collect()).collect()
    }

    #[test]
    fn distances_in_the_growing_network_are_those_of_the_grown_one() {
        let n = 120;
        let mut neighbours = line(n);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut distances = LandmarkDistances::new(&network(&neighbours), 3, 10, &mut rng).unwrap();
        let before = distances.clone();
        let zero = |column: usize| (0..n).find(|&v| before.of(v)[column] == 0.0).unwrap();
        let sources: Vec<usize> = (0..13).map(zero).collect();
        for _ in 0..20 {
            let new = neighbours.len() as u32;
            let around: BTreeSet<u32> = (0..3).map(|_| rng.random_range(0..new)).collect();
            around.iter().for_each(|&u| neighbours[u as usize].push(new));
            neighbours.push(around.into_iter().collect());
            let mut told = BTreeSet::new();
            let last = distances.clone();
            distances.add(&neighbours, |v| {
                told.insert(v);
            });
            let rows = ShortestPaths::hops(&network(&neighbours)).rows(&sources);
            for v in 0..neighbours.len() {
                let expected: Vec<f32> = rows.iter().map(|row| row[v] as f32).collect();
                assert_eq!(distances.of(v), expected, "node {v} of {new}");
                let is_nearer = v < new as usize && distances.of(v) != last.of(v);
                assert_eq!(told.contains(&(v as u32)), is_nearer, "node {v} of {new}");
            }
        }
    }

    #[test]
    fn probes_are_as_central_as_all_nodes() {
        let n = 400;
        let line = network(&line(n));
        let distances =
            LandmarkDistances::new(&line, 1, 20, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        let mean_hops = (0..n).map(|v| distances.mean(distances.of(v)));
        let mean = mean_hops.sum::<f64>() / n as f64;
        let exact = (n + 1) as f64 / 3.0;
        // Mean distances go from 100 in the middle to 200 at an end: twenty random probes would be
        // off by 30 / sqrt(20) = 7, twenty in exact order by less than 100 / 20 / 2 = 2.5.
        assert!((mean - exact).abs() < 2.5, "{mean} in place of {exact}");
    }
}
