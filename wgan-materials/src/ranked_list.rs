//! The list of candidates: drawn by the model, proposed from known compounds, in the order of the ranker.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::checks::{CheckedCandidate, Checker};
use crate::composition::Composition;
use crate::crystals::Crystals;
use crate::discovery::{Proposal, Ranked, Ranker, Source};
use crate::error::MaterialsError;
use crate::geometry::{CandidateStructure, StructureRules};
use crate::like_table::like_table;
use crate::material::Material;
use crate::model::{Candidate, ElementRules, Sampler};
use crate::oxidation::is_charge_neutral_usual;
use crate::stability::EnergyPredictor;

/// What a list shall be.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// Candidates in the list.
    pub n: usize,
    /// Seed of numbers and classes of proposed candidates.
    pub seed: u64,
    /// Whether every candidate shall be charge neutral by usual oxidation states.
    pub is_neutral: bool,
    /// Rules on the elements.
    pub rules: ElementRules,
    /// Rules on the structures.
    pub structures: StructureRules,
    /// Share of candidates whose pattern of amounts the table does not have, 0 to 1; without structures only, as a structure
    /// fixes the amounts.
    pub new_patterns: f64,
}

impl ListRequest {
    fn is_free(&self) -> bool {
        self.rules.is_empty() && self.structures.is_empty() && !self.is_neutral
    }

    fn allows(&self, material: &Material) -> bool {
        self.rules.allow(&material.composition)
            && (!self.is_neutral || is_charge_neutral_usual(&material.composition))
            && material
                .prototype
                .as_deref()
                .is_none_or(|prototype| self.structures.allow(prototype))
    }
}

/// What candidates are listed with: where they are drawn, proposed and checked.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    /// Draws numbers and classes.
    pub sampler: &'a Sampler,
    /// Proposes and orders.
    pub ranker: &'a Ranker,
    /// Compares with the known materials.
    pub checker: &'a Checker<'a>,
    /// Makes crystals, where the known materials have structures.
    pub crystals: Option<&'a Crystals>,
    /// Judges how stable candidates are, where energies are known.
    pub energies: Option<EnergyJudge<'a>>,
    /// The known materials.
    pub known: &'a [Material],
}

/// How stable candidates are, and how stable they shall be.
#[derive(Clone, Copy)]
pub struct EnergyJudge<'a> {
    /// Predicts their energies.
    pub predictor: &'a EnergyPredictor,
    /// Energy above the hull up to which one counts as stable, eV/atom.
    pub stable_within: f64,
    /// Least probability to be stable, 0 to 1; 0 keeps all.
    pub min_probability: f64,
}

/// Candidates whose energies are looked at, as a factor of those in the list.
const LOOKED_AT: usize = 10;

impl EnergyJudge<'_> {
    /// The stable enough among the best, in their order.
    fn stable(&self, mut ranked: Vec<Ranked>, n: usize) -> Result<Vec<Ranked>, MaterialsError> {
        if self.min_probability <= 0.0 {
            return Ok(ranked);
        }
        ranked.truncate(LOOKED_AT * n);
        let materials: Vec<Material> = ranked.iter().map(|found| found.material.clone()).collect();
        let assessed = self.predictor.assess(&materials, self.stable_within)?;
        let mut is_kept = assessed.iter().map(|found| self.keeps(found.probability));
        ranked.retain(|_| is_kept.next().unwrap_or(false));
        Ok(ranked)
    }

    fn keeps(&self, probability: Option<f64>) -> bool {
        probability.unwrap_or(0.0) >= self.min_probability
    }

    /// The list with its energies.
    ///
    /// # Errors
    /// As [`EnergyPredictor::assess`].
    pub fn judged(
        &self,
        mut list: Vec<CheckedCandidate>,
    ) -> Result<Vec<CheckedCandidate>, MaterialsError> {
        let materials: Vec<Material> =
            list.iter().map(|found| found.candidate.material()).collect();
        let assessed = self.predictor.assess(&materials, self.stable_within)?;
        list.iter_mut().zip(assessed).for_each(|(found, of)| found.stability = Some(of));
        Ok(list)
    }
}

/// Crystals that are tried for each candidate in a list: some have atoms too close or another symmetry.
const TRIED: f64 = 1.3;

/// The best candidates of a model and a ranker, best first.
///
/// Candidates that the model has drawn and materials that the ranker proposes are put in one order; those that were not
/// drawn get numbers, classes and a critic score from the model. With structures, space groups and numbers of elements have
/// the shares they have in the table, and each candidate has a crystal that can be written. Without, where the two together
/// are too few, as for a family of which nearly all members are known, drawn candidates that are known or repeat others fill
/// the list.
///
/// # Errors
/// A composition that the model cannot describe, which none of the ranker's is.
pub fn ranked_list(
    listing: Listing,
    drawn: Vec<Candidate>,
    request: &ListRequest,
) -> Result<Vec<CheckedCandidate>, MaterialsError> {
    let proposal = |candidate: &Candidate| Proposal {
        material: candidate.material(),
        source: Source::Generator,
        critic_score: Some(candidate.critic_score),
    };
    let extra: Vec<Proposal> = drawn.iter().map(proposal).collect();
    if let Some(crystals) = listing.crystals {
        return with_crystals(listing, crystals, &extra, request);
    }
    // Rules are met by few: the whole pool is looked through.
    let is_free = request.is_free() && listing.energies.is_none_or(|e| e.min_probability <= 0.0);
    let n_asked = if is_free { request.n } else { usize::MAX };
    let mut ranked =
        listing.ranker.propose_with_new_patterns(n_asked, &extra, request.new_patterns);
    if !is_free {
        ranked = stable(listing, allowed(ranked, request), request.n)?;
        ranked.truncate(request.n);
    }
    ranked.retain(|found| listing.sampler.can_describe(&found.material.composition));
    let mut list = completed(listing, &ranked, request)?;
    if list.len() < request.n {
        let listed: HashSet<&Composition> =
            ranked.iter().map(|found| &found.material.composition).collect();
        let others = drawn.into_iter().filter(|found| !listed.contains(&found.composition));
        let others: Vec<Candidate> = others.take(request.n - list.len()).collect();
        list.extend(ordered(listing, others)?);
    }
    Ok(list)
}

fn stable(listing: Listing, ranked: Vec<Ranked>, n: usize) -> Result<Vec<Ranked>, MaterialsError> {
    match listing.energies {
        Some(energies) => energies.stable(ranked, n),
        None => Ok(ranked),
    }
}

/// As [`ranked_list`], for candidates that are crystals.
fn with_crystals(
    listing: Listing,
    crystals: &Crystals,
    extra: &[Proposal],
    request: &ListRequest,
) -> Result<Vec<CheckedCandidate>, MaterialsError> {
    let mut ranked = allowed(listing.ranker.propose(usize::MAX, extra), request);
    ranked.retain(|found| listing.sampler.can_describe(&found.material.composition));
    let ranked = stable(listing, ranked, request.n)?;
    let known: Vec<Material> =
        listing.known.iter().filter(|material| request.allows(material)).cloned().collect();
    let measured = |composition: &Composition| crystals.expected(composition);
    let n_tried = (TRIED * request.n as f64).ceil() as usize;
    let tried = like_table(ranked, &known, n_tried, &measured);
    let grown: Vec<Option<CandidateStructure>> =
        tried.par_iter().map(|found| crystals.crystal(&found.material)).collect();
    let (mut sound, mut made) = (Vec::new(), HashMap::new());
    for (found, crystal) in tried.into_iter().zip(grown) {
        if let Some(crystal) = crystal {
            made.insert(found.material.clone(), crystal);
            sound.push(found);
        }
    }
    let mut list = completed(listing, &like_table(sound, &known, request.n, &measured), request)?;
    for CheckedCandidate { candidate, .. } in &mut list {
        if let Some(crystal) = made.remove(&candidate.material()) {
            crystals.attach(candidate, crystal);
        }
    }
    Ok(list)
}

/// Those that the request allows, in their order.
fn allowed(mut ranked: Vec<Ranked>, request: &ListRequest) -> Vec<Ranked> {
    let is_wanted: Vec<bool> =
        ranked.par_iter().map(|found| request.allows(&found.material)).collect();
    let mut wanted = is_wanted.into_iter();
    ranked.retain(|_| wanted.next().unwrap_or(false));
    ranked
}

/// Ranked materials with numbers, classes and checks, in their order.
fn completed(
    listing: Listing,
    ranked: &[Ranked],
    request: &ListRequest,
) -> Result<Vec<CheckedCandidate>, MaterialsError> {
    let materials: Vec<Material> = ranked.iter().map(|found| found.material.clone()).collect();
    let candidates = listing.sampler.complete(&materials, request.seed)?;
    let scored = listing.checker.check_all(candidates).into_iter().zip(ranked);
    let list = scored.map(|(found, ranked)| CheckedCandidate {
        score: Some(ranked.score),
        source: Some(ranked.source),
        ..found
    });
    match listing.energies {
        Some(energies) => energies.judged(list.collect()),
        None => Ok(list.collect()),
    }
}

/// Candidates as they were drawn, in the order of the ranker: for those drawn under conditions.
///
/// With structures, candidates without a sound crystal are left out; where energies are known, those that are not stable enough.
///
/// # Errors
/// As [`EnergyPredictor::assess`].
pub fn ordered(
    listing: Listing,
    mut drawn: Vec<Candidate>,
) -> Result<Vec<CheckedCandidate>, MaterialsError> {
    if let Some(crystals) = listing.crystals {
        drawn = crystals.grown(drawn);
    }
    let materials: Vec<Material> = drawn.iter().map(Candidate::material).collect();
    let scores = listing.ranker.scores(&materials);
    let scored = listing.checker.check_all(drawn).into_iter().zip(scores);
    let mut list: Vec<(f64, CheckedCandidate)> = scored
        .map(|(found, (margin, score))| {
            let source = Some(Source::Generator);
            // New ones first: a known compound is no candidate, however likely it is.
            let margin = if found.checks.novel { margin } else { f64::NEG_INFINITY };
            (margin, CheckedCandidate { score: Some(score), source, ..found })
        })
        .collect();
    list.sort_by(|(a, left), (b, right)| {
        b.total_cmp(a).then_with(|| left.candidate.composition.cmp(&right.candidate.composition))
    });
    let list = list.into_iter().map(|(_, found)| found).collect();
    let Some(energies) = listing.energies else {
        return Ok(list);
    };
    let mut list = energies.judged(list)?;
    let probability = |found: &CheckedCandidate| found.stability.as_ref()?.probability;
    list.retain(|found| energies.keeps(probability(found)));
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{MaterialsConfig, MaterialsModel};
    use crate::stream::CandidateStream;
    use crate::table::{Column, Table};
    use burn::tensor::Device;

    fn table() -> Table {
        let mut formulas = Vec::new();
        for metal in ["Li", "Na", "K", "Rb", "Cs"] {
            for halogen in ["F", "Cl", "Br", "I"] {
                formulas.push(Composition::parse(&format!("{metal}{halogen}")).unwrap());
            }
        }
        formulas.truncate(18);
        let gap = (0..18).map(|i| Some(f64::from(i))).collect();
        Table::from_columns(Some(formulas.into()), vec![Column::numbers("gap", gap)]).unwrap()
    }

    fn list(change: impl Fn(&mut ListRequest)) -> Vec<CheckedCandidate> {
        let (table, device) = (table(), Device::flex());
        let config = MaterialsConfig::new(2);
        let model = MaterialsModel::fit(&table, &config, None, (), &device).unwrap();
        let sampler = model.sampler(&device).unwrap();
        let drawn = CandidateStream::new(&sampler, 0, false).next_chunk().unwrap();
        let known = table.materials();
        let ranker = Ranker::fit(&known, 0).unwrap();
        let rules = ElementRules::default();
        let mut request = ListRequest {
            n: 20,
            seed: 0,
            is_neutral: false,
            rules,
            structures: StructureRules::default(),
            new_patterns: 0.1,
        };
        change(&mut request);
        let checker = Checker::new(table.formulas());
        let listing = Listing {
            sampler: &sampler,
            ranker: &ranker,
            checker: &checker,
            crystals: None,
            energies: None,
            known: &known,
        };
        ranked_list(listing, drawn, &request).unwrap()
    }

    #[test]
    fn what_is_missing_in_a_family_heads_the_list() {
        let found = list(|_| {});
        assert_eq!(found.len(), 20);
        let head: Vec<String> =
            found[..4].iter().map(|found| found.candidate.composition.to_string()).collect();
        assert!(head.contains(&"CsBr".into()) && head.contains(&"CsI".into()), "{head:?}");
        assert!(found[..4].iter().all(|found| found.checks.novel && found.score.is_some()));
    }

    #[test]
    fn rules_and_neutrality_hold_for_all() {
        let contains = vec!["Cs".parse().unwrap()];
        let found = list(|request| {
            request.rules = ElementRules { contains: contains.clone(), ..ElementRules::default() };
            request.is_neutral = true;
            request.n = 5;
        });
        let rules = ElementRules { contains: contains.clone(), ..ElementRules::default() };
        let novel = found.iter().filter(|found| found.checks.novel);
        assert!(novel.clone().count() > 0);
        for found in novel {
            assert!(rules.allow(&found.candidate.composition));
            assert!(is_charge_neutral_usual(&found.candidate.composition));
        }
    }
}
