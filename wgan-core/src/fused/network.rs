//! Perceptrons for generators that are made of several parts.

use super::gradients::{Outer, total};
use super::linear_values::LinearValues;
use super::panels::Panels;
use super::perceptron::{Perceptron, Sweeps, Trace};
use crate::network::{Activation, Mlp};

/// Linear layers with a piecewise-linear activation between them, as numbers in the memory of the process.
///
/// A generator that is more than one perceptron writes its gradients out with it: a pass forward for each of its parts, what lies
/// between them by hand, and a pull back for each part in the opposite order. Rows are independent of each other, so a batch can be
/// cut into chunks that run side by side; [`Network::gradients`] adds their shares in the order in which they are given.
///
/// # Example
/// `f(x) = 2·x₀ − x₁ + 1`: its pull back is its weights, and the gradient of `f` in these is the input.
///
/// ```
/// use wgan_core::fused::{LinearValues, Network};
/// use wgan_core::model::Activation;
///
/// let layer = LinearValues { weight: vec![2.0, -1.0], bias: vec![1.0] };
/// let network = Network::new(&[layer], Activation::LeakyRelu);
/// let pass = network.pass(&[3.0, 5.0]);
/// assert_eq!(pass.output(), [2.0]);
/// let (pulled, share) = network.pull(pass, &[1.0]);
/// assert_eq!(pulled, [2.0, -1.0]);
/// let gradients = network.gradients(vec![share]);
/// assert_eq!((gradients[0].weight.as_slice(), gradients[0].bias[0]), (&[3.0, 5.0][..], 1.0));
/// ```
pub struct Network {
    perceptron: Perceptron,
}

/// What a pass forward leaves for the pull back.
pub struct Pass {
    trace: Trace,
    output: Vec<f32>,
}

/// What some rows add to the gradients in the parameters.
pub struct Share(Outer);

impl Network {
    /// The network of `mlp`; none for smooth activations and for weights outside the memory of the process.
    pub fn of(mlp: &Mlp) -> Option<Self> {
        Some(Self { perceptron: Perceptron::of(mlp, Sweeps::ForwardAndBack)? })
    }

    /// The network of these layers, from input to output.
    ///
    /// # Panics
    /// If there is no layer, a weight does not fit its bias or the layer before it, or the activation is smooth.
    pub fn new(layers: &[LinearValues], activation: Activation) -> Self {
        Self { perceptron: Perceptron::of_values(layers, activation) }
    }

    /// Outputs of the rows of `x`.
    ///
    /// # Shapes
    /// - `x`: `[n, d_in]`, row by row
    pub fn pass(&self, x: &[f32]) -> Pass {
        let d = self.perceptron.layers[0].weight.n;
        let trace = self.perceptron.trace(Panels::of_inputs(x, d));
        let panels = self.perceptron.output(&trace);
        let mut output = Vec::with_capacity(panels.n * panels.d);
        panels.append_rows(&mut output);
        Pass { trace, output }
    }

    /// The gradient of `⟨cotangent, output⟩` in the rows of the input, and their share of that in the parameters.
    ///
    /// # Shapes
    /// - `cotangent`: `[n, d_out]`, row by row; returns `[n, d_in]`, row by row
    pub fn pull(&self, pass: Pass, cotangent: &[f32]) -> (Vec<f32>, Share) {
        let outer = self.back(pass, cotangent);
        let panels = self.perceptron.input_gradient(outer.signals(), outer.signals()[0].n);
        let mut pulled = Vec::with_capacity(panels.n * panels.d);
        panels.append_rows(&mut pulled);
        (pulled, Share(outer))
    }

    /// As [`Network::pull`], where nothing lies before the input.
    pub fn share(&self, pass: Pass, cotangent: &[f32]) -> Share {
        Share(self.back(pass, cotangent))
    }

    /// The gradients in the parameters of each layer: the sum of the shares, in their order.
    pub fn gradients(&self, shares: Vec<Share>) -> Vec<LinearValues> {
        let outers: Vec<Outer> = shares.into_iter().map(|share| share.0).collect();
        total(&self.perceptron, &outers)
    }

    fn back(&self, pass: Pass, cotangent: &[f32]) -> Outer {
        let layers = &self.perceptron.layers;
        let cotangent = Panels::of_rows(cotangent, layers[layers.len() - 1].bias.len());
        let signals = self.perceptron.sweep_back(&pass.trace, cotangent);
        Outer::new(pass.trace.inputs, signals, Vec::new())
    }
}

impl Pass {
    /// Outputs, `[n, d_out]`, row by row.
    pub fn output(&self) -> &[f32] {
        &self.output
    }
}
