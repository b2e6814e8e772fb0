//! Features of a material among known ones, for its decomposition energy.

use ndarray::{Array2, Axis, concatenate};
use rayon::prelude::*;

use super::analogues::{Analogues, Opinion};
use super::decomposition::Decomposition;
use super::family::Families;
use super::hull::ConvexHull;
use crate::composition::Composition;
use crate::features::feature_rows;
use crate::material::Material;

/// Columns on the hull and on the analogues of the composition.
const N_CONTEXT: usize = 5 + Opinion::N;

/// What is known of other materials.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) hull: ConvexHull,
    /// Compositions that differ in one element.
    pub(super) analogues: Analogues,
    /// Structures, where all known materials have one.
    pub(super) families: Option<Families>,
}

impl Context {
    /// The features of materials: those of the compositions alone, what they decompose into, their analogues, and
    /// what known structures say.
    ///
    /// A known composition is left out of the hull and of its own analogues, and a known material of its families, so its
    /// row says nothing of its energy.
    ///
    /// # Shapes
    /// - `decompositions`: one per material; returns `[n, 213 + 12]`, with structures `[n, 213 + 12 + 14]`
    pub(super) fn rows(
        &self,
        materials: &[Material],
        decompositions: &[Decomposition],
    ) -> Array2<f64> {
        let compositions: Vec<Composition> =
            materials.iter().map(|material| material.composition.clone()).collect();
        let rows: Vec<Vec<f64>> = materials
            .par_iter()
            .zip(decompositions)
            .map(|(material, decomposition)| self.row(material, decomposition))
            .collect();
        let width = N_CONTEXT + self.families.as_ref().map_or(0, |_| Families::N);
        let context = Array2::from_shape_fn((rows.len(), width), |(i, j)| rows[i][j]);
        let alone = feature_rows(&compositions);
        // Both have one row per material.
        concatenate(Axis(1), &[alone.view(), context.view()]).unwrap_or(alone)
    }

    fn row(&self, material: &Material, decomposition: &Decomposition) -> Vec<f64> {
        let mut row = self.of_composition(&material.composition, decomposition).to_vec();
        row.extend(self.families.iter().flat_map(|families| families.figures(material)));
        row
    }

    fn of_composition(
        &self,
        composition: &Composition,
        decomposition: &Decomposition,
    ) -> [f64; N_CONTEXT] {
        let products = &decomposition.products;
        let distances = products.iter().map(|p| p.fraction * p.composition.distance(composition));
        let own = [
            decomposition.energy,
            self.hull.n_within(composition) as f64,
            products.len() as f64,
            distances.sum(),
            products.iter().map(|p| p.fraction).fold(0.0, f64::max),
        ];
        let said = self.analogues.opinion(&composition.into()).figures();
        let mut row = [0.0; N_CONTEXT];
        row.iter_mut().zip(own.into_iter().chain(said)).for_each(|(to, from)| *to = from);
        row
    }
}
