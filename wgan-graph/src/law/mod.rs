//! Laws on the nodes, learnt from observations and, if there are any, their contexts.

mod contexts;
mod evaluation;
mod fit;
mod heat;
mod mixture;
mod observations;
mod read;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use burn::config::Config;
use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::train::Recorder;

pub use contexts::{Condition, Context, Levels};
pub use evaluation::{ContextEvaluation, LawEvaluation};
pub use observations::{Column, Observations};
pub use read::{ObservationOptions, ReadObservations, read_observations};

use crate::error::GraphError;
use crate::network::Network;
use contexts::Contexts;
use mixture::{Evidence, Mixture, Walks};

/// Settings of a [`NodeLawModel`].
#[derive(Config, Debug, PartialEq)]
pub struct NodeLawConfig {
    /// Times that the observations are split into halves, each of which is held out in turn; at least 1. Halves, since the distance to a small
    /// sample favours laws that are spread too far.
    #[config(default = 3)]
    pub n_splits: usize,
    /// Most steps of the generator, at least 1; fewer on networks of more than 50,000 nodes.
    #[config(default = 60)]
    pub n_steps: usize,
    /// Pairs of a half and a context that a step looks at, at least 1; fewer on networks of more than 6,250 nodes.
    #[config(default = 32)]
    pub batch: usize,
}

impl NodeLawConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in
            [("n_splits", self.n_splits), ("n_steps", self.n_steps), ("batch", self.batch)]
        {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        Ok(())
    }
}

/// Counts on nodes, `(node, mass)` in ascending order.
type Counts = Vec<(u32, f64)>;

/// How training went. Both distances are to the halves by which the weights were chosen, so the first one flatters
/// a little; [`NodeLawModel::evaluate`] on other observations does not.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawTraining {
    /// Steps of the generator.
    pub steps: usize,
    /// Mean `W₁` between the law learnt without a part of the observations and that part.
    pub held_out_w1: f64,
    /// The same for the observations as they are, the floor.
    pub held_out_floor: f64,
}

/// Where things happen on a network: a law on its nodes, under a context.
///
/// The *generator* spreads the observations along the edges by random walks and shares them between contexts; its
/// parameters are the weights of a few hundred ways to do so. The *critic* is the best there is: the
/// optimal 1-Lipschitz function of the shortest-path distance, [`graph_w1`](crate::graph_w1), in every step. They play on observations
/// that were held out, so the generator cannot win by repeating what it was given: it is given
/// the other parts. The loss `W₁(p_α, held out)` is convex in the weights `α`, and exponentiated gradients descend it.
///
/// In a directed network mass moves along the arcs.
///
/// # Example
/// From a petgraph graph with weights of your own to the law of where trips begin, by hour.
/// ```
/// use wgan_graph::petgraph::graph::UnGraph;
/// use wgan_graph::{Network, NodeLawConfig, NodeLawModel, Observations};
///
/// struct Stop { name: &'static str }
/// struct Road { minutes: f64 }
/// let mut city = UnGraph::<Stop, Road>::default();
/// let [port, mill, hall, park] = ["Port", "Mill", "Hall", "Park"].map(|name| city.add_node(Stop { name }));
/// for (a, b, minutes) in [(port, mill, 4.0), (mill, hall, 3.0), (hall, park, 6.0)] {
///     city.add_edge(a, b, Road { minutes });
/// }
/// let (network, _) = Network::from_graph(&city, |road| road.weight().minutes)?;
/// // 200 trips: in the morning from the port and the mill, in the evening from the park.
/// let trips = (0..200).map(|i| [port, park, mill, park][i % 4]);
/// let hours = (0..200).map(|i| [8.0, 18.0][i % 2]).collect();
/// let trips = Observations::at(&network, trips)?.with_numbers("hour", hours);
///
/// let model = NodeLawModel::fit(&network, &trips, &NodeLawConfig::new(), 1, ())?;
/// let law = model.law(&["hour=8".parse()?])?;
/// let most = network.node_indices().zip(&law).max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
/// assert!(["Port", "Mill"].contains(&city[most.0].name) && *most.1 > 0.4);
/// let evening = model.sample(10, &["hour=18".parse()?], 1)?;
/// assert!(evening.iter().filter(|seen| network.node_index(seen.node) == park).count() >= 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// Arjovsky, Chintala, Bottou (2017), Wasserstein generative adversarial networks, for the game; Kivinen, Warmuth (1997), Exponentiated
/// gradient versus gradient descent for linear predictors.
#[derive(Clone, Debug)]
pub struct NodeLawModel {
    network: Network,
    contexts: Contexts,
    /// Observations per cell of the contexts.
    counts: Vec<Counts>,
    mixture: Mixture,
    training: Option<LawTraining>,
}

/// A node that was drawn, with its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Number of the node.
    pub node: usize,
    /// Level of each context.
    pub context: Vec<usize>,
}

impl NodeLawModel {
    /// Learns the law of `observations` on a connected `network`.
    ///
    /// With fewer than 8 observations there is nothing to hold out: the law is that of the observations,
    /// and [`NodeLawModel::training`] is `None`.
    ///
    /// # Errors
    /// [`GraphError::Observations`] for observations that contradict themselves, [`GraphError::Components`] and
    /// [`GraphError::OneWay`] where mass cannot get everywhere; settings out of range.
    pub fn fit(
        network: &Network,
        observations: &Observations,
        config: &NodeLawConfig,
        seed: u64,
        recorder: impl Recorder,
    ) -> Result<Self, GraphError> {
        config.check()?;
        network.require_connected()?;
        observations.check(network.n_nodes())?;
        fit::fit(network, observations, config, seed, recorder)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What the law depends on.
    pub fn contexts(&self) -> &[Context] {
        &self.contexts.columns
    }

    /// How training went; `None` where there were too few observations to train.
    pub fn training(&self) -> Option<LawTraining> {
        self.training
    }

    /// Share of the law that is as observed, spread along the edges, and independent of the observations; they sum to one.
    pub fn shares(&self) -> [f64; 3] {
        self.mixture.shares()
    }

    /// Steps of a random walk, on average, by which observations are spread.
    pub fn mean_steps(&self) -> f64 {
        self.mixture.mean_steps()
    }

    /// Mass of the observations.
    pub fn n_observations(&self) -> f64 {
        self.counts.iter().flatten().map(|&(_, mass)| mass).sum()
    }

    /// The law on the nodes under these conditions, `[n]`. Contexts without a condition are averaged over,
    /// as often as they were observed.
    ///
    /// # Errors
    /// [`GraphError::Context`] for conditions on what is no context, or was never seen.
    pub fn law(&self, conditions: &[Condition]) -> Result<Vec<f64>, GraphError> {
        let walks = Walks::new(&self.network);
        let mut law = vec![0.0; self.network.n_nodes()];
        for (key, share) in self.keys(conditions)? {
            let part = self.mixture.law(&walks, &self.evidence(&key));
            law.iter_mut().zip(part).for_each(|(p, x)| *p += share * x);
        }
        Ok(law)
    }

    /// Draws nodes under these conditions; contexts without a condition are drawn as often as they were
    /// observed.
    ///
    /// # Errors
    /// As [`NodeLawModel::law`].
    pub fn sample(
        &self,
        n: usize,
        conditions: &[Condition],
        seed: u64,
    ) -> Result<Vec<Drawn>, GraphError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let keys = self.keys(conditions)?;
        let cumulated = |weights: Vec<f64>| -> Vec<f64> {
            let sum = |sum: &mut f64, w: f64| {
                *sum += w;
                Some(*sum)
            };
            weights.into_iter().scan(0.0, sum).collect()
        };
        let mut draw = |sums: &[f64]| {
            let at = rng.random::<f64>() * sums.last().copied().unwrap_or(0.0);
            sums.partition_point(|&sum| sum <= at).min(sums.len() - 1)
        };
        let shares = cumulated(keys.iter().map(|key| key.1).collect());
        let places: Vec<usize> = (0..n).map(|_| draw(&shares)).collect();
        let walks = Walks::new(&self.network);
        let mut laws: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let drawn = places.into_iter().map(|place| {
            let key = &keys[place].0;
            let law = laws
                .entry(place)
                .or_insert_with(|| cumulated(self.mixture.law(&walks, &self.evidence(key))));
            Drawn { node: draw(law), context: key.clone() }
        });
        Ok(drawn.collect())
    }

    /// How far the law is from observations that it was not given.
    ///
    /// # Errors
    /// [`GraphError::Observations`] and [`GraphError::Context`] for observations that do not go with the model.
    pub fn evaluate(&self, held_out: &Observations) -> Result<LawEvaluation, GraphError> {
        evaluation::evaluate(self, held_out)
    }

    /// Combinations of levels that the conditions allow, with their shares: those observed, or the
    /// one that is asked for although it was not.
    fn keys(&self, conditions: &[Condition]) -> Result<Vec<(Vec<usize>, f64)>, GraphError> {
        let wanted = self.contexts.wanted(conditions)?;
        let fits = |key: &[usize]| key.iter().zip(&wanted).all(|(k, w)| w.is_none_or(|w| w == *k));
        let cells = self.contexts.cells.iter().zip(&self.counts);
        let mut keys: Vec<(Vec<usize>, f64)> = cells
            .filter(|(key, _)| fits(key))
            .map(|(key, counts)| (key.clone(), counts.iter().map(|&(_, mass)| mass).sum()))
            .collect();
        let total: f64 = keys.iter().map(|key| key.1).sum();
        if total > 0.0 {
            keys.iter_mut().for_each(|key| key.1 /= total);
            return Ok(keys);
        }
        match wanted.iter().copied().collect::<Option<Vec<usize>>>() {
            Some(key) => Ok(vec![(key, 1.0)]),
            None => {
                let condition = &conditions[conditions.len() - 1];
                Err(GraphError::Context {
                    name: condition.name.clone(),
                    got: condition.value.clone(),
                    expected: "a combination that was observed, or a condition on every context"
                        .to_owned(),
                })
            }
        }
    }

    /// What was observed that bears on a combination of levels.
    fn evidence(&self, key: &[usize]) -> Evidence {
        let n = self.network.n_nodes();
        evidence(n, &self.contexts, &self.mixture.bandwidths, key, &self.counts)
    }
}

/// What `counts` per cell say about a combination of levels.
fn evidence(
    n: usize,
    contexts: &Contexts,
    bandwidths: &[f64],
    key: &[usize],
    counts: &[Counts],
) -> Evidence {
    let mut pooled = vec![0.0; n];
    counts.iter().flatten().for_each(|&(v, mass)| pooled[v as usize] += mass);
    let total: f64 = pooled.iter().sum();
    pooled.iter_mut().for_each(|p| *p /= total);
    let near = |&bandwidth: &f64| {
        let mut law = vec![0.0; n];
        for (closeness, counts) in contexts.closeness(key, bandwidth).into_iter().zip(counts) {
            if closeness > 1e-6 {
                counts.iter().for_each(|&(v, mass)| law[v as usize] += closeness * mass);
            }
        }
        law
    };
    let counts: Vec<Vec<f64>> = bandwidths.iter().map(near).collect();
    let totals = counts.iter().map(|counts| counts.iter().sum()).collect();
    Evidence { counts, totals, pooled }
}
