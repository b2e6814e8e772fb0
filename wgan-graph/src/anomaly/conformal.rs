//! p-values without assumptions on the law of the scores.

/// Conformal p-value of each score among all of them, `(1 + #{j ≠ i: sⱼ ≥ sᵢ}) / n`.
///
/// If the scores are exchangeable (each was computed by a model that saw none of them),
/// `P(p ≤ α) ≤ α` for every `α`, whatever their law.
///
/// # References
/// Vovk, Gammerman, Shafer (2005), Algorithmic Learning in a Random World, eq. 2.2.
pub fn conformal_p_values(scores: &[f64]) -> Vec<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = scores.len();
    let at_least = |s: f64| n - sorted.partition_point(|&other| other.total_cmp(&s).is_lt());
    scores.iter().map(|&s| at_least(s) as f64 / n as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_share_of_scores_that_are_as_high() {
        assert_eq!(conformal_p_values(&[3.0, 1.0, 2.0, 3.0]), [0.5, 1.0, 0.75, 0.5]);
        assert_eq!(conformal_p_values(&[]), Vec::<f64>::new());
    }

    #[test]
    fn of_exchangeable_scores_a_share_alpha_is_below_alpha() {
        let scores: Vec<f64> = (0..1000).map(|i| f64::from(i * 7919 % 1000)).collect();
        let p = conformal_p_values(&scores);
        for alpha in [0.01, 0.1, 0.5] {
            let share = p.iter().filter(|&&p| p <= alpha).count() as f64 / 1000.0;
            assert!((share - alpha).abs() < 1e-12);
        }
    }
}
