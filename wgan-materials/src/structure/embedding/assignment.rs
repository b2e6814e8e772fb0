//! Pairs of least total cost.

/// For each row the column it is paired with, so that `Σ cost[row][column]` is least; as many columns as rows.
///
/// # Complexity
/// `n³`.
///
/// # References
/// Kuhn (1955), The Hungarian method for the assignment problem, in the form with potentials of Jonker and Volgenant (1987).
pub(super) fn assignment(cost: &[Vec<f64>]) -> Vec<usize> {
    let n = cost.len();
    // Row and column 0 stand for "none"; `row_of[j]` is the row paired with column j.
    let (mut u, mut v) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let (mut row_of, mut way) = (vec![0; n + 1], vec![0; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; n + 1];
        let mut is_used = vec![false; n + 1];
        while row_of[column] != 0 {
            is_used[column] = true;
            let i = row_of[column];
            let (mut delta, mut next) = (f64::INFINITY, 0);
            for j in (1..=n).filter(|j| !is_used[*j]) {
                let reduced = cost[i - 1][j - 1] - u[i] - v[j];
                if reduced < least[j] {
                    (least[j], way[j]) = (reduced, column);
                }
                if next == 0 || least[j] < delta {
                    (delta, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if is_used[j] {
                    u[row_of[j]] += delta;
                    v[j] -= delta;
                } else {
                    least[j] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[way[column]];
            column = way[column];
        }
    }
    let mut columns = vec![0; n];
    (1..=n).for_each(|j| columns[row_of[j] - 1] = j - 1);
    columns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(cost: &[Vec<f64>], columns: &[usize]) -> f64 {
        columns.iter().enumerate().map(|(i, j)| cost[i][*j]).sum()
    }

    /// All orders of `0..n`.
    fn orders(n: usize) -> Vec<Vec<usize>> {
        if n == 0 {
            return vec![Vec::new()];
        }
        let insert = |order: Vec<usize>| {
            (0..n).map(move |at| {
                let mut longer = order.clone();
                longer.insert(at, n - 1);
                longer
            })
        };
        orders(n - 1).into_iter().flat_map(insert).collect()
    }

    proptest! {
        #[test]
        fn no_order_costs_less(cost in (1usize..6).prop_flat_map(|n| {
            prop::collection::vec(prop::collection::vec(0.0f64..10.0, n), n)
        })) {
            let found = total(&cost, &assignment(&cost));
            let least = orders(cost.len()).iter().map(|order| total(&cost, order)).fold(f64::INFINITY, f64::min);
            prop_assert!((found - least).abs() < 1e-9);
        }
    }
}
