//! Crystals for candidates: those that can be written get one, and the columns that follow from it.

use std::sync::Arc;

use rayon::prelude::*;

use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::geometry::{CandidateStructure, GeometryModel, StructureColumns};
use crate::material::Material;
use crate::model::{Candidate, ModelCard};
use crate::property::ElementProperty;

/// Makes the crystals of candidates of a model whose known materials have structures.
#[derive(Clone, Debug)]
pub struct Crystals {
    geometry: GeometryModel,
    columns: Option<StructureColumns>,
}

impl Crystals {
    /// Chunks without a single sound crystal, one after the other, after which the search is given up.
    pub const PATIENCE: usize = 100;

    /// Of the known materials of a model; none where they have no structures.
    ///
    /// # Errors
    /// As [`GeometryModel::fit`].
    pub fn of(card: &ModelCard) -> Result<Option<Self>, MaterialsError> {
        let Some(structures) = &card.structures else {
            return Ok(None);
        };
        let geometry = GeometryModel::fit(Arc::clone(structures))?;
        Ok(Some(Self { geometry, columns: card.structure_columns.clone() }))
    }

    /// The candidates with their crystals, in their order; those without a sound one are left out.
    pub fn grown(&self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates.into_par_iter().filter_map(|candidate| self.grow(candidate)).collect()
    }

    fn grow(&self, mut candidate: Candidate) -> Option<Candidate> {
        let crystal = self.crystal(&candidate.material())?;
        self.attach(&mut candidate, crystal);
        Some(candidate)
    }

    /// The crystal of a material, if it has one that can be written.
    pub(crate) fn crystal(&self, material: &Material) -> Option<CandidateStructure> {
        self.geometry.crystal(material).filter(CandidateStructure::is_sound)
    }

    /// Logarithms of the volume per atom in Å³ and of the density in u/Å³ that a composition leads to.
    pub(crate) fn expected(&self, composition: &Composition) -> [f64; 2] {
        let log_volume = self.geometry.log_volume(composition);
        let mass: f64 =
            composition.fractions().map(|(e, x)| x * ElementProperty::AtomicWeight.filled(e)).sum();
        [log_volume, mass.ln() - log_volume]
    }

    /// Gives a candidate its crystal, and the values of columns that follow from it.
    pub(crate) fn attach(&self, candidate: &mut Candidate, crystal: CandidateStructure) {
        if let Some(columns) = &self.columns {
            columns.complete(&crystal.embedding, &mut candidate.values);
        }
        candidate.crystal = Some(Arc::new(crystal));
    }

    /// Remarks on columns that follow from the structures.
    pub fn remarks(&self) -> Vec<String> {
        self.columns.as_ref().map(StructureColumns::remarks).unwrap_or_default()
    }
}
