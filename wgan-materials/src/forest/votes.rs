//! What single trees say: their spread, and what the trees say that did not see a row.

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::tree::{Tree, bootstrap};
use super::{Forest, ForestConfig};
use crate::error::MaterialsError;

/// Mean and spread of what single trees say of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeVotes {
    /// Mean over the trees, in the unit of the target.
    pub mean: f64,
    /// Standard deviation over the trees, in the unit of the target; 0 for fewer than two.
    pub spread: f64,
    /// How many trees.
    pub n_trees: usize,
}

impl ForestConfig {
    /// A forest, and for each training row the votes of the trees whose bootstrap sample is without it.
    ///
    /// These votes are held out: a row's target is in none of the trees that speak of it. None for a row that all
    /// trees drew; a tree leaves out a share `1/e` of the rows.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `y`: `[n]`; returns `[n]`
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    ///
    /// # References
    /// Breiman (2001), Random forests, Machine Learning 45, 5-32, section 3.1.
    pub fn fit_out_of_bag(
        &self,
        x: ArrayView2<f64>,
        y: &[f64],
    ) -> Result<(Forest, Vec<Option<TreeVotes>>), MaterialsError> {
        let forest = self.fit(x, y)?;
        let is_out = |tree: usize| -> Vec<bool> {
            let (counts, _) = bootstrap(y.len(), self.seed, tree as u64);
            counts.into_iter().map(|count| count == 0).collect()
        };
        let is_out: Vec<Vec<bool>> = (0..self.n_trees).into_par_iter().map(is_out).collect();
        let rows: Vec<(usize, ArrayView1<f64>)> = x.rows().into_iter().enumerate().collect();
        let of_row = |&(i, row): &(usize, ArrayView1<f64>)| {
            let trees = forest.trees.iter().zip(&is_out).filter(|(_, is_out)| is_out[i]);
            forest.votes_of(trees.map(|(tree, _)| tree), row)
        };
        let votes = rows.par_iter().map(of_row).collect();
        Ok((forest, votes))
    }
}

impl Forest {
    /// [`predict`](Self::predict) with the spread of the trees.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`; returns `[n]`
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn predict_votes(&self, x: ArrayView2<f64>) -> Result<Vec<TreeVotes>, MaterialsError> {
        self.check(x)?;
        let rows: Vec<ArrayView1<f64>> = x.rows().into_iter().collect();
        let none = TreeVotes { mean: self.mean, spread: 0.0, n_trees: 0 };
        let votes = |row| self.votes_of(self.trees.iter(), row).unwrap_or(none);
        Ok(rows.into_par_iter().map(votes).collect())
    }

    /// None without a tree.
    fn votes_of<'a>(
        &self,
        trees: impl Iterator<Item = &'a Tree>,
        row: ArrayView1<f64>,
    ) -> Option<TreeVotes> {
        let votes: Vec<f64> = trees.map(|tree| tree.predict(row)).collect();
        let n = votes.len() as f64;
        let mean = votes.iter().sum::<f64>() / n;
        let squares: f64 = votes.iter().map(|vote| (vote - mean).powi(2)).sum();
        let spread = (squares / (n - 1.0).max(1.0)).sqrt();
        let n_trees = votes.len();
        (n_trees > 0).then_some(TreeVotes { mean: self.mean + mean, spread, n_trees })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Targets that nothing explains: uniform on [0, 1).
    fn noise(n: usize) -> (Array2<f64>, Vec<f64>) {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let x = Array2::from_shape_simple_fn((n, 3), || rng.random());
        (x, (0..n).map(|_| rng.random()).collect())
    }

    #[test]
    fn out_of_bag_votes_do_not_know_the_target() {
        let (x, y) = noise(500);
        let (forest, held_out) = ForestConfig::numbers(1).fit_out_of_bag(x.view(), &y).unwrap();
        let error = |votes: &[f64]| {
            votes.iter().zip(&y).map(|(vote, y)| (vote - y).powi(2)).sum::<f64>() / 500.0
        };
        let held_out: Vec<f64> = held_out.iter().map(|votes| votes.unwrap().mean).collect();
        assert!(error(&held_out) > 0.075); // variance of the target 1/12 = 0.083, nothing can be learnt
        assert!(error(&forest.predict(x.view()).unwrap()) < 0.02); // in the bag it is learnt by heart
    }

    #[test]
    fn votes_have_the_mean_of_the_prediction_and_the_spread_of_the_trees() {
        let (x, y) = noise(200);
        let forest = ForestConfig::numbers(1).fit(x.view(), &y).unwrap();
        let votes = forest.predict_votes(x.view()).unwrap();
        for (votes, predicted) in votes.iter().zip(forest.predict(x.view()).unwrap()) {
            assert_abs_diff_eq!(votes.mean, predicted, epsilon = 1e-12);
            assert!(votes.spread > 0.0);
        }
        let same = ForestConfig::numbers(1).fit(array![[0.0], [1.0]].view(), &[3.0, 3.0]).unwrap();
        let votes = same.predict_votes(array![[0.5]].view()).unwrap();
        assert_eq!(votes, [TreeVotes { mean: 3.0, spread: 0.0, n_trees: 100 }]);
    }

    #[test]
    fn a_row_that_every_tree_drew_has_no_votes() {
        let config = ForestConfig { n_trees: 3, ..ForestConfig::numbers(0) };
        let (_, votes) = config.fit_out_of_bag(array![[1.0]].view(), &[2.0]).unwrap();
        assert_eq!(votes, [None]);
    }
}
