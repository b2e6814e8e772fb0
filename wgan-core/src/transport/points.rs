//! Exact optimal transport between weighted points: the network simplex on all pairs.
//!
//! Mass is counted in whole units, so flows are exact and degenerate problems (ties, equal points, zero weights) end. Arcs outside the
//! tree carry nothing and need no memory.

use super::cost::{GroundCost, InUnit};
use super::mass::Units;
use super::network_simplex::min_cost_flow;
use super::plan::{Transport, check_sizes};
use super::pricing::BipartiteArcs;
use super::spanning_tree::SpanningTree;
use super::warm_start::warm_start;
use crate::error::WganError;

/// Optimal transport `min Σ c(i, j)·π(i, j)` over plans `π ≥ 0` with marginals `a` and `b`.
///
/// Weights need not sum to one, but to the same total; totals that differ by round-off
/// ([`MASS_TOLERANCE`](super::MASS_TOLERANCE), relative) count as equal and `b` is rescaled. Uniform weights are treated exactly, others
/// rounded to `2⁻⁶⁰` of the total. The result has passed [`Transport::verify`].
///
/// # Shapes
/// - `cost`: `[n, m]`, any unit and sign; `a`: `[n]`, `b`: `[m]`, mass
///
/// # Errors
/// Sizes that do not fit, costs or a value that are not finite, weights that are empty, negative, not finite, all zero or of different totals;
/// [`WganError::NotConverged`] or [`WganError::Violated`] instead of a plan that is not optimal.
///
/// # Complexity
/// About `(n·m)^{1.2}` in practice; memory: the cost and a few dozen bytes per point.
///
/// # Example
/// ```
/// use ndarray::array;
/// use wgan_core::transport::{DenseCost, solve_transport};
/// let cost = DenseCost::new(array![[1.0, 4.0], [2.0, 1.0]])?;
/// let transport = solve_transport(&cost, &[0.5, 0.5], &[0.75, 0.25])?;
/// assert!((transport.value - (0.5 * 1.0 + 0.25 * 2.0 + 0.25 * 1.0)).abs() < 1e-15);
/// # Ok::<(), wgan_core::WganError>(())
/// ```
///
/// # References
/// Ahuja, Magnanti, Orlin (1993), Network Flows, chapter 11; Cunningham (1976), A network simplex method, for the rule against cycling;
/// Kovács (2015), Minimum-cost flow algorithms: an experimental evaluation, for the block search.
pub fn solve_transport<C: GroundCost>(
    cost: &C,
    a: &[f64],
    b: &[f64],
) -> Result<Transport, WganError> {
    check_sizes(cost, a, b)?;
    let units = Units::new(a, b)?;
    let cost = InUnit::of(cost)?;
    let tree = min_cost_flow(&mut BipartiteArcs::new(&cost), &warm_start(&cost, &units))?;
    let transport = read_off(&tree, &cost, &units, a, b);
    transport.verify(&cost, a, b)?;
    transport.times(cost.unit())
}

/// Plan, potentials and gap of an optimal tree; the source potentials have mean zero under `a`, the target potentials are their
/// c-transform.
fn read_off<C: GroundCost>(
    tree: &SpanningTree,
    cost: &C,
    units: &Units,
    a: &[f64],
    b: &[f64],
) -> Transport {
    let flows = tree.flows().filter(|&(_, _, flow)| flow > units.noise);
    let n = a.len();
    let plan: Vec<_> = flows.map(|(i, j, flow)| (i, j - n, flow as f64 * units.mass)).collect();
    let value = plan.iter().map(|&(i, j, mass)| mass * cost.cost(i, j)).sum();
    let u = centred(&tree.potential()[..n], a);
    let v = c_transform(cost, &u);
    let mut transport = Transport { value, plan, u, v, gap: 0.0 };
    transport.gap = value - transport.dual_value(a, b);
    transport
}

/// Potentials with `Σ a(i)·u(i) = 0`; the constant is free, and a small one keeps round-off small.
fn centred(u: &[f64], a: &[f64]) -> Vec<f64> {
    let mean = u.iter().zip(a).map(|(u, a)| u * a).sum::<f64>() / a.iter().sum::<f64>();
    u.iter().map(|u| u - mean).collect()
}

/// `v(j) = minᵢ c(i, j) − u(i)`, the largest potential that is feasible beside `u`.
pub(super) fn c_transform<C: GroundCost>(cost: &C, u: &[f64]) -> Vec<f64> {
    let (_, m) = cost.shape();
    let mut buffer = vec![0.0; m];
    let mut v = vec![f64::INFINITY; m];
    for (i, u) in u.iter().enumerate() {
        for (v, c) in v.iter_mut().zip(cost.row(i, 0..m, &mut buffer)) {
            *v = if c - u < *v { c - u } else { *v };
        }
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{
        DenseCost, GroundNorm, PointCost, sample_for_tests, uniform, w1_weighted,
    };
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    /// Whole-number weights with the given total, many of them zero.
    fn weights(n: usize, total: u32) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(0..n, total as usize).prop_map(move |thrown| {
            let mut counts = vec![0.0; n];
            thrown.into_iter().for_each(|bin| counts[bin] += 1.0);
            counts
        })
    }

    #[test]
    fn a_transport_problem_from_a_textbook() {
        // Three plants and four depots; optimum checked by its potentials u = (0, 2, 4), v = (8, 6, 10, 4) by hand.
        let cost = DenseCost::new(array![
            [8.0, 6.0, 10.0, 9.0],
            [9.0, 12.0, 13.0, 7.0],
            [14.0, 9.0, 16.0, 5.0]
        ])
        .unwrap();
        let transport =
            solve_transport(&cost, &[35.0, 50.0, 40.0], &[45.0, 20.0, 30.0, 30.0]).unwrap();
        assert_abs_diff_eq!(transport.value, 1020.0, epsilon = 1e-9);
        assert_abs_diff_eq!(transport.gap, 0.0, epsilon = 1e-9);
    }

    #[test]
    fn dense_and_computed_costs_agree() {
        let (x, y) = (sample_for_tests(70, 4, 5), sample_for_tests(50, 4, 6));
        for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
            let points = PointCost::new(x.view(), y.view(), norm).unwrap();
            let [computed, dense] = [
                solve_transport(&points, &uniform(70), &uniform(50)),
                solve_transport(&points.to_dense(), &uniform(70), &uniform(50)),
            ];
            assert_abs_diff_eq!(computed.unwrap().value, dense.unwrap().value, epsilon = 1e-12);
        }
    }

    #[test]
    fn constant_costs_and_single_points_end_at_once() {
        let flat = DenseCost::new(Array2::from_elem((30, 20), 3.0)).unwrap();
        assert_abs_diff_eq!(
            solve_transport(&flat, &uniform(30), &uniform(20)).unwrap().value,
            3.0,
            epsilon = 1e-12
        );
        let zero = DenseCost::new(Array2::zeros((30, 20))).unwrap();
        assert_eq!(solve_transport(&zero, &uniform(30), &uniform(20)).unwrap().value, 0.0);
        let one = DenseCost::new(array![[7.0]]).unwrap();
        assert_eq!(solve_transport(&one, &[2.0], &[2.0]).unwrap().value, 14.0);
    }

    #[test]
    fn weights_of_very_different_size_keep_their_marginals() {
        let cost = PointCost::new(
            sample_for_tests(60, 2, 7).view(),
            sample_for_tests(80, 2, 8).view(),
            GroundNorm::L2,
        )
        .unwrap();
        let raw: Vec<f64> = (0..60).map(|i| 10f64.powi(-(i % 15))).collect();
        let total: f64 = raw.iter().sum();
        let a: Vec<f64> = raw.iter().map(|w| w / total).collect();
        let transport = solve_transport(&cost, &a, &uniform(80)).unwrap();
        assert!(transport.marginal_error(&a, &uniform(80)).unwrap() < 1e-14);
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        let cost = DenseCost::new(Array2::zeros((2, 2))).unwrap();
        let message = |a: &[f64], b: &[f64]| solve_transport(&cost, a, b).unwrap_err().to_string();
        assert_eq!(
            message(&[1.0], &[0.5, 0.5]),
            "weights against cost: expected shape [2, 2], got [1, 2]"
        );
        assert_eq!(
            message(&[0.5, 0.5], &[0.5, 0.4]),
            "total masses differ: 1 at the source, 0.9 at the target; expected equal ones, as laws divided by \
             their totals have"
        );
    }

    proptest! {
        #[test]
        fn weighted_points_on_a_line_agree_with_quantiles(
            x in prop::collection::vec(-5.0..5.0f64, 8), a in weights(8, 12),
            y in prop::collection::vec(-5.0..5.0f64, 5), b in weights(5, 12),
        ) {
            let cost = DenseCost::new(Array2::from_shape_fn((8, 5), |(i, j)| (x[i] - y[j]).abs())).unwrap();
            let transport = solve_transport(&cost, &a, &b).unwrap();
            prop_assert!((transport.value - w1_weighted(&x, &a, &y, &b).unwrap()).abs() < 1e-9);
        }

        #[test]
        fn any_costs_and_whole_number_weights_end_in_a_proof(
            c in prop::collection::vec(-3..4i32, 7 * 9), a in weights(7, 20), b in weights(9, 20),
        ) {
            let matrix = Array2::from_shape_vec((7, 9), c.into_iter().map(f64::from).collect()).unwrap();
            let cost = DenseCost::new(matrix).unwrap();
            let transport = solve_transport(&cost, &a, &b).unwrap();
            prop_assert!(transport.verify(&cost, &a, &b).is_ok());
            prop_assert!((transport.value - transport.value.round()).abs() < 1e-12); // whole numbers in, a whole number out
        }
    }
}
