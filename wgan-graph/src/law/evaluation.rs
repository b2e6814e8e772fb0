//! How far a learnt law is from fresh observations.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::mixture::{Evidence, Walks};
use super::observations::Observations;
use super::{Counts, NodeLawModel};
use crate::error::GraphError;
use crate::transport::{EdgeFlow, graph_w1};

/// Exact distances between a learnt law and observations that it was not given.
#[derive(Clone, Debug, PartialEq)]
pub struct LawEvaluation {
    /// Number of observations.
    pub n: usize,
    /// `W₁` between the learnt and the observed law: the mean over contexts, by their mass.
    pub w1: f64,
    /// The same between the observations that the model was given and these. A model that is as good as
    /// the data has `w1/floor = 1`, a better one less.
    pub floor: f64,
    /// Each context that was observed.
    pub contexts: Vec<ContextEvaluation>,
    /// The learnt law over these contexts, `[nodes]`.
    pub learnt: Vec<f64>,
    /// The observed law, `[nodes]`.
    pub observed: Vec<f64>,
    /// Edges that the difference is carried along, over all contexts.
    pub flow: Vec<EdgeFlow>,
}

/// One context of a [`LawEvaluation`].
#[derive(Clone, Debug, PartialEq)]
pub struct ContextEvaluation {
    /// Levels as text, `hour=8`; empty without contexts.
    pub context: String,
    /// Share of the mass.
    pub share: f64,
    /// `W₁` between the learnt and the observed law.
    pub w1: f64,
    /// `W₁` between the observations that the model was given and these.
    pub floor: f64,
}

/// See [`NodeLawModel::evaluate`].
pub fn evaluate(
    model: &NodeLawModel,
    held_out: &Observations,
) -> Result<LawEvaluation, GraphError> {
    held_out.check(model.network.n_nodes())?;
    let mut cells: BTreeMap<Vec<usize>, Counts> = BTreeMap::new();
    let rows = model.contexts.keys(held_out)?.into_iter().zip(held_out.masses());
    let total: f64 = held_out.masses().iter().sum();
    for ((key, mass), &node) in rows.zip(&held_out.nodes).filter(|((_, mass), _)| *mass > 0.0) {
        cells.entry(key).or_default().push((node as u32, mass / total));
    }
    let walks = Walks::new(&model.network);
    let cells: Vec<(Vec<usize>, Counts)> = cells.into_iter().collect();
    let parts: Vec<Part> = cells
        .par_iter()
        .map(|(key, counts)| Part::of(model, &walks, key, counts))
        .collect::<Result<_, _>>()?;
    let n = model.network.n_nodes();
    let mut found = LawEvaluation {
        n: held_out.len(),
        w1: 0.0,
        floor: 0.0,
        contexts: Vec::new(),
        learnt: vec![0.0; n],
        observed: vec![0.0; n],
        flow: Vec::new(),
    };
    let mut flow: BTreeMap<(usize, usize), EdgeFlow> = BTreeMap::new();
    for part in parts {
        let share = part.evaluation.share;
        found.w1 += share * part.evaluation.w1;
        found.floor += share * part.evaluation.floor;
        found.learnt.iter_mut().zip(&part.learnt).for_each(|(p, x)| *p += share * x);
        found.observed.iter_mut().zip(&part.observed).for_each(|(p, x)| *p += share * x);
        for edge in part.flow {
            let sum =
                flow.entry((edge.source, edge.target)).or_insert(EdgeFlow { mass: 0.0, ..edge });
            sum.mass += share * edge.mass;
        }
        found.contexts.push(part.evaluation);
    }
    found.flow = flow.into_values().collect();
    Ok(found)
}

struct Part {
    evaluation: ContextEvaluation,
    learnt: Vec<f64>,
    observed: Vec<f64>,
    flow: Vec<EdgeFlow>,
}

impl Part {
    fn of(
        model: &NodeLawModel,
        walks: &Walks,
        key: &[usize],
        counts: &Counts,
    ) -> Result<Self, GraphError> {
        let share: f64 = counts.iter().map(|&(_, mass)| mass).sum();
        let mut observed = vec![0.0; model.network.n_nodes()];
        counts.iter().for_each(|&(v, mass)| observed[v as usize] += mass / share);
        let evidence = model.evidence(key);
        let learnt = model.mixture.law(walks, &evidence);
        let transport = graph_w1(&model.network, &learnt, &observed)?;
        let floor = graph_w1(&model.network, &as_given(&evidence), &observed)?.value;
        let context = model.contexts.text(key);
        let evaluation = ContextEvaluation { context, share, w1: transport.value, floor };
        Ok(Self { evaluation, learnt, observed, flow: transport.flow })
    }
}

/// The law of the observations in a context; of all of them where it was never seen.
fn as_given(evidence: &Evidence) -> Vec<f64> {
    let total = evidence.totals[0];
    if total > 0.0 {
        evidence.counts[0].iter().map(|count| count / total).collect()
    } else {
        evidence.pooled.clone()
    }
}
