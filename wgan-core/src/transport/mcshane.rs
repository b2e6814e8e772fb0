//! McShane's extension: from any values on a sample to a function that is exactly 1-Lipschitz, and from it a certified bound on W₁.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

use super::cost::{GroundCost, PointCost};
use super::one_dimensional::finite;
use crate::error::WganError;
use crate::norm::GroundNorm;

/// `F(x) = minₖ f(zₖ) + ‖x − zₖ‖`, 1-Lipschitz everywhere whatever the `f(zₖ)`; equal to them where they are 1-Lipschitz already.
///
/// # References
/// McShane (1934), Extension of range of functions.
#[derive(Debug, Clone)]
pub struct McShane {
    anchors: Array2<f64>,
    values: Array1<f64>,
    norm: GroundNorm,
}

impl McShane {
    /// Takes anchors and the values wanted there.
    ///
    /// # Shapes
    /// - `anchors`: `[n, d]`; `values`: `[n]`, in the unit of the distance
    ///
    /// # Errors
    /// Sizes that do not fit, entries that are not finite.
    pub fn new(
        anchors: ArrayView2<'_, f64>,
        values: &[f64],
        norm: GroundNorm,
    ) -> Result<Self, WganError> {
        check_values(anchors, values)?;
        Ok(Self { anchors: anchors.to_owned(), values: values.to_vec().into(), norm })
    }

    /// `F` at the rows of `x`.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`
    /// - returns: `[n]`
    ///
    /// # Errors
    /// Another dimension than the anchors', entries that are not finite.
    ///
    /// # Complexity
    /// `O(rows · anchors · d)`.
    pub fn evaluate(&self, x: ArrayView2<'_, f64>) -> Result<Array1<f64>, WganError> {
        let distance = PointCost::new(x, self.anchors.view(), self.norm)?;
        let n = self.values.len();
        let mut buffer = vec![0.0; n];
        let mut least = |i| {
            let row = distance.row(i, 0..n, &mut buffer);
            row.iter().zip(&self.values).fold(f64::INFINITY, |least, (d, f)| f64::min(least, f + d))
        };
        Ok((0..x.nrows()).map(&mut least).collect())
    }
}

/// A lower bound on W₁ between two samples, proved by a 1-Lipschitz function.
#[derive(Debug, Clone, PartialEq)]
pub struct CertifiedBound {
    /// `mean F(real) − mean F(fake)`, at most W₁ between the samples.
    pub value: f64,
    /// `F` at the real rows.
    pub real: Array1<f64>,
    /// `F` at the fake rows.
    pub fake: Array1<f64>,
    /// Largest slope of the scores between two rows, before they were made 1-Lipschitz.
    pub largest_slope: f64,
}

/// Turns a critic's scores on two samples into a certified lower bound on W₁ between them.
///
/// Four 1-Lipschitz functions are made of the scores, and the best is returned: McShane's extension from the fake rows or from all rows,
/// of the scores as they are or divided by their largest slope. A score that is 1-Lipschitz already comes back unchanged or better.
///
/// # Shapes
/// - `real`: `[n, d]`, `fake`: `[m, d]`; `real_scores`: `[n]`, `fake_scores`: `[m]`, in the unit of the distance
///
/// # Errors
/// As [`McShane::new`].
///
/// # Complexity
/// `O((n + m)²·d)`.
///
/// # Example
/// ```
/// use ndarray::array;
/// use wgan_core::transport::{GroundNorm, certified_lower_bound};
/// let (real, fake) = (array![[2.0]], array![[0.0]]);
/// let bound = certified_lower_bound(real.view(), fake.view(), &[50.0], &[0.0], GroundNorm::L2)?; // slope 25
/// assert_eq!((bound.value, bound.largest_slope), (2.0, 25.0));
/// # Ok::<(), wgan_core::WganError>(())
/// ```
pub fn certified_lower_bound(
    real: ArrayView2<'_, f64>,
    fake: ArrayView2<'_, f64>,
    real_scores: &[f64],
    fake_scores: &[f64],
    norm: GroundNorm,
) -> Result<CertifiedBound, WganError> {
    let scores = (real_scores, fake_scores);
    best_extension(real, fake, scores, norm, Below::Samples)
}

/// What a bound is to be below.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Below {
    /// W₁ of the samples: the function may be fitted to their rows.
    Samples,
    /// W₁ of the laws, in expectation: the function may not gain from the rows it is evaluated on. It starts from all
    /// rows, which keeps the scores where they are 1-Lipschitz already, and is scaled down only.
    Laws,
}

/// The best of McShane's extensions of the scores as they are or divided by their largest slope.
pub(crate) fn best_extension(
    real: ArrayView2<'_, f64>,
    fake: ArrayView2<'_, f64>,
    (real_scores, fake_scores): (&[f64], &[f64]),
    norm: GroundNorm,
    below: Below,
) -> Result<CertifiedBound, WganError> {
    check_values(real, real_scores)?;
    check_values(fake, fake_scores)?;
    let all = concatenate(Axis(0), &[real, fake]).map_err(|_| WganError::Shape {
        at: "fake",
        expected: vec![fake.nrows(), real.ncols()],
        got: fake.shape().to_vec(),
    })?;
    let scores = [real_scores, fake_scores].concat();
    let slope = largest_slope(all.view(), &scores, norm)?;
    let mut best = CertifiedBound {
        value: f64::NEG_INFINITY,
        real: Array1::zeros(0),
        fake: Array1::zeros(0),
        largest_slope: slope,
    };
    let least_slope = if below == Below::Laws { 1.0 } else { 0.0 };
    let slope_used = slope.max(least_slope);
    let scales: &[f64] =
        if slope_used > 0.0 && slope_used.is_finite() { &[1.0, 1.0 / slope_used] } else { &[1.0] };
    for scale in scales {
        let scaled: Vec<f64> = scores.iter().map(|f| f * scale).collect();
        let mut extensions = vec![McShane::new(all.view(), &scaled, norm)?];
        if below == Below::Samples {
            extensions.push(McShane::new(fake, &scaled[real_scores.len()..], norm)?);
        }
        for extended in extensions {
            let (on_real, on_fake) = (extended.evaluate(real)?, extended.evaluate(fake)?);
            let value = on_real.sum() / on_real.len() as f64 - on_fake.sum() / on_fake.len() as f64;
            if value > best.value {
                best = CertifiedBound { value, real: on_real, fake: on_fake, largest_slope: slope };
            }
        }
    }
    finite(best.value)?;
    Ok(best)
}

/// Largest `|f(zₖ) − f(zₗ)| / ‖zₖ − zₗ‖`; infinite when equal rows have different values.
///
/// # Shapes
/// - `points`: `[n, d]`, `values`: `[n]`
///
/// # Errors
/// As [`McShane::new`].
pub fn largest_slope(
    points: ArrayView2<'_, f64>,
    values: &[f64],
    norm: GroundNorm,
) -> Result<f64, WganError> {
    over_pairs(
        points,
        values,
        norm,
        |difference, distance| {
            if difference == 0.0 { 0.0 } else { difference / distance }
        },
    )
}

/// Checks that values on a sample are 1-Lipschitz: `|f(zₖ) − f(zₗ)| ≤ ‖zₖ − zₗ‖ + tolerance` for all pairs.
///
/// # Shapes
/// - `points`: `[n, d]`, `values`: `[n]`
///
/// # Errors
/// [`WganError::Violated`] with the largest excess, in the unit of the distance; as [`McShane::new`].
pub fn check_lipschitz(
    points: ArrayView2<'_, f64>,
    values: &[f64],
    norm: GroundNorm,
    tolerance: f64,
) -> Result<(), WganError> {
    let excess = over_pairs(points, values, norm, |difference, distance| difference - distance)?;
    if excess <= tolerance {
        return Ok(());
    }
    Err(WganError::Violated {
        at: "potential",
        measure: "|f(z) − f(z′)| − ‖z − z′‖",
        allowed: tolerance,
        got: excess,
    })
}

/// Largest `measure(|f(zₖ) − f(zₗ)|, ‖zₖ − zₗ‖)` over pairs, at least 0.
fn over_pairs(
    points: ArrayView2<'_, f64>,
    values: &[f64],
    norm: GroundNorm,
    measure: fn(f64, f64) -> f64,
) -> Result<f64, WganError> {
    check_values(points, values)?;
    let distance = PointCost::new(points, points, norm)?;
    let mut buffer = vec![0.0; values.len()];
    let mut worst = 0.0_f64;
    for (k, f) in values.iter().enumerate() {
        let row = distance.row(k, 0..k, &mut buffer);
        worst = row
            .iter()
            .zip(values)
            .fold(worst, |worst, (d, g)| worst.max(measure((f - g).abs(), *d)));
    }
    Ok(worst)
}

/// Refuses values that do not belong one to one to the rows or are not finite.
fn check_values(points: ArrayView2<'_, f64>, values: &[f64]) -> Result<(), WganError> {
    if points.nrows() != values.len() {
        return Err(WganError::Shape {
            at: "values",
            expected: vec![points.nrows()],
            got: vec![values.len()],
        });
    }
    super::one_dimensional::check_positions("values", values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{sample_for_tests, w1};
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    #[test]
    fn any_values_become_one_lipschitz() {
        let points = sample_for_tests(60, 3, 1);
        let wild = sample_for_tests(60, 1, 2)
            .into_raw_vec_and_offset()
            .0
            .iter()
            .map(|v| 10.0 * v)
            .collect::<Vec<_>>();
        for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
            assert!(check_lipschitz(points.view(), &wild, norm, 1e-6).is_err());
            let tame =
                McShane::new(points.view(), &wild, norm).unwrap().evaluate(points.view()).unwrap();
            check_lipschitz(points.view(), &tame.to_vec(), norm, 1e-12).unwrap();
        }
    }

    #[test]
    fn a_violation_of_1e_6_is_seen() {
        let points = sample_for_tests(50, 2, 3);
        let mut values: Vec<f64> = points.column(0).to_vec(); // slope one along the first axis
        check_lipschitz(points.view(), &values, GroundNorm::LInf, 1e-12).unwrap();
        let cone: Vec<f64> =
            points.rows().into_iter().map(|p| GroundNorm::L2.between(p, points.row(7))).collect();
        check_lipschitz(points.view(), &cone, GroundNorm::L2, 1e-12).unwrap();
        values = cone;
        values[7] -= 1e-6; // the tip of the cone, where every slope is one
        let message =
            check_lipschitz(points.view(), &values, GroundNorm::L2, 1e-9).unwrap_err().to_string();
        assert!(message.starts_with("potential: |f(z) − f(z′)| − ‖z − z′‖ is "), "{message}");
    }

    #[test]
    fn exact_potentials_give_w1_itself() {
        let (x, y) = (sample_for_tests(60, 2, 4), sample_for_tests(45, 2, 5) * 2.0);
        let exact = w1(x.view(), y.view(), GroundNorm::L2).unwrap();
        let scores: Vec<f64> = exact.v.iter().map(|v| -v).collect();
        let bound =
            certified_lower_bound(x.view(), y.view(), &exact.u, &scores, GroundNorm::L2).unwrap();
        assert_abs_diff_eq!(bound.value, exact.value, epsilon = 1e-12);
    }

    proptest! {
        #[test]
        fn the_bound_never_exceeds_w1(
            n in 1..12usize, m in 1..12usize, seed in 0..500u64, size in 0.0..20.0f64,
        ) {
            let (x, y) = (sample_for_tests(n, 2, seed), sample_for_tests(m, 2, seed + 1) + 0.3);
            let scores = sample_for_tests(n + m, 1, seed + 2).into_raw_vec_and_offset().0;
            let scores: Vec<f64> = scores.iter().map(|v| size * v).collect();
            let bound = certified_lower_bound(x.view(), y.view(), &scores[..n], &scores[n..], GroundNorm::L2).unwrap();
            prop_assert!(bound.value <= w1(x.view(), y.view(), GroundNorm::L2).unwrap().value + 1e-12);
        }
    }
}
