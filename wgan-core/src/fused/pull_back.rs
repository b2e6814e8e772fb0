//! Scores and their gradient in the input.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::panels::Panels;
use super::perceptron::{Perceptron, Sweeps};
use super::rows::Rows;
use crate::network::Mlp;

/// First outputs of `mlp` at the rows of `x`, and the gradient of `weight` times their sum in the first `d` inputs; none where a
/// sweep cannot be written out.
///
/// # Shapes
/// - `x`: `[n, d_input]`; returns `[n]` and `[n, d]`
pub fn pull_back(mlp: &Mlp, x: Tensor<2>, d: usize, weight: f32) -> Option<(Tensor<1>, Tensor<2>)> {
    let network = Perceptron::of(mlp, Sweeps::ForwardAndBack)?;
    let device = mlp.device();
    let x = Rows::of(x)?;
    let pass = |x: Panels| {
        let n = x.n;
        let trace = network.trace(x);
        let scores: Vec<f32> = network.output(&trace).first_column().collect();
        let cotangent = Panels::column(std::iter::repeat_n(weight, n));
        let signals = network.sweep_back(&trace, cotangent);
        (scores, network.input_gradient(&signals, n))
    };
    let chunks: Vec<(Vec<f32>, Panels)> = x.chunks().into_par_iter().map(pass).collect();
    let (scores, pulls): (Vec<Vec<f32>>, Vec<Panels>) = chunks.into_iter().unzip();
    let scores = TensorData::new(scores.concat(), [x.n]);
    Some((Tensor::from_data(scores, &device), Rows::joined(&pulls, d, &device)))
}
