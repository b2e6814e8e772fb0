//! The game: the generator against the best critic there is, on observations that were held out.

use std::time::Instant;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution};
use rayon::prelude::*;
use wgan_core::train::{Record, Recorder, StopReason};

use super::contexts::Contexts;
use super::mixture::{MAX_TIME, Mixture, Walks};
use super::observations::Observations;
use super::{Counts, LawTraining, NodeLawConfig, NodeLawModel, evidence};
use crate::error::GraphError;
use crate::network::Network;
use crate::transport::graph_w1;

/// Fewest observations of which some can be held out.
const MIN_OBSERVATIONS: f64 = 8.0;
/// Steps without progress after which training stops.
const PATIENCE: usize = 12;
/// Progress that counts, as a share of the loss.
const MIN_PROGRESS: f64 = 1e-3;

/// See [`NodeLawModel::fit`].
pub fn fit(
    network: &Network,
    observations: &Observations,
    config: &NodeLawConfig,
    seed: u64,
    mut recorder: impl Recorder,
) -> Result<NodeLawModel, GraphError> {
    let (contexts, cell_of) = Contexts::of(observations);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let parts: Vec<Vec<u64>> = (0..config.n_splits).map(|_| half(observations, &mut rng)).collect();
    let n_observed: f64 = observations.counts.iter().map(|&n| n as f64).sum();
    // Masses are counted in observations, so that a prior means as many of them.
    let unit = n_observed / observations.masses().iter().sum::<f64>();
    let n_cells = contexts.cells.len();
    let cells = |rows: &dyn Fn(usize) -> f64| -> Vec<Counts> {
        let mut counts = vec![Vec::new(); n_cells];
        for row in 0..observations.len() {
            let mass = rows(row) * observations.weights[row] * unit;
            if mass > 0.0 {
                counts[cell_of[row]].push((observations.nodes[row] as u32, mass));
            }
        }
        counts.into_iter().map(gathered).collect()
    };
    let counts = cells(&|row| observations.counts[row] as f64);
    let times = (-2..).map(|k| 2_f64.powi(k)).take_while(|&t| t <= MAX_TIME).collect();
    let mixture = Mixture::new(!contexts.columns.is_empty(), contexts.have_numbers(), times);
    let mut model =
        NodeLawModel { network: network.clone(), contexts, counts, mixture, training: None };
    if n_observed < MIN_OBSERVATIONS || network.n_edges() == 0 {
        model.mixture.weights.fill(0.0);
        model.mixture.weights[0] = 1.0;
        return Ok(model);
    }
    let one = |half: &Vec<u64>| cells(&|row| half[row] as f64);
    let other = |half: &Vec<u64>| cells(&|row| (observations.counts[row] - half[row]) as f64);
    let rest: Vec<Vec<Counts>> = parts.iter().flat_map(|half| [one(half), other(half)]).collect();
    let held_out = parts.iter().flat_map(|half| [other(half), one(half)]).collect();
    let game = Game::new(&model, held_out, rest);
    let (weights, training) = game.play(&model.mixture, config, &mut rng, &mut recorder)?;
    model.mixture.weights = weights;
    model.mixture.with_twice_the_observations();
    model.training = Some(training);
    Ok(model)
}

/// Sorted by node, one entry each.
fn gathered(mut counts: Counts) -> Counts {
    counts.sort_by_key(|&(v, _)| v);
    counts.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0.0 };
        is_same
    });
    counts
}

/// How many of each row's observations are in one half of them, at random; single ones evenly.
fn half<R: Rng>(observations: &Observations, rng: &mut R) -> Vec<u64> {
    let mut half = vec![0; observations.len()];
    let is_single = |&row: &usize| observations.counts[row] == 1;
    let mut single: Vec<usize> = (0..observations.len()).filter(is_single).collect();
    single.shuffle(rng);
    single.into_iter().step_by(2).for_each(|row| half[row] = 1);
    for row in (0..observations.len()).filter(|row| !is_single(row)) {
        let all = observations.counts[row];
        half[row] = Binomial::new(all, 0.5).map_or(all / 2, |binomial| binomial.sample(rng));
    }
    half
}

/// A part of the observations in one context, and all that is told about it.
struct Round {
    cell: usize,
    fold: usize,
    /// The held-out law, `[n]`.
    law: Vec<(u32, f64)>,
    /// Share of all rounds.
    share: f64,
}

struct Game<'a> {
    model: &'a NodeLawModel,
    walks: Walks,
    rest: Vec<Vec<Counts>>,
    rounds: Vec<Round>,
}

/// What a round says about the generator.
struct Outcome {
    w1: f64,
    gradient: Vec<f64>,
}

impl<'a> Game<'a> {
    fn new(model: &'a NodeLawModel, held_out: Vec<Vec<Counts>>, rest: Vec<Vec<Counts>>) -> Self {
        let mass = |counts: &Counts| counts.iter().map(|&(_, mass)| mass).sum::<f64>();
        let has_rest: Vec<bool> =
            rest.iter().map(|cells| cells.iter().map(mass).sum::<f64>() > 0.0).collect();
        let mut rounds = Vec::new();
        for (fold, cells) in held_out.into_iter().enumerate().filter(|&(fold, _)| has_rest[fold]) {
            for (cell, counts) in cells.into_iter().enumerate() {
                let total = mass(&counts);
                if total > 0.0 {
                    let law = counts.into_iter().map(|(v, mass)| (v, mass / total)).collect();
                    rounds.push(Round { cell, fold, law, share: total });
                }
            }
        }
        let total: f64 = rounds.iter().map(|round| round.share).sum();
        rounds.iter_mut().for_each(|round| round.share /= total);
        Self { model, walks: Walks::new(&model.network), rest, rounds }
    }

    /// The law of one round, how far it is from what was held out, and the way down.
    fn round(&self, round: &Round, mixture: &Mixture) -> Result<Outcome, GraphError> {
        let n = self.model.network.n_nodes();
        let contexts = &self.model.contexts;
        let key = &contexts.cells[round.cell];
        let evidence = evidence(n, contexts, &mixture.bandwidths, key, &self.rest[round.fold]);
        let law = mixture.law(&self.walks, &evidence);
        let mut held_out = vec![0.0; n];
        round.law.iter().for_each(|&(v, mass)| held_out[v as usize] = mass);
        let transport = graph_w1(&self.model.network, &law, &held_out)?;
        let gradient = mixture.gradient(&self.walks, &evidence, &transport.potential);
        Ok(Outcome { w1: transport.value, gradient })
    }

    /// Mean loss and gradient over some rounds.
    fn step(&self, places: &[usize], mixture: &Mixture) -> Result<Outcome, GraphError> {
        let outcomes: Vec<Outcome> = places
            .par_iter()
            .map(|&place| self.round(&self.rounds[place], mixture))
            .collect::<Result<_, _>>()?;
        let share: f64 = places.iter().map(|&place| self.rounds[place].share).sum();
        let mut mean = Outcome { w1: 0.0, gradient: vec![0.0; mixture.weights.len()] };
        for (outcome, &place) in outcomes.iter().zip(places) {
            let share = self.rounds[place].share / share;
            mean.w1 += share * outcome.w1;
            mean.gradient.iter_mut().zip(&outcome.gradient).for_each(|(g, x)| *g += share * x);
        }
        Ok(mean)
    }

    /// Exponentiated gradients, `α ← α·exp(−η·∂W₁/∂α)`, with a step that is measured by how much the gradients of the
    /// components in use differ, and falls as `1/√k`. What was learnt is the best of the mean of the later half, the last weights, and
    /// the observations as they are.
    fn play<R: Rng>(
        &self,
        start: &Mixture,
        config: &NodeLawConfig,
        rng: &mut R,
        recorder: &mut impl Recorder,
    ) -> Result<(Vec<f64>, LawTraining), GraphError> {
        let began = Instant::now();
        let n = self.model.network.n_nodes();
        let n_steps = config.n_steps.min((MAX_NODES_OF_STEPS / n).max(MIN_STEPS));
        let n_rounds = config.batch.min((MAX_NODES_PER_STEP / n).max(MIN_ROUNDS));
        let mut order: Vec<usize> = (0..self.rounds.len()).collect();
        let mut place = order.len();
        let mut mixture = start.clone();
        let mut seen: Vec<Vec<f64>> = Vec::new();
        let (mut best, mut since) = (f64::INFINITY, 0);
        let mut reason = StopReason::MaxSteps;
        recorder.start(0, n_steps);
        for step in 1..=n_steps {
            if place + n_rounds > order.len() {
                order.shuffle(rng);
                place = 0;
            }
            let batch = &order[place..(place + n_rounds).min(order.len())];
            place += n_rounds;
            let outcome = self.step(batch, &mixture)?;
            descend(&mut mixture.weights, &outcome.gradient, step);
            seen.push(mixture.weights.clone());
            recorder.record(&record(step, began, outcome.w1))?;
            recorder.step(step);
            // A batch of all rounds has no noise: standing still is then the end.
            since = if outcome.w1 < best * (1.0 - MIN_PROGRESS) { 0 } else { since + 1 };
            best = best.min(outcome.w1);
            if since == PATIENCE && batch.len() == order.len() {
                reason = StopReason::EarlyStop;
                break;
            }
        }
        recorder.finish(reason);
        let later = &seen[seen.len() / 2..];
        let mut mean = vec![0.0; mixture.weights.len()];
        for step in later {
            mean.iter_mut().zip(step).for_each(|(w, x)| *w += x / later.len() as f64);
        }
        let mut observed = vec![0.0; mean.len()];
        observed[0] = 1.0;
        order.truncate(2 * n_rounds);
        let mut judge = |weights: Vec<f64>| {
            mixture.weights = weights;
            Ok::<_, GraphError>((self.step(&order, &mixture)?.w1, mixture.weights.clone()))
        };
        let last = seen.pop().unwrap_or_default();
        let (held_out_floor, observed) = judge(observed)?;
        let candidates = [judge(mean)?, judge(last)?, (held_out_floor, observed)];
        let training =
            |held_out_w1| LawTraining { steps: seen.len() + 1, held_out_w1, held_out_floor };
        let (w1, weights) =
            candidates.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default();
        Ok((weights, training(w1)))
    }
}

/// One step down; weights that have become too small to matter are zero from then on.
fn descend(weights: &mut [f64], gradient: &[f64], step: usize) {
    let mean: f64 = gradient.iter().zip(&*weights).map(|(g, w)| g * w).sum();
    let squares = gradient.iter().zip(&*weights).map(|(g, w)| w * (g - mean).powi(2));
    let deviation = squares.sum::<f64>().sqrt();
    if deviation > 0.0 {
        let rate = STEP / (deviation * (step as f64).sqrt());
        let pairs = weights.iter_mut().zip(gradient);
        pairs.for_each(|(w, g)| *w *= (-rate * (g - mean)).clamp(-MAX_STEP, MAX_STEP).exp());
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        let least = SMALLEST / weights.len() as f64;
        weights.iter_mut().filter(|w| **w < least).for_each(|w| *w = 0.0);
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
    }
}

/// First step, in deviations of the gradient.
const STEP: f64 = 1.0;
/// Most that the logarithm of a weight changes in a step.
const MAX_STEP: f64 = 2.0;
/// Share of an even weight below which a component is left out.
const SMALLEST: f64 = 1e-3;
/// Nodes of all rounds of a step, where that leaves at least so many rounds: on large networks a step takes seconds.
const MAX_NODES_PER_STEP: usize = 200_000;
const MIN_ROUNDS: usize = 2;
/// Nodes times steps, where that leaves at least so many steps.
const MAX_NODES_OF_STEPS: usize = 3_000_000;
const MIN_STEPS: usize = 20;

fn record(step: usize, began: Instant, w1: f64) -> Record {
    Record {
        step,
        seconds: began.elapsed().as_secs_f64(),
        estimate: w1,
        penalty: 0.0,
        gradient_norm: None,
        critic_loss: -w1,
        generator_loss: w1,
    }
}
