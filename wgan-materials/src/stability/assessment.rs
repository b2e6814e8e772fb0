//! How stable known compounds and candidates are.

use super::calibration::LEVEL;
use super::decomposition::Decomposition;
use super::hull::ConvexHull;
use super::predictor::{EnergyPredictor, PredictedEnergy};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::material::Material;

/// A known compound and its place relative to the hull.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownStability {
    /// The compound.
    pub composition: Composition,
    /// Its lowest formation energy, eV/atom.
    pub formation_energy: f64,
    /// The cheapest mixture of other compounds.
    pub decomposition: Decomposition,
}

/// A candidate and how likely it is to be stable.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateStability {
    /// The candidate.
    pub material: Material,
    /// Whether its energy is known rather than predicted.
    pub is_known: bool,
    /// Known or predicted formation energy, eV/atom; none with an element that no known compound has.
    pub formation_energy: Option<f64>,
    /// Lower and upper end of the 90 % interval, eV/atom; both are the energy where that is known.
    pub interval: Option<(f64, f64)>,
    /// The cheapest mixture of other known compounds, or another known structure of the composition.
    pub decomposition: Decomposition,
    /// Probability to lie within the limit of the hull: 0 or 1 where the energy is known.
    pub probability: Option<f64>,
}

impl ConvexHull {
    /// Every different compound with its place, in the order of [`compounds`](Self::compounds).
    ///
    /// # Errors
    /// As [`decompose_all`](Self::decompose_all), which also says what `done` is told.
    pub fn known_stabilities(
        &self,
        done: impl Fn(usize) + Sync,
    ) -> Result<Vec<KnownStability>, MaterialsError> {
        let decompositions = self.decompose_all(self.compounds(), done)?;
        let rows = self.compounds().iter().zip(self.energies()).zip(decompositions);
        let stability = |((composition, &formation_energy), decomposition)| KnownStability {
            composition: Composition::clone(composition),
            formation_energy,
            decomposition,
        };
        Ok(rows.map(stability).collect())
    }
}

impl CandidateStability {
    /// Energy above the hull of the known compounds and of this one, eV/atom.
    pub fn energy_above_hull(&self) -> Option<f64> {
        self.formation_energy.map(|energy| self.decomposition.energy_above_hull(energy))
    }
}

impl EnergyPredictor {
    /// How likely each candidate is to lie at most `within` above the hull of the known compounds, eV/atom.
    ///
    /// # Errors
    /// As [`ConvexHull::decompose`].
    pub fn assess(
        &self,
        candidates: &[Material],
        within: f64,
    ) -> Result<Vec<CandidateStability>, MaterialsError> {
        let is_predicted = |material: &Material| {
            self.known_energy(material).is_none() && self.unseen(&material.composition).is_empty()
        };
        let to_predict = candidates.iter().filter(|material| is_predicted(material));
        let to_predict: Vec<Material> = to_predict.cloned().collect();
        let mut predicted = self.predict(&to_predict)?.into_iter();
        let assess = |material: &Material| {
            let of_this = if is_predicted(material) { predicted.next() } else { None };
            match of_this {
                Some(predicted) => Ok(self.assess_predicted(material, predicted, within)),
                None => self.assess_known(material, within),
            }
        };
        candidates.iter().map(assess).collect()
    }

    fn assess_predicted(
        &self,
        material: &Material,
        predicted: PredictedEnergy,
        within: f64,
    ) -> CandidateStability {
        CandidateStability {
            material: material.clone(),
            is_known: false,
            formation_energy: Some(predicted.energy),
            interval: Some(self.interval(&predicted, LEVEL)),
            probability: Some(self.probability_within(&predicted, within)),
            decomposition: predicted.decomposition,
        }
    }

    /// Of a material with a known energy, or without any.
    fn assess_known(
        &self,
        material: &Material,
        within: f64,
    ) -> Result<CandidateStability, MaterialsError> {
        let decomposition = self.hull().decompose(&material.composition)?;
        let decomposition = self.with_polymorph(material, decomposition);
        let energy = self.known_energy(material);
        let is_within = |energy: f64| decomposition.energy_above_hull(energy) <= within;
        Ok(CandidateStability {
            material: material.clone(),
            is_known: energy.is_some(),
            formation_energy: energy,
            interval: energy.map(|energy| (energy, energy)),
            probability: energy.map(|energy| f64::from(u8::from(is_within(energy)))),
            decomposition,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stability::EnergyPredictorConfig;

    #[test]
    fn known_predicted_and_unseen_candidates_are_told_apart() {
        let cations = ["Li", "Na", "K", "Rb", "Cs", "Cu", "Ag", "Au"];
        let anions = ["F", "Cl", "Br", "I", "H", "O", "S"];
        let pairs = cations.iter().flat_map(|c| anions.map(|a| format!("{c}{a}")));
        let read = |formula: &str| Material::from(Composition::parse(formula).unwrap());
        let known: Vec<Material> = pairs.map(|formula| read(&formula)).skip(1).collect();
        let energies: Vec<f64> =
            (0..known.len()).map(|i| if i == 3 { 0.2 } else { -1.0 }).collect();
        let config = EnergyPredictorConfig { n_trees: 20, seed: 0 };
        let predictor = config.fit(&known, &energies).unwrap();
        let candidates = ["LiXe", "LiF", "NaCl", "LiH"].map(read);
        let assessed = predictor.assess(&candidates, 0.05).unwrap();
        let probabilities: Vec<Option<f64>> = assessed.iter().map(|row| row.probability).collect();
        assert_eq!((probabilities[0], assessed[0].formation_energy), (None, None));
        assert!(!assessed[1].is_known && probabilities[1].unwrap() > 0.5);
        assert_eq!((assessed[2].is_known, probabilities[2]), (true, Some(1.0)));
        assert_eq!((assessed[3].interval, probabilities[3]), (Some((0.2, 0.2)), Some(0.0)));
    }
}
