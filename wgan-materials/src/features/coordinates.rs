//! Coordinates of the number features: whitened or standardised.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::whitening::{Whitener, Whitening};

/// Smallest variance of a direction, relative to the largest, that is brought to one.
const FLOOR: f64 = 1e-6;

/// Deviation below which a column counts as constant; scores have one of about 1.
const CONSTANT: f64 = 1e-9;

/// A linear change of coordinates of number features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Coordinates {
    /// Whitened together.
    Whitened(Whitener),
    /// Each brought to mean 0 and variance 1.
    Standardised {
        /// Means, `[d]`.
        mean: Vec<f64>,
        /// Deviations, `[d]`; 1 where a column is constant.
        deviation: Vec<f64>,
    },
}

impl Coordinates {
    /// Fits to the rows of `data`; without a whitening, and where nothing varies, the columns are standardised.
    ///
    /// # Shapes
    /// - `data`: `[n, d]`
    ///
    /// # Errors
    /// As [`Whitening::fit`].
    pub fn fit(whitening: Option<Whitening>, data: ArrayView2<'_, f64>) -> Result<Self, WganError> {
        let deviation = data.std_axis(Axis(0), 0.0);
        let varies = data.nrows() > 1 && deviation.iter().any(|s| *s > CONSTANT);
        match whitening.filter(|_| varies) {
            Some(whitening) => Ok(Self::Whitened(whitening.fit(data, FLOOR)?)),
            None => {
                let mean = data.mean_axis(Axis(0)).unwrap_or_default().to_vec();
                let deviation = deviation.mapv(|s| if s > CONSTANT { s } else { 1.0 }).to_vec();
                Ok(Self::Standardised { mean, deviation })
            }
        }
    }

    /// Number of features `d`.
    pub(super) fn n_inputs(&self) -> usize {
        match self {
            Self::Whitened(whitener) => whitener.n_inputs(),
            Self::Standardised { mean, .. } => mean.len(),
        }
    }

    /// Whether it could have been fitted; a [`Whitener`] is checked where it is read.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Self::Whitened(_) => true,
            Self::Standardised { mean, deviation } => {
                let is_unit = |s: &f64| *s > 0.0 && s.is_finite();
                mean.len() == deviation.len()
                    && mean.iter().all(|x| x.is_finite())
                    && deviation.iter().all(is_unit)
            }
        }
    }

    /// Number of coordinates `k`.
    pub fn width(&self) -> usize {
        match self {
            Self::Whitened(whitener) => whitener.n_outputs(),
            Self::Standardised { mean, .. } => mean.len(),
        }
    }

    /// Coordinates of these rows.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`
    /// - returns: `[n, k]`
    ///
    /// # Errors
    /// [`WganError::Shape`].
    pub fn transform(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>, WganError> {
        match self {
            Self::Whitened(whitener) => whitener.transform(x),
            Self::Standardised { mean, deviation } => {
                check(x, mean.len())?;
                Ok((&x - &row(mean)) / &row(deviation))
            }
        }
    }

    /// Rows with these coordinates.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`
    /// - returns: `[n, d]`
    ///
    /// # Errors
    /// [`WganError::Shape`].
    pub fn inverse(&self, z: ArrayView2<'_, f64>) -> Result<Array2<f64>, WganError> {
        match self {
            Self::Whitened(whitener) => whitener.inverse(z),
            Self::Standardised { mean, deviation } => {
                check(z, mean.len())?;
                Ok(&z * &row(deviation) + &row(mean))
            }
        }
    }
}

fn row(values: &[f64]) -> Array1<f64> {
    Array1::from(values.to_vec())
}

fn check(x: ArrayView2<'_, f64>, d: usize) -> Result<(), WganError> {
    if x.ncols() == d {
        return Ok(());
    }
    let (expected, got) = (vec![x.nrows(), d], vec![x.nrows(), x.ncols()]);
    Err(WganError::Shape { at: "number features", expected, got })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn both_kinds_come_back_also_with_a_constant_column() {
        let data = array![[1.0, 7.0, 2.0], [2.0, 7.0, 5.0], [4.0, 7.0, 3.0], [4.5, 7.0, 1.0]];
        for whitening in
            [None, Some(Whitening::Pca), Some(Whitening::Zca), Some(Whitening::Cholesky)]
        {
            let coordinates = Coordinates::fit(whitening, data.view()).unwrap();
            let z = coordinates.transform(data.view()).unwrap();
            assert_eq!(z.ncols(), coordinates.width());
            let back = coordinates.inverse(z.view()).unwrap();
            assert!((back - &data).iter().all(|e| e.abs() < 1e-9), "{whitening:?}");
        }
    }

    #[test]
    fn nothing_that_varies_and_no_columns_are_no_exception() {
        let constant = Array2::ones((3, 2));
        let coordinates = Coordinates::fit(Some(Whitening::Pca), constant.view()).unwrap();
        assert_eq!(coordinates.transform(constant.view()).unwrap(), Array2::<f64>::zeros((3, 2)));
        let none = Coordinates::fit(None, Array2::zeros((3, 0)).view()).unwrap();
        assert_eq!(none.width(), 0);
        let message = none.inverse(constant.view()).unwrap_err().to_string();
        assert_eq!(message, "number features: expected shape [3, 0], got [3, 2]");
    }
}
