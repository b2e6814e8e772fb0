//! Gradients of a perceptron's parameters.

use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::perceptron::Perceptron;
use super::rows::Rows;
use crate::model::Mlp;

/// One gradient per layer, in the shape of its parameters.
pub(super) struct Gradients {
    weights: Vec<Rows>,
    biases: Vec<Vec<f32>>,
}

impl Gradients {
    pub(super) fn zeros(of: &Perceptron) -> Self {
        Self {
            weights: of.layers.iter().map(|l| Rows::filled(l.weight.n, l.weight.d, 0.0)).collect(),
            biases: of.layers.iter().map(|l| vec![0.0; l.bias.len()]).collect(),
        }
    }

    /// Adds `inputsᵀ signals` of each layer: what a sum over samples of `⟨signal, input·W⟩` has for a gradient.
    pub(super) fn add_weights(&mut self, inputs: &[Rows], signals: &[Rows]) {
        for (weight, (x, g)) in self.weights.iter_mut().zip(inputs.iter().zip(signals)) {
            weight.add_product(x.as_ref().transpose(), g.as_ref());
        }
    }

    /// Adds the sum over samples of each layer's signal.
    pub(super) fn add_biases(&mut self, signals: &[Rows]) {
        for (bias, g) in self.biases.iter_mut().zip(signals) {
            for row in g.rows() {
                bias.iter_mut().zip(row).for_each(|(b, g)| *b += g);
            }
        }
    }

    /// The sum of the gradients of all chunks, in their order.
    pub(super) fn sum(chunks: Vec<Self>) -> Option<Self> {
        let mut chunks = chunks.into_iter();
        let mut total = chunks.next()?;
        let rest: Vec<Self> = chunks.collect();
        // Handing over less takes longer than adding it up.
        let is_large = total.weights.iter().any(|weight| weight.values.len() > 1 << 16);
        let add = |(layer, weight): (usize, &mut Rows)| {
            rest.iter().for_each(|part| weight.add(&part.weights[layer]));
        };
        if is_large {
            total.weights.par_iter_mut().enumerate().for_each(add);
        } else {
            total.weights.iter_mut().enumerate().for_each(add);
        }
        for part in &rest {
            for (bias, other) in total.biases.iter_mut().zip(&part.biases) {
                bias.iter_mut().zip(other).for_each(|(x, y)| *x += y);
            }
        }
        Some(total)
    }

    /// In the form that an optimiser of `mlp` takes.
    pub(super) fn into_params(self, mlp: &Mlp) -> GradientsParams {
        let device = mlp.device();
        let mut params = GradientsParams::new();
        for (layer, (weight, bias)) in
            mlp.layers().iter().zip(self.weights.into_iter().zip(self.biases))
        {
            params.register(layer.weight.id, weight.into_tensor(&device));
            if let Some(param) = &layer.bias {
                let n = bias.len();
                params.register(
                    param.id,
                    Tensor::<1>::from_data(TensorData::new(bias, [n]), &device),
                );
            }
        }
        params
    }
}
