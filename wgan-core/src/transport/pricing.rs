//! Which arc enters the basis: block search over the rows of the cost, the best of each block.

use std::ops::Range;

use super::cost::GroundCost;

/// An arc that would lower the cost, with its reduced cost `c(i, j) − u(i) − v(j) < 0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entering {
    pub i: usize,
    pub j: usize,
    pub reduced_cost: f64,
}

/// Walks round and round over the cost, one block at a time, and remembers where it stopped.
///
/// Each call looks at one block after the other and returns the most negative reduced cost of the first block that has one.
///
/// # References
/// Grigoriadis (1986), An efficient implementation of the network simplex method.
#[derive(Debug)]
pub(super) struct BlockSearch {
    n: usize,
    m: usize,
    /// Columns looked at in one piece.
    piece: usize,
    pieces_per_block: usize,
    /// Where the next block starts.
    row: usize,
    column: usize,
    buffer: Vec<f64>,
}

impl BlockSearch {
    /// Blocks of about `block` arcs.
    pub fn new(n: usize, m: usize, block: usize) -> Self {
        let piece = m.min(block.max(1));
        Self {
            n,
            m,
            piece,
            pieces_per_block: block.div_ceil(piece).max(1),
            row: 0,
            column: 0,
            buffer: vec![0.0; piece],
        }
    }

    /// The next arc with a reduced cost below `−tolerance`, or `None` after looking at all of them.
    pub fn next<C: GroundCost>(
        &mut self,
        cost: &C,
        u: &[f64],
        y: &[f64],
        tolerance: f64,
    ) -> Option<Entering> {
        let pieces = self.n * self.m.div_ceil(self.piece);
        let mut best = Entering { i: 0, j: 0, reduced_cost: -tolerance };
        for looked_at in 1..=pieces {
            let columns = self.column..(self.column + self.piece).min(self.m);
            self.look(cost, u, y, columns.clone(), &mut best);
            self.advance(columns.end);
            if best.reduced_cost < -tolerance
                && (looked_at % self.pieces_per_block == 0 || looked_at == pieces)
            {
                return Some(best);
            }
        }
        None
    }

    /// Looks at a piece of the current row.
    fn look<C: GroundCost>(
        &mut self,
        cost: &C,
        u: &[f64],
        y: &[f64],
        columns: Range<usize>,
        best: &mut Entering,
    ) {
        let row = cost.row(self.row, columns.clone(), &mut self.buffer);
        let y = &y[columns.clone()];
        let least = smallest_sum(row, y);
        if least - u[self.row] < best.reduced_cost {
            let at = row.iter().zip(y).position(|(c, y)| c + y == least).unwrap_or(0);
            *best =
                Entering { i: self.row, j: columns.start + at, reduced_cost: least - u[self.row] };
        }
    }

    /// Moves on behind column `end` of the current row.
    fn advance(&mut self, end: usize) {
        self.column = end;
        if end == self.m {
            self.column = 0;
            self.row = (self.row + 1) % self.n;
        }
    }
}

/// `minⱼ c(j) + y(j)`, in eight lanes that the compiler turns into vector instructions.
pub(super) fn smallest_sum(c: &[f64], y: &[f64]) -> f64 {
    let mut lanes = [f64::INFINITY; 8];
    let (c_chunks, y_chunks) = (c.chunks_exact(8), y.chunks_exact(8));
    let rest = c_chunks.remainder().iter().zip(y_chunks.remainder());
    let least_rest = rest.fold(f64::INFINITY, |least, (c, y)| smaller(c + y, least));
    for (c, y) in c_chunks.zip(y_chunks) {
        for k in 0..8 {
            lanes[k] = smaller(c[k] + y[k], lanes[k]);
        }
    }
    lanes.into_iter().fold(least_rest, smaller)
}

/// The smaller number; unlike [`f64::min`] one instruction, because nothing here is NaN.
#[inline]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::DenseCost;
    use ndarray::Array2;

    #[test]
    fn the_smallest_sum_is_found_in_chunks_and_in_the_rest() {
        for len in 1..30 {
            for at in 0..len {
                let mut c = vec![1.0; len];
                c[at] = -1.0;
                assert_eq!(smallest_sum(&c, &vec![0.5; len]), -0.5);
            }
        }
    }

    #[test]
    fn one_negative_arc_is_found_from_anywhere_and_for_any_block() {
        for block in [1, 2, 5, 7, 100] {
            let mut matrix = Array2::ones((3, 7));
            matrix[[2, 4]] = -1.0;
            let cost = DenseCost::new(matrix).unwrap();
            let mut search = BlockSearch::new(3, 7, block);
            for _ in 0..4 {
                let found = search.next(&cost, &[0.0; 3], &[0.0; 7], 1e-9).unwrap();
                assert_eq!((found.i, found.j), (2, 4));
            }
            assert_eq!(search.next(&cost, &[-1.0; 3], &[0.0; 7], 1e-9), None);
        }
    }
}
