//! Entropic optimal transport in the log domain: an *approximation*, with a bracket of the exact value around it.

use super::cost::{GroundCost, InUnit};
use super::mass::matched_totals;
use super::plan::check_sizes;
use super::points::c_transform;
use crate::error::WganError;

/// Settings of [`sinkhorn`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SinkhornConfig {
    /// Regularisation `ε > 0`, in units of cost. No default: it depends on the scale of the costs.
    pub epsilon: f64,
    /// Largest `Σⱼ |Σᵢ π(i, j) − b(j)|` relative to the total mass (1e-6).
    pub tolerance: f64,
    /// Largest number of double updates at the final `ε` (20 000).
    pub max_steps: usize,
}

impl SinkhornConfig {
    /// Default tolerance and number of steps at regularisation `epsilon`.
    pub fn new(epsilon: f64) -> Self {
        Self { epsilon, tolerance: 1e-6, max_steps: 20_000 }
    }

    /// Checks every field.
    fn check(&self) -> Result<(), WganError> {
        for (field, value) in [("epsilon", self.epsilon), ("tolerance", self.tolerance)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(WganError::Config {
                    field,
                    expected: "a positive number",
                    got: value.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// An entropic transport and what it says about the exact one: `lower ≤ exact ≤ upper`.
#[derive(Debug, Clone, PartialEq)]
pub struct EntropicTransport {
    /// `OT_ε = min_π ⟨c, π⟩ + ε·KL(π ‖ a⊗b)`, not a distance: `OT_ε(μ, μ) > 0`.
    pub entropic_value: f64,
    /// Cost of the plan after rounding it to the exact marginals: an upper bound on the unregularised value.
    pub upper: f64,
    /// Value of the potentials after a c-transform: a lower bound on the unregularised value.
    pub lower: f64,
    /// `upper − lower`.
    pub gap: f64,
    /// Potential of the sources.
    pub f: Vec<f64>,
    /// Potential of the targets.
    pub g: Vec<f64>,
    /// Double updates done at the final `ε`.
    pub steps: usize,
}

/// Entropic transport `min_π ⟨c, π⟩ + ε·KL(π ‖ a⊗b)` by Sinkhorn's updates
/// `f(i) = −ε·ln Σⱼ b(j)·exp((g(j) − c(i, j))/ε)` and the same for `g`, with `ε` halved from the size of the costs to its final value.
///
/// # Shapes
/// - `cost`: `[n, m]`; `a`: `[n]`, `b`: `[m]`, mass
///
/// # Errors
/// As [`solve_transport`](super::solve_transport); settings out of range; [`WganError::NotConverged`] after `max_steps`.
///
/// # Complexity
/// `O(n·m)` per update, about `max c / ε` updates or more.
///
/// # References
/// Cuturi (2013), Sinkhorn distances; Schmitzer (2019), Stabilized sparse scaling algorithms, for the log domain and ε-scaling;
/// Altschuler, Weed, Rigollet (2017), algorithm 2, for the rounding.
pub fn sinkhorn<C: GroundCost>(
    cost: &C,
    a: &[f64],
    b: &[f64],
    config: SinkhornConfig,
) -> Result<EntropicTransport, WganError> {
    config.check()?;
    check_sizes(cost, a, b)?;
    let (source_total, target_total) = matched_totals(a, b)?;
    let b: Vec<f64> = b.iter().map(|w| w * (source_total / target_total)).collect();
    let cost = InUnit::of(cost)?;
    let unit = cost.unit();
    let config = SinkhornConfig { epsilon: config.epsilon / unit, ..config };
    let problem = Problem { cost: &cost, a, b: &b, total: source_total };
    let (f, g, steps) = problem.solve(config)?;
    let entropic_value = unit * (dot(a, &f) + dot(&b, &g));
    let upper = unit * problem.rounded_cost(&f, &g, config.epsilon);
    let lower = unit * (dot(a, &f) + dot(&b, &c_transform(&cost, &f)));
    let [f, g] = [f, g].map(|potential| potential.iter().map(|p| unit * p).collect());
    if let Some(&got) = [entropic_value, upper, lower].iter().find(|value| !value.is_finite()) {
        return Err(WganError::NotFinite { at: "sinkhorn", index: vec![], got });
    }
    Ok(EntropicTransport { entropic_value, upper, lower, gap: upper - lower, f, g, steps })
}

/// Sinkhorn divergence `S_ε(μ, ν) = OT_ε(μ, ν) − ½ OT_ε(μ, μ) − ½ OT_ε(ν, ν)`, zero for equal laws and positive otherwise.
///
/// An approximation of the transport value that is biased by `ε`; take the bracket of [`sinkhorn`] where a bound is needed.
///
/// # Shapes
/// - `between`: `[n, m]`; `within_source`: `[n, n]`; `within_target`: `[m, m]`, the same ground cost
///
/// # Errors
/// As [`sinkhorn`].
///
/// # References
/// Feydy, Séjourné, Vialard, Amari, Trouvé, Peyré (2019), Interpolating between optimal transport and MMD using Sinkhorn divergences.
pub fn sinkhorn_divergence<C: GroundCost>(
    between: &C,
    within_source: &C,
    within_target: &C,
    a: &[f64],
    b: &[f64],
    config: SinkhornConfig,
) -> Result<f64, WganError> {
    let value = |cost, left, right| sinkhorn(cost, left, right, config).map(|t| t.entropic_value);
    Ok(value(between, a, b)? - 0.5 * (value(within_source, a, a)? + value(within_target, b, b)?))
}

/// Costs and weights of equal totals.
struct Problem<'a, C> {
    cost: &'a C,
    a: &'a [f64],
    b: &'a [f64],
    total: f64,
}

impl<C: GroundCost> Problem<'_, C> {
    /// Potentials at the final `ε`, and the number of updates there.
    fn solve(&self, config: SinkhornConfig) -> Result<(Vec<f64>, Vec<f64>, usize), WganError> {
        let mut f = vec![0.0; self.a.len()];
        let mut g = vec![0.0; self.b.len()];
        let mut epsilon = self.largest_cost().max(config.epsilon);
        while epsilon > config.epsilon {
            for _ in 0..5 {
                self.update(&mut f, &mut g, epsilon);
            }
            epsilon *= 0.5;
        }
        let mut residual = f64::INFINITY;
        for step in 1..=config.max_steps {
            residual = self.update(&mut f, &mut g, config.epsilon);
            if residual <= config.tolerance * self.total {
                return Ok((f, g, step));
            }
        }
        Err(WganError::NotConverged {
            at: "sinkhorn",
            steps: config.max_steps,
            residual,
            tolerance: config.tolerance * self.total,
        })
    }

    /// Updates `g`, then `f`; returns the error of the target marginal before.
    fn update(&self, f: &mut [f64], g: &mut [f64], epsilon: f64) -> f64 {
        let new_g = self.target_update(f, epsilon);
        let error = self
            .b
            .iter()
            .zip(g.iter().zip(&new_g))
            .map(|(b, (old, new))| b * (((old - new) / epsilon).exp() - 1.0).abs());
        let error = error.sum();
        g.copy_from_slice(&new_g);
        self.source_update(f, g, epsilon);
        error
    }

    /// `f(i) = −ε·ln Σⱼ b(j)·exp((g(j) − c(i, j))/ε)`.
    fn source_update(&self, f: &mut [f64], g: &[f64], epsilon: f64) {
        let offsets: Vec<f64> = g.iter().zip(self.b).map(|(g, b)| g / epsilon + b.ln()).collect();
        let mut buffer = vec![0.0; g.len()];
        for (i, f) in f.iter_mut().enumerate() {
            let row = self.cost.row(i, 0..g.len(), &mut buffer);
            let exponents = row.iter().zip(&offsets).map(|(c, o)| o - c / epsilon);
            *f = -epsilon * log_sum_exp(exponents);
        }
    }

    /// `g(j) = −ε·ln Σᵢ a(i)·exp((f(i) − c(i, j))/ε)`, gathered row by row: largest exponents first, then the sums.
    fn target_update(&self, f: &[f64], epsilon: f64) -> Vec<f64> {
        let m = self.b.len();
        let offsets: Vec<f64> = f.iter().zip(self.a).map(|(f, a)| f / epsilon + a.ln()).collect();
        let mut buffer = vec![0.0; m];
        let mut largest = vec![f64::NEG_INFINITY; m];
        for (i, o) in offsets.iter().enumerate() {
            let row = self.cost.row(i, 0..m, &mut buffer);
            largest.iter_mut().zip(row).for_each(|(l, c)| *l = l.max(o - c / epsilon));
        }
        let mut sums = vec![0.0; m];
        for (i, o) in offsets.iter().enumerate() {
            let row = self.cost.row(i, 0..m, &mut buffer);
            sums.iter_mut()
                .zip(&largest)
                .zip(row)
                .for_each(|((s, l), c)| *s += (o - c / epsilon - l).exp());
        }
        largest.iter().zip(&sums).map(|(l, s): (&f64, &f64)| -epsilon * (l + s.ln())).collect()
    }

    /// Cost of the plan `a(i)·b(j)·exp((f(i) + g(j) − c(i, j))/ε)` after scaling rows and columns down to the marginals and adding what
    /// is missing as a product.
    fn rounded_cost(&self, f: &[f64], g: &[f64], epsilon: f64) -> f64 {
        let (n, m) = (self.a.len(), self.b.len());
        let mut buffer = vec![0.0; m];
        let mut column = vec![0.0; m];
        for i in 0..n {
            let (mass, _) = self.scaled_row(i, f, g, epsilon, &mut buffer);
            column.iter_mut().zip(&mass).for_each(|(total, p)| *total += p);
        }
        let shrink: Vec<f64> =
            column.iter().zip(self.b).map(|(c, b)| if c > b { b / c } else { 1.0 }).collect();
        let missing_right: Vec<f64> = (0..m).map(|j| self.b[j] - column[j] * shrink[j]).collect();
        let missing: f64 = missing_right.iter().sum();
        let mut total = 0.0;
        for i in 0..n {
            let (mass, row) = self.scaled_row(i, f, g, epsilon, &mut buffer);
            let kept: f64 = mass.iter().zip(&shrink).map(|(p, s)| p * s).sum();
            let extra = if missing > 0.0 { (self.a[i] - kept).max(0.0) / missing } else { 0.0 };
            total += (0..m)
                .map(|j| (mass[j] * shrink[j] + extra * missing_right[j]) * row[j])
                .sum::<f64>();
        }
        total
    }

    /// Row `i` of the plan, scaled down to at most `a(i)`, and the costs of the row.
    fn scaled_row<'b>(
        &'b self,
        i: usize,
        f: &[f64],
        g: &[f64],
        epsilon: f64,
        buffer: &'b mut [f64],
    ) -> (Vec<f64>, &'b [f64]) {
        let row = self.cost.row(i, 0..g.len(), buffer);
        let entry = |j: usize| self.a[i] * self.b[j] * ((f[i] + g[j] - row[j]) / epsilon).exp();
        let mut mass: Vec<f64> = (0..g.len()).map(entry).collect();
        let total: f64 = mass.iter().sum();
        if total > self.a[i] {
            mass.iter_mut().for_each(|p| *p *= self.a[i] / total);
        }
        (mass, row)
    }

    /// Largest `|c(i, j)|`.
    fn largest_cost(&self) -> f64 {
        let mut buffer = vec![0.0; self.b.len()];
        let row_max = |i| {
            self.cost
                .row(i, 0..self.b.len(), &mut buffer)
                .iter()
                .fold(0.0_f64, |l, c| l.max(c.abs()))
        };
        (0..self.a.len()).map(row_max).fold(0.0, f64::max)
    }
}

/// `ln Σ exp(x)` without overflow.
fn log_sum_exp(exponents: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = exponents.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + exponents.map(|x| (x - largest).exp()).sum::<f64>().ln()
}

/// `Σ w·p`.
fn dot(w: &[f64], p: &[f64]) -> f64 {
    w.iter().zip(p).map(|(w, p)| w * p).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{
        DenseCost, GroundNorm, PointCost, sample_for_tests, solve_transport, uniform,
    };
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    fn clouds(n: usize, m: usize) -> [PointCost; 3] {
        let (x, y) = (sample_for_tests(n, 2, 1), sample_for_tests(m, 2, 2) + 1.0);
        [(&x, &y), (&x, &x), (&y, &y)]
            .map(|(p, q)| PointCost::new(p.view(), q.view(), GroundNorm::L2).unwrap())
    }

    #[test]
    fn it_tends_to_the_exact_value_as_epsilon_falls() {
        let [cost, ..] = clouds(40, 30);
        let exact = solve_transport(&cost, &uniform(40), &uniform(30)).unwrap().value;
        let mut last_gap = f64::INFINITY;
        for epsilon in [1.0, 0.1, 0.01] {
            let approximate =
                sinkhorn(&cost, &uniform(40), &uniform(30), SinkhornConfig::new(epsilon)).unwrap();
            assert!(approximate.lower <= exact + 1e-12 && exact <= approximate.upper + 1e-12);
            assert!(approximate.gap < last_gap);
            last_gap = approximate.gap;
        }
        assert!(last_gap < 0.02 * exact, "gap {last_gap} of {exact}");
    }

    #[test]
    fn two_points_have_the_plan_of_a_logistic() {
        // Symmetric 2×2: π(0,0) = ½·e^(1/ε)/(1 + e^(1/ε)) for cost 0 on and 1 off the diagonal.
        let cost = DenseCost::new(array![[0.0, 1.0], [1.0, 0.0]]).unwrap();
        let solved = sinkhorn(&cost, &[0.5; 2], &[0.5; 2], SinkhornConfig::new(0.5)).unwrap();
        let off = 1.0 / (1.0 + 2f64.exp());
        assert_abs_diff_eq!(solved.upper, off, epsilon = 1e-9);
        let relative_entropy = 2f64.ln() + off * off.ln() + (1.0 - off) * (1.0 - off).ln();
        assert_abs_diff_eq!(solved.entropic_value, off + 0.5 * relative_entropy, epsilon = 1e-9);
    }

    #[test]
    fn the_divergence_of_a_law_from_itself_is_zero() {
        let [between, source, target] = clouds(30, 30);
        let config = SinkhornConfig { tolerance: 1e-10, ..SinkhornConfig::new(0.3) };
        let w = uniform(30);
        assert_abs_diff_eq!(
            sinkhorn_divergence(&source, &source, &source, &w, &w, config).unwrap(),
            0.0,
            epsilon = 1e-9
        );
        let exact = solve_transport(&between, &w, &w).unwrap().value;
        let error = |epsilon| {
            let config = SinkhornConfig { tolerance: 1e-4, ..SinkhornConfig::new(epsilon) };
            (sinkhorn_divergence(&between, &source, &target, &w, &w, config).unwrap() - exact).abs()
        };
        let errors = [1.0, 0.1, 0.02].map(error);
        assert!(errors[1] < errors[0] && errors[2] < 0.02 * exact, "{errors:?} of {exact}");
    }

    #[test]
    fn zero_weights_do_no_harm() {
        let cost = DenseCost::new(array![[0.0, 5.0, 1.0], [2.0, 1.0, 9.0]]).unwrap();
        let solved =
            sinkhorn(&cost, &[1.0, 0.0], &[0.5, 0.0, 0.5], SinkhornConfig::new(0.1)).unwrap();
        assert_abs_diff_eq!(solved.upper, 0.5, epsilon = 1e-9);
    }

    #[test]
    fn costs_of_any_size_are_solved_like_ordinary_ones() {
        let matrix = array![[0.0, 5.0, 1.0], [2.0, 1.0, 9.0]];
        let (a, b) = ([0.4, 0.6], [0.5, 0.2, 0.3]);
        let solved = |size: f64| {
            let cost = DenseCost::new(&matrix * size).unwrap();
            sinkhorn(&cost, &a, &b, SinkhornConfig::new(0.1 * size)).unwrap()
        };
        let plain = solved(1.0);
        for size in [1e155, 1e-155, 1e200, 1e-300, 1e307] {
            let scaled = solved(size);
            assert_abs_diff_eq!(scaled.upper / size, plain.upper, epsilon = 1e-9);
            assert_abs_diff_eq!(scaled.lower / size, plain.lower, epsilon = 1e-9);
        }
    }

    #[test]
    fn running_out_of_steps_is_an_error() {
        let [cost, ..] = clouds(20, 20);
        let config = SinkhornConfig { max_steps: 2, ..SinkhornConfig::new(1e-3) };
        let message = sinkhorn(&cost, &uniform(20), &uniform(20), config).unwrap_err().to_string();
        assert!(message.starts_with("sinkhorn: not converged after 2 steps"), "{message}");
        let none = sinkhorn(&cost, &uniform(20), &uniform(20), SinkhornConfig::new(0.0))
            .unwrap_err()
            .to_string();
        assert_eq!(none, "epsilon: expected a positive number, got 0");
    }
}
