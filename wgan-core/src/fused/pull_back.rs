//! Scores and their gradient in the input.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::generator::chunks_of;
use super::perceptron::Perceptron;
use super::rows::Rows;
use crate::network::Mlp;

/// First outputs of `mlp` at the rows of `x`, and the gradient of `weight` times their sum; none where a sweep cannot be
/// written out.
///
/// # Shapes
/// - `x`: `[n, d]`; returns `[n]` and `[n, d]`
pub(crate) fn pull_back(mlp: &Mlp, x: Tensor<2>, weight: f32) -> Option<(Tensor<1>, Tensor<2>)> {
    let network = Perceptron::of(mlp)?;
    let device = mlp.device();
    let x = Rows::of(x)?;
    let chunks: Vec<(Vec<f32>, Rows)> = chunks_of(&x)
        .into_par_iter()
        .map(|x| {
            let trace = network.trace(x);
            let mut scores = network.output(&trace);
            let cotangent = Rows::filled(scores.n, 1, weight);
            let pull = network.input_gradient(&network.sweep_back(&trace.slopes, cotangent));
            (std::mem::take(&mut scores.values), pull)
        })
        .collect();
    let (scores, pulls): (Vec<Vec<f32>>, Vec<Rows>) = chunks.into_iter().unzip();
    let scores = TensorData::new(scores.concat(), [x.n]);
    Some((Tensor::from_data(scores, &device), Rows::stacked(&pulls, x.d).into_tensor(&device)))
}
