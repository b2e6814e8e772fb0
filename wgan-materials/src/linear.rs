//! A small system of linear equations.

/// Solves `A·x = b` by elimination with row pivots; `rows` are those of `A` with the entry of `b` at their end.
///
/// A pivot of zero leaves its unknown zero.
pub(crate) fn solved(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let n = rows.len();
    for i in 0..n {
        let largest = |&a: &usize, &b: &usize| rows[a][i].abs().total_cmp(&rows[b][i].abs());
        let Some(pivot) = (i..n).max_by(largest) else {
            continue;
        };
        rows.swap(i, pivot);
        let (above, below) = rows.split_at_mut(i + 1);
        let top = &above[i];
        for row in below.iter_mut().filter(|row| row[i] != 0.0) {
            let factor = row[i] / top[i];
            row[i..].iter_mut().zip(&top[i..]).for_each(|(x, y)| *x -= factor * y);
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * x[j]).sum();
        x[i] = if rows[i][i] == 0.0 { 0.0 } else { (rows[i][n] - known) / rows[i][i] };
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_with_a_zero_on_its_diagonal_is_solved() {
        let rows = vec![vec![0.0, 2.0, 4.0], vec![1.0, 1.0, 3.0]];
        assert_eq!(solved(rows), [1.0, 2.0]);
    }
}
