//! Cheapest mixture of points of a simplex: a linear program with few rows and many columns.

/// Reduced costs above this count as zero, eV/atom: far below any energy that is known.
const COST_TOLERANCE: f64 = 1e-10;
/// Entries of a column below this do not limit a step.
const PIVOT_TOLERANCE: f64 = 1e-10;
/// Steps shorter than this move nothing.
const STEP_TOLERANCE: f64 = 1e-12;
/// So many steps in a row that move nothing, and Bland's rule, which cannot cycle, takes over.
const MAX_STALLED: usize = 20;
/// Steps after which the search is given up; a few dozen are usual.
const MAX_STEPS: usize = 100_000;

/// Points `xⱼ` with costs `cⱼ`; the corners of the simplex are there too, at cost 0.
#[derive(Clone, Copy)]
pub(super) struct Points<'a> {
    /// Coordinates, `n` rows of `m` numbers that are not negative and sum to one.
    pub(super) coordinates: &'a [f64],
    /// One cost per row.
    pub(super) costs: &'a [f64],
}

/// The cheapest mixture of a target.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mixture {
    /// `Σ aⱼ cⱼ`.
    pub(super) cost: f64,
    /// Points with their weights `aⱼ > 0`; point `n + i` is corner `i`.
    pub(super) weights: Vec<(usize, f64)>,
    /// Dual solution `y`: no point but the skipped one has `cⱼ < y·xⱼ`, and the cost is `y·target`.
    pub(super) potentials: Vec<f64>,
}

impl Points<'_> {
    /// `min Σ aⱼ cⱼ` subject to `Σ aⱼ xⱼ = target`, `a ≥ 0`, without the point `skipped`.
    ///
    /// None if the search does not end, which no input is known to cause.
    ///
    /// # Shapes
    /// - `target`: `[m]`, not negative, sums to one
    ///
    /// # Complexity
    /// `O(n · m)` per step; about `2 m` steps for energies of compounds.
    ///
    /// # References
    /// Dantzig (1963), Linear programming and extensions, chapter 9 (revised simplex method); Bland (1977), New
    /// finite pivoting rules for the simplex method, Math. Oper. Res. 2, 103-107.
    pub(super) fn cheapest_mixture(
        &self,
        target: &[f64],
        skipped: Option<usize>,
    ) -> Option<Mixture> {
        let mut basis = Basis::corners(self.costs.len(), target);
        let mut n_stalled = 0;
        for _ in 0..MAX_STEPS {
            let by_bland = n_stalled > MAX_STALLED;
            let Some(entering) = self.entering(&basis.potentials, skipped, by_bland) else {
                return Some(basis.mixture());
            };
            let moved = match entering.checked_sub(self.costs.len()) {
                Some(corner) => basis.enter(entering, &unit_vector(target.len(), corner), 0.0)?,
                None => {
                    let point = &self.coordinates[entering * target.len()..][..target.len()];
                    basis.enter(entering, point, self.costs[entering])?
                }
            };
            n_stalled = if moved > STEP_TOLERANCE { 0 } else { n_stalled + 1 };
        }
        None
    }

    /// The point or corner that lies lowest below the plane of the potentials; by Bland's rule the first one below it.
    fn entering(
        &self,
        potentials: &[f64],
        skipped: Option<usize>,
        by_bland: bool,
    ) -> Option<usize> {
        let rows = self.coordinates.chunks_exact(potentials.len()).zip(self.costs);
        let of_points = rows.map(|(point, cost)| cost - dot(potentials, point));
        let of_corners = potentials.iter().map(|potential| -potential);
        let (mut lowest, mut found) = (-COST_TOLERANCE, None);
        for (j, reduced) in of_points.chain(of_corners).enumerate() {
            if reduced < lowest && Some(j) != skipped {
                (lowest, found) = (reduced, Some(j));
                if by_bland {
                    break;
                }
            }
        }
        found
    }
}

/// Coordinates of a corner.
fn unit_vector(m: usize, corner: usize) -> Vec<f64> {
    (0..m).map(|i| f64::from(u8::from(i == corner))).collect()
}

/// The points in use, as many as there are coordinates.
struct Basis {
    m: usize,
    points: Vec<usize>,
    costs: Vec<f64>,
    weights: Vec<f64>,
    /// Inverse of the matrix whose columns are the points, by rows.
    inverse: Vec<f64>,
    potentials: Vec<f64>,
}

impl Basis {
    /// The mixture of the corners, which is the target itself.
    fn corners(n_points: usize, target: &[f64]) -> Self {
        let m = target.len();
        let mut inverse = vec![0.0; m * m];
        (0..m).for_each(|i| inverse[i * m + i] = 1.0);
        Self {
            m,
            points: (n_points..n_points + m).collect(),
            costs: vec![0.0; m],
            weights: target.to_vec(),
            inverse,
            potentials: vec![0.0; m],
        }
    }

    /// Takes a point in, drops the one that it replaces and says how much of it is used.
    fn enter(&mut self, index: usize, point: &[f64], cost: f64) -> Option<f64> {
        let rates: Vec<f64> =
            self.inverse.chunks_exact(self.m).map(|row| dot(row, point)).collect();
        let (leaving, step) = self.leaving(&rates)?;
        for (weight, rate) in self.weights.iter_mut().zip(&rates) {
            *weight = (*weight - step * rate).max(0.0); // negative by round-off only
        }
        self.weights[leaving] = step;
        self.points[leaving] = index;
        self.costs[leaving] = cost;
        self.pivot(leaving, &rates);
        self.price();
        Some(step)
    }

    /// The place whose weight reaches zero first, and the step to it; of equal ones the point of lowest number.
    fn leaving(&self, rates: &[f64]) -> Option<(usize, f64)> {
        let steps = (0..self.m).filter(|&i| rates[i] > PIVOT_TOLERANCE);
        let steps = steps.map(|i| (i, self.weights[i] / rates[i]));
        steps.min_by(|(i, a), (j, b)| a.total_cmp(b).then(self.points[*i].cmp(&self.points[*j])))
    }

    fn pivot(&mut self, leaving: usize, rates: &[f64]) {
        let m = self.m;
        let row: Vec<f64> = self.inverse[leaving * m..(leaving + 1) * m]
            .iter()
            .map(|entry| entry / rates[leaving])
            .collect();
        for (i, rate) in rates.iter().enumerate() {
            let target = &mut self.inverse[i * m..(i + 1) * m];
            if i == leaving {
                target.copy_from_slice(&row);
            } else {
                target.iter_mut().zip(&row).for_each(|(entry, of_row)| *entry -= rate * of_row);
            }
        }
    }

    /// `y = c B⁻¹`.
    fn price(&mut self) {
        self.potentials.fill(0.0);
        for (row, cost) in self.inverse.chunks_exact(self.m).zip(&self.costs) {
            self.potentials.iter_mut().zip(row).for_each(|(y, entry)| *y += cost * entry);
        }
    }

    fn mixture(self) -> Mixture {
        let cost = dot(&self.costs, &self.weights);
        let weights = self.points.into_iter().zip(self.weights);
        let mut weights: Vec<_> = weights.filter(|(_, a)| *a > STEP_TOLERANCE).collect();
        weights.sort_by_key(|(point, _)| *point);
        Mixture { cost, weights, potentials: self.potentials }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    fn solve(points: &[[f64; 2]], costs: &[f64], target: [f64; 2]) -> Mixture {
        let points = Points { coordinates: points.as_flattened(), costs };
        points.cheapest_mixture(&target, None).unwrap()
    }

    #[test]
    fn without_points_the_corners_are_mixed() {
        let mixture = solve(&[], &[], [0.25, 0.75]);
        assert_eq!((mixture.cost, mixture.weights), (0.0, vec![(0, 0.25), (1, 0.75)]));
    }

    #[test]
    fn a_corner_that_left_comes_back() {
        // (¼, ¾) is the lowest point and enters first; (¾, ¼) then takes its place beside a corner
        let mixture = solve(&[[0.25, 0.75], [0.75, 0.25]], &[-1.0, -0.9], [0.9, 0.1]);
        assert_eq!(mixture.weights.len(), 2);
        assert_abs_diff_eq!(mixture.cost, -0.9 * 0.4, epsilon = 1e-12); // 0.4 · (¾, ¼) + 0.6 · (1, 0)
        assert_eq!(mixture.weights[1].0, 2);
    }

    #[test]
    fn costs_above_zero_are_never_paid() {
        assert_eq!(solve(&[[0.5, 0.5]], &[0.1], [0.5, 0.5]).cost, 0.0);
    }

    #[test]
    fn a_skipped_point_is_not_used() {
        let points = Points { coordinates: &[0.5, 0.5, 0.5, 0.5], costs: &[-2.0, -1.0] };
        assert_eq!(points.cheapest_mixture(&[0.5, 0.5], Some(0)).unwrap().weights, [(1, 1.0)]);
    }

    /// Lower hull of points and `(0, 0)`, `(1, 0)` at `x`, by all pairs of points around it.
    fn lower_hull(points: &[(f64, f64)], x: f64) -> f64 {
        let all: Vec<_> = points.iter().copied().chain([(0.0, 0.0), (1.0, 0.0)]).collect();
        let mut lowest = 0.0_f64;
        for &(a, fa) in all.iter().filter(|(a, _)| *a <= x) {
            for &(b, fb) in all.iter().filter(|(b, _)| *b >= x) {
                let between = if a == b { fa.min(fb) } else { fa + (fb - fa) * (x - a) / (b - a) };
                lowest = lowest.min(between);
            }
        }
        lowest
    }

    proptest! {
        #[test]
        fn binary_mixtures_are_those_of_all_pairs(
            points in prop::collection::vec((1u32..24, -2.0..0.5_f64), 0..20),
            target in 1u32..24,
        ) {
            let points: Vec<_> = points.iter().map(|&(x, c)| (f64::from(x) / 24.0, c)).collect();
            let target = f64::from(target) / 24.0;
            let coordinates: Vec<[f64; 2]> = points.iter().map(|(x, _)| [*x, 1.0 - x]).collect();
            let costs: Vec<f64> = points.iter().map(|(_, c)| *c).collect();
            let mixture = solve(&coordinates, &costs, [target, 1.0 - target]);
            prop_assert!((mixture.cost - lower_hull(&points, target)).abs() < 1e-12);
        }

        /// Weak duality: what is mixed costs as much as a plane below all points says at the target, so nothing is cheaper.
        #[test]
        fn cost_and_potentials_prove_each_other(
            points in prop::collection::vec((prop::array::uniform5(0u8..5), -3.0..0.5_f64), 1..60),
            target in prop::array::uniform5(1u8..5),
        ) {
            let fractions = |amounts: [u8; 5]| {
                let total: f64 = amounts.iter().map(|&n| f64::from(n)).sum();
                amounts.map(|n| f64::from(n) / total)
            };
            let points: Vec<_> = points.into_iter().filter(|(a, _)| a.iter().any(|&n| n > 0)).collect();
            prop_assume!(!points.is_empty());
            let rows: Vec<[f64; 5]> = points.iter().map(|(a, _)| fractions(*a)).collect();
            let costs: Vec<f64> = points.iter().map(|(_, c)| *c).collect();
            let target = fractions(target);
            let linear_program = Points { coordinates: rows.as_flattened(), costs: &costs };
            let mixture = linear_program.cheapest_mixture(&target, None).unwrap();
            let mut mixed = [0.0; 5];
            for &(j, weight) in &mixture.weights {
                prop_assert!(weight > 0.0);
                let point = if j < rows.len() { rows[j] } else { std::array::from_fn(|i| f64::from(u8::from(i + rows.len() == j))) };
                mixed.iter_mut().zip(point).for_each(|(sum, x)| *sum += weight * x);
            }
            for (mixed, wanted) in mixed.iter().zip(target) {
                prop_assert!((mixed - wanted).abs() < 1e-10);
            }
            prop_assert!((dot(&mixture.potentials, &target) - mixture.cost).abs() < 1e-9);
            prop_assert!(mixture.potentials.iter().all(|y| *y <= 1e-9)); // corners cost 0
            for (row, cost) in rows.iter().zip(&costs) {
                prop_assert!(dot(&mixture.potentials, row) <= cost + 1e-9);
            }
        }
    }
}
