//! The metric critic under a context: an hour, a class.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_cond::Labelled;
use wgan_core::model::Mlp;
use wgan_core::{Critic, MlpConfig, WganError};

use super::metric::anchor_distances;
use crate::error::GraphError;
use crate::paths::ShortestPaths;

/// `f(v | y) = minₐ (θₐ(y) + d(v, a))` with `θ(y)` a perceptron: 1-Lipschitz for the shortest-path
/// distance under each fixed context, whatever the weights.
///
/// A score takes `n·v·a` numbers; with a few dozen anchors far from each other that is small.
#[derive(Module, Debug)]
pub struct ConditionalMetricCritic {
    offsets: Mlp,
    /// `d(v, a)`, `[v, a]`; a constant that is not saved with the weights.
    distances: Tensor<2>,
}

impl ConditionalMetricCritic {
    /// Critic with host-drawn weights on these anchors; `config` maps a context to one offset per
    /// anchor.
    ///
    /// # Errors
    /// As [`MetricCritic::new`](crate::MetricCritic::new); [`WganError::Config`] if `config` is out
    /// of range or has not one output per anchor.
    pub fn new<R: Rng>(
        paths: &ShortestPaths<'_>,
        anchors: &[usize],
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, GraphError> {
        if config.d_output != anchors.len() {
            let got = config.d_output;
            return Err(WganError::config("d_output", "one offset per anchor", got).into());
        }
        let distances = anchor_distances(paths, anchors, device)?;
        Ok(Self { offsets: config.init(rng, device)?, distances })
    }

    /// `f(v | y)` of every node under each context.
    ///
    /// # Shapes
    /// - `y`: `[n, m]`
    /// - returns: `[n, v]`
    pub fn potential(&self, y: Tensor<2>) -> Tensor<2> {
        let offsets = self.offsets.forward(y); // [n, a]
        let distances = self.distances.clone().inner();
        let [n, _] = offsets.dims();
        let [v, a] = distances.dims();
        // Which anchor is active is found without a tape; its terms are differentiated.
        let fixed = offsets.clone().inner().reshape([n, 1, a]);
        let active = (distances.clone().reshape([1, v, a]) + fixed).argmin(2).reshape([n, v]);
        let along = distances
            .reshape([1, v, a])
            .expand([n, v, a])
            .gather(2, active.clone().reshape([n, v, 1]))
            .reshape([n, v]);
        offsets.gather(1, active) + along
    }
}

impl Critic for ConditionalMetricCritic {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        let terms = sample.x.clone() * self.potential(sample.y.clone());
        terms.sum_dim(1).squeeze_dim::<1>(1) // [n, v] → [n]
    }
}
