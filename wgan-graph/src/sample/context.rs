//! Observed nodes with the context they were observed in: an hour, a class.
//!
//! Samples are [`Labelled`]: weights on the nodes `x: [n, v]`, contexts `y: [n, m]`.

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use wgan_cond::Labelled;
use wgan_core::GaussianPrior;
use wgan_core::model::{Prior, Sample};
use wgan_core::train::Dataset;

use super::law::NodeLaw;

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
