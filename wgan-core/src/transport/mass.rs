//! Weights of a discrete law: what is accepted, and how two totals are brought to agree.

use crate::error::WganError;

/// Relative difference of two totals that counts as round-off and is rescaled away.
pub const MASS_TOLERANCE: f64 = 1e-9;

/// The uniform law on `n` points, `1/n` each.
pub fn uniform(n: usize) -> Vec<f64> {
    vec![1.0 / n as f64; n]
}

/// Total of `weights` after checking them; `at` names them in errors.
///
/// # Errors
/// Empty, NaN, infinite or negative weights, and weights that are all zero.
pub fn checked_total(at: &'static str, weights: &[f64]) -> Result<f64, WganError> {
    if weights.is_empty() {
        return Err(WganError::TooFew { at, what: "numbers", expected: 1, got: 0 });
    }
    for (index, &w) in weights.iter().enumerate() {
        if !w.is_finite() {
            return Err(WganError::NotFinite { at, index: vec![index], got: w });
        }
        if w < 0.0 {
            return Err(WganError::NegativeMass { at, index, got: w });
        }
    }
    let total: f64 = weights.iter().sum();
    if !total.is_finite() {
        return Err(WganError::NotFinite { at, index: vec![], got: total });
    }
    if total > 0.0 { Ok(total) } else { Err(WganError::NoMass { at }) }
}

/// Totals of two laws that must carry the same mass.
///
/// Totals that differ by at most [`MASS_TOLERANCE`] (relative) are accepted; the target weights then count as multiplied by
/// `source_total / target_total`.
///
/// # Errors
/// Those of [`checked_total`], and totals that differ by more.
pub(crate) fn matched_totals(source: &[f64], target: &[f64]) -> Result<(f64, f64), WganError> {
    let source_total = checked_total("source weights", source)?;
    let target_total = checked_total("target weights", target)?;
    if (source_total - target_total).abs() > MASS_TOLERANCE * source_total.max(target_total) {
        return Err(WganError::UnequalMass { source_total, target_total });
    }
    Ok((source_total, target_total))
}

/// Two laws in whole units of mass, so that flows add and subtract without round-off.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Units {
    /// Units at each source point.
    pub source: Vec<i64>,
    /// Units at each target point; the same total.
    pub target: Vec<i64>,
    /// Mass of one unit.
    pub mass: f64,
    /// Flows up to this many units are rounding of the weights, not mass.
    pub noise: i64,
}

/// Total number of units for weights that are not uniform: `2⁶⁰`, far below the spacing of `f64` near one.
const TOTAL: i64 = 1 << 60;

impl Units {
    /// Rounds two laws to units with equal totals.
    ///
    /// Uniform laws are exact (`m/g` units per source, `n/g` per target, `g = gcd(n, m)`); other laws are rounded to `2⁻⁶⁰` of the
    /// total and the remainder goes to the largest weight.
    pub fn new(source: &[f64], target: &[f64]) -> Result<Self, WganError> {
        let (source_total, target_total) = matched_totals(source, target)?;
        let (n, m) = (source.len(), target.len());
        if is_uniform(source) && is_uniform(target) {
            let g = gcd(n, m);
            return Ok(Self {
                source: vec![(m / g) as i64; n],
                target: vec![(n / g) as i64; m],
                mass: source_total / (n * (m / g)) as f64,
                noise: 0,
            });
        }
        Ok(Self {
            source: rounded(source, source_total),
            target: rounded(target, target_total),
            mass: source_total / TOTAL as f64,
            noise: 2 * (n + m) as i64,
        })
    }
}

/// Whether all weights are the same number.
fn is_uniform(weights: &[f64]) -> bool {
    weights.iter().all(|&w| w == weights[0])
}

/// Greatest common divisor.
fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Whole units proportional to `weights`, with the total exactly [`TOTAL`].
fn rounded(weights: &[f64], total: f64) -> Vec<i64> {
    let mut units: Vec<i64> =
        weights.iter().map(|w| (w / total * TOTAL as f64).round() as i64).collect();
    let left = TOTAL - units.iter().sum::<i64>();
    let largest = (0..units.len()).max_by_key(|&i| units[i]).unwrap_or(0);
    units[largest] += left;
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_uniform_laws_are_exact() {
        let units = Units::new(&uniform(4), &uniform(6)).unwrap();
        assert_eq!(units.source, vec![3; 4]);
        assert_eq!(units.target, vec![2; 6]);
        assert!((units.mass * 12.0 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn units_have_equal_totals_and_follow_the_weights() {
        let units = Units::new(&[0.1, 0.2, 0.7], &[0.5, 0.0, 0.25, 0.25]).unwrap();
        assert_eq!(units.source.iter().sum::<i64>(), units.target.iter().sum::<i64>());
        assert_eq!(units.target[1], 0);
        assert!((units.source[0] as f64 * units.mass - 0.1).abs() < 1e-16);
    }

    #[test]
    fn totals_that_differ_by_round_off_are_rescaled() {
        let units = Units::new(&[0.5, 0.5], &[0.3, 0.7 + 5e-10]).unwrap();
        assert_eq!(units.source.iter().sum::<i64>(), units.target.iter().sum::<i64>());
    }

    #[test]
    fn bad_weights_are_named() {
        let message = |a: &[f64], b: &[f64]| Units::new(a, b).unwrap_err().to_string();
        assert_eq!(message(&[], &[1.0]), "source weights: expected at least 1 numbers, got 0");
        assert_eq!(
            message(&[1.0], &[f64::NAN]),
            "target weights: entry [0] is NaN, expected a finite number"
        );
        assert_eq!(
            message(&[2.0, -1.0], &[1.0]),
            "source weights: weight 1 is -1, expected a number that is not negative"
        );
        assert_eq!(
            message(&[0.0, 0.0], &[1.0]),
            "source weights: all weights are zero, expected a positive total"
        );
        assert_eq!(
            message(&[1.0], &[1.1]),
            "total masses differ: 1 at the source, 1.1 at the target; expected equal ones, as laws divided by \
             their totals have"
        );
    }
}
