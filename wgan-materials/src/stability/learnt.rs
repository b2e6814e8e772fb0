//! One fit: what is known of other materials, and two forests of energies.

use ndarray::{Array1, Array2, Axis, concatenate};

use super::analogues::Analogues;
use super::decomposition::Decomposition;
use super::family::Families;
use super::features::Context;
use super::held_out::HeldOutRow;
use super::known::KnownEnergies;
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::forest::{Forest, ForestConfig, TreeVotes};
use crate::material::Material;

/// Trees may agree by chance: a share of their mean spread is added to each (chosen on an inner hold-out).
const OFFSET_SHARE: f64 = 0.05;
/// Least unit of an error, eV/atom.
const MIN_OFFSET: f64 = 1e-6;
/// Materials that are predicted at a time: each has a row of some 240 numbers.
const CHUNK: usize = 20_000;

/// What was learnt from known materials.
#[derive(Clone, Debug)]
pub(super) struct Learnt {
    pub(super) context: Context,
    /// Formation energies, without regard to the hull: better where few of the compounds that compete are known.
    direct: Forest,
    /// Decomposition energies, given what the first forest says.
    forest: Forest,
    /// Added to the spread of the trees, eV/atom.
    offset: f64,
}

impl Learnt {
    /// Learns, and predicts each material by the trees that did not see it.
    pub(super) fn new(
        known: KnownEnergies,
        forest: &ForestConfig,
    ) -> Result<(Self, Vec<HeldOutRow>), MaterialsError> {
        let KnownEnergies { hull, materials, energies, has_prototypes } = known;
        let decompositions = hull.decompose_all(&compositions(&materials), |_| ())?;
        let targets = decomposition_energies(&decompositions, &energies);
        let context = Context {
            analogues: match has_prototypes {
                true => {
                    let alone: Vec<Material> =
                        hull.compounds().iter().map(Material::from).collect();
                    let decompositions = hull.decompose_all(hull.compounds(), |_| ())?;
                    let lowest = decomposition_energies(&decompositions, hull.energies());
                    Analogues::new(&alone, lowest)
                }
                false => Analogues::new(&materials, targets.clone()),
            },
            families: has_prototypes.then(|| Families::new(materials.clone(), targets.clone())),
            hull,
        };
        let x = context.rows(&materials, &decompositions);
        let (direct, votes) = forest.fit_out_of_bag(x.view(), &energies)?;
        let said = votes.into_iter().zip(&decompositions);
        let said = said.map(|(votes, others)| votes.map_or(0.0, |v| v.mean - others.energy));
        let x = with_column(x, said.collect());
        let (forest, votes) = forest.fit_out_of_bag(x.view(), &targets)?;
        let offset = offset(&votes);
        let row = |(votes, target): (Option<TreeVotes>, f64)| {
            votes.map(|votes| HeldOutRow {
                target,
                predicted: votes.mean,
                scale: votes.spread + offset,
            })
        };
        let out_of_bag = votes.into_iter().zip(targets).filter_map(row).collect();
        Ok((Self { context, direct, forest, offset }, out_of_bag))
    }

    /// What the composition of each material decomposes into, and its predicted decomposition energy with the unit of its error,
    /// eV/atom.
    pub(super) fn predict(
        &self,
        materials: &[Material],
    ) -> Result<Vec<(Decomposition, f64, f64)>, MaterialsError> {
        let mut predicted = Vec::with_capacity(materials.len());
        for materials in materials.chunks(CHUNK) {
            let found = self.context.hull.decompose_all(&compositions(materials), |_| ())?;
            let x = self.context.rows(materials, &found);
            let said = self.direct.predict(x.view())?.into_iter().zip(&found);
            let x = with_column(x, said.map(|(energy, others)| energy - others.energy).collect());
            let votes = self.forest.predict_votes(x.view())?;
            let rows = found.into_iter().zip(votes);
            predicted.extend(rows.map(|(found, v)| (found, v.mean, v.spread + self.offset)));
        }
        Ok(predicted)
    }

    /// What is predicted for materials that were hidden, beside their energies.
    pub(super) fn judge(
        &self,
        hidden: &[Material],
        energies: &[f64],
    ) -> Result<Vec<HeldOutRow>, MaterialsError> {
        let row = |((found, predicted, scale), &energy): ((Decomposition, f64, f64), &f64)| {
            HeldOutRow { target: found.decomposition_energy(energy), predicted, scale }
        };
        Ok(self.predict(hidden)?.into_iter().zip(energies).map(row).collect())
    }
}

/// The rows with one more column.
fn with_column(x: Array2<f64>, column: Array1<f64>) -> Array2<f64> {
    let more = column.insert_axis(Axis(1));
    // Both have one row per material.
    concatenate(Axis(1), &[x.view(), more.view()]).unwrap_or(x)
}

fn compositions(materials: &[Material]) -> Vec<Composition> {
    materials.iter().map(|material| material.composition.clone()).collect()
}

fn decomposition_energies(decompositions: &[Decomposition], energies: &[f64]) -> Vec<f64> {
    let rows = decompositions.iter().zip(energies);
    rows.map(|(decomposition, &energy)| decomposition.decomposition_energy(energy)).collect()
}

fn offset(votes: &[Option<TreeVotes>]) -> f64 {
    let spreads: Vec<f64> = votes.iter().flatten().map(|votes| votes.spread).collect();
    let mean = spreads.iter().sum::<f64>() / spreads.len().max(1) as f64;
    (OFFSET_SHARE * mean).max(MIN_OFFSET)
}
