//! What practice has taught: the model behind the order, its calibration, and whether that holds.

use rayon::prelude::*;
use serde::Serialize;

use super::compound::Compound;
use super::features::{Evidence, VOTES};
use super::learner::{Boosting, Calibration, Logistic, Rows, Settings};
use super::library::Library;
use super::rehearsal::{Practice, Practised, practised};

/// Hits below which nothing is learnt and votes alone decide.
const MIN_HITS: usize = 10;

/// Chosen by inner hold-out on tables of oxides, alloys and superconductors: flat between 100 and 300 trees.
const TREES: Settings = Settings { n_trees: 150, depth: 4, rate: 0.08, ridge: 2.0, least: 5.0 };

/// Candidates of similar score that were held out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Candidates in the bin, by weight.
    pub candidates: f64,
    /// Mean score.
    pub expected: f64,
    /// Share of hidden compounds.
    pub found: f64,
}

/// Margin and votes of candidates, from whatever evidence there is.
pub(super) trait Judge: Send + Sync {
    /// What can be looked up in the known compounds.
    fn library(&self) -> &Library;
    /// Kinds of structure that the amounts of a composition are known in.
    fn kinds(&self, composition: &Compound) -> &[u64];
    /// Margin and logarithm of the votes.
    fn verdict(&self, c: &Compound) -> (f32, f32);
}

/// A judge, how its margins are read, and how well that held where it was tried.
pub(super) struct Learnt {
    pub(super) judge: Box<dyn Judge>,
    pub(super) calibration: Calibration,
    pub(super) reliability: Vec<ReliabilityBin>,
}

impl Learnt {
    /// Practises on known compounds, each once.
    pub(super) fn fit<E, const D: usize>(
        known: Vec<Compound>,
        practice: Practice,
        seed: u64,
    ) -> Self
    where
        E: Evidence<D> + 'static,
    {
        let practised = practised::<E, D>(&known, practice, seed);
        let rows = &practised.rows;
        let n_hits = rows.is_hit.iter().filter(|is_hit| **is_hit).count();
        let is_enough = n_hits >= MIN_HITS;
        let margins = if is_enough { held_out_margins(&practised) } else { votes(rows) };
        let model = is_enough.then(|| Model::fit(rows));
        Self {
            calibration: Calibration::fit(outcomes(&margins, rows)),
            reliability: reliability(&practised, &margins),
            judge: Box::new(Judging { evidence: E::of(known), model }),
        }
    }
}

struct Judging<E, const D: usize> {
    evidence: E,
    /// None where too little was found in practice.
    model: Option<Model>,
}

impl<E: Evidence<D>, const D: usize> Judge for Judging<E, D> {
    fn library(&self) -> &Library {
        self.evidence.library()
    }

    fn kinds(&self, composition: &Compound) -> &[u64] {
        self.evidence.kinds(composition)
    }

    fn verdict(&self, c: &Compound) -> (f32, f32) {
        let x = self.evidence.figures(c);
        (self.model.as_ref().map_or(x[VOTES], |model| model.margin(&x)), x[VOTES])
    }
}

/// Three opinions of equal weight: a line, trees, and trees that correct the line.
struct Model {
    line: Logistic,
    trees: Boosting,
    corrections: Boosting,
}

impl Model {
    fn fit<const D: usize>(rows: &Rows<D>) -> Self {
        let line = Logistic::fit(rows);
        let margins = rows.x.par_iter().map(|x| line.margin(x)).collect();
        Self {
            trees: Boosting::fit(rows, &TREES),
            corrections: Boosting::onto(rows, margins, &TREES),
            line,
        }
    }

    fn margin<const D: usize>(&self, x: &[f32; D]) -> f32 {
        (2.0 * self.line.margin(x) + self.trees.margin(x) + self.corrections.margin(x)) / 3.0
    }
}

fn votes<const D: usize>(rows: &Rows<D>) -> Vec<f32> {
    rows.x.iter().map(|x| x[VOTES]).collect()
}

fn outcomes<'a, const D: usize>(
    margins: &'a [f32],
    rows: &'a Rows<D>,
) -> impl Iterator<Item = (f32, bool, f32)> + 'a {
    let outcomes = rows.is_hit.iter().zip(&rows.weight);
    margins.iter().zip(outcomes).map(|(&margin, (&is_hit, &weight))| (margin, is_hit, weight))
}

/// Margins of each half of the folds by a model of the other half.
fn held_out_margins<const D: usize>(practised: &Practised<D>) -> Vec<f32> {
    let rows = &practised.rows;
    let mut margins = vec![0.0; rows.len()];
    for half in 0..2 {
        let (asked, learnt): (Vec<usize>, Vec<usize>) =
            (0..rows.len()).partition(|&i| practised.fold[i] % 2 == half);
        let model = Model::fit(&rows.picked(&learnt));
        let found: Vec<f32> = asked.par_iter().map(|&i| model.margin(&rows.x[i])).collect();
        asked.iter().zip(found).for_each(|(&i, margin)| margins[i] = margin);
    }
    margins
}

/// Bins of equally many hits; each half of the folds is calibrated with the other.
fn reliability<const D: usize>(practised: &Practised<D>, margins: &[f32]) -> Vec<ReliabilityBin> {
    const BINS: usize = 10;
    let rows = &practised.rows;
    let of_half = |half: usize, (i, _): &(usize, (f32, bool, f32))| practised.fold[*i] % 2 == half;
    let calibrations = [0, 1].map(|half| {
        let others = outcomes(margins, rows).enumerate().filter(|row| !of_half(half, row));
        Calibration::fit(others.map(|(_, row)| row))
    });
    let mut scored: Vec<(f64, bool, f64)> = outcomes(margins, rows)
        .enumerate()
        .map(|(i, (margin, is_hit, weight))| {
            (calibrations[practised.fold[i] % 2].share(margin), is_hit, f64::from(weight))
        })
        .collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n_hits = scored.iter().filter(|row| row.1).count();
    let (mut bins, mut hits_before) = (vec![(0.0, 0.0, 0.0); BINS], 0);
    for (score, is_hit, weight) in scored {
        let bin = &mut bins[(hits_before * BINS / n_hits.max(1)).min(BINS - 1)];
        hits_before += usize::from(is_hit);
        bin.0 += weight;
        bin.1 += weight * score;
        bin.2 += if is_hit { weight } else { 0.0 };
    }
    let filled = bins.into_iter().filter(|bin| bin.0 > 0.0);
    filled
        .map(|(candidates, expected, found)| ReliabilityBin {
            candidates,
            expected: expected / candidates,
            found: found / candidates,
        })
        .collect()
}
