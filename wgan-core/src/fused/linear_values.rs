//! Parameters of a linear layer, or a gradient in them, as numbers.

use burn::nn::Linear;
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};

use super::values::copied;

/// Weight and bias of `x ↦ xW + b`, or the gradient of a loss in them.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearValues {
    /// `W`, `[d_in, d_out]`, row by row.
    pub weight: Vec<f32>,
    /// `b`, `[d_out]`.
    pub bias: Vec<f32>,
}

impl LinearValues {
    /// The parameters of `layer`; none where it has no bias, other numbers than `f32`, or lies outside the memory of the process.
    pub fn of(layer: &Linear) -> Option<Self> {
        let weight = layer.weight.val().inner();
        if !super::is_host(&weight.device()) {
            return None;
        }
        let bias: Tensor<1> = layer.bias.as_ref()?.val().inner();
        Some(Self { weight: copied(weight)?, bias: copied(bias)? })
    }

    /// Hands the gradient of `layer` to an optimiser.
    pub fn register(self, layer: &Linear, params: &mut GradientsParams) {
        let device = layer.weight.val().inner().device();
        let d = self.bias.len();
        let shape = [self.weight.len() / d, d];
        let weight = Tensor::<2>::from_data(TensorData::new(self.weight, shape), &device);
        params.register(layer.weight.id, weight);
        if let Some(param) = &layer.bias {
            let bias = Tensor::<1>::from_data(TensorData::new(self.bias, [d]), &device);
            params.register(param.id, bias);
        }
    }
}
