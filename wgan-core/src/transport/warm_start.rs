//! A feasible plan and potentials close to optimal, to start the network simplex from.

use super::arc_source::InitialFlow;
use super::cost::GroundCost;
use super::mass::Units;

/// Column and row reduction, then mass along the tight arcs, then the rest to the nearest target with room left.
///
/// Each step empties a source or fills a target, so the arcs that are used have no cycle.
pub(super) fn warm_start<C: GroundCost>(cost: &C, units: &Units) -> InitialFlow {
    let (n, m) = cost.shape();
    let mut buffer = vec![0.0; m];
    let mut v = vec![f64::INFINITY; m];
    let mut largest_cost = 0.0_f64;
    for i in 0..n {
        for (v, &c) in v.iter_mut().zip(cost.row(i, 0..m, &mut buffer)) {
            *v = if c < *v { c } else { *v };
            largest_cost = largest_cost.max(c.abs());
        }
    }
    let mut left = Remaining {
        source: units.source.clone(),
        target: units.target.clone(),
        forest: Vec::with_capacity(n + m),
    };
    let mut u = vec![0.0; n];
    for (i, u) in u.iter_mut().enumerate() {
        let (j, least) = nearest(cost.row(i, 0..m, &mut buffer), &v, 0..m);
        *u = least;
        left.send(i, j);
    }
    left.send_rest(cost, &v, &mut buffer);
    let potential = u.into_iter().chain(v.into_iter().map(|v| -v)).collect();
    let supply = units.source.iter().copied().chain(units.target.iter().map(|units| -units));
    InitialFlow {
        forest: left.forest,
        supply: supply.collect(),
        potential,
        roots: vec![],
        largest_cost,
    }
}

/// The column of `columns` with the smallest `c(j) − v(j)`, and that number.
fn nearest(row: &[f64], v: &[f64], columns: impl Iterator<Item = usize>) -> (usize, f64) {
    columns.fold(
        (0, f64::INFINITY),
        |best, j| {
            if row[j] - v[j] < best.1 { (j, row[j] - v[j]) } else { best }
        },
    )
}

/// Mass still to be sent and received, and the arcs used so far.
struct Remaining {
    source: Vec<i64>,
    target: Vec<i64>,
    /// `(source point, n + target point)`.
    forest: Vec<(usize, usize)>,
}

impl Remaining {
    /// Sends as much as fits from `i` to `j`.
    fn send(&mut self, i: usize, j: usize) {
        let units = self.source[i].min(self.target[j]);
        if units > 0 {
            self.source[i] -= units;
            self.target[j] -= units;
            self.forest.push((i, self.source.len() + j));
        }
    }

    /// Sends what is left of every source to the nearest targets that have room.
    fn send_rest<C: GroundCost>(&mut self, cost: &C, v: &[f64], buffer: &mut [f64]) {
        let m = v.len();
        let mut open: Vec<usize> = (0..m).filter(|&j| self.target[j] > 0).collect();
        for i in 0..self.source.len() {
            if self.source[i] == 0 {
                continue;
            }
            let row = cost.row(i, 0..m, buffer);
            while self.source[i] > 0 && !open.is_empty() {
                let (j, _) = nearest(row, v, open.iter().copied());
                self.send(i, j);
                if self.target[j] == 0 {
                    open.retain(|&k| k != j);
                }
            }
        }
    }
}
