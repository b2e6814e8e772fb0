//! Columns of numbers as dense ranks, so that splits compare integers.

use ndarray::{ArrayView1, ArrayView2};

/// Each column as ranks of its distinct values.
pub(super) struct RankedColumns {
    columns: Vec<RankedColumn>,
    n_rows: usize,
    /// The ranks again, row after row; none where 16 bits do not hold them.
    by_row: Option<Vec<u16>>,
}

/// Nodes with fewer rows than one in so many read ranks row after row: a column has their ranks in a line of the cache each, a row has
/// those of all columns in few lines, which stay in the cache for the nodes below.
const SPARSE: usize = 16;

/// One column: `values[ranks[row]]` is the entry of `row`.
pub(super) struct RankedColumn {
    /// Rank of each row's entry among the distinct values, from 0.
    pub(super) ranks: Vec<u32>,
    /// The distinct values, increasing.
    pub(super) values: Vec<f64>,
}

impl RankedColumns {
    /// `x`: `[n, d]`, finite.
    pub(super) fn new(x: ArrayView2<f64>) -> Self {
        let columns: Vec<_> = x.columns().into_iter().map(RankedColumn::new).collect();
        let n_rows = x.nrows();
        let is_short = columns.iter().all(|column| column.values.len() <= 1 << u16::BITS);
        let row = |row: usize| columns.iter().map(move |column| column.ranks[row] as u16);
        let by_row = is_short.then(|| (0..n_rows).flat_map(row).collect());
        Self { columns, n_rows, by_row }
    }

    /// Puts the ranks of a column in these rows into `found`, in their order.
    pub(super) fn ranks_of(
        &self,
        column: u32,
        rows: impl ExactSizeIterator<Item = u32>,
        found: &mut Vec<u32>,
    ) {
        found.clear();
        let is_sparse = rows.len() * SPARSE < self.n_rows;
        match self.by_row.as_ref().filter(|_| is_sparse) {
            Some(ranks) => {
                let (width, column) = (self.columns.len(), column as usize);
                found.extend(rows.map(|row| u32::from(ranks[row as usize * width + column])));
            }
            None => {
                let ranks = &self.column(column).ranks;
                found.extend(rows.map(|row| ranks[row as usize]));
            }
        }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(super) fn column(&self, index: u32) -> &RankedColumn {
        &self.columns[index as usize]
    }

    /// The columns that are not constant over all rows.
    pub(super) fn varying(&self) -> Vec<u32> {
        let varies = |&index: &u32| self.column(index).values.len() > 1;
        (0..self.columns.len() as u32).filter(varies).collect()
    }
}

impl RankedColumn {
    fn new(column: ArrayView1<f64>) -> Self {
        let mut values = column.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        values.dedup_by(|a, b| a == b);
        let rank = |entry: &f64| values.partition_point(|value| value < entry) as u32;
        let ranks = column.iter().map(rank).collect();
        Self { ranks, values }
    }

    /// Half way between two neighbouring values: the cut `entry ≤ threshold` separates the ranks.
    pub(super) fn threshold(&self, left_rank: u32, right_rank: u32) -> f64 {
        let (left, right) = (self.values[left_rank as usize], self.values[right_rank as usize]);
        let middle = 0.5 * left + 0.5 * right;
        if middle < right { middle } else { left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn ranks_follow_the_distinct_values() {
        let columns =
            RankedColumns::new(array![[3.0, 1.0], [-0.0, 1.0], [0.0, 1.0], [7.5, 1.0]].view());
        assert_eq!(columns.column(0).ranks, [1, 0, 0, 2]);
        assert_eq!(columns.varying(), [0]);
        assert_eq!(columns.column(0).threshold(1, 2), 5.25);
    }

    #[test]
    fn a_threshold_separates_even_neighbouring_floats() {
        let above = f64::from_bits(1.0f64.to_bits() + 1);
        let columns = RankedColumns::new(array![[1.0], [above]].view());
        let threshold = columns.column(0).threshold(0, 1);
        assert!(1.0 <= threshold && threshold < above);
    }
}
