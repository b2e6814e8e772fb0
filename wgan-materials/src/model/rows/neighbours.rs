//! Nearest rows of a table of codes.

use ndarray::{ArrayView1, ArrayView2};

/// The `k` nearest rows to `x`, nearest first and ties in the order of the rows, leaving out row `except`.
///
/// # Complexity
/// `O(n w)` for `n` codes of `w` entries. A tree is no faster in more than about ten dimensions.
pub(super) fn nearest(
    codes: ArrayView2<'_, f32>,
    x: ArrayView1<'_, f32>,
    except: Option<usize>,
    k: usize,
) -> Vec<u32> {
    let mut best: Vec<(f32, u32)> = Vec::with_capacity(k + 1);
    for (j, row) in codes.rows().into_iter().enumerate() {
        if Some(j) == except {
            continue;
        }
        let d = square_distance(row, x);
        if best.len() < k || best.last().is_some_and(|last| d < last.0) {
            let at = best.partition_point(|near| near.0 <= d);
            best.insert(at, (d, j as u32));
            best.truncate(k);
        }
    }
    best.into_iter().map(|(_, j)| j).collect()
}

/// `‖x − y‖²`
pub(super) fn square_distance(x: ArrayView1<'_, f32>, y: ArrayView1<'_, f32>) -> f32 {
    match (x.as_slice(), y.as_slice()) {
        (Some(x), Some(y)) => x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum(),
        _ => x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn the_nearest_come_first_and_ties_in_order() {
        let codes = array![[0.0, 0.0], [3.0, 0.0], [1.0, 0.0], [-1.0, 0.0]];
        assert_eq!(nearest(codes.view(), codes.row(0), Some(0), 2), [2, 3]);
        assert_eq!(nearest(codes.view(), codes.row(0), None, 9), [0, 2, 3, 1]);
        assert!(nearest(codes.view(), codes.row(0), None, 0).is_empty());
        let none = Array2::zeros((0, 2));
        assert!(nearest(none.view(), codes.row(0), None, 3).is_empty());
    }
}
