//! Laws on the nodes of a network as samples of a WGAN.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use wgan_core::model::{Batch, Sample};
use wgan_core::train::Dataset;

/// A batch of laws on `v` nodes: weights `[n, v]`, each row sums to one.
///
/// A single node is the law with all its mass there. A function `f` on the nodes has the exact
/// expectation `Σᵥ p(v)·f(v)` under a law `p`; nothing is sampled.
#[derive(Clone, Debug)]
pub struct NodeLaw {
    weights: Tensor<2>,
}

impl NodeLaw {
    /// Laws with these weights; rows are not checked.
    ///
    /// # Shapes
    /// - `weights`: `[n, v]`
    pub fn new(weights: Tensor<2>) -> Self {
        Self { weights }
    }

    /// Point masses on `nodes` of a network of `v` nodes.
    ///
    /// # Panics
    /// If a node is `v` or more.
    pub fn point_masses(nodes: &[usize], v: usize, device: &Device) -> Self {
        let mut weights = vec![0.0_f32; nodes.len() * v];
        nodes.iter().enumerate().for_each(|(i, &node)| {
            assert!(node < v, "node {node} of {v}");
            weights[i * v + node] = 1.0;
        });
        Self::new(Tensor::from_data(TensorData::new(weights, [nodes.len(), v]), device))
    }

    /// Weights `[n, v]`.
    ///
    /// # Shapes
    /// - returns: `[n, v]`
    pub fn weights(&self) -> Tensor<2> {
        self.weights.clone()
    }

    /// `Σᵥ p(v)·f(v)` of each law.
    ///
    /// # Shapes
    /// - `f`: `[v]`
    /// - returns: `[n]`
    pub fn expectation(&self, f: Tensor<1>) -> Tensor<1> {
        self.weights.clone().matmul(f.unsqueeze_dim::<2>(1)).squeeze_dim::<1>(1)
    }

    /// The mean of the batch as one law, `[v]`, in double precision; its total is one.
    pub fn mean_law(&self) -> Vec<f64> {
        let [n, v] = self.weights.dims();
        let values: Vec<f32> = self.weights.clone().into_data().iter::<f32>().collect();
        let mut law = vec![0.0; v];
        for row in values.chunks(v.max(1)).take(n) {
            law.iter_mut().zip(row).for_each(|(sum, &w)| *sum += f64::from(w.max(0.0)));
        }
        let total: f64 = law.iter().sum();
        law.iter_mut().for_each(|weight| *weight /= total);
        law
    }
}

impl Sample for NodeLaw {
    fn batch_size(&self) -> usize {
        self.weights.batch_size()
    }

    fn interpolate(&self, other: &Self, t: Tensor<1>) -> Self {
        Self::new(self.weights.interpolate(&other.weights, t))
    }

    fn displacement(&self, other: &Self) -> Tensor<2> {
        self.weights.displacement(&other.weights)
    }

    fn stack(self, other: Self) -> Self {
        Self::new(self.weights.stack(other.weights))
    }

    fn constant(self) -> Self {
        Self::new(self.weights.constant())
    }
}

impl Batch for NodeLaw {
    fn part(&self, rows: Range<usize>) -> Self {
        Self::new(self.weights.part(rows))
    }

    fn to_device(self, device: &Device) -> Self {
        Self::new(self.weights.to_device(device))
    }
}

/// Observed nodes, the data of a WGAN on node laws.
#[derive(Clone, Debug)]
pub struct NodeSamples {
    nodes: Vec<usize>,
    v: usize,
    device: Device,
}

impl NodeSamples {
    /// Observations on a network of `v` nodes; a batch lies on `device`.
    ///
    /// # Panics
    /// If a node is `v` or more.
    pub fn new(nodes: Vec<usize>, v: usize, device: &Device) -> Self {
        assert!(nodes.iter().all(|&node| node < v), "a node beyond the {v} there are");
        Self { nodes, v, device: device.clone() }
    }

    /// Share of the observations on each node, `[v]`.
    pub fn law(&self) -> Vec<f64> {
        let mut law = vec![0.0; self.v];
        self.nodes.iter().for_each(|&node| law[node] += 1.0 / self.nodes.len() as f64);
        law
    }
}

impl Dataset for NodeSamples {
    type Sample = NodeLaw;

    fn len(&self) -> usize {
        self.nodes.len()
    }

    fn batch(&self, rows: &[usize]) -> NodeLaw {
        let nodes: Vec<usize> = rows.iter().map(|&row| self.nodes[row]).collect();
        NodeLaw::point_masses(&nodes, self.v, &self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_exact() {
        let device = Device::flex();
        let law = NodeLaw::new(Tensor::from_floats([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]], &device));
        let f = Tensor::from_floats([4.0, 8.0, 0.0], &device);
        let scores: Vec<f32> = law.expectation(f).into_data().try_to_vec().unwrap();
        assert_eq!(scores, [4.0, 8.0]);
        assert_eq!(law.mean_law(), [0.25, 0.625, 0.125]);
    }

    #[test]
    fn a_batch_holds_the_nodes_of_its_rows() {
        let samples = NodeSamples::new(vec![2, 0, 2], 3, &Device::flex());
        assert_eq!(samples.batch(&[1, 2]).mean_law(), [0.5, 0.0, 0.5]);
        assert_eq!(samples.law()[0], 1.0 / 3.0);
    }
}
