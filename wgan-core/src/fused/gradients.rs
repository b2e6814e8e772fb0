//! Gradients of a perceptron's parameters.

use std::ops::Range;

use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use super::buffers;
use super::outer_product::{BLOCK, Term, outer_products};
use super::panels::{PANEL, Panels, width};
use super::perceptron::Perceptron;
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

/// One gradient per layer, in the shape of its parameters.
pub(super) struct Gradients {
    /// Rows of `[d_in, d_out]`.
    weights: Vec<Vec<f32>>,
    biases: Vec<Vec<f32>>,
}

impl Gradients {
    /// The sum of `outers`, in their order.
    ///
    /// Tasks are blocks of the result, not of the samples: each is added up where it is, whatever the number of threads.
    pub(super) fn sum(of: &Perceptron, outers: &[Outer]) -> Self {
        let blank =
            |layer: &super::perceptron::Layer| buffers::take(layer.weight.n * layer.weight.d);
        let mut weights: Vec<Vec<f32>> = of.layers.iter().map(blank).collect();
        let mut blocks = Vec::new();
        for (i, (layer, weight)) in of.layers.iter().zip(&mut weights).enumerate() {
            let d = layer.weight.d;
            let parts = weight.chunks_mut(BLOCK * PANEL * d).enumerate();
            blocks.extend(parts.map(|(p, rows)| Block { layer: i, first: p * BLOCK, d, rows }));
        }
        blocks.into_par_iter().with_max_len(1).for_each(|block| block.set(outers));
        let mut biases: Vec<Vec<f32>> =
            of.layers.iter().map(|layer| vec![0.0; layer.bias.len()]).collect();
        for outer in outers {
            add_all(&mut biases, &outer.biases);
        }
        Self { weights, biases }
    }

    /// In the form that an optimiser of `mlp` takes.
    pub(super) fn into_params(self, mlp: &Mlp) -> GradientsParams {
        let device = mlp.device();
        let mut params = GradientsParams::new();
        for (layer, (weight, bias)) in
            mlp.layers().iter().zip(self.weights.into_iter().zip(self.biases))
        {
            let (n, d) = (weight.len() / bias.len(), bias.len());
            let weight = Tensor::<2>::from_data(TensorData::new(weight, [n, d]), &device);
            params.register(layer.weight.id, weight);
            if let Some(param) = &layer.bias {
                let bias = Tensor::<1>::from_data(TensorData::new(bias, [d]), &device);
                params.register(param.id, bias);
            }
        }
        params
    }
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

fn add_all(to: &mut [Vec<f32>], other: &[Vec<f32>]) {
    for (to, other) in to.iter_mut().zip(other) {
        to.iter_mut().zip(other).for_each(|(x, y)| *x += y);
    }
}
