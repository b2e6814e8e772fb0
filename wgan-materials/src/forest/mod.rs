//! Random forests for means of numbers, and so for two classes.

mod columns;
mod learner;
mod tree;
mod votes;

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::error::MaterialsError;
use columns::RankedColumns;
pub use learner::ForestLearner;
use tree::{Grower, Tree};
pub use votes::TreeVotes;

/// Settings of a forest.
///
/// Trees grow on bootstrap samples until their leaves are pure or cannot be split, by exact splits on the
/// variance of the target. For a target of zeros and ones the variance `p(1 − p)` is half the Gini impurity
/// `2p(1 − p)`, so the same trees classify and their mean is the share of ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForestConfig {
    /// Number of trees, at least 1.
    pub n_trees: usize,
    /// Columns that are tried at each split; those constant in the node are drawn again.
    pub tried: TriedColumns,
    /// All randomness comes from this number and the number of the tree.
    pub seed: u64,
}

/// How many of `d` columns a split looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TriedColumns {
    /// `√d`, usual for classes.
    SquareRoot,
    /// `d / 3`, usual for numbers.
    Third,
}

impl ForestConfig {
    /// For two classes given as 0 and 1: 100 trees, `√d` columns (Breiman 2001).
    pub fn classes(seed: u64) -> Self {
        Self { n_trees: 100, tried: TriedColumns::SquareRoot, seed }
    }

    /// For numbers: 100 trees, `d / 3` columns (Hastie, Tibshirani, Friedman 2009, section 15.3).
    pub fn numbers(seed: u64) -> Self {
        Self { n_trees: 100, tried: TriedColumns::Third, seed }
    }

    /// Grows the trees, in parallel; the result does not depend on the number of threads.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `y`: `[n]`
    ///
    /// # Errors
    /// No rows, no columns, lengths that differ, entries that are not finite.
    ///
    /// # Complexity
    /// `O(trees · tried · n log² n)` for balanced trees.
    ///
    /// # Example
    /// ```
    /// use ndarray::array;
    /// use wgan_materials::ForestConfig;
    ///
    /// let x = array![[0.0], [1.0], [2.0], [3.0]];
    /// let forest = ForestConfig::numbers(0).fit(x.view(), &[5.0, 5.0, 5.0, 5.0])?;
    /// assert_eq!(forest.predict(x.view())?, vec![5.0; 4]);
    /// # Ok::<(), wgan_materials::MaterialsError>(())
    /// ```
    ///
    /// # References
    /// Breiman (2001), Random forests, Machine Learning 45, 5-32.
    pub fn fit(&self, x: ArrayView2<f64>, y: &[f64]) -> Result<Forest, MaterialsError> {
        self.check(x, y)?;
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let centred: Vec<f64> = y.iter().map(|value| value - mean).collect();
        let columns = RankedColumns::new(x);
        let n_tried = self.tried.of(x.ncols());
        let grow = |tree| Grower::new(&columns, &centred, n_tried, self.seed, tree).grow();
        let trees = (0..self.n_trees as u64).into_par_iter().map(grow).collect();
        Ok(Forest { trees, mean, n_columns: x.ncols() })
    }

    fn check(&self, x: ArrayView2<f64>, y: &[f64]) -> Result<(), MaterialsError> {
        let refuse = |what: &'static str, expected: &'static str, got: String| {
            Err(MaterialsError::Forest { what, expected, got })
        };
        if self.n_trees == 0 || x.is_empty() {
            return refuse(
                "training",
                "trees, rows and columns",
                format!("{} trees, {:?}", self.n_trees, x.dim()),
            );
        }
        if x.nrows() != y.len() {
            return refuse(
                "targets",
                "one for each row",
                format!("{} for {} rows", y.len(), x.nrows()),
            );
        }
        match x.iter().chain(y).find(|value| !value.is_finite()) {
            Some(value) => refuse("training", "finite numbers", value.to_string()),
            None => Ok(()),
        }
    }
}

impl TriedColumns {
    fn of(self, n_columns: usize) -> usize {
        let tried = match self {
            Self::SquareRoot => n_columns.isqrt(),
            Self::Third => n_columns / 3,
        };
        tried.max(1)
    }
}

/// A fitted forest.
#[derive(Clone, Debug)]
pub struct Forest {
    trees: Vec<Tree>,
    mean: f64,
    n_columns: usize,
}

impl Forest {
    /// Mean over the trees of the mean target in the leaf of each row; for classes the share of ones.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`; returns `[n]`
    ///
    /// # Errors
    /// A number of columns that differs from the training rows'.
    pub fn predict(&self, x: ArrayView2<f64>) -> Result<Vec<f64>, MaterialsError> {
        self.check(x)?;
        let rows: Vec<ArrayView1<f64>> = x.rows().into_iter().collect();
        Ok(rows.into_par_iter().map(|row| self.predict_row(row)).collect())
    }

    fn check(&self, x: ArrayView2<f64>) -> Result<(), MaterialsError> {
        if x.ncols() != self.n_columns {
            return Err(MaterialsError::Forest {
                what: "prediction",
                expected: "the columns of the training rows",
                got: format!("{} for {}", x.ncols(), self.n_columns),
            });
        }
        Ok(())
    }

    fn predict_row(&self, row: ArrayView1<f64>) -> f64 {
        let total: f64 = self.trees.iter().map(|tree| tree.predict(row)).sum();
        self.mean + total / self.trees.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn uniform(n: usize, d: usize, seed: u64) -> Array2<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((n, d), || rng.random())
    }

    #[test]
    fn a_step_is_learnt_and_noise_columns_are_not_used() {
        let x = uniform(400, 5, 1);
        let step = |row: ArrayView1<f64>| f64::from(row[2] > 0.5);
        let y: Vec<f64> = x.rows().into_iter().map(step).collect();
        let forest = ForestConfig::classes(3).fit(x.view(), &y).unwrap();
        let fresh = uniform(400, 5, 2);
        let shares = forest.predict(fresh.view()).unwrap();
        let right = |(share, row): &(&f64, ArrayView1<f64>)| (**share > 0.5) == (row[2] > 0.5);
        let n_right = shares.iter().zip(fresh.rows()).filter(right).count();
        assert!(n_right >= 392, "{n_right}"); // the cut is known to about 1/400
    }

    #[test]
    fn a_smooth_function_is_approximated() {
        let x = uniform(2000, 3, 1);
        let f = |row: ArrayView1<f64>| 1e3 + 4.0 * row[0] - 2.0 * row[1];
        let y: Vec<f64> = x.rows().into_iter().map(f).collect();
        let forest = ForestConfig::numbers(3).fit(x.view(), &y).unwrap();
        let fresh = uniform(500, 3, 2);
        let predicted = forest.predict(fresh.view()).unwrap();
        let error: f64 =
            predicted.iter().zip(fresh.rows()).map(|(p, row)| (p - f(row)).abs()).sum();
        assert!(error / 500.0 < 0.25, "{}", error / 500.0); // spread of f is 1.3
    }

    #[test]
    fn equal_rows_give_the_mean_of_their_targets() {
        let x = array![[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]];
        let forest = ForestConfig::numbers(0).fit(x.view(), &[0.0, 3.0, 6.0]).unwrap();
        // each tree gives the mean of a bootstrap sample, of deviation √(6/3), so ±0.14 over 100 trees
        assert_abs_diff_eq!(forest.predict(x.view()).unwrap()[0], 3.0, epsilon = 0.6);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let x = uniform(300, 6, 5);
        let y: Vec<f64> = x.rows().into_iter().map(|row| row.sum()).collect();
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                ForestConfig::numbers(7).fit(x.view(), &y).unwrap().predict(x.view()).unwrap()
            })
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn another_seed_gives_another_forest() {
        let x = uniform(50, 3, 5);
        let y: Vec<f64> = x.rows().into_iter().map(|row| row.sum()).collect();
        let run = |seed| {
            ForestConfig::numbers(seed).fit(x.view(), &y).unwrap().predict(x.view()).unwrap()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn one_row_is_enough() {
        let forest = ForestConfig::classes(0).fit(array![[1.0]].view(), &[1.0]).unwrap();
        assert_eq!(forest.predict(array![[5.0]].view()).unwrap(), [1.0]);
    }

    #[test]
    fn bad_input_is_named() {
        let message = |x: Array2<f64>, y: &[f64]| {
            ForestConfig::classes(0).fit(x.view(), y).unwrap_err().to_string()
        };
        assert_eq!(
            message(Array2::zeros((0, 3)), &[]),
            "forest, training: expected trees, rows and columns, got 100 trees, (0, 3)"
        );
        assert_eq!(
            message(array![[1.0], [2.0]], &[1.0]),
            "forest, targets: expected one for each row, got 1 for 2 rows"
        );
        assert_eq!(
            message(array![[1.0], [f64::NAN]], &[1.0, 0.0]),
            "forest, training: expected finite numbers, got NaN"
        );
        let forest = ForestConfig::classes(0).fit(array![[1.0]].view(), &[1.0]).unwrap();
        assert!(forest.predict(array![[1.0, 2.0]].view()).is_err());
    }
}
