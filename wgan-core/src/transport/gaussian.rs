//! Closed and nearly closed forms between normal laws.

use faer::linalg::solvers::SelfAdjointEigen;
use faer::{Mat, Side};
use ndarray::{ArrayView1, ArrayView2};

use super::one_dimensional::finite;
use crate::error::WganError;

/// W₁ between `N(m₀, s₀²)` and `N(m₁, s₁²)` on the line.
///
/// The quantiles differ by `(m₁ − m₀) + (s₁ − s₀)·Z` with `Z` standard normal, so W₁ is the mean of a folded normal:
/// `W₁ = σ·√(2/π)·exp(−m²/2σ²) + m·erf(m/(σ√2))` with `m = m₁ − m₀`, `σ = |s₁ − s₀|`; `|m|` when `σ = 0`.
///
/// # Errors
/// Numbers that are not finite, negative standard deviations.
///
/// # Example
/// ```
/// use wgan_core::transport::w1_gaussian;
/// assert_eq!(w1_gaussian((0.0, 1.0), (3.0, 1.0))?, 3.0);
/// assert!((w1_gaussian((0.0, 1.0), (0.0, 2.0))? - (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-12);
/// # Ok::<(), wgan_core::WganError>(())
/// ```
///
/// # References
/// Leone, Nelson, Nottingham (1961), The folded normal distribution, Technometrics.
pub fn w1_gaussian(first: (f64, f64), second: (f64, f64)) -> Result<f64, WganError> {
    check_gaussian("first law", first)?;
    check_gaussian("second law", second)?;
    let (m, sigma) = (second.0 - first.0, (second.1 - first.1).abs());
    if sigma == 0.0 {
        return finite(m.abs());
    }
    let z = m / sigma;
    let folded = sigma * (2.0 / std::f64::consts::PI).sqrt() * (-0.5 * z * z).exp();
    finite(folded + m * (1.0 - 2.0 * normal_tail(z)))
}

/// Refuses means and standard deviations that are not those of a normal law (a point mass has deviation 0).
pub(super) fn check_gaussian(
    at: &'static str,
    (mean, deviation): (f64, f64),
) -> Result<(), WganError> {
    if !mean.is_finite() || !deviation.is_finite() {
        let got = if mean.is_finite() { deviation } else { mean };
        return Err(WganError::NotFinite { at, index: vec![], got });
    }
    if deviation < 0.0 {
        return Err(WganError::Config {
            field: at,
            expected: "a standard deviation that is not negative",
            got: deviation.to_string(),
        });
    }
    Ok(())
}

/// `P(Z > z)` of a standard normal, by Simpson's rule over one smooth piece and a continued fraction beyond; error below 1e-13.
fn normal_tail(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - normal_tail(-z);
    }
    let density = |t: f64| (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z > 4.0 {
        // Laplace's continued fraction φ(z) / (z + 1/(z + 2/(z + ...))).
        let fraction = (1..=60).rev().fold(z, |below, k| z + f64::from(k) / below);
        return density(z) / fraction;
    }
    0.5 - super::quadrature::simpson(density, 0.0, z, 1000)
}

/// W₂² between `N(m₀, C₀)` and `N(m₁, C₁)`: `‖m₀ − m₁‖² + tr(C₀ + C₁ − 2·(C₀^{1/2} C₁ C₀^{1/2})^{1/2})`.
///
/// # Shapes
/// - means `[d]`, covariances `[d, d]`, symmetric, positive semi-definite; returns the unit squared
///
/// # Errors
/// Shapes that do not fit, entries that are not finite, covariances that are not symmetric or have a negative eigenvalue.
///
/// # References
/// Dowson, Landau (1982), The Fréchet distance between multivariate normal distributions; Bures (1969) for the matrix term.
pub fn w2_squared_gaussian(
    first: (ArrayView1<'_, f64>, ArrayView2<'_, f64>),
    second: (ArrayView1<'_, f64>, ArrayView2<'_, f64>),
) -> Result<f64, WganError> {
    let d = first.0.len();
    check_covariance("first law", d, first)?;
    check_covariance("second law", d, second)?;
    let shift: f64 = first.0.iter().zip(second.0).map(|(a, b)| (a - b) * (a - b)).sum();
    let root = square_root(first.1)?;
    let other = to_faer(second.1);
    let between = &root * &other * &root;
    let cross: f64 =
        eigen(&between)?.S().column_vector().iter().map(|&value: &f64| value.max(0.0).sqrt()).sum();
    // The eigenvalues of the second covariance are only looked at to refuse negative ones.
    square_root(second.1)?;
    // `max` would turn NaN into 0.
    finite(shift + first.1.diag().sum() + second.1.diag().sum() - 2.0 * cross).map(|w| w.max(0.0))
}

/// Refuses shapes that do not fit and matrices that are not symmetric.
fn check_covariance(
    at: &'static str,
    d: usize,
    (mean, covariance): (ArrayView1<'_, f64>, ArrayView2<'_, f64>),
) -> Result<(), WganError> {
    if mean.len() != d || covariance.dim() != (d, d) {
        let (rows, columns) = covariance.dim();
        return Err(WganError::Shape {
            at,
            expected: vec![d, d, d],
            got: vec![mean.len(), rows, columns],
        });
    }
    super::cost::check_rows(at, covariance)?;
    super::one_dimensional::check_positions(at, &mean.to_vec())?;
    let size = covariance.iter().fold(0.0_f64, |s, x| s.max(x.abs()));
    let skew =
        covariance.iter().zip(covariance.t()).fold(0.0_f64, |s, (a, b)| s.max((a - b).abs()));
    if skew > 1e-9 * size {
        return Err(WganError::Violated {
            at,
            measure: "asymmetry of the covariance",
            allowed: 1e-9 * size,
            got: skew,
        });
    }
    Ok(())
}

/// Symmetric square root of a covariance.
fn square_root(covariance: ArrayView2<'_, f64>) -> Result<Mat<f64>, WganError> {
    let decomposition = eigen(&to_faer(covariance))?;
    let values: Vec<f64> = decomposition.S().column_vector().iter().copied().collect();
    let largest = values.iter().fold(0.0_f64, |l, v| l.max(v.abs()));
    if let Some(&least) = values.iter().find(|&&v| v < -1e-9 * largest) {
        return Err(WganError::Violated {
            at: "covariance",
            measure: "negative eigenvalue",
            allowed: 1e-9 * largest,
            got: -least,
        });
    }
    let vectors = decomposition.U();
    let d = values.len();
    let scaled = Mat::from_fn(d, d, |i, k| vectors[(i, k)] * values[k].max(0.0).sqrt());
    Ok(&scaled * vectors.transpose())
}

/// Eigen-decomposition of a symmetric matrix.
fn eigen(matrix: &Mat<f64>) -> Result<SelfAdjointEigen<f64>, WganError> {
    matrix.self_adjoint_eigen(Side::Lower).map_err(|e| WganError::Decomposition {
        at: "eigen-decomposition of a covariance",
        reason: format!("{e:?}"),
    })
}

/// The same matrix in faer's layout.
fn to_faer(matrix: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[[i, j]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{sample_for_tests, w1_sorted};
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};

    #[test]
    fn normal_tail_has_the_tabulated_values() {
        for (z, tail) in
            [(0.0, 0.5), (1.0, 0.158_655_253_931_457_05), (3.0, 1.349_898_031_630_094_5e-3)]
        {
            assert_abs_diff_eq!(normal_tail(z), tail, epsilon = 1e-13);
        }
        assert_abs_diff_eq!(normal_tail(6.0) / 9.865_876_450_376_98e-10, 1.0, epsilon = 1e-10);
        assert_abs_diff_eq!(normal_tail(-1.0), 1.0 - normal_tail(1.0), epsilon = 1e-15);
    }

    #[test]
    fn samples_approach_the_closed_form() {
        let z = sample_for_tests(100_000, 1, 1).into_raw_vec_and_offset().0;
        let wide: Vec<f64> = z.iter().map(|z| 0.5 + 3.0 * z).collect();
        // The same draws on both sides, so only the mean of |0.5 + 2z| fluctuates, by 2/√n.
        assert_abs_diff_eq!(
            w1_sorted(&z, &wide).unwrap(),
            w1_gaussian((0.0, 1.0), (0.5, 3.0)).unwrap(),
            epsilon = 0.02
        );
    }

    #[test]
    fn bures_of_commuting_covariances_compares_deviations() {
        let (m, c0, c1) =
            (array![0.0, 0.0], array![[1.0, 0.0], [0.0, 4.0]], array![[9.0, 0.0], [0.0, 1.0]]);
        let shifted = array![3.0, 4.0];
        let w2 = w2_squared_gaussian((m.view(), c0.view()), (shifted.view(), c1.view())).unwrap();
        assert_abs_diff_eq!(w2, 25.0 + 4.0 + 1.0, epsilon = 1e-10);
    }

    #[test]
    fn bures_of_a_linear_image_is_the_mean_squared_move() {
        // The optimal map between centred normals is a symmetric positive matrix A, C₁ = A C₀ A, cost tr((A − I) C₀ (A − I)).
        let half = sample_for_tests(3, 3, 2);
        let c0 = half.dot(&half.t()) + Array2::<f64>::eye(3) * 0.1;
        let a = array![[2.0, 0.3, 0.0], [0.3, 1.0, 0.2], [0.0, 0.2, 0.5]];
        let c1 = a.dot(&c0).dot(&a);
        let move_by = &a - &Array2::<f64>::eye(3);
        let expected = move_by.dot(&c0).dot(&move_by).diag().sum();
        let zero = array![0.0, 0.0, 0.0];
        let symmetric = (&c1 + &c1.t()) / 2.0;
        let w2 =
            w2_squared_gaussian((zero.view(), c0.view()), (zero.view(), symmetric.view())).unwrap();
        assert_abs_diff_eq!(w2, expected, epsilon = 1e-9);
    }

    #[test]
    fn laws_that_are_not_normal_are_refused() {
        let zero = array![0.0, 0.0];
        let bad = array![[1.0, 2.0], [2.0, 1.0]];
        let message = w2_squared_gaussian((zero.view(), bad.view()), (zero.view(), bad.view()))
            .unwrap_err()
            .to_string();
        assert!(message.starts_with("covariance: negative eigenvalue is"), "{message}");
        assert!(w1_gaussian((0.0, -1.0), (0.0, 1.0)).is_err());
    }
}
