//! All pairs at once, in single precision.

use ndarray::{Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::ShortestPaths;
use crate::error::GraphError;

/// Bytes a table of distances may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryLimit(pub usize);

impl Default for MemoryLimit {
    /// 1 GiB: 16,384 nodes.
    fn default() -> Self {
        Self(1 << 30)
    }
}

impl MemoryLimit {
    /// Refuses a table of all pairs of `n` nodes that is larger.
    ///
    /// # Errors
    /// [`GraphError::Memory`] with the bytes needed.
    pub fn check(self, n: usize) -> Result<(), GraphError> {
        let needed = Distances::bytes_needed(n);
        if needed > self.0 {
            return Err(GraphError::Memory { n, needed, allowed: self.0 });
        }
        Ok(())
    }
}

/// Distances of all ordered pairs `[n, n]`, row = source; infinite where no path leads.
#[derive(Clone, Debug, PartialEq)]
pub struct Distances(Array2<f32>);

impl Distances {
    /// Bytes that all pairs of `n` nodes take.
    pub fn bytes_needed(n: usize) -> usize {
        n.saturating_mul(n).saturating_mul(size_of::<f32>())
    }

    /// The whole table.
    ///
    /// # Shapes
    /// - returns: `[n, n]`, in the unit of the costs
    pub fn table(&self) -> ArrayView2<'_, f32> {
        self.0.view()
    }

    /// Distances from `source`.
    ///
    /// # Shapes
    /// - returns: `[n]`, in the unit of the costs
    pub fn row(&self, source: usize) -> ArrayView1<'_, f32> {
        self.0.row(source)
    }

    /// Distance from `u` to `v`.
    pub fn between(&self, u: usize, v: usize) -> f32 {
        self.0[[u, v]]
    }
}

/// One row per source, in parallel.
pub fn all_pairs(paths: &ShortestPaths<'_>, limit: MemoryLimit) -> Result<Distances, GraphError> {
    let n = paths.network.n_nodes();
    limit.check(n)?;
    let mut table = vec![0.0_f32; n * n];
    table.par_chunks_mut(n.max(1)).enumerate().for_each_init(
        || (paths.scratch(), vec![0.0; n]),
        |(scratch, row), (source, out)| {
            scratch.fill(source, row);
            out.iter_mut().zip(row.iter()).for_each(|(out, &d)| *out = d as f32);
        },
    );
    let shape = |_| GraphError::TooFew { at: "distances", expected: n * n, got: 0 };
    Array2::from_shape_vec((n, n), table).map(Distances).map_err(shape)
}
