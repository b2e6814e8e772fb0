//! Total variation, Kullback–Leibler and Jensen–Shannon: the divergences that say nothing about how far apart two laws are.
//!
//! For point masses at distance `θ > 0` they are 1, ∞ and `ln 2`, whatever `θ`: no slope to follow. They are here for comparison with W₁.
//! Logarithms are natural; the conventions are `0·ln 0 = 0` and `p·ln(p/0) = ∞`.

use super::gaussian::check_gaussian;
use super::mass::checked_total;
use super::quadrature::simpson;
use crate::error::WganError;

/// The four divergences between `p` and `q`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergences {
    /// Total variation `½ Σ |p − q|`, in `[0, 1]`.
    pub total_variation: f64,
    /// `KL(p ‖ q) = Σ p ln(p/q)`, in `[0, ∞]`.
    pub kl: f64,
    /// `KL(q ‖ p)`.
    pub reverse_kl: f64,
    /// `½ KL(p ‖ ½(p+q)) + ½ KL(q ‖ ½(p+q))`, in `[0, ln 2]`.
    pub js: f64,
}

/// Divergences between two laws on the same finite set; weights are divided by their totals.
///
/// # Shapes
/// - `p`, `q`: `[k]`
///
/// # Errors
/// Different lengths, and weights that are empty, negative, not finite or all zero.
///
/// # Example
/// ```
/// use wgan_core::transport::discrete_divergences;
/// let apart = discrete_divergences(&[1.0, 0.0], &[0.0, 1.0])?;
/// assert_eq!((apart.total_variation, apart.kl), (1.0, f64::INFINITY));
/// assert!((apart.js - 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), wgan_core::WganError>(())
/// ```
///
/// # References
/// Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, section 2.
pub fn discrete_divergences(p: &[f64], q: &[f64]) -> Result<Divergences, WganError> {
    let (p_total, q_total) = (checked_total("p", p)?, checked_total("q", q)?);
    if p.len() != q.len() {
        return Err(WganError::Shape { at: "q", expected: vec![p.len()], got: vec![q.len()] });
    }
    let sum = |term: fn(f64, f64) -> f64| {
        p.iter().zip(q).map(|(p, q)| term(p / p_total, q / q_total)).sum::<f64>()
    };
    Ok(Divergences {
        total_variation: sum(variation_term),
        kl: sum(kl_term).max(0.0),
        reverse_kl: sum(|p, q| kl_term(q, p)).max(0.0),
        js: sum(js_term).max(0.0),
    })
}

/// Divergences between two normal laws `(mean, standard deviation)` on the line.
///
/// Total variation and JS by Simpson's rule over 12 standard deviations around both means, in pieces of a fiftieth of the smaller
/// deviation and smaller at the crossings of the densities; KL in closed form `ln(s₁/s₀) + (s₀² + (m₀ − m₁)²)/2s₁² − ½`.
///
/// # Errors
/// Numbers that are not finite, deviations that are not positive, or deviations and distances so different (a factor above 10⁴) that
/// the quadrature would not resolve them.
pub fn gaussian_divergences(p: (f64, f64), q: (f64, f64)) -> Result<Divergences, WganError> {
    check_gaussian("p", p)?;
    check_gaussian("q", q)?;
    let narrow = p.1.min(q.1);
    let (from, to) =
        ((p.0 - 12.0 * p.1).min(q.0 - 12.0 * q.1), (p.0 + 12.0 * p.1).max(q.0 + 12.0 * q.1));
    if narrow <= 0.0 || (to - from) / narrow > 1e5 {
        let got = format!("{p:?} and {q:?}");
        return Err(WganError::Config {
            field: "normal laws",
            expected: "deviations of similar size to each other and the shift",
            got,
        });
    }
    let integral = |term: fn(f64, f64) -> f64| {
        let ends = breakpoints(p, q, from, to);
        let pieces = |a: f64, b: f64| (50.0 * (b - a) / narrow).ceil() as usize + 50;
        ends.windows(2)
            .map(|e| {
                simpson(|x| term(density(p, x), density(q, x)), e[0], e[1], pieces(e[0], e[1]))
            })
            .sum::<f64>()
    };
    Ok(Divergences {
        total_variation: integral(variation_term).clamp(0.0, 1.0),
        kl: gaussian_kl(p, q),
        reverse_kl: gaussian_kl(q, p),
        js: integral(js_term).max(0.0),
    })
}

/// `KL(N(m₀, s₀²) ‖ N(m₁, s₁²))`.
fn gaussian_kl((m0, s0): (f64, f64), (m1, s1): (f64, f64)) -> f64 {
    (s1 / s0).ln() + (s0 * s0 + (m0 - m1) * (m0 - m1)) / (2.0 * s1 * s1) - 0.5
}

/// Density of a normal law.
fn density((mean, deviation): (f64, f64), x: f64) -> f64 {
    let z = (x - mean) / deviation;
    (-0.5 * z * z).exp() / (deviation * (2.0 * std::f64::consts::PI).sqrt())
}

/// `from`, the crossings of the two densities in between, `to`: `|p − q|` is smooth on each piece.
///
/// The crossings solve `x²(1/s₁² − 1/s₀²) − 2x(m₁/s₁² − m₀/s₀²) + m₁²/s₁² − m₀²/s₀² + 2 ln(s₁/s₀) = 0`, written around `m₀`.
fn breakpoints((m0, s0): (f64, f64), (m1, s1): (f64, f64), from: f64, to: f64) -> Vec<f64> {
    let m = m1 - m0;
    let a = 1.0 / (s1 * s1) - 1.0 / (s0 * s0);
    let half_b = -m / (s1 * s1);
    let c = m * m / (s1 * s1) + 2.0 * (s1 / s0).ln();
    let root = (half_b * half_b - a * c).max(0.0).sqrt();
    let stable = -(half_b + root.copysign(half_b));
    let mut ends = vec![from, to];
    ends.extend(
        [stable / a, c / stable]
            .map(|x| m0 + x)
            .into_iter()
            .filter(|x| x.is_finite() && *x > from && *x < to),
    );
    ends.sort_unstable_by(f64::total_cmp);
    ends
}

/// `½ |p − q|`.
fn variation_term(p: f64, q: f64) -> f64 {
    0.5 * (p - q).abs()
}

/// `p ln(p/q)`.
fn kl_term(p: f64, q: f64) -> f64 {
    if p == 0.0 {
        0.0
    } else if q == 0.0 {
        f64::INFINITY
    } else {
        p * (p / q).ln()
    }
}

/// `½ p ln(2p/(p+q)) + ½ q ln(2q/(p+q))`.
fn js_term(p: f64, q: f64) -> f64 {
    let half = |p: f64, q: f64| {
        if p == 0.0 { 0.0 } else { 0.5 * p * (p / (p + q)).ln() + 0.5 * p * std::f64::consts::LN_2 }
    };
    half(p, q) + half(q, p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    #[test]
    fn the_same_law_has_no_divergence() {
        let none = Divergences { total_variation: 0.0, kl: 0.0, reverse_kl: 0.0, js: 0.0 };
        assert_eq!(discrete_divergences(&[2.0, 1.0], &[2.0, 1.0]).unwrap(), none);
        let same = gaussian_divergences((1.0, 2.0), (1.0, 2.0)).unwrap();
        assert_abs_diff_eq!(same.total_variation + same.kl + same.js, 0.0, epsilon = 1e-12);
    }

    #[test]
    fn total_variation_of_shifted_normals_is_tabulated() {
        // TV(N(0,1), N(2,1)) = 2Φ(1) − 1.
        let shifted = gaussian_divergences((0.0, 1.0), (2.0, 1.0)).unwrap();
        assert_abs_diff_eq!(shifted.total_variation, 0.682_689_492_137_085_9, epsilon = 1e-9);
        assert_abs_diff_eq!(shifted.kl, 2.0, epsilon = 1e-12);
    }

    #[test]
    fn total_variation_of_scaled_normals_uses_both_crossings() {
        // Crossings at ±√(8 ln 2 / 3) = ±1.359556...: TV = 2(Φ(1.3595...) − Φ(0.6797...)).
        let scaled = gaussian_divergences((0.0, 1.0), (0.0, 2.0)).unwrap();
        assert_abs_diff_eq!(scaled.total_variation, 0.322_674_568_834_5, epsilon = 1e-4);
    }

    #[test]
    fn far_apart_the_js_is_ln_two() {
        assert_abs_diff_eq!(
            gaussian_divergences((0.0, 1.0), (100.0, 1.0)).unwrap().js,
            2f64.ln(),
            epsilon = 1e-9
        );
    }

    #[test]
    fn bad_laws_are_refused() {
        let message = discrete_divergences(&[1.0], &[0.5, 0.5]).unwrap_err().to_string();
        assert_eq!(message, "q: expected shape [1], got [2]");
        assert!(gaussian_divergences((0.0, 0.0), (0.0, 1.0)).is_err());
    }

    proptest! {
        #[test]
        fn quadrature_agrees_with_fine_bins(m in -3.0..3.0f64, s in 0.3..3.0f64) {
            let bins = |law: (f64, f64)| (0..60_000).map(|k| density(law, -30.0 + 1e-3 * f64::from(k))).collect::<Vec<_>>();
            let binned = discrete_divergences(&bins((0.0, 1.0)), &bins((m, s))).unwrap();
            let exact = gaussian_divergences((0.0, 1.0), (m, s)).unwrap();
            prop_assert!((binned.total_variation - exact.total_variation).abs() < 1e-5);
            prop_assert!((binned.js - exact.js).abs() < 1e-7);
        }

        #[test]
        fn pinsker_holds(p in prop::collection::vec(0.01..1.0f64, 6), q in prop::collection::vec(0.01..1.0f64, 6)) {
            let d = discrete_divergences(&p, &q).unwrap();
            prop_assert!(d.total_variation <= (d.kl / 2.0).sqrt() + 1e-12);
            prop_assert!(d.js <= d.total_variation * 2f64.ln() + 1e-12);
        }
    }
}
