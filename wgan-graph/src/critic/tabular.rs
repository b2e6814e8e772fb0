//! One free value per node.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use wgan_core::Critic;

use super::NodePotential;
use crate::sample::NodeLaw;

/// `f(v) = θᵥ`, held 1-Lipschitz by an [`EdgeSlopePenalty`](super::EdgeSlopePenalty).
///
/// Needs no distances, so it fits any network; it is 1-Lipschitz only as far as the penalty goes.
#[derive(Module, Debug)]
pub struct TabularCritic {
    values: Param<Tensor<1>>,
}

impl TabularCritic {
    /// The constant zero on `v` nodes.
    pub fn new(v: usize, device: &Device) -> Self {
        Self { values: Param::from_data(TensorData::new(vec![0.0_f32; v], [v]), device) }
    }
}

impl NodePotential for TabularCritic {
    fn potential(&self) -> Tensor<1> {
        self.values.val()
    }
}

impl Critic for TabularCritic {
    type Sample = NodeLaw;

    fn score(&self, law: &NodeLaw) -> Tensor<1> {
        law.expectation(self.potential())
    }
}
