//! Generated batches and one generator step's gradients.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::gradients::{Gradients, Outer, Share};
use super::perceptron::{CHUNK, Perceptron};
use super::rows::Rows;
use crate::network::Mlp;

/// `G(z)` without a tape, `[n, k] → [n, d]`.
pub(crate) fn generate(generator: &Mlp, z: Tensor<2>) -> Option<Tensor<2>> {
    let network = Perceptron::of(generator)?;
    let z = Rows::of(z)?;
    let chunks: Vec<Rows> =
        chunks_of(&z).into_par_iter().map(|z| network.output(&network.trace(z))).collect();
    let d = chunks.first()?.d;
    Some(Rows::stacked(&chunks, d).into_tensor(&generator.device()))
}

/// Gradients of `−E f(G(z))` for the parameters of `generator`, and its value.
pub(crate) fn generator_gradients(
    critic: &Mlp,
    generator: &Mlp,
    z: Tensor<2>,
) -> Option<(GradientsParams, f64)> {
    let (critic, network) = (Perceptron::of(critic)?, Perceptron::of(generator)?);
    let z = Rows::of(z)?;
    let weight = 1.0 / z.n as f32;
    let chunks: Vec<(Share, f64)> = chunks_of(&z)
        .into_par_iter()
        .map(|z| {
            let trace = network.trace(z);
            let judged = critic.trace(network.output(&trace));
            let scores = critic.output(&judged);
            let cotangent = Rows::filled(scores.n, 1, -weight);
            let pull = critic.input_gradient(&critic.sweep_back(&judged.slopes, cotangent));
            let signals = network.sweep_back(&trace.slopes, pull);
            let share = Share::new(&network, vec![Outer::new(trace.inputs, signals)]);
            (share, scores.values.iter().copied().map(f64::from).sum::<f64>())
        })
        .collect();
    let loss = -chunks.iter().map(|(_, sum)| sum).sum::<f64>() / z.n as f64;
    let shares = chunks.into_iter().map(|(share, _)| share).collect();
    Some((Gradients::total(&network, shares).into_params(generator), loss))
}

fn chunks_of(z: &Rows) -> Vec<Rows> {
    (0..z.n).step_by(CHUNK).map(|from| z.part(from, (from + CHUNK).min(z.n))).collect()
}
