//! Gradients of a perceptron's parameters.

use std::ops::Range;

use burn::optim::GradientsParams;
use rayon::prelude::*;

use super::buffers;
use super::linear_values::LinearValues;
use super::outer_product::{BLOCK, Term, outer_products};
use super::panels::{Panels, width};
use super::perceptron::Perceptron;
use super::tile::PANEL;
use crate::network::Mlp;

/// What some samples add to the gradients: the sum over them of `inputᵀ signal` of each layer, as
/// `Σ ⟨signal, input·W⟩` has that for a gradient in `W`.
pub(super) struct Outer {
    /// Inputs of the layers, `[n, d_in]`.
    inputs: Vec<Panels>,
    /// What stands for the inputs of the first samples, `[m, d_in]`, which count for the weights alone; none where there are
    /// no such samples.
    tangents: Vec<Panels>,
    /// Signals at their outputs, `[n, d_out]`.
    signals: Vec<Panels>,
    /// Sums of the signals over the samples, the gradients in the biases.
    biases: Vec<Vec<f32>>,
}

impl Outer {
    /// Of the samples after the first `m`, with `tangents` in place of the inputs of these.
    pub(super) fn new(inputs: Vec<Panels>, signals: Vec<Panels>, tangents: Vec<Panels>) -> Self {
        let m = tangents.first().map_or(0, |t| t.n);
        let biases = signals.iter().map(|g| column_sums(g, m)).collect();
        Self { inputs, tangents, signals, biases }
    }

    /// Signals at the outputs of the layers, `[n, d_out]`.
    pub(super) fn signals(&self) -> &[Panels] {
        &self.signals
    }

    /// Terms of `layer`: rows of the panels of its inputs from the `first` on and of panel `q` of its signals.
    fn terms(&self, layer: usize, first: usize, q: usize) -> impl Iterator<Item = Term<'_>> {
        let (inputs, signals) = (&self.inputs[layer], &self.signals[layer]);
        let tangents = self.tangents.get(layer);
        let m = tangents.map_or(0, |tangents| tangents.n);
        let term = move |a, rows: Range<usize>| Term {
            a,
            first,
            b: &signals.panel(q)[rows.clone()],
            rows,
        };
        let of_tangents = tangents.map(|tangents| term(tangents, 0..m));
        of_tangents.into_iter().chain([term(inputs, m..inputs.n)])
    }
}

/// Sums of the rows from `first` on.
fn column_sums(g: &Panels, first: usize) -> Vec<f32> {
    let mut sums = vec![0.0; g.d];
    for (p, sums) in sums.chunks_mut(PANEL).enumerate() {
        let mut all = [0.0; PANEL];
        for row in &g.panel(p)[first..g.n] {
            all.iter_mut().zip(row).for_each(|(sum, g)| *sum += g);
        }
        sums.copy_from_slice(&all[..sums.len()]);
    }
    sums
}

/// The sum of `outers`, in their order: one gradient per layer, in the shape of its parameters.
///
/// Tasks are blocks of the result, not of the samples: each is added up where it is, whatever the number of threads.
pub(super) fn total(of: &Perceptron, outers: &[Outer]) -> Vec<LinearValues> {
    let blank = |layer: &super::perceptron::Layer| LinearValues {
        weight: buffers::take(layer.weight.n * layer.weight.d),
        bias: vec![0.0; layer.bias.len()],
    };
    let mut gradients: Vec<LinearValues> = of.layers.iter().map(blank).collect();
    let mut blocks = Vec::new();
    for (i, (layer, gradient)) in of.layers.iter().zip(&mut gradients).enumerate() {
        let d = layer.weight.d;
        let parts = gradient.weight.chunks_mut(BLOCK * PANEL * d).enumerate();
        blocks.extend(parts.map(|(p, rows)| Block { layer: i, first: p * BLOCK, d, rows }));
    }
    blocks.into_par_iter().with_max_len(1).for_each(|block| block.set(outers));
    for outer in outers {
        for (gradient, bias) in gradients.iter_mut().zip(&outer.biases) {
            gradient.bias.iter_mut().zip(bias).for_each(|(x, y)| *x += y);
        }
    }
    gradients
}

/// In the form that an optimiser of `mlp` takes.
pub(super) fn into_params(gradients: Vec<LinearValues>, mlp: &Mlp) -> GradientsParams {
    let mut params = GradientsParams::new();
    for (layer, gradient) in mlp.layers().iter().zip(gradients) {
        gradient.register(layer, &mut params);
    }
    params
}

/// Some rows of the gradient in a weight matrix of `d` columns: those of the inputs' panels from the `first` on.
struct Block<'a> {
    layer: usize,
    first: usize,
    d: usize,
    rows: &'a mut [f32],
}

impl Block<'_> {
    fn set(self, outers: &[Outer]) {
        let n = self.rows.len() / self.d;
        let mut sums = [[[0.0; PANEL]; PANEL]; BLOCK];
        for q in 0..self.d.div_ceil(PANEL) {
            let width = width(self.d, q);
            let terms = outers.iter().flat_map(|outer| outer.terms(self.layer, self.first, q));
            outer_products(terms, (n, width), &mut sums);
            for (row, sum) in self.rows.chunks_exact_mut(self.d).zip(sums.as_flattened()) {
                row[q * PANEL..][..width].copy_from_slice(&sum[..width]);
            }
        }
    }
}
