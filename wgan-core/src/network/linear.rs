//! Linear layers whose weights are drawn on the host.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};

use super::Layer;

/// `x ↦ xW + b`, with host-drawn weights.
#[derive(Module, Debug)]
pub struct Dense {
    linear: Linear,
}

impl Dense {
    /// Weights and bias uniform on `±d_in^(−½)`.
    pub fn new<R: Rng>(d_in: usize, d_out: usize, rng: &mut R, device: &Device) -> Self {
        Self { linear: linear(d_in, d_out, rng, device) }
    }
}

impl Layer for Dense {
    type Trace = ();

    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, ()) {
        (self.linear.forward(x), ())
    }

    fn pull_back(&self, g: Tensor<2>, (): &()) -> Tensor<2> {
        g.matmul(self.linear.weight.val().transpose())
    }
}

/// Linear layer with weights and bias uniform on `±d_in^(−½)`, drawn on the host.
///
/// burn draws weights lazily from a process-wide generator; a seed would not fix them.
pub fn linear<R: Rng>(d_in: usize, d_out: usize, rng: &mut R, device: &Device) -> Linear {
    let bound = (d_in as f32).sqrt().recip();
    let mut draw =
        |n: usize| -> Vec<f32> { (0..n).map(|_| rng.random_range(-bound..=bound)).collect() };
    let weight = TensorData::new(draw(d_in * d_out), [d_in, d_out]);
    let bias = TensorData::new(draw(d_out), [d_out]);
    Linear { weight: Param::from_data(weight, device), bias: Some(Param::from_data(bias, device)) }
}
