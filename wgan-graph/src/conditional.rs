//! Laws on the nodes that depend on a context: an hour, a class.
//!
//! Samples are [`Labelled`]: weights on the nodes `x: [n, v]`, contexts `y: [n, m]`.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use wgan_cond::Labelled;
use wgan_core::model::{Mlp, Prior, Sample};
use wgan_core::train::Dataset;
use wgan_core::{Critic, GaussianPrior, Generator, MlpConfig, WganError};

use crate::critic::anchor_distances;
use crate::error::GraphError;
use crate::node_law::NodeLaw;
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

    /// `f(v | y)` of every node under each context, `[n, m] → [n, v]`.
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

/// `(z, y) ↦ softmax(mlp(z, y))`: a law on the nodes for each latent and context.
#[derive(Module, Debug)]
pub struct ConditionalNodeLawGenerator {
    mlp: Mlp,
}

impl ConditionalNodeLawGenerator {
    /// Generator with host-drawn weights; `config` maps latent and context together to one number
    /// per node.
    ///
    /// # Errors
    /// As [`MlpConfig::check`].
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        Ok(Self { mlp: config.init(rng, device)? })
    }
}

impl Generator for ConditionalNodeLawGenerator {
    type Latent = Labelled;
    type Sample = Labelled;

    fn generate(&self, latent: &Labelled) -> Labelled {
        let input = Tensor::cat(vec![latent.x.clone(), latent.y.clone()], 1);
        Labelled { x: softmax(self.mlp.forward(input), 1), y: latent.y.clone() }
    }
}

/// Standard normal latents beside the contexts of the real batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContextPrior {
    /// Dimension of the latent without the context.
    pub dim: usize,
}

impl Prior<Labelled> for ContextPrior {
    type Latent = Labelled;

    fn draw<R: Rng>(&self, real: &Labelled, rng: &mut R, device: &Device) -> Labelled {
        let z = GaussianPrior { dim: self.dim }.sample(real.batch_size(), rng, device);
        Labelled { x: z, y: real.y.clone() }
    }
}

/// Observed nodes with the contexts they were observed in.
#[derive(Clone, Debug)]
pub struct ContextSamples {
    nodes: Vec<usize>,
    contexts: Vec<Vec<f32>>,
    v: usize,
    device: Device,
}

impl ContextSamples {
    /// Observations on a network of `v` nodes, one context of the same length each.
    ///
    /// # Panics
    /// If a node is `v` or more, or contexts are missing or differ in length.
    pub fn new(nodes: Vec<usize>, contexts: Vec<Vec<f32>>, v: usize, device: &Device) -> Self {
        assert!(nodes.iter().all(|&node| node < v), "a node beyond the {v} there are");
        assert_eq!(nodes.len(), contexts.len(), "one context per node");
        assert!(contexts.windows(2).all(|w| w[0].len() == w[1].len()), "contexts of one length");
        Self { nodes, contexts, v, device: device.clone() }
    }
}

impl Dataset for ContextSamples {
    type Sample = Labelled;

    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn batch(&self, rows: &[usize]) -> Labelled {
        let nodes: Vec<usize> = rows.iter().map(|&row| self.nodes[row]).collect();
        let contexts: Vec<f32> =
            rows.iter().flat_map(|&row| self.contexts[row].iter().copied()).collect();
        let shape = [rows.len(), contexts.len() / rows.len().max(1)];
        Labelled {
            x: NodeLaw::point_masses(&nodes, self.v, &self.device).weights(),
            y: Tensor::from_data(TensorData::new(contexts, shape), &self.device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Edge, Network};
    use crate::{graph_w1, largest_violation};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::lipschitz::LipschitzStrategy;
    use wgan_core::train::Schedule;
    use wgan_core::{Fit, OptimizerConfig, TrainConfig, Wgan};

    #[derive(Clone)]
    struct Nothing;
    impl LipschitzStrategy<ConditionalMetricCritic> for Nothing {}

    fn path(n: usize) -> Network {
        let edges: Vec<Edge> = (0..n - 1).map(|u| Edge { u, v: u + 1, cost: 1.0 }).collect();
        let ids = (0..n).map(|i| i.to_string()).collect();
        Network::from_edges(ids, &edges, false).unwrap().0
    }

    #[test]
    fn it_learns_one_law_per_context() {
        let (path, device) = (path(12), Device::flex());
        let paths = ShortestPaths::new(&path);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // By day nodes 1 to 3, by night nodes 8 to 10.
        let nodes: Vec<usize> = (0..600).map(|i| i % 3 + if i % 2 == 0 { 1 } else { 8 }).collect();
        let contexts = (0..600).map(|i| vec![(i % 2) as f32]).collect();
        let data = ContextSamples::new(nodes, contexts, 12, &device);
        let anchors: Vec<usize> = (0..12).collect();
        let config = TrainConfig::new(64, 400)
            .with_critic_optimizer(OptimizerConfig::adam(1e-2))
            .with_generator_optimizer(OptimizerConfig::adam(5e-3))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.95);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(16).with_depth(1);
        let wgan = Wgan::new(
            ConditionalMetricCritic::new(&paths, &anchors, &mlp(1, 12), &mut rng, &device).unwrap(),
            ConditionalNodeLawGenerator::new(&mlp(3, 12), &mut rng, &device).unwrap(),
            Nothing,
            &config,
        );
        let prior = ContextPrior { dim: 2 };
        let fit = Fit::new(&data, &prior, &device, 1).unwrap();
        let wgan = fit.run(wgan).unwrap().wgan;
        for (context, first) in [(0.0, 1), (1.0, 8)] {
            let y = Tensor::<2>::zeros([200, 1], &device) + context;
            let z = prior.draw(&Labelled { x: y.clone(), y: y.clone() }, &mut rng, &device);
            let learnt = NodeLaw::new(wgan.averaged.generate(&z).x).mean_law();
            let mut truth = vec![0.0; 12];
            truth[first..first + 3].fill(1.0 / 3.0);
            let w1 = graph_w1(&path, &learnt, &truth).unwrap().value;
            assert!(w1 < 0.5, "context {context}: {w1}"); // a uniform law is 3.5 away
            let f = wgan.critic.potential(y.narrow(0, 0, 1)).inner().into_data();
            let f: Vec<f64> = f.iter::<f32>().map(f64::from).collect();
            assert!(largest_violation(&path, &f) < 1e-5);
        }
    }
}
