//! Generated batches and one generator step's gradients.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::gradients::{Outer, into_params, total};
use super::panels::Panels;
use super::perceptron::{CHUNK, Perceptron, Sweeps, Trace};
use super::rows::Rows;
use crate::loss::{Engine, GeneratorStep};
use crate::network::Mlp;

/// `G(z)` without a tape, `[n, k] → [n, d]`.
pub(crate) fn generate(generator: &Mlp, z: Tensor<2>) -> Option<Tensor<2>> {
    let network = Perceptron::of(generator, Sweeps::Forward)?;
    let z = Rows::of(z)?;
    let output = |z: Panels| network.output(&network.trace(z));
    let chunks: Vec<Panels> = z.chunks().into_par_iter().map(output).collect();
    let d = chunks.first()?.d;
    Some(Rows::joined(&chunks, d, &generator.device()))
}

/// Gradients of `−E f(G(z))` for the parameters of `generator`, and its value; `pull` gives the scores of rows and the
/// gradient of their sum times a weight.
pub(crate) fn generator_gradients(
    generator: &Mlp,
    z: Tensor<2>,
    pull: impl Fn(&Tensor<2>, f32) -> Option<(Tensor<1>, Tensor<2>)>,
) -> Option<(GradientsParams, GeneratorStep)> {
    let network = Perceptron::of(generator, Sweeps::ForwardAndBack)?;
    let z = Rows::of(z)?;
    let n = z.n;
    let pass = |z: Panels| {
        let trace = network.trace(z);
        let x = network.output(&trace);
        (trace, x)
    };
    let passes: Vec<(Trace, Panels)> = z.chunks().into_par_iter().map(pass).collect();
    let (traces, x): (Vec<Trace>, Vec<Panels>) = passes.into_iter().unzip();
    let d = x.first()?.d;
    let x = Rows::joined(&x, d, &generator.device());
    let (scores, pulls) = pull(&x, -1.0 / n as f32)?;
    let chunks: Vec<(Trace, Panels)> = traces.into_iter().zip(Rows::of(pulls)?.chunks()).collect();
    let outer = |(trace, pull): (Trace, Panels)| {
        let signals = network.sweep_back(&trace, pull);
        Outer::new(trace.inputs, signals, Vec::new())
    };
    let outers: Vec<Outer> = chunks.into_par_iter().map(outer).collect();
    let scores: Vec<f32> = scores.into_data().try_into_vec().ok()?;
    let sum = |part: &[f32]| part.iter().copied().map(f64::from).sum::<f64>();
    let loss = -scores.chunks(CHUNK).map(sum).sum::<f64>() / n as f64;
    let gradients = into_params(total(&network, &outers), generator);
    Some((gradients, GeneratorStep { loss, engine: Engine::Fused }))
}
