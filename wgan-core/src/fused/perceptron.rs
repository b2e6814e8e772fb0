//! A perceptron whose sweeps are written out.

use burn::tensor::Tensor;

use super::rows::Rows;
use crate::network::{Activation, Mlp};

/// Weights of a [`Mlp`] with a piecewise-linear activation, in the memory of the process.
pub(super) struct Perceptron {
    /// Linear layers from input to output.
    pub(super) layers: Vec<Layer>,
    activation: Activation,
    is_residual: bool,
}

/// `x ↦ xW + b`.
pub(super) struct Layer {
    /// `W`, `[d_in, d_out]`.
    pub(super) weight: Rows,
    /// `b`, `[d_out]`.
    pub(super) bias: Vec<f32>,
}

/// What a sweep forward leaves behind.
pub(super) struct Trace {
    /// Input of each linear layer, `[n, d_in]`.
    pub(super) inputs: Vec<Rows>,
    /// Slope of each hidden activation, `[n, width]`.
    pub(super) slopes: Vec<Rows>,
}

/// Samples per task. Fixed, so that sums are taken in the same order whatever the number of threads; small enough that a
/// core which other work shares does not hold up the rest.
pub(super) const CHUNK: usize = 64;

/// Largest weight matrix of a network that is not wide: a quarter of a megabyte.
const NARROW: usize = 1 << 16;

impl Perceptron {
    /// Whether a weight matrix is so large that its gradient leaves the cache of a core with each chunk.
    pub(super) fn is_wide(&self) -> bool {
        self.layers.iter().any(|layer| layer.weight.values.len() > NARROW)
    }

    /// None where a sweep cannot be written out: smooth activations, weights on another device, missing biases.
    pub(super) fn of(mlp: &Mlp) -> Option<Self> {
        let activation = mlp.activation();
        let is_host = super::is_host(&mlp.device());
        if !(activation.is_piecewise_linear() && is_host) {
            return None;
        }
        let layer = |layer: &burn::nn::Linear| {
            let bias: Tensor<1> = layer.bias.as_ref()?.val().inner();
            Some(Layer {
                weight: Rows::of(layer.weight.val().inner())?,
                bias: bias.into_data().try_into_vec().ok()?,
            })
        };
        let layers = mlp.layers().iter().map(layer).collect::<Option<_>>()?;
        Some(Self { layers, activation, is_residual: mlp.is_residual() })
    }

    /// `x: [n, d_in]` through the hidden layers, kept for the sweeps after it.
    pub(super) fn trace(&self, x: Rows) -> Trace {
        let n_hidden = self.layers.len() - 1;
        let mut trace = Trace { inputs: vec![x], slopes: Vec::with_capacity(n_hidden) };
        for (i, layer) in self.layers[..n_hidden].iter().enumerate() {
            let input = &trace.inputs[i];
            let mut h = layer.apply(input);
            let mut slope = Rows::blank(h.n, h.d);
            for (a, s) in h.values.chunks_exact_mut(h.d).zip(slope.values.chunks_exact_mut(h.d)) {
                self.activation.apply_row(a, s);
            }
            if self.adds_input(i) {
                h.add(input);
            }
            trace.inputs.push(h);
            trace.slopes.push(slope);
        }
        trace
    }

    /// Output of the network, `[n, d_out]`.
    pub(super) fn output(&self, trace: &Trace) -> Rows {
        self.last().apply(&trace.inputs[self.layers.len() - 1])
    }

    /// Gradient of `⟨cotangent, output⟩` with respect to the output of every linear layer, from first to last.
    pub(super) fn sweep_back(&self, slopes: &[Rows], cotangent: Rows) -> Vec<Rows> {
        // Gradient at the output of hidden layer i, activation included.
        let mut g = Rows::product(cotangent.as_ref(), self.last().weight.as_ref().transpose());
        let mut signals = vec![cotangent];
        for (i, slope) in slopes.iter().enumerate().rev() {
            let mut signal = g.clone();
            self.through(slope, &mut signal);
            if i > 0 {
                let weight = self.layers[i].weight.as_ref().transpose();
                if self.adds_input(i) {
                    g.add_product(signal.as_ref(), weight);
                } else {
                    g.set_product(signal.as_ref(), weight);
                }
            }
            signals.push(signal);
        }
        signals.reverse();
        signals
    }

    /// Gradient with respect to the input from that at the first layer's output.
    pub(super) fn input_gradient(&self, signals: &[Rows]) -> Rows {
        Rows::product(signals[0].as_ref(), self.layers[0].weight.as_ref().transpose())
    }

    /// Derivative of every linear layer's input along `direction: [n, d_in]` of the first.
    pub(super) fn sweep_forward(&self, slopes: &[Rows], direction: Rows) -> Vec<Rows> {
        let mut tangents = vec![direction];
        for (i, slope) in slopes.iter().enumerate() {
            let mut t = Rows::product(tangents[i].as_ref(), self.layers[i].weight.as_ref());
            self.through(slope, &mut t);
            if self.adds_input(i) {
                t.add(&tangents[i]);
            }
            tangents.push(t);
        }
        tangents
    }

    /// Slopes applied in place; forward and back are one map, a symmetric one.
    fn through(&self, slopes: &Rows, g: &mut Rows) {
        let d = g.d;
        for (g, s) in g.values.chunks_exact_mut(d).zip(slopes.rows()) {
            self.activation.reverse_row(g, s);
        }
    }

    fn last(&self) -> &Layer {
        &self.layers[self.layers.len() - 1]
    }

    fn adds_input(&self, layer: usize) -> bool {
        self.is_residual && layer > 0
    }
}

impl Layer {
    fn apply(&self, x: &Rows) -> Rows {
        let mut out = Rows::blank(x.n, self.bias.len());
        out.values
            .chunks_exact_mut(self.bias.len())
            .for_each(|row| row.copy_from_slice(&self.bias));
        out.add_product(x.as_ref(), self.weight.as_ref());
        out
    }
}
