//! Mean and largest distance without a table of all pairs.

use rayon::prelude::*;
use serde::Serialize;

use super::ShortestPaths;

/// Distances over the ordered pairs of distinct nodes that a path joins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct DistanceSummary {
    /// Number of such pairs.
    pub pairs: u64,
    /// Mean distance, in the unit of the costs; 0 where there is no pair.
    pub mean: f64,
    /// Largest distance.
    pub max: f64,
}

/// One source after the other, in parallel; sums in the order of the sources.
pub fn summarise(paths: &ShortestPaths<'_>) -> DistanceSummary {
    let n = paths.network.n_nodes();
    let of_source = |(scratch, row): &mut (super::Scratch<'_>, Vec<f64>), source: usize| {
        scratch.fill(source, row);
        let reached = row.iter().filter(|d| d.is_finite());
        reached.fold((0_u64, 0.0, 0.0_f64), |(n, sum, max), d| (n + 1, sum + d, max.max(*d)))
    };
    let rows: Vec<(u64, f64, f64)> =
        (0..n).into_par_iter().map_init(|| (paths.scratch(), vec![0.0; n]), of_source).collect();
    // Each source reaches itself at distance zero.
    let pairs: u64 = rows.iter().map(|r| r.0 - 1).sum();
    let total: f64 = rows.iter().map(|r| r.1).sum();
    let max = rows.iter().map(|r| r.2).fold(0.0, f64::max);
    DistanceSummary { pairs, mean: if pairs == 0 { 0.0 } else { total / pairs as f64 }, max }
}
