//! The order of candidates, learnt from the table alone, with a score that says what it means.

use std::sync::Arc;

use rayon::prelude::*;

use super::compound::{Compound, KeyMap, material_kind};
use super::features::{self, Structures};
use super::learnt::{Learnt, ReliabilityBin};
use super::library::Library;
use super::proposals::{Pooled, Proposal, Source, pool};
use super::rehearsal::Practice;
use crate::error::MaterialsError;
use crate::material::Material;
use crate::novelty::Known;
use crate::structure::Prototype;

/// Candidates of each large source together, see [`pool`].
const POOL: usize = 300_000;

/// The same in practice, where most of the tail only tells what is easily told.
const PRACTICE_POOL: usize = 120_000;

/// Misses kept for learning.
const MISSES: usize = 120_000;

/// Share of the table that is hidden in practice, as one over it.
const FOLDS: usize = 5;

/// Fewest different materials from which anything can be proposed.
const MIN_KNOWN: usize = 2;

/// Prototypes that a composition without one is tried in.
const MAX_KINDS: usize = 8;

/// A candidate with its place's reason.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// What it is.
    pub material: Material,
    /// Where it comes from.
    pub source: Source,
    /// Share of hidden materials expected among candidates of this score, 0 to 1, when a fifth of the table is hidden.
    pub score: f64,
    /// What the list is ordered by: log odds, on which the score rises.
    pub margin: f64,
    /// `Σ rate(a → b)` over the known materials one element away.
    pub votes: f64,
    /// Whether no known material has its pattern of amounts.
    pub has_new_pattern: bool,
    /// The critic's opinion, where it came with one; it has no part in the order.
    pub critic_score: Option<f64>,
}

/// Proposes and ranks candidates; learnt from known materials alone.
///
/// A part of the table is hidden, candidates are proposed from the rest, and a logistic regression and boosted trees
/// learn which of them were hidden; each part is hidden once. The score is calibrated on parts that the model which
/// gives it has not seen. Where prototypes are known, a candidate is a composition in a prototype.
///
/// Assumes that what will be found resembles what was found last as the table resembles itself.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, Material, Ranker};
///
/// let formulas = ["NaCl", "KCl", "RbCl", "NaBr", "RbBr"];
/// let known = formulas.map(Composition::parse).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let known: Vec<Material> = known.into_iter().map(Material::from).collect();
/// let best = &Ranker::fit(&known, 0)?.propose(1, &[])[0];
/// assert_eq!(best.material.composition.to_string(), "KBr");
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
///
/// # References
/// Friedman (2001), Greedy function approximation: a gradient boosting machine, Ann. Stat. 29, 1189-1232, for the trees; Zadrozny, Elkan (2002),
/// Transforming classifier scores into accurate multiclass probability estimates, KDD, for the calibration.
pub struct Ranker {
    learnt: Learnt,
    /// Known compositions, where no structure tells materials apart.
    known: Option<Known>,
    prototypes: KeyMap<Arc<Prototype>>,
}

impl Ranker {
    /// Learns from known materials; repeats do not count. Either all have a prototype or none is looked at.
    ///
    /// The same materials and seed give the same ranker, whatever their order and the number of threads.
    ///
    /// # Errors
    /// [`MaterialsError::Composition`] if there are fewer than two different materials.
    ///
    /// # Complexity
    /// Six pools of at most 750,000 candidates and four sets of trees: a minute on two cores for 28,000 compounds.
    pub fn fit(known: &[Material], seed: u64) -> Result<Self, MaterialsError> {
        let has_structures = known.iter().all(|material| material.prototype.is_some());
        let compound = |material: &Material| match has_structures {
            true => Compound::of_kind(&material.composition, material_kind(material)),
            false => Compound::new(&material.composition),
        };
        let mut compounds: Vec<Compound> = known.iter().map(compound).collect();
        compounds.sort_unstable();
        compounds.dedup_by_key(|c| c.key);
        if compounds.len() < MIN_KNOWN {
            return Err(MaterialsError::Composition {
                expected: "at least two different known compositions to propose from",
                got: compounds.len().to_string(),
            });
        }
        let practice = Practice { folds: FOLDS, pool: PRACTICE_POOL, misses: MISSES };
        let with_prototype =
            |material: &Material| Some((material_kind(material), material.prototype.clone()?));
        let compositions = || known.iter().map(|material| material.composition.clone());
        Ok(Self {
            known: (!has_structures).then(|| Known::new(&compositions().collect::<Vec<_>>())),
            prototypes: match has_structures {
                true => known.iter().filter_map(with_prototype).collect(),
                false => KeyMap::default(),
            },
            learnt: match has_structures {
                true => {
                    Learnt::fit::<Structures, { features::STRUCTURES_D }>(compounds, practice, seed)
                }
                false => Learnt::fit::<Library, { features::D }>(compounds, practice, seed),
            },
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

    /// Margin and score of any materials; of a known one they say what it would have had as a candidate beside itself.
    pub fn scores(&self, materials: &[Material]) -> Vec<(f64, f64)> {
        let score = |material: &Material| {
            let (margin, _) = self.learnt.judge.verdict(&self.compound(material));
            (f64::from(margin), self.learnt.calibration.share(margin))
        };
        materials.par_iter().map(score).collect()
    }

    /// Ten bins of candidates that were held out, from low to high score: what was expected and what was found.
    ///
    /// The bins hold equally many hidden compounds; the calibration of each half of the parts comes from the other half.
    pub fn reliability(&self) -> &[ReliabilityBin] {
        &self.learnt.reliability
    }

    fn compound(&self, material: &Material) -> Compound {
        match self.known {
            None => Compound::of_kind(&material.composition, material_kind(material)),
            Some(_) => Compound::new(&material.composition),
        }
    }

    /// A candidate from outside; without a prototype it is tried in those that its amounts are known in.
    fn tried(&self, material: &Material) -> Vec<Compound> {
        let compound = self.compound(material);
        if self.known.is_some() || compound.kind != 0 {
            return vec![compound];
        }
        let kinds = self.learnt.judge.kinds(&compound).iter().take(MAX_KINDS);
        kinds.map(|&kind| compound.as_kind(kind)).collect()
    }

    fn ranked(&self, extra: &[Proposal]) -> Vec<Ranked> {
        let library = self.learnt.judge.library();
        let mut candidates = pool(library, POOL);
        let mut critic: KeyMap<Option<f64>> = KeyMap::default();
        let mut places: KeyMap<()> = candidates.iter().map(|c| (c.compound.key, ())).collect();
        for proposal in extra {
            for compound in self.tried(&proposal.material) {
                critic.entry(compound.key).or_insert(proposal.critic_score);
                if !library.has(compound.key) && places.insert(compound.key, ()).is_none() {
                    candidates.push(Pooled { compound, source: proposal.source });
                }
            }
        }
        let ranked = candidates.par_iter().filter_map(|Pooled { compound, source }| {
            let composition = compound.composition().ok()?;
            if self.known.as_ref().is_some_and(|known| known.has(&composition)) {
                return None;
            }
            let prototype = self.prototypes.get(&compound.kind).cloned();
            let (margin, votes) = self.learnt.judge.verdict(compound);
            Some(Ranked {
                material: Material { composition, prototype },
                source: *source,
                score: self.learnt.calibration.share(margin),
                margin: f64::from(margin),
                votes: f64::from(votes.exp() - 1e-4).max(0.0),
                has_new_pattern: library.slots.n_pattern(compound.pattern()) == 0,
                critic_score: critic.get(&compound.key).copied().flatten(),
            })
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        ranked.par_sort_by(best_first);
        ranked
    }
}

fn best_first(a: &Ranked, b: &Ranked) -> std::cmp::Ordering {
    b.margin.total_cmp(&a.margin).then_with(|| a.material.cmp(&b.material))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;

    fn material(formula: &str) -> Material {
        Composition::parse(formula).unwrap().into()
    }

    fn read(formulas: &[&str]) -> Vec<Material> {
        formulas.iter().map(|formula| material(formula)).collect()
    }

    /// Halides and chalcogenides of which the neutral ones exist, without the last few.
    fn salts() -> (Vec<Material>, Vec<Material>) {
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
        let hits = found.iter().filter(|c| hidden.contains(&c.material)).count();
        assert!(hits * 10 >= hidden.len() * 8, "{hits} of {}", hidden.len());
        assert!(found.is_sorted_by(|a, b| a.margin >= b.margin && a.score >= b.score));
        assert!(found.iter().all(|c| (0.0..=1.0).contains(&c.score)));
        assert!(found.iter().all(|c| !known.contains(&c.material)));
    }

    #[test]
    fn order_of_the_table_and_number_of_threads_change_nothing() {
        let (known, _) = salts();
        let run = |known: &[Material], threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let found = pool.install(|| Ranker::fit(known, 3).unwrap().propose(200, &[]));
            found
                .iter()
                .map(|c| (c.material.composition.to_string(), c.margin.to_bits()))
                .collect::<Vec<_>>()
        };
        let reversed: Vec<Material> = known.iter().rev().cloned().collect();
        assert_eq!(run(&known, 1), run(&reversed, 3));
    }

    #[test]
    fn candidates_of_a_generator_are_ranked_with_the_others() {
        let (known, hidden) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let proposal = |formula: &str, critic| Proposal {
            material: material(formula),
            source: Source::Generator,
            critic_score: Some(critic),
        };
        let extra = [
            proposal("XeAu7", 1.0),
            proposal(&hidden[0].composition.to_string(), 2.0),
            proposal(&known[0].composition.to_string(), 3.0),
        ];
        let found = ranker.propose(usize::MAX, &extra);
        let of = |formula: &str| {
            let asked = material(formula);
            found.iter().find(|c| c.material == asked)
        };
        assert_eq!(
            of("XeAu7").map(|c| (c.source, c.critic_score)),
            Some((Source::Generator, Some(1.0)))
        );
        let hit = of(&hidden[0].composition.to_string()).unwrap();
        assert_eq!((hit.source, hit.critic_score), (Source::Swap, Some(2.0)));
        assert!(of(&known[0].composition.to_string()).is_none());
        assert!(hit.margin > of("XeAu7").unwrap().margin);
    }

    #[test]
    fn a_share_of_new_patterns_is_kept() {
        let (known, _) = salts();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let odd = |i: u32| Proposal {
            material: material(&format!("Na{}Cl{}", i + 2, 2 * i + 5)),
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
        let asked: Vec<Material> = found.iter().map(|c| c.material.clone()).collect();
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
        assert_eq!(ranker.propose(1, &[])[0].material.composition.to_string(), "KBr");
    }
}
