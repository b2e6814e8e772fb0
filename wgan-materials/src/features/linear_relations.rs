//! Columns of numbers that are sums of others.

use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// A column that is `constant + Σ factor · column` in every row of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinearRelation {
    /// Place of the column that follows from the others.
    pub target: usize,
    /// Places of the others and their factors.
    pub terms: Vec<(usize, f64)>,
    /// What is added.
    pub constant: f64,
}

/// Rows that relations are looked for in; those found are checked on all.
const MAX_ROWS: usize = 20_000;

/// Rows beyond the number of columns that make a relation more than chance.
const SPARE_ROWS: usize = 30;

/// Largest error, relative to the largest number of a column: a few units of the seventh digit, as tables are often written
/// with seven.
const TOLERANCE: f64 = 2e-6;

/// Factors this close to a multiple of a half are taken for it.
const SIMPLE: f64 = 1e-5;

/// Part of a column that the columns before it leave, relative to its deviation, below which it is round-off.
const ROUND_OFF: f64 = 1e-12;

/// A column without missing cells: its place in the table, and its numbers.
pub(super) type Complete = (usize, Vec<f64>);

/// Relations among columns of equal length, each column in terms of earlier ones.
///
/// # Complexity
/// `O(n d²)` for `d` columns of `n` numbers, at most 20,000 of which are looked at.
pub(super) fn linear_relations(columns: &[Complete]) -> Vec<LinearRelation> {
    let n = columns.first().map_or(0, |(_, values)| values.len());
    let mut found = Vec::new();
    if n < columns.len() + SPARE_ROWS {
        return found;
    }
    let step = n.div_ceil(MAX_ROWS);
    let (mut basis, mut kept) = (Vec::<Array1<f64>>::new(), Vec::<&Complete>::new());
    for column in columns {
        let rows: Array1<f64> = column.1.iter().copied().step_by(step).collect();
        let centred = &rows - rows.mean().unwrap_or(0.0);
        let mut left = centred.clone();
        // Twice is enough (Kahan).
        for _ in 0..2 {
            for q in &basis {
                let share = q.dot(&left);
                left.scaled_add(-share, q);
            }
        }
        if largest(left.iter()) <= TOLERANCE * largest(&column.1)
            && let Some(relation) = solved(column, &kept, step)
        {
            found.push(relation);
            continue;
        }
        let length = left.dot(&left).sqrt();
        if length > ROUND_OFF * centred.dot(&centred).sqrt() {
            basis.push(left / length);
            kept.push(column);
        }
    }
    found
}

/// The relation by least squares, with simple factors where they hold; none where it does not hold in every row.
fn solved(column: &Complete, others: &[&Complete], step: usize) -> Option<LinearRelation> {
    let (target, values) = column;
    let tolerance = TOLERANCE * largest(values);
    let rows: Vec<usize> = (0..values.len()).step_by(step).collect();
    let y: Array1<f64> = rows.iter().map(|&row| values[row]).collect();
    let x = Array2::from_shape_fn((rows.len(), others.len()), |(i, j)| others[j].1[rows[i]]);
    let scale = x.std_axis(Axis(0), 0.0);
    let centred = (&x - &x.mean_axis(Axis(0))?) / &scale;
    let factors = least_squares(&centred, &(&y - y.mean()?));
    let simple = |factor: f64| {
        let near = (factor * 2.0).round() / 2.0;
        if (factor - near).abs() < SIMPLE { near } else { factor }
    };
    let terms = others.iter().zip(factors.iter().zip(&scale));
    let terms: Vec<(&Complete, f64)> = terms
        .filter(|(_, (factor, _))| factor.abs() > tolerance)
        .map(|(other, (factor, scale))| (*other, simple(factor / scale)))
        .collect();
    let rest = |row: usize| {
        values[row] - terms.iter().map(|(other, factor)| factor * other.1[row]).sum::<f64>()
    };
    let constant = rows.iter().map(|&row| rest(row)).sum::<f64>() / rows.len() as f64;
    let constant = if constant.abs() <= tolerance { 0.0 } else { constant };
    let holds = (0..values.len()).all(|row| (rest(row) - constant).abs() <= 2.0 * tolerance);
    let terms = terms.into_iter().map(|(other, factor)| (other.0, factor)).collect();
    holds.then_some(LinearRelation { target: *target, terms, constant })
}

fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

/// Least squares by Gram–Schmidt, done twice for accuracy.
fn least_squares(x: &Array2<f64>, y: &Array1<f64>) -> Array1<f64> {
    let k = x.ncols();
    let (mut q, mut r) = (x.clone(), Array2::<f64>::zeros((k, k)));
    for j in 0..k {
        let mut column = x.column(j).to_owned();
        for _ in 0..2 {
            for i in 0..j {
                let share = q.column(i).dot(&column);
                r[[i, j]] += share;
                column.scaled_add(-share, &q.column(i));
            }
        }
        r[[j, j]] = column.dot(&column).sqrt().max(f64::MIN_POSITIVE);
        column /= r[[j, j]];
        q.column_mut(j).assign(&column);
    }
    let mut solution = q.t().dot(y);
    for j in (0..k).rev() {
        solution[j] /= r[[j, j]];
        for i in 0..j {
            solution[i] -= r[[i, j]] * solution[j];
        }
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// Numbers without pattern, from a linear congruence.
    fn column(seed: u64, n: usize) -> Vec<f64> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) % 100_000) as f64 / 100.0
        };
        (0..n).map(|_| next()).collect()
    }

    fn table(columns: Vec<Vec<f64>>) -> Vec<Complete> {
        columns.into_iter().enumerate().collect()
    }

    #[test]
    fn a_range_equal_columns_and_an_affine_one_are_found() {
        let (a, b) = (column(1, 200), column(2, 200));
        let range = a.iter().zip(&b).map(|(a, b)| b - a).collect();
        let kelvin: Vec<f64> = b.iter().map(|b| b + 273.15).collect();
        let found = linear_relations(&table(vec![a.clone(), b, range, column(3, 200), a, kelvin]));
        let terms: Vec<(usize, &[(usize, f64)])> =
            found.iter().map(|r| (r.target, &r.terms[..])).collect();
        let expected: [(usize, &[(usize, f64)]); 3] =
            [(2, &[(0, -1.0), (1, 1.0)]), (4, &[(0, 1.0)]), (5, &[(1, 1.0)])];
        assert_eq!(terms, expected);
        assert_abs_diff_eq!(found[2].constant, 273.15, epsilon = 1e-9);
    }

    #[test]
    fn a_relation_with_one_exception_or_too_few_rows_is_none() {
        let (a, b) = (column(1, 200), column(2, 200));
        let mut sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        sum[77] += 1.0;
        assert_eq!(linear_relations(&table(vec![a.clone(), b, sum])), []);
        let few = |v: Vec<f64>| v[..20].to_vec();
        assert_eq!(linear_relations(&table(vec![few(a.clone()), few(a)])), []);
        assert_eq!(linear_relations(&[]), []);
    }

    #[test]
    fn numbers_written_with_seven_digits_still_count() {
        let (a, b) = (column(4, 500), column(5, 500));
        let mean =
            a.iter().zip(&b).map(|(a, b)| ((a + 2.0 * b) / 3.0 * 1e4).round() / 1e4).collect();
        let found = linear_relations(&table(vec![a, b, mean]));
        assert_eq!(found.len(), 1);
        assert_abs_diff_eq!(found[0].terms[1].1, 2.0 / 3.0, epsilon = 1e-6);
    }
}
