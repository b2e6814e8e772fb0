//! Formation energies of materials that are not known, with what is not known about them.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::calibration::Calibration;
use super::decomposition::{Decomposition, Product};
use super::held_out::{HeldOut, HeldOutRow, calibration, error_ratio};
use super::hull::ConvexHull;
use super::known::KnownEnergies;
use super::learnt::Learnt;
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::forest::ForestConfig;
use crate::material::Material;

/// Fewer compounds say too little about errors.
const MIN_COMPOUNDS: usize = 50;

/// One compound in so many is hidden to see how large errors are.
const HIDDEN_PART: usize = 5;

/// Predicts the formation energy of a material from those that are known.
///
/// `E(x) = H(x) + D(x)`: the hull energy `H` of all other compounds is computed, the decomposition energy `D` is
/// predicted by a random forest of the composition's features, of what it decomposes into, and of the known compounds
/// that differ in one element. Where the known materials have prototypes, the forest also sees those in the same prototype and
/// other structures of the composition. Errors are those on compounds that the forest's trees did not see, corrected by those on a
/// fifth that was hidden altogether.
///
/// What composition alone can tell is limited: polymorphs share a composition, and errors of formation energies do
/// not cancel in differences as those of calculations do (Bartel et al. 2020). Take the probability as a way to order
/// candidates, and calculate those at the top.
///
/// # References
/// Bartel, Trewartha, Wang, Dunn, Jain, Ceder (2020), A critical examination of compound stability predictions from
/// machine-learned formation energies, npj Comput. Mater. 6, 97.
#[derive(Clone, Debug)]
pub struct EnergyPredictor {
    learnt: Learnt,
    calibration: Calibration,
    /// Energies of known materials, where all have a prototype, eV/atom.
    structures: Option<HashMap<Material, f64>>,
    elements: Vec<bool>,
    trial: Trial,
}

/// What came out when a part of the compounds was hidden.
#[derive(Clone, Debug)]
struct Trial {
    hidden: Vec<HeldOutRow>,
    /// The other compounds, each by the trees that did not see it.
    out_of_bag: Vec<HeldOutRow>,
}

/// Settings of an [`EnergyPredictor`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyPredictorConfig {
    /// Trees of the forest, at least 10 (100).
    pub n_trees: usize,
    /// All randomness comes from this number.
    pub seed: u64,
}

/// A predicted formation energy.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictedEnergy {
    /// Formation energy, eV/atom.
    pub energy: f64,
    /// Unit of its error, eV/atom: large where the trees disagree.
    pub scale: f64,
    /// What it would decompose into.
    pub decomposition: Decomposition,
}

impl EnergyPredictorConfig {
    /// 100 trees.
    pub fn new(seed: u64) -> Self {
        Self { n_trees: 100, seed }
    }

    /// Learns from materials and their formation energies. Either all have a prototype or none is looked at.
    ///
    /// # Shapes
    /// - `energies`: one per material, eV/atom
    ///
    /// # Errors
    /// [`MaterialsError::Stability`] for energies that make no hull or fewer than 50 compounds.
    ///
    /// # Complexity
    /// Four forests; 72,261 compounds took 169 s of processor time.
    pub fn fit(
        &self,
        known: &[Material],
        energies: &[f64],
    ) -> Result<EnergyPredictor, MaterialsError> {
        let known = KnownEnergies::new(known, energies)?;
        check(known.hull.n_compounds())?;
        let trial = self.hide(&known)?;
        let rows = || known.materials.iter().cloned().zip(known.energies.iter().copied());
        let structures = known.has_prototypes.then(|| rows().collect());
        let (learnt, out_of_bag) = Learnt::new(known, &self.forest())?;
        let ratio = error_ratio(&trial.hidden, &trial.out_of_bag);
        let mut elements = vec![false; Element::COUNT];
        let seen = learnt.context.hull.compounds().iter().flat_map(Composition::elements);
        seen.for_each(|element| elements[element.index()] = true);
        Ok(EnergyPredictor {
            calibration: calibration(&out_of_bag, ratio),
            learnt,
            structures,
            elements,
            trial,
        })
    }

    /// Splits on few of many columns: the best of those tried on an inner hold-out.
    fn forest(&self) -> ForestConfig {
        ForestConfig { n_trees: self.n_trees, ..ForestConfig::classes(self.seed) }
    }

    /// Learns without a part of the compounds and predicts them.
    fn hide(&self, known: &KnownEnergies) -> Result<Trial, MaterialsError> {
        let mut order: Vec<usize> = (0..known.materials.len()).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(self.seed));
        let (hidden, kept) = order.split_at(order.len() / HIDDEN_PART);
        let ((hidden, energies), (kept, kept_energies)) =
            (known.select(hidden), known.select(kept));
        let (learnt, out_of_bag) =
            Learnt::new(KnownEnergies::new(&kept, &kept_energies)?, &self.forest())?;
        Ok(Trial { hidden: learnt.judge(&hidden, &energies)?, out_of_bag })
    }
}

impl EnergyPredictor {
    /// The hull of the known compounds.
    pub fn hull(&self) -> &ConvexHull {
        &self.learnt.context.hull
    }

    /// The known energy of a material, eV/atom; of its composition where no prototypes are known.
    pub(super) fn known_energy(&self, material: &Material) -> Option<f64> {
        match &self.structures {
            Some(known) if material.composition.n_elements() > 1 => known.get(material).copied(),
            _ => self.hull().energy(&material.composition),
        }
    }

    /// Elements that no known compound has.
    pub fn unseen(&self, composition: &Composition) -> Vec<Element> {
        composition.elements().filter(|element| !self.elements[element.index()]).collect()
    }

    /// How good predictions are for a fifth of the known compounds, learnt from the others.
    pub fn held_out(&self, stable_within: f64) -> HeldOut {
        HeldOut::of(&self.trial.hidden, &self.trial.out_of_bag, stable_within)
    }

    /// Predicts formation energies; a known material is treated as if it were not known.
    ///
    /// # Shapes
    /// - returns one per material
    ///
    /// # Errors
    /// [`MaterialsError::Stability`] for an element that no known compound has.
    pub fn predict(&self, materials: &[Material]) -> Result<Vec<PredictedEnergy>, MaterialsError> {
        for Material { composition, .. } in materials {
            if let Some(element) = self.unseen(composition).first() {
                return Err(MaterialsError::Stability {
                    what: format!("energy of {composition}"),
                    expected: "elements that occur in known compounds",
                    got: element.to_string(),
                });
            }
        }
        let predicted = materials.iter().zip(self.learnt.predict(materials)?);
        let of = |(material, (found, above, scale)): (&Material, (Decomposition, f64, f64))| {
            PredictedEnergy {
                energy: found.energy + above,
                scale,
                decomposition: self.with_polymorph(material, found),
            }
        };
        Ok(predicted.map(of).collect())
    }

    /// What a material falls apart into: another known structure of its composition, where that lies below the mixture of others.
    pub(super) fn with_polymorph(
        &self,
        material: &Material,
        found: Decomposition,
    ) -> Decomposition {
        let families = self.learnt.context.families.as_ref();
        match families.and_then(|families| families.best_polymorph(material)) {
            Some(above) if above < 0.0 => Decomposition {
                energy: found.energy + above,
                n_atoms: found.n_atoms,
                products: vec![Product {
                    composition: material.composition.clone(),
                    fraction: 1.0,
                }],
            },
            _ => found,
        }
    }

    /// Lower and upper end of the interval that holds the energy with probability `level`, eV/atom.
    ///
    /// Infinite if `level` is too close to one for the number of known compounds.
    pub fn interval(&self, predicted: &PredictedEnergy, level: f64) -> (f64, f64) {
        let (low, high) = self.calibration.interval(level);
        (predicted.energy + predicted.scale * low, predicted.energy + predicted.scale * high)
    }

    /// Probability that the compound lies at most `within` above the hull of the known ones, eV/atom.
    pub fn probability_within(&self, predicted: &PredictedEnergy, within: f64) -> f64 {
        let limit = predicted.decomposition.energy + within - predicted.energy;
        self.calibration.share_up_to(limit / predicted.scale)
    }
}

fn check(n_compounds: usize) -> Result<(), MaterialsError> {
    if n_compounds >= MIN_COMPOUNDS {
        return Ok(());
    }
    Err(MaterialsError::Stability {
        what: "prediction of energies".to_string(),
        expected: "at least 50 compounds with a formation energy",
        got: n_compounds.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use approx::assert_abs_diff_eq;

    const CATIONS: [&str; 12] =
        ["Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba", "Zn", "Cd", "Be"];
    const ANIONS: [&str; 8] = ["F", "Cl", "Br", "I", "O", "S", "Se", "Te"];
    const PATTERNS: [(u32, u32); 3] = [(1, 1), (2, 1), (1, 2)];

    /// An energy by a rule: the difference of electronegativities, so much less for 2 : 1 and 1 : 2 that most are unstable.
    fn table() -> (Vec<Material>, Vec<f64>) {
        let mut rows = Vec::new();
        for (a, b) in PATTERNS {
            for (cation, anion) in CATIONS.iter().flat_map(|c| ANIONS.map(|a| (*c, a))) {
                let pauling = |symbol: &str| {
                    Element::from_symbol(symbol).unwrap().electronegativity().unwrap()
                };
                let composition = Composition::parse(&format!("{cation}{a}{anion}{b}")).unwrap();
                let polarity = pauling(anion) - pauling(cation);
                rows.push((
                    Material::from(composition),
                    -polarity * if a == b { 1.0 } else { 0.6 },
                ));
            }
        }
        rows.into_iter().unzip()
    }

    fn fitted(leave_out: usize) -> (EnergyPredictor, Material, f64) {
        let (mut known, mut energies) = table();
        let (material, energy) = (known.remove(leave_out), energies.remove(leave_out));
        let config = EnergyPredictorConfig { n_trees: 30, seed: 1 };
        (config.fit(&known, &energies).unwrap(), material, energy)
    }

    #[test]
    fn a_rule_is_learnt_and_errors_are_known() {
        let (predictor, composition, energy) = fitted(10);
        let held_out = predictor.held_out(0.05);
        assert_eq!(held_out.n, 57);
        assert!(held_out.mean_absolute_error < 0.2, "{held_out}"); // spread of the energies is 0.7
        assert!(held_out.auc.unwrap() > 0.9, "{held_out}");
        assert!((held_out.coverage - 0.9).abs() < 0.13, "{held_out}"); // 28 rows: standard error 0.06
        let predicted = &predictor.predict(std::slice::from_ref(&composition)).unwrap()[0];
        assert_abs_diff_eq!(predicted.energy, energy, epsilon = 0.3);
        let (low, high) = predictor.interval(predicted, 0.9);
        assert!(low < predicted.energy && predicted.energy < high);
        assert_eq!(predictor.interval(predicted, 0.9999).1, f64::INFINITY);
    }

    #[test]
    fn probabilities_grow_with_the_limit() {
        let (predictor, composition, _) = fitted(10);
        let predicted = &predictor.predict(&[composition]).unwrap()[0];
        let probabilities =
            [-9.0, 0.0, 0.1, 9.0].map(|w| predictor.probability_within(predicted, w));
        assert!(probabilities.is_sorted(), "{probabilities:?}");
        assert!(probabilities[0] < 0.01 && probabilities[3] > 0.99, "{probabilities:?}");
    }

    #[test]
    fn a_known_compound_is_predicted_without_its_own_place_on_the_hull() {
        let (predictor, ..) = fitted(0);
        let known = predictor.hull().compounds()[5].clone();
        let predicted = predictor.predict(&[Material::from(&known)]).unwrap();
        assert!(
            predicted[0].decomposition.products.iter().all(|product| product.composition != known)
        );
    }

    #[test]
    fn structures_of_one_composition_are_told_apart() {
        // Each salt in two structures, the second 0.3 eV/atom higher.
        let (compositions, energies) = table();
        let place = |material: &Material, prototype: &str| Material {
            prototype: Some(Arc::new(prototype.parse().unwrap())),
            ..material.clone()
        };
        let rows = compositions.iter().zip(&energies);
        let (known, energies): (Vec<Material>, Vec<f64>) = rows
            .flat_map(|(m, &e)| [(place(m, "225:a|b"), e), (place(m, "221:a|b"), e + 0.3)])
            .skip(2)
            .unzip();
        let config = EnergyPredictorConfig { n_trees: 30, seed: 1 };
        let predictor = config.fit(&known, &energies).unwrap();
        let [low, high] =
            ["225:a|b", "221:a|b"].map(|prototype| place(&compositions[0], prototype));
        let found = predictor.predict(&[low, high]).unwrap();
        assert!(found[0].energy + 0.15 < found[1].energy, "{found:?}");
        // A third structure of a known salt is compared with the best of the two.
        let third = predictor.predict(&[place(&compositions[20], "216:a|c")]).unwrap();
        assert!(third[0].decomposition.products[0].composition == compositions[20].composition);
        assert_abs_diff_eq!(third[0].decomposition.energy, energies[2 * 19], epsilon = 1e-9);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let (predictor, composition, _) = fitted(7);
                let predicted = predictor.predict(&[composition]).unwrap();
                (predictor.interval(&predicted[0], 0.9), predicted)
            })
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn bad_input_is_named() {
        let (predictor, ..) = fitted(0);
        let unseen = Material::from(Composition::parse("NaXe").unwrap());
        let xenon = Element::from_symbol("Xe").unwrap();
        assert_eq!(predictor.unseen(&unseen.composition), [xenon]);
        assert_eq!(
            predictor.predict(&[unseen]).unwrap_err().to_string(),
            "stability, energy of NaXe: expected elements that occur in known compounds, got Xe"
        );
        let (known, energies) = table();
        let few = EnergyPredictorConfig::new(0).fit(&known[..49], &energies[..49]);
        assert_eq!(
            few.unwrap_err().to_string(),
            "stability, prediction of energies: expected at least 50 compounds with a formation energy, got 49"
        );
    }
}
