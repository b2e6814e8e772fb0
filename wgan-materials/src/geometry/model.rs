//! From a composition in a prototype to a crystal.

use std::collections::HashMap;
use std::sync::Arc;

use super::VolumeModel;
use super::assignment::Groups;
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::material::Material;
use crate::structure::{DEFAULT_TOLERANCE, Embedding, Prototype, Structure};

/// Known members that have a say in the volume.
const N_NEAREST: usize = 5;

/// Falls of a member's weight with its distance, see [`Groups::nearest`].
const DECAY: f64 = 1.5;

/// Shortest distance over the sum of covalent radii below which no structure is written; the least of MP-20 is 0.63.
const MIN_DISTANCE_RATIO: f64 = 0.5;

/// The structure of a candidate with what is checked of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateStructure {
    /// The crystal as prototype, elements, cell and coordinates.
    pub embedding: Embedding,
    /// The crystal as it is written.
    pub structure: Structure,
    /// Whether the prototype found in what is written is the intended one.
    pub has_symmetry: bool,
    /// Shortest distance over the sum of the two covalent radii.
    pub distance_ratio: f64,
    /// Volume per atom in Å³.
    pub volume_per_atom: f64,
}

impl CandidateStructure {
    /// Whether it can be written: the intended symmetry, no atoms inside each other.
    pub fn is_sound(&self) -> bool {
        self.has_symmetry && self.distance_ratio >= MIN_DISTANCE_RATIO
    }
}

/// Cells and coordinates of candidates, from the known members of each prototype.
///
/// The member whose elements are nearest gives cell shape, coordinates and the slots of the elements. The volume per atom is
/// `ln V = Σ w_m·(ln V_m + f(c) − f(c_m)) / Σ w_m` over the five nearest members `m`, with `f` a [`VolumeModel`].
#[derive(Clone, Debug)]
pub struct GeometryModel {
    known: Arc<[Embedding]>,
    compositions: Vec<Composition>,
    log_volumes: Vec<f64>,
    members: HashMap<Prototype, Vec<usize>>,
    volume: VolumeModel,
}

impl GeometryModel {
    /// From known structures.
    ///
    /// # Errors
    /// A structure that is none, which no structure of a table is.
    pub fn fit(known: Arc<[Embedding]>) -> Result<Self, MaterialsError> {
        let mut members: HashMap<Prototype, Vec<usize>> = HashMap::new();
        let (mut compositions, mut volumes) = (Vec::new(), Vec::new());
        for (i, crystal) in known.iter().enumerate() {
            members.entry(crystal.prototype().clone()).or_default().push(i);
            compositions.push(crystal.composition()?);
            volumes.push(crystal.volume_per_atom()?);
        }
        let pairs = compositions.iter().zip(volumes.iter().copied());
        let volume = VolumeModel::fit(pairs);
        Ok(Self {
            log_volumes: volumes.iter().map(|v| v.ln()).collect(),
            known,
            compositions,
            members,
            volume,
        })
    }

    /// `ln(V / n)` of a composition in any structure, `V / n` in Å³.
    pub fn log_volume(&self, composition: &Composition) -> f64 {
        self.volume.log_volume(composition)
    }

    /// Known structures.
    pub fn known(&self) -> &[Embedding] {
        &self.known
    }

    /// Rows of the known structures of a prototype.
    pub fn members(&self, prototype: &Prototype) -> &[usize] {
        self.members.get(prototype).map_or(&[], Vec::as_slice)
    }

    /// The crystal of a composition in a prototype; none if no known crystal has the prototype or its amounts differ.
    pub fn embedding(&self, material: &Material) -> Option<Embedding> {
        let prototype = material.prototype.as_deref()?;
        let groups = Groups::new(&material.composition, prototype)?;
        let mut found: Vec<(f64, usize, Vec<Element>)> = self
            .members(prototype)
            .iter()
            .map(|&i| {
                let (distance, elements) = groups.nearest(self.known[i].elements());
                (distance, i, elements)
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(N_NEAREST);
        let expected = self.volume.log_volume(&material.composition);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (distance, i, _) in &found {
            let weight = (-DECAY * (distance - found[0].0)).exp();
            let there = self.volume.log_volume(&self.compositions[*i]);
            sum += weight * (self.log_volumes[*i] + expected - there);
            weights += weight;
        }
        let (_, nearest, elements) = found.into_iter().next()?;
        let crystal = self.known[nearest].with_elements(elements).ok()?;
        crystal.scaled_to_volume((sum / weights).exp()).ok()
    }

    /// The checked crystal of a candidate, see [`embedding`](Self::embedding).
    pub fn crystal(&self, material: &Material) -> Option<CandidateStructure> {
        let embedding = self.embedding(material)?;
        let structure = embedding.structure().ok()?;
        let found = structure.embedding(DEFAULT_TOLERANCE);
        Some(CandidateStructure {
            has_symmetry: found.is_ok_and(|found| found.prototype() == embedding.prototype()),
            distance_ratio: structure.shortest_distance_ratio(),
            volume_per_atom: structure.volume_per_atom(),
            embedding,
            structure,
        })
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    fn crystal(prototype: &str, elements: &[&str], cell: &[f64]) -> Embedding {
        let elements = elements.iter().map(|e| e.parse().unwrap()).collect();
        Embedding::new(prototype.parse().unwrap(), elements, cell.to_vec(), Vec::new()).unwrap()
    }

    fn halides() -> GeometryModel {
        let known = vec![
            crystal("225:a|b", &["Na", "Cl"], &[5.640]),
            crystal("225:a|b", &["K", "Cl"], &[6.293]),
            crystal("225:a|b", &["Na", "Br"], &[5.973]),
            crystal("221:a|b", &["Cs", "Cl"], &[4.123]),
        ];
        GeometryModel::fit(known.into()).unwrap()
    }

    fn material(formula: &str, prototype: &str) -> Material {
        Material {
            composition: formula.parse().unwrap(),
            prototype: Some(Arc::new(prototype.parse().unwrap())),
        }
    }

    #[test]
    fn a_new_member_has_the_cell_that_its_relatives_lead_to() {
        let found = halides().crystal(&material("KBr", "225:a|b")).unwrap();
        let [a, ..] = found.structure.lattice().parameters();
        // Measured: 6.600 Å. Three relatives and a linear rule are good for a percent.
        assert_relative_eq!(a, 6.60, max_relative = 0.015);
        assert!(found.has_symmetry && found.distance_ratio > 0.8);
        assert_eq!(found.structure.composition().to_string(), "KBr");
        assert_relative_eq!(found.volume_per_atom, a.powi(3) / 8.0, max_relative = 1e-9);
    }

    #[test]
    fn a_known_crystal_is_nearly_itself() {
        let model = halides();
        let found = model.embedding(&material("NaCl", "225:a|b")).unwrap();
        // Two relatives at a distance have a say too.
        assert_relative_eq!(found.cell()[0], 5.64, max_relative = 0.01);
    }

    #[test]
    fn an_unknown_prototype_or_other_amounts_have_no_crystal() {
        let model = halides();
        assert!(model.embedding(&material("KBr", "216:a|c")).is_none());
        assert!(model.embedding(&material("CaF2", "225:a|b")).is_none());
        assert!(model.embedding(&"KBr".parse::<Composition>().unwrap().into()).is_none());
    }
}
