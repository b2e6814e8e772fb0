//! Means, standard deviations and correlations of the columns of a table.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::error::WganError;
use crate::magnitude::binary_unit;

/// Rows taken at a time, so that no second table is made.
pub(super) const CHUNK: usize = 4096;

/// A column whose standard deviation is below this share of its largest magnitude counts as constant: round-off of the mean.
const CONSTANT: f64 = 1e-12;

/// First and second moments of a table `[n, d]`.
pub(super) struct Moments {
    /// `[d]`
    pub mean: Array1<f64>,
    /// Standard deviation, divisor `n − 1`; 1 for constant columns.
    pub scale: Array1<f64>,
    /// `[d, d]`, rows and columns of constant columns zero.
    pub correlation: Array2<f64>,
    /// Columns without variance.
    pub constant: Vec<usize>,
}

impl Moments {
    /// Moments of a table of finite numbers with at least two rows.
    ///
    /// # Shapes
    /// - `data`: `[n, d]`
    ///
    /// # Errors
    /// A standard deviation beyond the range of `f64`.
    pub fn of(data: ArrayView2<'_, f64>) -> Result<Self, WganError> {
        let (n, d) = data.dim();
        let largest = data.fold_axis(Axis(0), 0.0_f64, |m, x| m.max(x.abs()));
        let unit = largest.mapv(binary_unit);
        let first = &data.row(0) / &unit;
        let mean = &first + (&data / &unit - &first).sum_axis(Axis(0)) / n as f64;
        let mut deviation = Array1::<f64>::zeros(d);
        for rows in data.axis_chunks_iter(Axis(0), CHUNK) {
            deviation += &(&rows / &unit - &mean).mapv_into(|e| e * e).sum_axis(Axis(0));
        }
        deviation.mapv_inplace(|sum| (sum / (n - 1) as f64).sqrt());
        let constant: Vec<usize> =
            (0..d).filter(|&k| deviation[k] <= CONSTANT * (largest[k] / unit[k])).collect();
        let (mean, mut scale) = (mean * &unit, deviation * &unit);
        constant.iter().for_each(|&k| scale[k] = 1.0);
        if let Some(k) = scale.iter().position(|s| !s.is_finite()) {
            let at = "standard deviations";
            return Err(WganError::NotFinite { at, index: vec![k], got: scale[k] });
        }
        let correlation = correlation(data, &mean, &scale, &constant);
        Ok(Self { mean, scale, correlation, constant })
    }
}

/// `Σ sᵢ sᵢᵀ / (n − 1)` of the standardised rows `s = (x − mean) / scale`.
fn correlation(
    data: ArrayView2<'_, f64>,
    mean: &Array1<f64>,
    scale: &Array1<f64>,
    constant: &[usize],
) -> Array2<f64> {
    let (n, d) = data.dim();
    let mut total = Array2::<f64>::zeros((d, d));
    for rows in data.axis_chunks_iter(Axis(0), CHUNK) {
        let mut standardised = (&rows - mean) / scale;
        constant.iter().for_each(|&k| standardised.column_mut(k).fill(0.0));
        total += &standardised.t().dot(&standardised);
    }
    total / (n - 1) as f64
}
