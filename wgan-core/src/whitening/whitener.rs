//! The fitted whitening.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::moments::{CHUNK, Moments};
use super::{Factors, Whitening};
use crate::error::WganError;

/// A fitted whitening, `z = (x − mean)·matrix`, and its inverse, `x = z·inverse_matrix + mean`.
///
/// On the data it was fitted to, and on any row that has no part in the directions left out, `inverse(transform(x)) = x` up to round-off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Whitener {
    kind: Whitening,
    /// `[d]`
    mean: Array1<f64>,
    /// `[d, k]`
    forward: Array2<f64>,
    /// `[k, d]`
    backward: Array2<f64>,
    constant: Vec<usize>,
    rank: usize,
    n_floored: usize,
}

impl Whitener {
    /// Puts the scaling of the columns and the whitening of the standardised columns together.
    pub(super) fn new(kind: Whitening, moments: Moments, factors: Factors) -> Self {
        let by_row = moments.scale.view().insert_axis(Axis(1));
        Self {
            kind,
            forward: factors.forward / by_row,
            backward: factors.backward * &moments.scale,
            mean: moments.mean,
            constant: moments.constant,
            rank: factors.rank,
            n_floored: factors.n_floored,
        }
    }

    /// The same with the inverse fitted once more to what it loses on the data, `zᵀ(x − inverse(z))/(n − 1)`.
    ///
    /// Columns that are almost collinear magnify round-off; the covariance of `z` is the identity on the kept directions, so that this is
    /// the least-squares fit. With a floor it is not, and nothing is changed.
    pub(super) fn refined(mut self, data: ArrayView2<'_, f64>) -> Result<Self, WganError> {
        if self.n_floored > 0 {
            return Ok(self);
        }
        let mut lost = Array2::zeros(self.backward.dim());
        for rows in data.axis_chunks_iter(Axis(0), CHUNK) {
            let z = self.transform(rows)?;
            lost += &z.t().dot(&(&rows - &self.inverse(z.view())?));
        }
        self.constant.iter().for_each(|&k| lost.column_mut(k).fill(0.0));
        self.backward += &(lost / (data.nrows() - 1) as f64);
        Ok(self)
    }

    /// Whitened rows.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, in the units of the data; returns `[n, k]`, dimensionless
    ///
    /// # Errors
    /// [`WganError::Shape`] when the number of columns is not `d`.
    pub fn transform(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>, WganError> {
        check_columns("rows to whiten", x, self.n_inputs())?;
        Ok((&x - &self.mean).dot(&self.forward))
    }

    /// Rows in the units of the data.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`; returns `[n, d]`
    ///
    /// # Errors
    /// [`WganError::Shape`] when the number of columns is not `k`.
    pub fn inverse(&self, z: ArrayView2<'_, f64>) -> Result<Array2<f64>, WganError> {
        check_columns("whitened rows", z, self.n_outputs())?;
        Ok(z.dot(&self.backward) + &self.mean)
    }

    /// The kind that was fitted.
    pub fn kind(&self) -> Whitening {
        self.kind
    }

    /// Number of input columns `d`.
    pub fn n_inputs(&self) -> usize {
        self.forward.nrows()
    }

    /// Number of whitened columns `k`: the rank for PCA and Cholesky, `d` for ZCA.
    pub fn n_outputs(&self) -> usize {
        self.forward.ncols()
    }

    /// Number of directions in which the data vary.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Input columns without variance; the inverse gives them their constant value.
    pub fn constant_columns(&self) -> &[usize] {
        &self.constant
    }

    /// Directions that were left out beyond the constant columns: columns that follow linearly from others.
    pub fn n_dependent(&self) -> usize {
        self.n_inputs() - self.constant.len() - self.rank
    }

    /// Directions whose variance was below the floor, so that their whitened variance is below one.
    pub fn n_floored(&self) -> usize {
        self.n_floored
    }

    /// Mean of the data, for tensor code.
    ///
    /// # Shapes
    /// - returns: `[d]`
    pub fn mean(&self) -> Array1<f32> {
        self.mean.mapv(|x| x as f32)
    }

    /// `[d, k]` with `z = (x − mean)·matrix`, for tensor code.
    ///
    /// # Shapes
    /// - returns: `[d, k]`
    pub fn matrix(&self) -> Array2<f32> {
        self.forward.mapv(|x| x as f32)
    }

    /// `[k, d]` with `x = z·inverse_matrix + mean`, for tensor code.
    ///
    /// # Shapes
    /// - returns: `[k, d]`
    pub fn inverse_matrix(&self) -> Array2<f32> {
        self.backward.mapv(|x| x as f32)
    }
}

/// An error unless the table has `expected` columns.
fn check_columns(
    at: &'static str,
    table: ArrayView2<'_, f64>,
    expected: usize,
) -> Result<(), WganError> {
    if table.ncols() == expected {
        return Ok(());
    }
    Err(WganError::Shape {
        at,
        expected: vec![table.nrows(), expected],
        got: vec![table.nrows(), table.ncols()],
    })
}

/// The form in files: matrices row by row.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: Whitening,
    mean: Vec<f64>,
    n_outputs: usize,
    matrix: Vec<f64>,
    inverse_matrix: Vec<f64>,
    constant_columns: Vec<usize>,
    rank: usize,
    n_floored: usize,
}

impl From<Whitener> for Stored {
    fn from(whitener: Whitener) -> Self {
        Self {
            kind: whitener.kind,
            n_outputs: whitener.n_outputs(),
            mean: whitener.mean.to_vec(),
            matrix: whitener.forward.iter().copied().collect(),
            inverse_matrix: whitener.backward.iter().copied().collect(),
            constant_columns: whitener.constant,
            rank: whitener.rank,
            n_floored: whitener.n_floored,
        }
    }
}

impl TryFrom<Stored> for Whitener {
    type Error = WganError;

    fn try_from(stored: Stored) -> Result<Self, WganError> {
        let (d, k) = (stored.mean.len(), stored.n_outputs);
        check_finite("whitener mean", &stored.mean)?;
        if stored.rank > k
            || k > d
            || stored.constant_columns.len() + stored.rank > d
            || stored.constant_columns.iter().any(|&c| c >= d)
        {
            return Err(WganError::Config {
                field: "whitener",
                expected: "rank ≤ outputs ≤ inputs",
                got: format!(
                    "{} ≤ {k} ≤ {d} with constant columns {:?}",
                    stored.rank, stored.constant_columns
                ),
            });
        }
        Ok(Self {
            kind: stored.kind,
            mean: stored.mean.into(),
            forward: matrix("whitener matrix", d, k, stored.matrix)?,
            backward: matrix("whitener inverse matrix", k, d, stored.inverse_matrix)?,
            constant: stored.constant_columns,
            rank: stored.rank,
            n_floored: stored.n_floored,
        })
    }
}

/// A checked matrix from its entries row by row.
fn matrix(
    at: &'static str,
    rows: usize,
    columns: usize,
    values: Vec<f64>,
) -> Result<Array2<f64>, WganError> {
    check_finite(at, &values)?;
    let got = values.len();
    Array2::from_shape_vec((rows, columns), values).map_err(|_| WganError::Shape {
        at,
        expected: vec![rows, columns],
        got: vec![got],
    })
}

/// An error for the first entry that is not finite.
fn check_finite(at: &'static str, values: &[f64]) -> Result<(), WganError> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(WganError::NotFinite { at, index: vec![index], got: values[index] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::sample_for_tests;
    use ndarray::{Axis, array, concatenate};
    use proptest::prelude::*;

    const KINDS: [Whitening; 3] = [Whitening::Pca, Whitening::Zca, Whitening::Cholesky];

    /// A normal sample with correlated columns of very different units.
    fn correlated(n: usize, d: usize, seed: u64) -> Array2<f64> {
        let units = Array1::from_shape_fn(d, |k| 10f64.powi(3 * (k as i32 % 3) - 3));
        (sample_for_tests(n, d, seed).dot(&sample_for_tests(d, d, seed + 1)) + 2.0) * &units
    }

    fn covariance(z: &Array2<f64>) -> Array2<f64> {
        let centred = z - &z.mean_axis(Axis(0)).unwrap();
        centred.t().dot(&centred) / (z.nrows() - 1) as f64
    }

    fn largest(table: &Array2<f64>) -> f64 {
        table.iter().fold(0.0, |l, x| f64::max(l, x.abs()))
    }

    /// Largest error, in units of the column's standard deviation or magnitude.
    fn relative_error(got: &Array2<f64>, expected: &Array2<f64>) -> f64 {
        let size = expected.fold_axis(Axis(0), 1e-300_f64, |m, x| m.max(x.abs()));
        largest(&((got - expected) / &size))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn whitened_data_have_covariance_one_and_come_back(d in 1..9usize, more in 10..60usize, seed in 0..1000u64) {
            let data = correlated(d + more, d, seed);
            for kind in KINDS {
                let whitener = kind.fit(data.view(), 0.0).unwrap();
                let z = whitener.transform(data.view()).unwrap();
                prop_assert!(largest(&(covariance(&z) - Array2::<f64>::eye(d))) < 1e-6, "{kind:?}");
                prop_assert!(relative_error(&whitener.inverse(z.view()).unwrap(), &data) < 1e-9, "{kind:?}");
            }
        }

        #[test]
        fn a_floor_keeps_the_inverse_exact(d in 2..9usize, floor in 0.0..0.9f64, seed in 0..1000u64) {
            let data = correlated(50, d, seed);
            for kind in KINDS {
                let whitener = kind.fit(data.view(), floor).unwrap();
                let z = whitener.transform(data.view()).unwrap();
                prop_assert!(relative_error(&whitener.inverse(z.view()).unwrap(), &data) < 1e-9, "{kind:?}");
                prop_assert!(covariance(&z).diag().iter().all(|v| *v < 1.0 + 1e-6), "{kind:?}");
            }
        }
    }

    #[test]
    fn columns_of_any_size_count_as_much_as_ordinary_ones() {
        let plain = correlated(60, 3, 11);
        for sizes in [[1e200, 1.0, 1e-200], [1e155, 1e-155, 1e300], [1e-300, 1e306, 1e120]] {
            let data = &plain * &Array1::from(sizes.to_vec());
            for kind in KINDS {
                let whitener = kind.fit(data.view(), 0.0).unwrap();
                assert!(whitener.constant_columns().is_empty(), "{kind:?} {sizes:?}");
                let z = whitener.transform(data.view()).unwrap();
                assert!(largest(&(covariance(&z) - Array2::<f64>::eye(3))) < 1e-6, "{kind:?}");
                let back = whitener.inverse(z.view()).unwrap();
                let in_plain_size = |x: &Array2<f64>| x / &Array1::from(sizes.to_vec());
                let error = relative_error(&in_plain_size(&back), &plain);
                assert!(error < 1e-9, "{kind:?} {sizes:?}: {error:e}");
            }
        }
        let beyond = array![[f64::MAX], [f64::MIN]];
        let message = Whitening::Pca.fit(beyond.view(), 0.0).unwrap_err().to_string();
        assert_eq!(message, "standard deviations: entry [0] is inf, expected a finite number");
    }

    #[test]
    fn constant_and_dependent_columns_are_reported_and_come_back() {
        let free = correlated(100, 3, 5);
        let sum = free.sum_axis(Axis(1)).insert_axis(Axis(1));
        let constant = Array2::from_elem((100, 1), 0.1 + 0.2);
        let data = concatenate(Axis(1), &[constant.view(), free.view(), sum.view()]).unwrap();
        for kind in KINDS {
            let whitener = kind.fit(data.view(), 0.0).unwrap();
            assert_eq!(
                (whitener.rank(), whitener.n_dependent(), whitener.constant_columns()),
                (3, 1, &[0][..]),
                "{kind:?}"
            );
            let z = whitener.transform(data.view()).unwrap();
            assert!((covariance(&z).diag().sum() - 3.0).abs() < 1e-6, "{kind:?}");
            let back = whitener.inverse(z.view()).unwrap();
            assert!(relative_error(&back, &data) < 1e-9, "{kind:?}");
            assert!(back.column(0).iter().all(|&x| x == 0.1 + 0.2), "{kind:?}");
        }
    }

    #[test]
    fn fewer_rows_than_columns_have_rank_one_less_than_the_rows() {
        let data = correlated(5, 20, 6);
        for kind in KINDS {
            let whitener = kind.fit(data.view(), 0.0).unwrap();
            assert_eq!(whitener.rank(), 4, "{kind:?}");
            let z = whitener.transform(data.view()).unwrap();
            assert!(relative_error(&whitener.inverse(z.view()).unwrap(), &data) < 1e-9, "{kind:?}");
        }
    }

    #[test]
    fn the_floor_is_counted() {
        let mut data = sample_for_tests(400, 2, 7);
        for mut row in data.rows_mut() {
            row[1] = row[0] + 1e-3 * row[1];
        }
        for kind in KINDS {
            assert_eq!(kind.fit(data.view(), 0.0).unwrap().n_floored(), 0, "{kind:?}");
            assert_eq!(kind.fit(data.view(), 1e-3).unwrap().n_floored(), 1, "{kind:?}");
        }
    }

    #[test]
    fn zca_of_uncorrelated_columns_only_scales_them() {
        let data = array![[1.0, 10.0], [-1.0, 10.0], [1.0, -10.0], [-1.0, -10.0]];
        let z = Whitening::Zca.fit(data.view(), 0.0).unwrap().transform(data.view()).unwrap();
        let expected = data.mapv(f64::signum) * 0.75f64.sqrt();
        assert!(largest(&(z - expected)) < 1e-12);
    }

    #[test]
    fn a_whitener_survives_its_file() {
        for kind in KINDS {
            let whitener = kind.fit(correlated(30, 4, 8).view(), 1e-6).unwrap();
            let json = serde_json::to_string(&whitener).unwrap();
            assert_eq!(serde_json::from_str::<Whitener>(&json).unwrap(), whitener);
            let short = json.replacen("\"matrix\":[", "\"matrix\":[1.0,", 1);
            let message = serde_json::from_str::<Whitener>(&short).unwrap_err().to_string();
            assert!(message.starts_with("whitener matrix: expected shape"), "{message}");
        }
    }

    #[test]
    fn tables_that_cannot_be_whitened_are_refused() {
        let message = |data: Array2<f64>, floor| {
            Whitening::Pca.fit(data.view(), floor).unwrap_err().to_string()
        };
        assert_eq!(message(array![[1.0, 2.0]], 0.0), "data: expected at least 2 rows, got 1");
        assert_eq!(
            message(array![[1.0], [f64::NAN]], 0.0),
            "data: entry [1, 0] is NaN, expected a finite number"
        );
        assert_eq!(
            message(array![[1.0], [2.0]], 1.5),
            "floor: expected a number in [0, 1), got 1.5"
        );
        assert_eq!(
            message(array![[1.0], [1.0]], 0.0),
            "data: expected at least one column that varies, got 1 constant columns"
        );
        let whitener = Whitening::Pca.fit(array![[1.0], [2.0]].view(), 0.0).unwrap();
        let wide = whitener.transform(array![[1.0, 2.0]].view()).unwrap_err().to_string();
        assert_eq!(wide, "rows to whiten: expected shape [1, 1], got [1, 2]");
    }
}
