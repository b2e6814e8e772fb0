//! Whitening: a linear change of coordinates after which a table has mean zero and covariance `I`, and the way back.
//!
//! The columns are first brought to unit variance, so that units do not matter and "small" has one meaning; then, with the correlation
//! matrix `R = V Λ Vᵀ = L Lᵀ` and standardised rows `s`,
//!
//! | kind | `z` | output columns |
//! | --- | --- | --- |
//! | [`Whitening::Pca`] | `Λ^{−1/2} Vᵀ s` | rank, largest variance first |
//! | [`Whitening::Zca`] | `V Λ^{−1/2} Vᵀ s` | as the input: column `k` stays closest to input column `k` |
//! | [`Whitening::Cholesky`] | `L⁻¹ s` | rank: column `k` is what the columns before it do not explain |
//!
//! Directions without variance (constant columns, columns that are sums of others, fewer rows than columns) are left out, and the
//! inverse returns them exactly as they were in the data. Directions with a variance below a floor are divided by the floor instead, which
//! keeps noise from being blown up; the inverse stays exact. Both are counted in the [`Whitener`].
//!
//! A column whose law is far from normal goes to its ranks first: [`RankScale`].
//!
//! # References
//! Kessy, Lewin, Strimmer (2018), Optimal whitening and decorrelation, The American Statistician: "PCA-cor", "ZCA-cor", "Cholesky".

mod cholesky;
mod eigen;
mod moments;
mod rank_scale;
mod whitener;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::error::WganError;
use crate::transport::check_rows;
use moments::Moments;

pub use rank_scale::RankScale;
pub use whitener::Whitener;

/// Variance of a direction, relative to the largest one, below which it counts as none: round-off of a correlation matrix.
const NULL_VARIANCE: f64 = 1e-12;

/// Kind of whitening; [`fit`](Whitening::fit) makes a [`Whitener`] of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whitening {
    /// Principal components, `Λ^{−1/2} Vᵀ`.
    Pca,
    /// Zero-phase, `V Λ^{−1/2} Vᵀ`: the whitened table that is closest to the standardised one.
    Zca,
    /// `L⁻¹` of the correlation matrix `L Lᵀ`, in the order of the columns.
    Cholesky,
}

/// A whitening of standardised columns and its right inverse: `z = s·forward`, `s = z·backward`.
struct Factors {
    /// `[d, k]`
    forward: Array2<f64>,
    /// `[k, d]`
    backward: Array2<f64>,
    rank: usize,
    n_floored: usize,
}

impl Whitening {
    /// Fits to the rows of `data`.
    ///
    /// `floor` is the smallest variance a direction is divided by, relative to the largest eigenvalue of the correlation matrix (PCA,
    /// ZCA) or to the variance of the column (Cholesky); 0 for none. With floor 0 the transformed data have covariance `I` (normalised
    /// by `n − 1`) on the directions that vary.
    ///
    /// # Shapes
    /// - `data`: `[n, d]`, any units
    ///
    /// # Errors
    /// Fewer than two rows, no columns, entries or standard deviations that are not finite, a floor outside `[0, 1)`, a table of constant columns only.
    ///
    /// # Example
    /// ```
    /// use ndarray::array;
    /// use wgan_core::whitening::Whitening;
    /// let data = array![[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]]; // the second column is constant
    /// let whitener = Whitening::Pca.fit(data.view(), 0.0)?;
    /// assert_eq!(whitener.constant_columns(), [1]);
    /// let z = whitener.transform(data.view())?;
    /// assert!((z[[2, 0]] - 1.0).abs() < 1e-12);
    /// assert!((whitener.inverse(z.view())? - &data).iter().all(|e| e.abs() < 1e-12));
    /// # Ok::<(), wgan_core::WganError>(())
    /// ```
    pub fn fit(self, data: ArrayView2<'_, f64>, floor: f64) -> Result<Whitener, WganError> {
        check_rows("data", data)?;
        if data.nrows() < 2 {
            return Err(WganError::TooFew {
                at: "data",
                what: "rows",
                expected: 2,
                got: data.nrows(),
            });
        }
        if !(0.0..1.0).contains(&floor) {
            return Err(WganError::Config {
                field: "floor",
                expected: "a number in [0, 1)",
                got: floor.to_string(),
            });
        }
        let moments = Moments::of(data)?;
        if moments.constant.len() == data.ncols() {
            return Err(WganError::Config {
                field: "data",
                expected: "at least one column that varies",
                got: format!("{} constant columns", data.ncols()),
            });
        }
        let factors = match self {
            Self::Pca => eigen::pca(&moments.correlation, floor)?,
            Self::Zca => eigen::zca(&moments.correlation, floor)?,
            Self::Cholesky => cholesky::cholesky(&moments.correlation, floor),
        };
        Whitener::new(self, moments, factors).refined(data)
    }
}
