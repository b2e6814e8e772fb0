//! The list of candidates: drawn by the model, proposed from known compounds, in the order of the ranker.

use std::collections::HashSet;

use rayon::prelude::*;

use crate::checks::{CheckedCandidate, Checker};
use crate::discovery::{Proposal, Ranker, Source};
use crate::error::MaterialsError;
use crate::model::{Candidate, ElementRules, Sampler};
use crate::oxidation::is_charge_neutral_usual;

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
    /// Share of candidates whose pattern of amounts the table does not have, 0 to 1.
    pub new_patterns: f64,
}

/// The best candidates of a model and a ranker, best first.
///
/// Candidates that the model has drawn and compositions that the ranker proposes are put in one order; those that were not
/// drawn get numbers, classes and a critic score from the model. Where the two together are too few, as for a family of which
/// nearly all members are known, drawn candidates that are known or repeat others fill the list.
///
/// # Errors
/// A composition that the model cannot describe, which none of the ranker's is.
pub fn ranked_list(
    sampler: &Sampler,
    ranker: &Ranker,
    checker: &Checker,
    drawn: Vec<Candidate>,
    request: &ListRequest,
) -> Result<Vec<CheckedCandidate>, MaterialsError> {
    let proposal = |candidate: &Candidate| Proposal {
        composition: candidate.composition.clone(),
        source: Source::Generator,
        critic_score: Some(candidate.critic_score),
    };
    let extra: Vec<Proposal> = drawn.iter().map(proposal).collect();
    let is_free = request.rules.is_empty() && !request.is_neutral;
    // Rules are met by few: the whole pool is looked through.
    let n_asked = if is_free { request.n } else { usize::MAX };
    let mut ranked = ranker.propose_with_new_patterns(n_asked, &extra, request.new_patterns);
    if !is_free {
        let is_wanted: Vec<bool> = ranked
            .par_iter()
            .map(|found| {
                request.rules.allow(&found.composition)
                    && (!request.is_neutral || is_charge_neutral_usual(&found.composition))
            })
            .collect();
        let mut wanted = is_wanted.into_iter();
        ranked.retain(|_| wanted.next().unwrap_or(false));
        ranked.truncate(request.n);
    }
    ranked.retain(|found| sampler.can_describe(&found.composition));
    let compositions: Vec<_> = ranked.iter().map(|found| found.composition.clone()).collect();
    let completed = checker.check_all(sampler.complete(&compositions, request.seed)?);
    let scored = completed.into_iter().zip(&ranked);
    let mut list: Vec<CheckedCandidate> = scored
        .map(|(found, ranked)| CheckedCandidate {
            score: Some(ranked.score),
            source: Some(ranked.source),
            ..found
        })
        .collect();
    if list.len() < request.n {
        let listed: HashSet<_> = compositions.iter().collect();
        let others = drawn.into_iter().filter(|found| !listed.contains(&found.composition));
        let others: Vec<Candidate> = others.take(request.n - list.len()).collect();
        list.extend(ordered(ranker, checker, others));
    }
    Ok(list)
}

/// Candidates as they were drawn, in the order of the ranker: for those drawn under conditions.
pub fn ordered(ranker: &Ranker, checker: &Checker, drawn: Vec<Candidate>) -> Vec<CheckedCandidate> {
    let compositions: Vec<_> = drawn.iter().map(|found| found.composition.clone()).collect();
    let scores = ranker.scores(&compositions);
    let scored = checker.check_all(drawn).into_iter().zip(scores);
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
    list.into_iter().map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;
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
        let ranker = Ranker::fit(table.formulas(), 0).unwrap();
        let rules = ElementRules::default();
        let mut request =
            ListRequest { n: 20, seed: 0, is_neutral: false, rules, new_patterns: 0.1 };
        change(&mut request);
        ranked_list(&sampler, &ranker, &Checker::new(table.formulas()), drawn, &request).unwrap()
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
