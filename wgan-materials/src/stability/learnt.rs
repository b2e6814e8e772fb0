//! One fit: hull, analogues and a forest of decomposition energies.

use super::analogues::Analogues;
use super::decomposition::Decomposition;
use super::features::stability_rows;
use super::held_out::HeldOutRow;
use super::hull::ConvexHull;
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::forest::{Forest, ForestConfig, TreeVotes};

/// Trees may agree by chance: a share of their mean spread is added to each (chosen on an inner hold-out).
const OFFSET_SHARE: f64 = 0.05;
/// Least unit of an error, eV/atom.
const MIN_OFFSET: f64 = 1e-6;

/// What was learnt from known compounds.
#[derive(Clone, Debug)]
pub(super) struct Learnt {
    pub(super) hull: ConvexHull,
    analogues: Analogues,
    forest: Forest,
    /// Added to the spread of the trees, eV/atom.
    offset: f64,
}

impl Learnt {
    /// Learns, and predicts each compound by the trees that did not see it.
    pub(super) fn new(
        hull: ConvexHull,
        forest: &ForestConfig,
    ) -> Result<(Self, Vec<HeldOutRow>), MaterialsError> {
        let known = hull.compounds();
        let decompositions = hull.decompose_all(known, |_| ())?;
        let targets = decomposition_energies(&decompositions, hull.energies());
        let analogues = Analogues::new(known, targets.clone());
        let x = stability_rows(known, &decompositions, &hull, &analogues);
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
        Ok((Self { hull, analogues, forest, offset }, out_of_bag))
    }

    /// Decomposition of each composition, and its predicted decomposition energy with the unit of its error, eV/atom.
    pub(super) fn predict(
        &self,
        compositions: &[Composition],
    ) -> Result<Vec<(Decomposition, f64, f64)>, MaterialsError> {
        let decompositions = self.hull.decompose_all(compositions, |_| ())?;
        let x = stability_rows(compositions, &decompositions, &self.hull, &self.analogues);
        let votes = self.forest.predict_votes(x.view())?;
        let rows = decompositions.into_iter().zip(votes);
        Ok(rows.map(|(found, votes)| (found, votes.mean, votes.spread + self.offset)).collect())
    }

    /// What is predicted for compounds that were hidden, beside their energies.
    pub(super) fn judge(
        &self,
        hidden: &[Composition],
        energies: &[f64],
    ) -> Result<Vec<HeldOutRow>, MaterialsError> {
        let row = |((found, predicted, scale), &energy): ((Decomposition, f64, f64), &f64)| {
            HeldOutRow { target: found.decomposition_energy(energy), predicted, scale }
        };
        Ok(self.predict(hidden)?.into_iter().zip(energies).map(row).collect())
    }
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
