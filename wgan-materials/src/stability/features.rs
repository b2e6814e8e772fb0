//! Features of a composition among known compounds, for its decomposition energy.

use ndarray::{Array2, Axis, concatenate};
use rayon::prelude::*;

use super::analogues::Analogues;
use super::decomposition::Decomposition;
use super::hull::ConvexHull;
use crate::composition::Composition;
use crate::features::feature_rows;

/// Columns beside those of [`feature_rows`].
const N_CONTEXT: usize = 12;

/// The features of compositions: those of the compositions alone, what they decompose into, their analogues.
///
/// A known composition is left out of the hull and of its own analogues, so its row says nothing of its energy.
///
/// # Shapes
/// - `decompositions`: one per composition; returns `[n, 213 + 12]`
pub(super) fn stability_rows(
    compositions: &[Composition],
    decompositions: &[Decomposition],
    hull: &ConvexHull,
    analogues: &Analogues,
) -> Array2<f64> {
    let rows: Vec<[f64; N_CONTEXT]> = compositions
        .par_iter()
        .zip(decompositions)
        .map(|(composition, decomposition)| {
            context(composition, decomposition, hull.n_within(composition), analogues)
        })
        .collect();
    let context = Array2::from_shape_fn((rows.len(), N_CONTEXT), |(i, j)| rows[i][j]);
    let alone = feature_rows(compositions);
    // Both have one row per composition.
    concatenate(Axis(1), &[alone.view(), context.view()]).unwrap_or(alone)
}

fn context(
    composition: &Composition,
    decomposition: &Decomposition,
    n_within: usize,
    analogues: &Analogues,
) -> [f64; N_CONTEXT] {
    let products = &decomposition.products;
    let distances = products.iter().map(|p| p.fraction * p.composition.distance(composition));
    let largest = products.iter().map(|p| p.fraction).fold(0.0, f64::max);
    let said = analogues.opinion(composition);
    [
        decomposition.energy,
        n_within as f64,
        products.len() as f64,
        distances.sum(),
        largest,
        said.mean,
        said.weight,
        said.spread,
        said.closest,
        said.closest_variance,
        said.lowest,
        said.n,
    ]
}
