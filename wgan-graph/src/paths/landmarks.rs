//! Landmarks: distances to a few nodes instead of all.

use super::ShortestPaths;
use crate::error::GraphError;

/// Distances from a few nodes to all nodes.
///
/// `v ↦ (d(v, l₁), …, d(v, lₖ))` is 1-Lipschitz into ℓ∞: `max_i |d(u, lᵢ) − d(v, lᵢ)| ≤ d(u, v)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    nodes: Vec<usize>,
    rows: Vec<Vec<f64>>,
}

impl Landmarks {
    /// The landmarks, in the order in which they were found.
    pub fn nodes(&self) -> &[usize] {
        &self.nodes
    }

    /// Distances from landmark number `i` to all nodes.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i]
    }

    /// Distances of node `v` to the landmarks.
    pub fn of(&self, v: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[v]).collect()
    }

    /// `max_i |d(u, lᵢ) − d(v, lᵢ)|`, a lower bound of `d(u, v)`.
    pub fn lower_bound(&self, u: usize, v: usize) -> f64 {
        self.rows.iter().map(|row| (row[u] - row[v]).abs()).fold(0.0, f64::max)
    }

    /// `min_i d(u, lᵢ) + d(lᵢ, v)`, an upper bound of `d(u, v)`.
    pub fn upper_bound(&self, u: usize, v: usize) -> f64 {
        self.rows.iter().map(|row| row[u] + row[v]).fold(f64::INFINITY, f64::min)
    }
}

/// Farthest-first traversal.
///
/// Ends early where every node is a landmark or at distance zero from one.
///
/// # References
/// Gonzalez (1985), Clustering to minimize the maximum intercluster distance.
pub fn farthest_first(
    paths: &ShortestPaths<'_>,
    k: usize,
    start: usize,
) -> Result<Landmarks, GraphError> {
    if k == 0 {
        return Err(GraphError::TooFew { at: "landmarks", expected: 1, got: 0 });
    }
    let mut nearest = vec![f64::INFINITY; paths.network.n_nodes()];
    let mut found = Landmarks { nodes: Vec::new(), rows: Vec::new() };
    let mut next = start;
    while found.nodes.len() < k {
        let row = paths.row(next);
        if row.iter().any(|d| d.is_infinite()) {
            paths.network.undirected()?.require_connected()?;
        }
        nearest.iter_mut().zip(&row).for_each(|(least, d)| *least = least.min(*d));
        found.nodes.push(next);
        found.rows.push(row);
        next = (0..nearest.len())
            .rev()
            .max_by(|&a, &b| nearest[a].total_cmp(&nearest[b]))
            .unwrap_or(0);
        if nearest[next] == 0.0 {
            break;
        }
    }
    Ok(found)
}
