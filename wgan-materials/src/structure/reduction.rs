//! Short vectors of a lattice.

use super::vectors::{IDENTITY, IntMatrix, Matrix, apply_row, dot, norm};

/// Most passes. Every pass shortens a vector; cells within the limits of [`Lattice`](super::Lattice) take fewer than a hundred.
const MAX_PASSES: usize = 1000;

/// Vectors that span the same lattice, and the integers `N` with `short = N · rows`.
///
/// Each vector is shortened by whole multiples of another one, and by sums and differences of both others, until that no longer
/// helps: then Minkowski's conditions in three dimensions hold, and no plane spacing is much below the length of its vector.
pub(super) fn reduced(rows: Matrix) -> (Matrix, IntMatrix) {
    let mut basis = Basis { rows, integers: IDENTITY };
    for _ in 0..MAX_PASSES {
        if !basis.pass() {
            break;
        }
    }
    (basis.rows, basis.integers)
}

struct Basis {
    rows: Matrix,
    integers: IntMatrix,
}

impl Basis {
    /// Tries every step once; whether one helped.
    fn pass(&mut self) -> bool {
        let mut is_shorter = false;
        for (i, j) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
            let n = (dot(self.rows[i], self.rows[j]) / dot(self.rows[j], self.rows[j])).round();
            let mut step = IDENTITY[i];
            step[j] = -n as i32;
            is_shorter |= self.shorten(i, step);
        }
        for (i, j, k) in [(0, 1, 2), (1, 2, 0), (2, 0, 1)] {
            for (by_j, by_k) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                let mut step = IDENTITY[i];
                (step[j], step[k]) = (by_j, by_k);
                is_shorter |= self.shorten(i, step);
            }
        }
        is_shorter
    }

    /// Puts the combination `step` of the vectors in the place of vector `i` if it is shorter.
    fn shorten(&mut self, i: usize, step: [i32; 3]) -> bool {
        let candidate = apply_row(step.map(f64::from), &self.rows);
        // Round-off alone must not count as a gain, or the passes would not end.
        let is_shorter = norm(candidate) < norm(self.rows[i]) * (1.0 - 1e-10);
        if is_shorter {
            self.rows[i] = candidate;
            let entry = |k: usize| (0..3).map(|j| step[j] * self.integers[j][k]).sum();
            self.integers[i] = [0, 1, 2].map(entry);
        }
        is_shorter
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    use super::super::vectors::{determinant, determinant_int};
    use super::*;

    #[test]
    fn a_skewed_cell_is_spanned_by_short_vectors() {
        let skewed = [[3.0, 0.0, 0.0], [30.0, 4.0, 0.0], [-17.0, 43.0, 5.0]];
        let (short, integers) = reduced(skewed);
        assert!(short.into_iter().all(|row| norm(row) < 5.5), "{short:?}");
        assert_abs_diff_eq!(determinant(&short), determinant(&skewed), epsilon = 1e-9);
        for (row, n) in short.into_iter().zip(integers) {
            let again = apply_row(n.map(f64::from), &skewed);
            (0..3).for_each(|k| assert_abs_diff_eq!(row[k], again[k], epsilon = 1e-9));
        }
    }

    #[test]
    fn three_vectors_that_nearly_cancel_are_shortened_by_their_sum() {
        let (short, _) = reduced([[4.0, 0.0, 0.0], [-2.0, 3.46, 0.0], [-2.0, -3.46, 0.5]]);
        assert!(short.into_iter().any(|row| (norm(row) - 0.5).abs() < 1e-9), "{short:?}");
    }

    proptest! {
        #[test]
        fn no_small_combination_is_shorter(rows in prop::array::uniform3(prop::array::uniform3(-9.0f64..9.0))) {
            prop_assume!(determinant(&rows).abs() > 1.0);
            let (short, integers) = reduced(rows);
            prop_assert_eq!(determinant_int(&integers).abs(), 1);
            let longest = short.into_iter().map(norm).fold(0.0, f64::max);
            let least = short.into_iter().map(norm).fold(f64::INFINITY, f64::min);
            for code in 0..125 {
                let step = [code % 5 - 2, code / 5 % 5 - 2, code / 25 - 2];
                let length = norm(apply_row(step.map(f64::from), &short));
                prop_assert!(step == [0; 3] || length > least * (1.0 - 1e-9));
            }
            prop_assert!(determinant(&rows).abs() >= 0.7 * least * least * longest * 0.99);
        }
    }
}
