//! The order of candidates, learnt from the table alone, with a score that says what it means.

use rayon::prelude::*;
use serde::Serialize;

use super::compound::{Compound, KeyMap};
use super::features::{D, VOTES, features};
use super::learner::{Boosting, Calibration, Logistic, Rows, Settings};
use super::library::Library;
use super::proposals::{Pooled, Proposal, Source, pool};
use super::rehearsal::{Practice, Practised, practised};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::novelty::Known;

/// Candidates of each large source together, see [`pool`].
const POOL: usize = 300_000;

/// Misses kept for learning.
const MISSES: usize = 120_000;

/// Share of the table that is hidden in practice, as one over it.
const FOLDS: usize = 5;

/// Hits below which nothing is learnt and votes alone decide.
const FEWEST_HITS: usize = 10;

/// Fewest different compositions from which anything can be proposed.
const FEWEST_KNOWN: usize = 2;

/// Chosen by inner hold-out on tables of oxides, alloys and superconductors: flat between 100 and 300 trees.
const TREES: Settings = Settings { n_trees: 150, depth: 4, rate: 0.08, ridge: 2.0, least: 5.0 };

/// A candidate with its place's reason.
#[derive(Clone, Debug, Serialize)]
pub struct Ranked {
    /// The composition.
    pub composition: Composition,
    /// Where it comes from.
    pub source: Source,
    /// Share of hidden compounds expected among candidates of this score, 0 to 1, when a fifth of the table is hidden.
    pub score: f64,
    /// What the list is ordered by: log odds, on which the score rises.
    pub margin: f64,
    /// `Σ rate(a → b)` over the known compounds one element away.
    pub votes: f64,
    /// Whether no known compound has its pattern of amounts.
    pub has_new_pattern: bool,
    /// The critic's opinion, where it came with one; it has no part in the order.
    pub critic_score: Option<f64>,
}

/// Proposes and ranks candidates; learnt from known compositions alone.
///
/// A part of the table is hidden, candidates are proposed from the rest, and a logistic regression and boosted trees
/// learn which of them were hidden; each part is hidden once. The score is calibrated on parts that the model which
/// gives it has not seen.
///
/// Assumes that what will be found resembles what was found last as the table resembles itself.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, Ranker};
///
/// let formulas = ["NaCl", "KCl", "RbCl", "NaBr", "RbBr"];
/// let known = formulas.map(Composition::parse).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let best = &Ranker::fit(&known, 0)?.propose(1, &[])[0];
/// assert_eq!(best.composition.to_string(), "KBr");
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub struct Ranker {
    library: Library,
    known: Known,
    model: Option<Model>,
    calibration: Calibration,
    reliability: Vec<ReliabilityBin>,
}

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

impl Ranker {
    /// Learns from known compositions; repeats do not count.
    ///
    /// The same compositions and seed give the same ranker, whatever their order and the number of threads.
    ///
    /// # Errors
    /// [`MaterialsError::Composition`] if there are fewer than two different compositions.
    ///
    /// # Complexity
    /// Six pools of at most 750,000 candidates and four sets of trees: a minute on two cores for 28,000 compounds.
    pub fn fit(known: &[Composition], seed: u64) -> Result<Self, MaterialsError> {
        let mut compounds: Vec<Compound> = known.iter().map(Compound::new).collect();
        compounds.sort_unstable();
        compounds.dedup_by_key(|c| c.key);
        if compounds.len() < FEWEST_KNOWN {
            return Err(MaterialsError::Composition {
                expected: "at least two different known compositions to propose from",
                got: compounds.len().to_string(),
            });
        }
        let practice = Practice { folds: FOLDS, pool: POOL, misses: MISSES };
        let practised = practised(&compounds, practice, seed);
        let n_hits = practised.rows.is_hit.iter().filter(|is_hit| **is_hit).count();
        let is_enough = n_hits >= FEWEST_HITS;
        let margins = if is_enough { held_out_margins(&practised) } else { votes(&practised.rows) };
        let rows = &practised.rows;
        let calibration = Calibration::fit(outcomes(&margins, rows));
        Ok(Self {
            library: Library::new(compounds),
            known: Known::new(known),
            model: is_enough.then(|| Model::fit(rows)),
            reliability: reliability(&practised, &margins),
            calibration,
        })
    }

    /// The best `n` candidates, best first: those of the ranker itself together with those from outside.
    ///
    /// None is known, none comes twice. A candidate from outside that the ranker proposes too keeps the ranker's
    /// source and gets the critic's score.
    pub fn propose(&self, n: usize, extra: &[Proposal]) -> Vec<Ranked> {
        let mut all = self.ranked(extra);
        all.truncate(n);
        all
    }

    /// As [`propose`](Self::propose), with a share of patterns of amounts that the table does not have.
    ///
    /// `share` is rounded to candidates and taken as 0 to 1. Where there are too few of one kind, the other fills the list.
    pub fn propose_with_new_patterns(
        &self,
        n: usize,
        extra: &[Proposal],
        share: f64,
    ) -> Vec<Ranked> {
        let all = self.ranked(extra);
        let n_new = (share.clamp(0.0, 1.0) * n as f64).round() as usize;
        let (new, old): (Vec<Ranked>, Vec<Ranked>) =
            all.into_iter().partition(|candidate| candidate.has_new_pattern);
        let n_new = n_new.max(n.saturating_sub(old.len())).min(new.len());
        let old = old.into_iter().take(n - n_new.min(n));
        let mut best: Vec<Ranked> = new.into_iter().take(n_new).chain(old).collect();
        best.sort_by(best_first);
        best
    }

    /// Margin and score of any compositions; of a known one they say what it would have had as a candidate beside itself.
    pub fn scores(&self, compositions: &[Composition]) -> Vec<(f64, f64)> {
        let score = |composition: &Composition| {
            let margin = self.margin(&features(&Compound::new(composition), &self.library));
            (f64::from(margin), self.calibration.share(margin))
        };
        compositions.par_iter().map(score).collect()
    }

    /// Ten bins of candidates that were held out, from low to high score: what was expected and what was found.
    ///
    /// The bins hold equally many hidden compounds; the calibration of each half of the parts comes from the other half.
    pub fn reliability(&self) -> &[ReliabilityBin] {
        &self.reliability
    }

    fn margin(&self, x: &[f32; D]) -> f32 {
        self.model.as_ref().map_or(x[VOTES], |model| model.margin(x))
    }

    fn ranked(&self, extra: &[Proposal]) -> Vec<Ranked> {
        let mut candidates = pool(&self.library, POOL);
        let mut critic: KeyMap<Option<f64>> = KeyMap::default();
        let mut places: KeyMap<()> = candidates.iter().map(|c| (c.compound.key, ())).collect();
        for proposal in extra {
            let compound = Compound::new(&proposal.composition);
            critic.entry(compound.key).or_insert(proposal.critic_score);
            if !self.library.has(compound.key) && places.insert(compound.key, ()).is_none() {
                candidates.push(Pooled { compound, source: proposal.source });
            }
        }
        let critic_score = |key: u64| critic.get(&key).copied().flatten();
        let ranked = candidates.par_iter().filter_map(|Pooled { compound, source }| {
            let composition = compound.composition().ok()?;
            if self.known.has(&composition) {
                return None;
            }
            let x = features(compound, &self.library);
            let margin = self.margin(&x);
            Some(Ranked {
                composition,
                source: *source,
                score: self.calibration.share(margin),
                margin: f64::from(margin),
                votes: f64::from(x[VOTES].exp() - 1e-4).max(0.0),
                has_new_pattern: self.library.slots.n_pattern(compound.pattern()) == 0,
                critic_score: critic_score(compound.key),
            })
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.par_sort_by(best_first);
        ranked
    }
}

fn best_first(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    b.margin.total_cmp(&a.margin).then_with(|| a.composition.cmp(&b.composition))
}

/// Three opinions of equal weight: a line, trees, and trees that correct the line.
struct Model {
    line: Logistic,
    trees: Boosting,
    corrections: Boosting,
}

impl Model {
    fn fit(rows: &Rows<D>) -> Self {
        let line = Logistic::fit(rows);
        let margins = rows.x.par_iter().map(|x| line.margin(x)).collect();
        Self {
            trees: Boosting::fit(rows, &TREES),
            corrections: Boosting::onto(rows, margins, &TREES),
            line,
        }
    }

    fn margin(&self, x: &[f32; D]) -> f32 {
        (2.0 * self.line.margin(x) + self.trees.margin(x) + self.corrections.margin(x)) / 3.0
    }
}

fn votes(rows: &Rows<D>) -> Vec<f32> {
    rows.x.iter().map(|x| x[VOTES]).collect()
}

fn outcomes<'a>(
    margins: &'a [f32],
    rows: &'a Rows<D>,
) -> impl Iterator<Item = (f32, bool, f32)> + 'a {
    let outcomes = rows.is_hit.iter().zip(&rows.weight);
    margins.iter().zip(outcomes).map(|(&margin, (&is_hit, &weight))| (margin, is_hit, weight))
}

/// Margins of each half of the folds by a model of the other half.
fn held_out_margins(practised: &Practised) -> Vec<f32> {
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
fn reliability(practised: &Practised, margins: &[f32]) -> Vec<ReliabilityBin> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    /// Halides and chalcogenides of which the neutral ones exist, without the last few.
    fn salts() -> (Vec<Composition>, Vec<Composition>) {
        let mut all = Vec::new();
        for cation in ["Li", "Na", "K", "Rb", "Cs", "Ag"] {
            for anion in ["F", "Cl", "Br", "I"] {
                all.push(format!("{cation}{anion}"));
            }
            for anion in ["O", "S", "Se", "Te"] {
                all.push(format!("{cation}2{anion}"));
            }
        }
        for cation in ["Mg", "Ca", "Sr", "Ba", "Zn", "Cd"] {
            for anion in ["F", "Cl", "Br", "I"] {
                all.push(format!("{cation}{anion}2"));
            }
            for anion in ["O", "S", "Se", "Te"] {
                all.push(format!("{cation}{anion}"));
            }
        }
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let hidden: Vec<&str> = all.iter().copied().skip(3).step_by(6).collect();
        let known: Vec<&str> = all.iter().copied().filter(|f| !hidden.contains(f)).collect();
        (read(&known), read(&hidden))
    }

    #[test]
    fn hidden_salts_come_first() {
        let (known, hidden) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let found = ranker.propose(2 * hidden.len(), &[]);
        let hits = found.iter().filter(|c| hidden.contains(&c.composition)).count();
        assert!(hits * 10 >= hidden.len() * 8, "{hits} of {}", hidden.len());
        assert!(found.is_sorted_by(|a, b| a.margin >= b.margin && a.score >= b.score));
        assert!(found.iter().all(|c| (0.0..=1.0).contains(&c.score)));
        assert!(found.iter().all(|c| !known.contains(&c.composition)));
    }

    #[test]
    fn order_of_the_table_and_number_of_threads_change_nothing() {
        let (known, _) = salts();
        let run = |known: &[Composition], threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| Ranker::fit(known, 3).unwrap().propose(200, &[]));
            found
                .iter()
                .map(|c| (c.composition.to_string(), c.margin.to_bits()))
                .collect::<Vec<_>>()
        };
        let reversed: Vec<Composition> = known.iter().rev().cloned().collect();
        assert_eq!(run(&known, 1), run(&reversed, 3));
    }

    #[test]
    fn candidates_of_a_generator_are_ranked_with_the_others() {
        let (known, hidden) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let proposal = |formula: &str, critic| Proposal {
            composition: Composition::parse(formula).unwrap(),
            source: Source::Generator,
            critic_score: Some(critic),
        };
        let extra = [
            proposal("XeAu7", 1.0),
            proposal(&hidden[0].to_string(), 2.0),
            proposal(&known[0].to_string(), 3.0),
        ];
        let found = ranker.propose(usize::MAX, &extra);
        let of = |formula: &str| {
            let composition = Composition::parse(formula).unwrap();
            found.iter().find(|c| c.composition == composition)
        };
        assert_eq!(
            of("XeAu7").map(|c| (c.source, c.critic_score)),
            Some((Source::Generator, Some(1.0)))
        );
        let hit = of(&hidden[0].to_string()).unwrap();
        assert_eq!((hit.source, hit.critic_score), (Source::Swap, Some(2.0)));
        assert!(of(&known[0].to_string()).is_none());
        assert!(hit.margin > of("XeAu7").unwrap().margin);
    }

    #[test]
    fn a_share_of_new_patterns_is_kept() {
        let (known, _) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let odd = |i: u32| Proposal {
            composition: Composition::parse(&format!("Na{}Cl{}", i + 2, 2 * i + 5)).unwrap(),
            source: Source::Generator,
            critic_score: None,
        };
        let found =
            ranker.propose_with_new_patterns(50, &(0..20).map(odd).collect::<Vec<_>>(), 0.2);
        assert_eq!(found.len(), 50);
        assert_eq!(found.iter().filter(|c| c.has_new_pattern).count(), 10);
        assert!(found.is_sorted_by(|a, b| a.margin >= b.margin));
    }

    #[test]
    fn scores_of_compositions_are_those_of_the_list() {
        let (known, _) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let found = ranker.propose(20, &[]);
        let asked: Vec<Composition> = found.iter().map(|c| c.composition.clone()).collect();
        let expected: Vec<(f64, f64)> = found.iter().map(|c| (c.margin, c.score)).collect();
        assert_eq!(ranker.scores(&asked), expected);
    }

    #[test]
    fn too_little_is_an_error_and_very_little_is_not() {
        let error = |formulas: &[&str]| Ranker::fit(&read(formulas), 0).err().unwrap().to_string();
        let expected = "composition: expected at least two different known compositions to propose from, got 1";
        assert_eq!(error(&["NaCl", "ClNa"]), expected);
        assert!(error(&[]).ends_with("got 0"));
        let ranker = Ranker::fit(&read(&["NaCl", "KCl", "NaBr"]), 0).unwrap();
        assert_eq!(ranker.propose(1, &[])[0].composition.to_string(), "KBr");
    }
}
