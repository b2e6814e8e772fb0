//! The result of an exact solver: value, plan, potentials, and the check that makes it a proof.

use super::cost::GroundCost;
use super::mass::matched_totals;
use crate::error::WganError;

/// Largest difference between a plan's marginals and the weights, relative to the total mass.
pub const MARGINAL_TOLERANCE: f64 = 1e-12;

/// Largest `u(i) + v(j) − c(i, j)` and largest gap per unit of mass, relative to the largest cost or potential.
pub const DUAL_TOLERANCE: f64 = 1e-10;

/// An optimal transport between two discrete laws, with its proof.
///
/// `value = Σ c(i, j)·π(i, j)` over the plan is an upper bound on the optimum and `Σ a(i)·u(i) + Σ b(j)·v(j)` a lower bound, because
/// `u(i) + v(j) ≤ c(i, j)`; `gap` is their difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// Cost of the plan, in units of cost × mass; W₁ when the cost is a metric and the mass one.
    pub value: f64,
    /// Mass moved from source `i` to target `j`; pairs without mass are left out.
    pub plan: Vec<(usize, usize, f64)>,
    /// Potential of the sources; with a metric cost, the critic's values `f(xᵢ) = u(i)`.
    pub u: Vec<f64>,
    /// Potential of the targets; with a metric cost, `f(yⱼ) = −v(j)`.
    pub v: Vec<f64>,
    /// Upper bound minus lower bound, zero but for round-off.
    pub gap: f64,
}

impl Transport {
    /// Checks that the plan has the marginals `a` and `b`, that the potentials are feasible and that the gap is round-off.
    ///
    /// The exact solvers call it before they return; it costs one pass over the costs.
    ///
    /// # Errors
    /// [`WganError::Violated`] with what is wrong and by how much, [`WganError::Shape`] when sizes do not fit.
    pub fn verify<C: GroundCost>(&self, cost: &C, a: &[f64], b: &[f64]) -> Result<(), WganError> {
        check_sizes(cost, a, b)?;
        check_sizes(cost, &self.u, &self.v)?;
        let (total, _) = matched_totals(a, b)?;
        at_most("marginal error", self.marginal_error(a, b)?, MARGINAL_TOLERANCE * total)?;
        let scale = self.scale(cost);
        at_most("u(i) + v(j) − c(i, j)", self.dual_violation(cost), DUAL_TOLERANCE * scale)?;
        at_most(
            "duality gap",
            (self.value - self.dual_value(a, b)).abs(),
            DUAL_TOLERANCE * scale * total,
        )
    }

    /// Lower bound `Σ a(i)·u(i) + Σ b(j)·v(j)`, with `b` rescaled to the total of `a`.
    pub fn dual_value(&self, a: &[f64], b: &[f64]) -> f64 {
        let rescale = a.iter().sum::<f64>() / b.iter().sum::<f64>();
        let dot = |w: &[f64], p: &[f64]| w.iter().zip(p).map(|(w, p)| w * p).sum::<f64>();
        dot(a, &self.u) + rescale * dot(b, &self.v)
    }

    /// Largest `|Σⱼ π(i, j) − a(i)|` and `|Σᵢ π(i, j) − b(j)|`, with `b` rescaled to the total of `a`.
    ///
    /// # Errors
    /// A plan that names a point outside the weights.
    pub fn marginal_error(&self, a: &[f64], b: &[f64]) -> Result<f64, WganError> {
        let rescale = a.iter().sum::<f64>() / b.iter().sum::<f64>();
        let mut left: Vec<f64> = a.to_vec();
        let mut right: Vec<f64> = b.iter().map(|w| w * rescale).collect();
        for &(i, j, mass) in &self.plan {
            if i >= a.len() || j >= b.len() {
                return Err(WganError::Shape {
                    at: "plan",
                    expected: vec![a.len(), b.len()],
                    got: vec![i + 1, j + 1],
                });
            }
            left[i] -= mass;
            right[j] -= mass;
        }
        Ok(left.iter().chain(&right).fold(0.0, |worst, e| f64::max(worst, e.abs())))
    }

    /// Largest `u(i) + v(j) − c(i, j)`; positive when the potentials are not feasible.
    pub fn dual_violation<C: GroundCost>(&self, cost: &C) -> f64 {
        let mut buffer = vec![0.0; self.v.len()];
        let mut worst = f64::NEG_INFINITY;
        for (i, u) in self.u.iter().enumerate() {
            let row = cost.row(i, 0..self.v.len(), &mut buffer);
            worst = row.iter().zip(&self.v).fold(worst, |worst, (c, v)| f64::max(worst, u + v - c));
        }
        worst
    }

    /// The transport of costs that are `unit` times as large.
    pub(super) fn times(mut self, unit: f64) -> Result<Self, WganError> {
        let potentials = self.u.iter_mut().chain(&mut self.v);
        let results = potentials.chain([&mut self.value, &mut self.gap]);
        for result in results {
            *result *= unit;
            if !result.is_finite() {
                return Err(WganError::NotFinite { at: "transport", index: vec![], got: *result });
            }
        }
        Ok(self)
    }

    /// Size of the numbers that round-off is relative to.
    fn scale<C: GroundCost>(&self, cost: &C) -> f64 {
        let moved = self.plan.iter().map(|&(i, j, _)| cost.cost(i, j));
        moved
            .chain(self.u.iter().copied())
            .chain(self.v.iter().copied())
            .fold(f64::MIN_POSITIVE, |s, x| s.max(x.abs()))
    }
}

/// An error unless `got` is at most `allowed`.
fn at_most(measure: &'static str, got: f64, allowed: f64) -> Result<(), WganError> {
    if got <= allowed {
        return Ok(());
    }
    Err(WganError::Violated { at: "transport plan", measure, allowed, got })
}

/// An error unless there is one weight for each point.
pub(super) fn check_sizes<C: GroundCost>(cost: &C, a: &[f64], b: &[f64]) -> Result<(), WganError> {
    let (n, m) = cost.shape();
    if (a.len(), b.len()) == (n, m) {
        return Ok(());
    }
    Err(WganError::Shape {
        at: "weights against cost",
        expected: vec![n, m],
        got: vec![a.len(), b.len()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::DenseCost;
    use ndarray::array;

    /// Points 0 and 2 against 1 and 3 on the line: everything moves right by one, `f(x) = −x`.
    fn solved() -> (Transport, DenseCost, [f64; 2]) {
        let cost = DenseCost::new(array![[1.0, 3.0], [1.0, 1.0]]).unwrap();
        let plan = vec![(0, 0, 0.5), (1, 1, 0.5)];
        (
            Transport { value: 1.0, plan, u: vec![0.0, -2.0], v: vec![1.0, 3.0], gap: 0.0 },
            cost,
            [0.5; 2],
        )
    }

    #[test]
    fn a_correct_result_passes() {
        let (transport, cost, w) = solved();
        transport.verify(&cost, &w, &w).unwrap();
    }

    #[test]
    fn a_marginal_off_by_1e_9_is_refused() {
        let (mut transport, cost, w) = solved();
        transport.plan[0].2 += 1e-9;
        let message = transport.verify(&cost, &w, &w).unwrap_err().to_string();
        assert!(message.starts_with("transport plan: marginal error is"), "{message}");
    }

    #[test]
    fn a_potential_off_by_1e_6_is_refused() {
        let (mut transport, cost, w) = solved();
        transport.u[0] += 1e-6;
        let message = transport.verify(&cost, &w, &w).unwrap_err().to_string();
        assert!(message.starts_with("transport plan: u(i) + v(j) − c(i, j) is"), "{message}");
    }

    #[test]
    fn a_feasible_plan_that_is_not_optimal_is_refused() {
        let (mut transport, cost, w) = solved();
        transport.plan = vec![(0, 1, 0.5), (1, 0, 0.5)];
        transport.value = 2.0;
        assert!(transport.verify(&cost, &w, &w).unwrap_err().to_string().contains("duality gap"));
    }
}
