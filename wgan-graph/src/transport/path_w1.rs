//! Wasserstein distances between laws on the nodes of a network.
//!
//! A path is the one network on which the distance has a closed form: all mass that must cross an
//! edge crosses it once.

/// `W₁` between two laws on the nodes of a path, `Σₑ cost(e) · |Σ_{i ≤ e} (μᵢ − νᵢ)|`.
///
/// `costs[i]` is the cost of the edge between node `i` and node `i + 1`. Returns `None` if the
/// lengths do not fit, if the totals differ by more than 1e-9, or if a cost or weight is negative
/// or not finite.
///
/// # Example
/// ```
/// let w1 = wgan_graph::path_w1(&[2.0, 3.0], &[1.0, 0.0, 0.0], &[0.0, 0.0, 1.0]);
/// assert_eq!(w1, Some(5.0)); // the whole mass crosses both edges
/// ```
///
/// # References
/// Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line, Theory Probab. Appl. 18, 784-786.
pub fn path_w1(costs: &[f64], mu: &[f64], nu: &[f64]) -> Option<f64> {
    let is_law = |law: &[f64]| law.iter().all(|&w| w >= 0.0 && w.is_finite());
    let total = |law: &[f64]| law.iter().sum::<f64>();
    let fits = mu.len() == costs.len() + 1 && nu.len() == mu.len();
    if !fits || !is_law(costs) || !is_law(mu) || !is_law(nu) || (total(mu) - total(nu)).abs() > 1e-9
    {
        return None;
    }
    let mut surplus = 0.0_f64;
    let crossing = |((cost, m), n): ((&f64, &f64), &f64)| {
        surplus += m - n;
        cost * surplus.abs()
    };
    Some(costs.iter().zip(mu).zip(nu).map(crossing).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_masses_are_as_far_apart_as_their_nodes() {
        assert_eq!(path_w1(&[1.0, 4.0], &[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0]), Some(1.0));
        assert_eq!(path_w1(&[1.0, 4.0], &[0.5, 0.5, 0.0], &[0.0, 0.5, 0.5]), Some(2.5));
    }

    #[test]
    fn what_is_no_pair_of_laws_has_no_distance() {
        assert_eq!(path_w1(&[1.0], &[1.0], &[1.0]), None);
        assert_eq!(path_w1(&[1.0], &[1.0, 0.0], &[0.5, 0.0]), None);
        assert_eq!(path_w1(&[-1.0], &[1.0, 0.0], &[0.0, 1.0]), None);
        assert_eq!(path_w1(&[1.0], &[f64::NAN, 0.0], &[0.0, 1.0]), None);
    }
}
