//! Generated batches and one generator step's gradients.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::gradients::{Gradients, Outer, Share};
use super::perceptron::{CHUNK, Perceptron, Trace};
use super::rows::Rows;
use crate::loss::{Engine, GeneratorStep};
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

/// Gradients of `−E f(G(z))` for the parameters of `generator`, and its value; `pull` gives the scores of rows and the
/// gradient of their sum times a weight.
pub(crate) fn generator_gradients(
    generator: &Mlp,
    z: Tensor<2>,
    pull: impl Fn(&Tensor<2>, f32) -> Option<(Tensor<1>, Tensor<2>)>,
) -> Option<(GradientsParams, GeneratorStep)> {
    let network = Perceptron::of(generator)?;
    let z = Rows::of(z)?;
    let n = z.n;
    let passes: Vec<(Trace, Rows)> = chunks_of(&z)
        .into_par_iter()
        .map(|z| {
            let trace = network.trace(z);
            let x = network.output(&trace);
            (trace, x)
        })
        .collect();
    let (traces, x): (Vec<Trace>, Vec<Rows>) = passes.into_iter().unzip();
    let d = x.first()?.d;
    let x = Rows::stacked(&x, d).into_tensor(&generator.device());
    let (scores, pulls) = pull(&x, -1.0 / n as f32)?;
    let chunks: Vec<(Trace, Rows)> = traces.into_iter().zip(chunks_of(&Rows::of(pulls)?)).collect();
    let shares = chunks
        .into_par_iter()
        .map(|(trace, pull)| {
            let signals = network.sweep_back(&trace.slopes, pull);
            Share::new(&network, vec![Outer::new(trace.inputs, signals)])
        })
        .collect();
    let scores: Vec<f32> = scores.into_data().try_into_vec().ok()?;
    let sum = |part: &[f32]| part.iter().copied().map(f64::from).sum::<f64>();
    let loss = -scores.chunks(CHUNK).map(sum).sum::<f64>() / n as f64;
    let gradients = Gradients::total(&network, shares).into_params(generator);
    Some((gradients, GeneratorStep { loss, engine: Engine::Fused }))
}

pub(super) fn chunks_of(z: &Rows) -> Vec<Rows> {
    (0..z.n).step_by(CHUNK).map(|from| z.part(from, (from + CHUNK).min(z.n))).collect()
}
