//! Gradients of a perceptron's parameters.

use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, Par};
use rayon::prelude::*;

use super::perceptron::Perceptron;
use super::rows::Rows;
use crate::network::Mlp;

/// Rows of a weight matrix whose gradient one task computes: with 512 columns they stay in the cache of a core.
const BLOCK: usize = 128;

/// What some samples add to the gradients: the sum over them of `inputᵀ signal` of each layer, as
/// `Σ ⟨signal, input·W⟩` has that for a gradient in `W`.
pub(super) struct Outer {
    /// Inputs of the layers, `[n, d_in]`.
    inputs: Vec<Rows>,
    /// Signals at their outputs, `[n, d_out]`.
    signals: Vec<Rows>,
    /// Sums of the signals over the samples, the gradients in the biases; empty where these do not matter.
    biases: Vec<Vec<f32>>,
}

impl Outer {
    /// For the weights alone.
    pub(super) fn of_weights(inputs: Vec<Rows>, signals: Vec<Rows>) -> Self {
        Self { inputs, signals, biases: Vec::new() }
    }

    /// For weights and biases.
    pub(super) fn new(inputs: Vec<Rows>, signals: Vec<Rows>) -> Self {
        let sum = |g: &Rows| {
            let mut bias = vec![0.0; g.d];
            g.rows().for_each(|row| bias.iter_mut().zip(row).for_each(|(b, g)| *b += g));
            bias
        };
        Self { biases: signals.iter().map(sum).collect(), inputs, signals }
    }
}

/// What a chunk of samples adds to the gradients.
pub(super) enum Share {
    /// Added up.
    Sum(Gradients),
    /// Of a wide network, still to be multiplied.
    Products(Vec<Outer>),
}

impl Share {
    /// The sum of `outers`.
    pub(super) fn new(of: &Perceptron, outers: Vec<Outer>) -> Self {
        if of.is_wide() { Self::Products(outers) } else { Self::Sum(Gradients::sum(of, &outers)) }
    }
}

/// One gradient per layer, in the shape of its parameters.
pub(super) struct Gradients {
    weights: Vec<Rows>,
    biases: Vec<Vec<f32>>,
}

impl Gradients {
    /// The sum of what all chunks add, in their order.
    pub(super) fn total(of: &Perceptron, shares: Vec<Share>) -> Self {
        let (mut outers, mut sums) = (Vec::new(), Vec::new());
        for share in shares {
            match share {
                Share::Sum(sum) => sums.push(sum),
                Share::Products(products) => outers.extend(products),
            }
        }
        let mut sums = sums.into_iter();
        let first = sums.next().unwrap_or_else(|| Self::sum(of, &outers));
        sums.fold(first, Self::add)
    }

    /// The sum of `outers`, in their order.
    ///
    /// Tasks are blocks of the result, not of the samples: each is added up where it is, whatever the number of threads.
    fn sum(of: &Perceptron, outers: &[Outer]) -> Self {
        let mut weights: Vec<Rows> =
            of.layers.iter().map(|l| Rows::blank(l.weight.n, l.weight.d)).collect();
        let mut blocks = Vec::new();
        for (layer, weight) in weights.iter_mut().enumerate() {
            let parts = weight.values.chunks_mut(BLOCK * weight.d).enumerate();
            blocks.extend(parts.map(|(i, block)| (layer, i * BLOCK, block)));
        }
        let multiply = |(layer, from, block): (usize, usize, &mut [f32])| {
            let terms = outers.iter().map(|outer| (&outer.inputs[layer], &outer.signals[layer]));
            set_outer_products(block, from, terms);
        };
        // Of a narrow network, chunks are side by side already: tasks within them would wait for each other.
        if of.is_wide() {
            blocks.into_par_iter().for_each(multiply);
        } else {
            blocks.into_iter().for_each(multiply);
        }
        let mut biases: Vec<Vec<f32>> =
            of.layers.iter().map(|layer| vec![0.0; layer.bias.len()]).collect();
        for outer in outers {
            add_all(&mut biases, &outer.biases);
        }
        Self { weights, biases }
    }

    fn add(mut self, other: Self) -> Self {
        self.weights.iter_mut().zip(&other.weights).for_each(|(x, y)| x.add(y));
        add_all(&mut self.biases, &other.biases);
        self
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

fn add_all(to: &mut [Vec<f32>], other: &[Vec<f32>]) {
    for (to, other) in to.iter_mut().zip(other) {
        to.iter_mut().zip(other).for_each(|(x, y)| *x += y);
    }
}

/// `block ← Σ xᵀ g`, of which the block has the rows from `from` on.
fn set_outer_products<'a>(
    block: &mut [f32],
    from: usize,
    terms: impl Iterator<Item = (&'a Rows, &'a Rows)>,
) {
    for (i, (x, g)) in terms.enumerate() {
        let n_rows = block.len() / g.d;
        let to = MatMut::from_row_major_slice_mut(&mut *block, n_rows, g.d);
        let accum = if i == 0 { Accum::Replace } else { Accum::Add };
        let part = x.as_ref().subcols(from, n_rows).transpose();
        matmul(to, accum, part, g.as_ref(), 1.0, Par::Seq);
    }
}
