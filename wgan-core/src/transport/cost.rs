//! Ground costs `c(i, j)` between source point `i` and target point `j`: a matrix, or computed from coordinates when asked for.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use crate::error::WganError;
use crate::magnitude::binary_unit;
use crate::norm::{GroundNorm, PLAIN_SQUARES};

/// Cost of moving one unit of mass from source point `i` to target point `j`.
pub trait GroundCost {
    /// Number of source and of target points.
    fn shape(&self) -> (usize, usize);

    /// `c(i, j)`, a finite number.
    fn cost(&self, i: usize, j: usize) -> f64;

    /// `c(i, j)` for the `j` in `columns`, either borrowed or written to the front of `buffer`.
    ///
    /// `buffer` has room for `columns.len()` numbers. Solvers read costs row by row through this method, so an implementation that
    /// computes a row faster than entry by entry should override it.
    fn row<'a>(&'a self, i: usize, columns: Range<usize>, buffer: &'a mut [f64]) -> &'a [f64] {
        let row = &mut buffer[..columns.len()];
        for (entry, j) in row.iter_mut().zip(columns) {
            *entry = self.cost(i, j);
        }
        row
    }
}

/// A cost matrix `[n, m]`, checked to be finite.
#[derive(Debug, Clone)]
pub struct DenseCost(Array2<f64>);

impl DenseCost {
    /// Takes a matrix of costs; any finite numbers, negative ones too.
    ///
    /// # Shapes
    /// - `matrix`: `[n, m]`
    ///
    /// # Errors
    /// A matrix without rows or columns, entries that are not finite.
    pub fn new(matrix: Array2<f64>) -> Result<Self, WganError> {
        check_rows("cost matrix", matrix.view())?;
        let by_rows = matrix.is_standard_layout();
        Ok(Self(if by_rows { matrix } else { matrix.as_standard_layout().into_owned() }))
    }

    /// The matrix.
    ///
    /// # Shapes
    /// - returns: `[n, m]`
    pub fn matrix(&self) -> ArrayView2<'_, f64> {
        self.0.view()
    }
}

impl GroundCost for DenseCost {
    fn shape(&self) -> (usize, usize) {
        self.0.dim()
    }

    fn cost(&self, i: usize, j: usize) -> f64 {
        self.0[[i, j]]
    }

    fn row<'a>(&'a self, i: usize, columns: Range<usize>, buffer: &'a mut [f64]) -> &'a [f64] {
        let m = self.0.ncols();
        match self.0.as_slice() {
            Some(all) => &all[i * m + columns.start..i * m + columns.end],
            None => {
                let row = &mut buffer[..columns.len()];
                row.iter_mut().zip(columns).for_each(|(entry, j)| *entry = self.0[[i, j]]);
                row
            }
        }
    }
}

/// Cost between the rows of two tables, computed when asked for: no matrix in memory.
#[derive(Debug, Clone)]
pub struct PointCost {
    source: Array2<f64>,
    /// Coordinates first `[d, m]`, so that a row of costs is computed with contiguous reads.
    target: Array2<f64>,
    norm: GroundNorm,
}

impl PointCost {
    /// Compares every row of `x` with every row of `y`. For `W₂²`, square the entries of
    /// [`PointCost::to_dense`].
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `y`: `[m, d]`, in one unit
    ///
    /// # Errors
    /// Different dimensions, empty tables, entries that are not finite.
    pub fn new(
        x: ArrayView2<'_, f64>,
        y: ArrayView2<'_, f64>,
        norm: GroundNorm,
    ) -> Result<Self, WganError> {
        check_rows("x", x)?;
        check_rows("y", y)?;
        if x.ncols() != y.ncols() {
            return Err(WganError::Shape {
                at: "y",
                expected: vec![y.nrows(), x.ncols()],
                got: vec![y.nrows(), y.ncols()],
            });
        }
        let target = y.t().as_standard_layout().into_owned();
        Ok(Self { source: x.as_standard_layout().into_owned(), target, norm })
    }

    /// All costs as a matrix, `8·n·m` bytes.
    pub fn to_dense(&self) -> DenseCost {
        let mut matrix = Array2::zeros(self.shape());
        let mut buffer = vec![0.0; self.target.ncols()];
        for (i, mut row) in matrix.axis_iter_mut(Axis(0)).enumerate() {
            row.assign(&ArrayView1::from(self.row(i, 0..self.target.ncols(), &mut buffer)));
        }
        DenseCost(matrix)
    }

    /// Computes those costs anew whose squares were too large or too small; the row starts at column `first`.
    fn mend(&self, i: usize, first: usize, row: &mut [f64]) {
        for (j, entry) in row.iter_mut().enumerate() {
            if !PLAIN_SQUARES.contains(&(*entry * *entry)) {
                *entry = self.cost(i, first + j);
            }
        }
    }

    /// Gathers `step(total, x_k − y_jk)` over the coordinates `k` for all `j` in `columns`.
    #[inline]
    fn gather(
        &self,
        i: usize,
        columns: Range<usize>,
        row: &mut [f64],
        step: impl Fn(f64, f64) -> f64,
    ) {
        row.fill(0.0);
        for (x, coordinates) in self.source.row(i).iter().zip(self.target.rows()) {
            let coordinates = coordinates.to_slice().unwrap_or(&[]);
            for (entry, y) in row.iter_mut().zip(&coordinates[columns.clone()]) {
                *entry = step(*entry, x - y);
            }
        }
    }
}

impl GroundCost for PointCost {
    fn shape(&self) -> (usize, usize) {
        (self.source.nrows(), self.target.ncols())
    }

    fn cost(&self, i: usize, j: usize) -> f64 {
        self.norm.between(self.source.row(i), self.target.column(j))
    }

    fn row<'a>(&'a self, i: usize, columns: Range<usize>, buffer: &'a mut [f64]) -> &'a [f64] {
        let (row, first) = (&mut buffer[..columns.len()], columns.start);
        match self.norm {
            GroundNorm::L2 => self.gather(i, columns, row, |total, d| total + d * d),
            GroundNorm::L1 => self.gather(i, columns, row, |total, d| total + d.abs()),
            GroundNorm::LInf => self.gather(i, columns, row, |total, d| total.max(d.abs())),
        }
        if self.norm == GroundNorm::L2 {
            let is_plain = row.iter().all(|squares| PLAIN_SQUARES.contains(squares));
            row.iter_mut().for_each(|entry| *entry = entry.sqrt());
            if !is_plain {
                self.mend(i, first, row);
            }
        }
        row
    }
}

/// A cost divided by a unit, as long as it is solved.
#[derive(Debug)]
pub(super) struct InUnit<'a, C> {
    cost: &'a C,
    unit: f64,
}

impl<'a, C: GroundCost> InUnit<'a, C> {
    /// The cost in the [`binary_unit`] of its largest entry, in which sums of costs are finite and small ones count.
    ///
    /// # Errors
    /// [`WganError::NotFinite`] for costs, computed ones too, that are NaN or infinite.
    pub(super) fn of(cost: &'a C) -> Result<Self, WganError> {
        let (n, m) = cost.shape();
        let mut buffer = vec![0.0; m];
        let mut largest = 0.0_f64;
        for i in 0..n {
            for (j, &got) in cost.row(i, 0..m, &mut buffer).iter().enumerate() {
                if !got.is_finite() {
                    return Err(WganError::NotFinite { at: "cost matrix", index: vec![i, j], got });
                }
                largest = largest.max(got.abs());
            }
        }
        Ok(Self { cost, unit: binary_unit(largest) })
    }

    /// What the costs are divided by.
    pub(super) fn unit(&self) -> f64 {
        self.unit
    }
}

impl<C: GroundCost> GroundCost for InUnit<'_, C> {
    fn shape(&self) -> (usize, usize) {
        self.cost.shape()
    }

    fn cost(&self, i: usize, j: usize) -> f64 {
        self.cost.cost(i, j) / self.unit
    }

    fn row<'b>(&'b self, i: usize, columns: Range<usize>, buffer: &'b mut [f64]) -> &'b [f64] {
        if self.unit == 1.0 {
            return self.cost.row(i, columns, buffer);
        }
        let row = &mut buffer[..columns.len()];
        for (entry, j) in row.iter_mut().zip(columns) {
            *entry = self.cost.cost(i, j) / self.unit;
        }
        row
    }
}

/// Refuses tables without rows or columns and entries that are not finite.
pub(crate) fn check_rows(at: &'static str, table: ArrayView2<'_, f64>) -> Result<(), WganError> {
    if table.is_empty() {
        return Err(WganError::TooFew { at, what: "rows", expected: 1, got: 0 });
    }
    match table.indexed_iter().find(|(_, v)| !v.is_finite()) {
        Some(((i, j), &got)) => Err(WganError::NotFinite { at, index: vec![i, j], got }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    #[test]
    fn norms_of_a_three_four_triangle() {
        let (x, y) = (array![[0.0, 0.0]], array![[1.0, 1.0], [3.0, -4.0]]);
        for (norm, expected) in
            [(GroundNorm::L2, 5.0), (GroundNorm::L1, 7.0), (GroundNorm::LInf, 4.0)]
        {
            let cost = PointCost::new(x.view(), y.view(), norm).unwrap();
            assert_abs_diff_eq!(cost.cost(0, 1), expected, epsilon = 1e-15);
            assert_abs_diff_eq!(cost.row(0, 1..2, &mut [0.0; 2])[0], expected, epsilon = 1e-15);
            assert_abs_diff_eq!(
                cost.to_dense().row(0, 1..2, &mut [])[0],
                expected,
                epsilon = 1e-15
            );
        }
    }

    #[test]
    fn rows_of_costs_of_any_size_have_the_digits_of_ordinary_ones() {
        let (x, y) = (array![[0.0, 0.0]], array![[1.0, 1.0], [3.0, -4.0], [0.0, 0.0]]);
        for norm in [GroundNorm::L2, GroundNorm::L1, GroundNorm::LInf] {
            let plain = PointCost::new(x.view(), y.view(), norm).unwrap();
            for size in [1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300] {
                let cost = PointCost::new(x.view(), (&y * size).view(), norm).unwrap();
                for j in 0..3 {
                    let expected = plain.cost(0, j);
                    let in_row = cost.row(0, j..3, &mut [0.0; 3])[0] / size;
                    assert_abs_diff_eq!(in_row, expected, epsilon = 1e-14 * expected);
                    assert_abs_diff_eq!(
                        cost.cost(0, j) / size,
                        expected,
                        epsilon = 1e-14 * expected
                    );
                }
            }
        }
    }

    #[test]
    fn bad_tables_are_named() {
        let wrong = PointCost::new(array![[0.0, 1.0]].view(), array![[0.0]].view(), GroundNorm::L2)
            .unwrap_err();
        assert_eq!(wrong.to_string(), "y: expected shape [1, 2], got [1, 1]");
        let infinite = DenseCost::new(array![[0.0, f64::INFINITY]]).unwrap_err();
        assert_eq!(
            infinite.to_string(),
            "cost matrix: entry [0, 1] is inf, expected a finite number"
        );
    }
}
