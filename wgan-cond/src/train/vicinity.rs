//! Smoothing over neighbouring numbers.

use std::collections::BTreeMap;

use ndarray::Array2;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Vicinal smoothing of continuous conditions: a sample also stands for the conditions between its
/// own and those of its `n_neighbours` nearest rows of the same categories.
///
/// A training pair is a sample `x` of row `i` with the condition `y_i + s·(y_j − y_i)`, `s` uniform on
/// `[0, 1]`, `j` one of the neighbours of `i` in the scaled numbers. Where data are dense the neighbours
/// are near and nothing is smoothed; in sparse regions the gaps are filled. Shifts to both sides
/// cancel where the law changes linearly; at the ends of the range and where it bends, the law at
/// a condition is mixed with that of its neighbours.
///
/// # References
/// After Ding et al. (2021), CcGAN: continuous conditional generative adversarial networks for image
/// generation, ICLR, section 2.2, whose vicinity has a fixed width instead of a fixed number of
/// neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vicinity {
    /// Neighbours of a row, at least 1.
    pub n_neighbours: usize,
}

/// The nearest rows of every row.
#[derive(Clone, Debug)]
pub(super) struct Neighbours(Vec<Vec<u32>>);

impl Neighbours {
    /// Neighbours among rows of one cell by the entries `numbers` of the coded conditions `y`.
    ///
    /// # Complexity
    /// `O(n²)` in the rows of a cell.
    pub fn new<K: Ord>(
        y: &Array2<f32>,
        cells: &[K],
        numbers: &[usize],
        n_neighbours: usize,
    ) -> Self {
        let mut members: BTreeMap<&K, Vec<u32>> = BTreeMap::new();
        for (row, cell) in cells.iter().enumerate() {
            members.entry(cell).or_default().push(row as u32);
        }
        let distance = |i: usize, j: u32| -> f32 {
            let square = |&entry: &usize| (y[[i, entry]] - y[[j as usize, entry]]).powi(2);
            numbers.iter().map(square).sum()
        };
        let of_row = |(i, cell): (usize, &K)| {
            let mut others: Vec<(f32, u32)> =
                members[cell].iter().map(|&j| (distance(i, j), j)).collect();
            others.retain(|&(_, j)| j as usize != i);
            if others.len() > n_neighbours {
                let by_distance = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0);
                others.select_nth_unstable_by(n_neighbours - 1, by_distance);
                others.truncate(n_neighbours);
            }
            others.into_iter().map(|(_, j)| j).collect()
        };
        Self(cells.iter().enumerate().map(of_row).collect())
    }

    /// A neighbour of `row` and how far to go there; `row` itself where it has none.
    pub fn draw<R: Rng>(&self, row: usize, rng: &mut R) -> (usize, f32) {
        let neighbours = &self.0[row];
        if neighbours.is_empty() {
            return (row, 0.0);
        }
        let j = neighbours[rng.random_range(0..neighbours.len())];
        (j as usize, rng.random_range(0.0..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn neighbours_are_the_nearest_rows_of_the_same_class() {
        let y = array![[0.0_f32, 0.0], [0.0, 1.0], [0.0, 1.5], [0.0, 9.0], [1.0, 0.1]];
        let neighbours = Neighbours::new(&y, &[0, 0, 0, 0, 1], &[1], 2);
        let mut of = neighbours.0.clone();
        of.iter_mut().for_each(|list| list.sort_unstable());
        assert_eq!(of, [vec![1, 2], vec![0, 2], vec![0, 1], vec![1, 2], vec![]]);
    }
}
