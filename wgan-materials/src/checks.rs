//! What is checked of each candidate.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::composition::Composition;
use crate::discovery::Source;
use crate::material::Material;
use crate::model::Candidate;
use crate::nearest::NearestIndex;
use crate::novelty::Known;
use crate::oxidation::{electronegativity_ok, is_charge_neutral};
use crate::stability::CandidateStability;

/// Verdicts on one composition.
#[derive(Clone, Debug, PartialEq)]
pub struct Checks {
    /// Whether one common oxidation state per element sums to zero.
    pub charge_neutral: bool,
    /// Whether, in such an assignment, every cation is less electronegative than every anion.
    pub electronegativity_ok: bool,
    /// Whether it is none of the known materials: in composition or, where there are structures, in prototype.
    pub novel: bool,
    /// Formula of the nearest known material.
    pub nearest_known: String,
    /// ℓ1 distance of the element fractions to it, 0 (the same) to 2 (no element in common).
    pub nearest_distance: f64,
}

/// A candidate with its checks.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedCandidate {
    /// The candidate.
    pub candidate: Candidate,
    /// Its checks.
    pub checks: Checks,
    /// Share of hidden compounds expected among candidates like this one, see [`Ranker`](crate::Ranker); none where it was not
    /// ranked.
    pub score: Option<f64>,
    /// Where it comes from; none where it was not ranked.
    pub source: Option<Source>,
    /// Its predicted energy; none where no energies are known.
    pub stability: Option<CandidateStability>,
}

/// Checks candidates against the known materials.
pub struct Checker<'a> {
    known: &'a [Composition],
    same: Known,
    /// Known materials, where their structures tell them apart.
    materials: Option<HashSet<Material>>,
    nearest: NearestIndex,
}

impl<'a> Checker<'a> {
    /// Checker against these known materials.
    pub fn new(known: &'a [Composition]) -> Self {
        let (same, nearest) = (Known::new(known), NearestIndex::new(known));
        Self { known, same, materials: None, nearest }
    }

    /// The checker that takes a known composition in a new prototype for new, given the known materials.
    #[must_use]
    pub fn with_prototypes(self, materials: Vec<Material>) -> Self {
        let has_structures = materials.iter().any(|material| material.prototype.is_some());
        Self { materials: has_structures.then(|| materials.into_iter().collect()), ..self }
    }

    /// Checks of one composition.
    pub fn check(&self, composition: &Composition) -> Checks {
        self.checks(composition, self.nearest.nearest(composition))
    }

    fn checks(&self, composition: &Composition, nearest: Option<(usize, f64)>) -> Checks {
        Checks {
            charge_neutral: is_charge_neutral(composition),
            electronegativity_ok: electronegativity_ok(composition),
            novel: !self.same.has(composition),
            nearest_known: nearest.map(|(i, _)| self.known[i].to_string()).unwrap_or_default(),
            nearest_distance: nearest.map_or(2.0, |(_, distance)| distance),
        }
    }

    /// Candidates with their checks, in the same order.
    pub fn check_all(&self, candidates: Vec<Candidate>) -> Vec<CheckedCandidate> {
        let compositions: Vec<Composition> =
            candidates.iter().map(|candidate| candidate.composition.clone()).collect();
        let nearest = self.nearest.nearest_all(&compositions);
        candidates
            .into_par_iter()
            .zip(nearest)
            .map(|(candidate, nearest)| {
                let mut checks = self.checks(&candidate.composition, nearest);
                if let Some(known) = &self.materials {
                    checks.novel = !known.contains(&candidate.material());
                }
                CheckedCandidate { candidate, checks, score: None, source: None, stability: None }
            })
            .collect()
    }
}
