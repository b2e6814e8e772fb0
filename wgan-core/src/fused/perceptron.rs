//! A perceptron whose sweeps are written out.

use burn::tensor::Tensor;
use pulp::Arch;
use rayon::prelude::*;

use super::linear_values::LinearValues;
use super::panels::Panels;
use super::product::{Onto, multiply};
use super::tile::{PANEL, PanelRow};
use super::values::copied;
use crate::network::{Activation, Mlp};

/// Weights of a [`Mlp`] with a piecewise-linear activation, in the memory of the process.
pub(super) struct Perceptron {
    /// Linear layers from input to output.
    pub(super) layers: Vec<Layer>,
    /// `Wᵀ` of each layer, for sweeps back; none for [`Sweeps::Forward`].
    transposes: Vec<Panels>,
    activation: Activation,
    is_residual: bool,
}

/// `x ↦ xW + b`.
pub(super) struct Layer {
    /// `W`, `[d_in, d_out]`.
    pub(super) weight: Panels,
    /// `b`, `[d_out]`.
    pub(super) bias: Vec<f32>,
}

/// What a sweep forward leaves behind.
pub(super) struct Trace {
    /// Input of each linear layer, `[n, d_in]`.
    pub(super) inputs: Vec<Panels>,
    /// Slope of each hidden activation, `[n, width]`; none where the sign of its output tells.
    slopes: Vec<Panels>,
}

/// Which sweeps a network is prepared for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sweeps {
    Forward,
    ForwardAndBack,
}

/// Samples per task. Fixed, so that sums are taken in the same order whatever the number of threads; small enough that a
/// core which other work shares does not hold up the rest.
pub(super) const CHUNK: usize = 64;

/// Largest matrix that is not worth another task to be copied.
const SMALL: usize = 1 << 14;

impl Perceptron {
    /// None where a sweep cannot be written out: smooth activations, weights on another device, missing biases.
    pub(super) fn of(mlp: &Mlp, sweeps: Sweeps) -> Option<Self> {
        let activation = mlp.activation();
        let is_host = super::is_host(&mlp.device());
        if !(activation.is_piecewise_linear() && is_host) {
            return None;
        }
        let bias = |layer: &burn::nn::Linear| {
            let bias: Tensor<1> = layer.bias.as_ref()?.val().inner();
            bias.into_data().try_into_vec().ok()
        };
        let biases = mlp.layers().iter().map(bias).collect::<Option<Vec<Vec<f32>>>>()?;
        let weights = mlp.layers().iter().map(|layer| layer.weight.val().inner()).collect();
        let (weights, transposes) = panels_of(weights, sweeps)?;
        let layers =
            weights.into_iter().zip(biases).map(|(weight, bias)| Layer { weight, bias }).collect();
        Some(Self { layers, transposes, activation, is_residual: mlp.is_residual() })
    }

    /// The perceptron of these layers, from input to output.
    ///
    /// # Panics
    /// If there is no layer, a weight does not fit its bias or the layer before it, or the activation is smooth.
    pub(super) fn of_values(layers: &[LinearValues], activation: Activation) -> Self {
        assert!(activation.is_piecewise_linear(), "{activation:?} is smooth");
        assert!(!layers.is_empty(), "there is no layer");
        let inputs = |layer: &LinearValues| layer.weight.len() / layer.bias.len();
        for layer in layers {
            assert_eq!(layer.weight.len(), inputs(layer) * layer.bias.len(), "weight and bias");
        }
        for pair in layers.windows(2) {
            assert_eq!(pair[0].bias.len(), inputs(&pair[1]), "outputs and inputs of two layers");
        }
        let transposed = |layer: &LinearValues| Panels::of_columns(&layer.weight, layer.bias.len());
        let packed = |layer: &LinearValues| Layer {
            weight: Panels::of_rows(&layer.weight, layer.bias.len()),
            bias: layer.bias.clone(),
        };
        Self {
            layers: layers.iter().map(packed).collect(),
            transposes: layers.iter().map(transposed).collect(),
            activation,
            is_residual: false,
        }
    }

    /// `x: [n, d_in]` through the hidden layers, kept for the sweeps after it.
    pub(super) fn trace(&self, x: Panels) -> Trace {
        let n_hidden = self.layers.len() - 1;
        let mut trace = Trace { inputs: vec![x], slopes: Vec::new() };
        for i in 0..n_hidden {
            let (mut h, slope) = self.hidden(i, &trace.inputs[i]);
            if self.adds_input(i) {
                h.add(&trace.inputs[i]);
            }
            trace.inputs.push(h);
            trace.slopes.extend(slope);
        }
        trace
    }

    /// Hidden layer `i` of `input`, and its slopes where the signs of its output do not tell them.
    fn hidden(&self, i: usize, input: &Panels) -> (Panels, Option<Panels>) {
        let (activation, layer) = (self.activation, &self.layers[i]);
        let mut h = Panels::blank(input.n, layer.bias.len());
        let onto = Onto::Row(&layer.bias);
        if self.signs_tell() {
            multiply(
                input,
                &layer.weight,
                onto,
                &mut h,
                #[inline(always)]
                |_, panel| {
                    activation.rectify(panel.as_flattened_mut());
                },
            );
            return (h, None);
        }
        let mut slope = Panels::blank(h.n, h.d);
        if activation.is_paired() {
            multiply(input, &layer.weight, onto, &mut h, |_, _| {});
            Arch::new().dispatch(
                #[inline(always)]
                || activate_pairs(activation, &mut h, &mut slope),
            );
        } else {
            multiply(
                input,
                &layer.weight,
                onto,
                &mut h,
                #[inline(always)]
                |p, panel| {
                    let slope = slope.panel_mut(p).as_flattened_mut();
                    activation.apply_row(panel.as_flattened_mut(), slope);
                },
            );
        }
        (h, Some(slope))
    }

    /// Output of the network, `[n, d_out]`.
    pub(super) fn output(&self, trace: &Trace) -> Panels {
        let last = &self.layers[self.layers.len() - 1];
        let input = &trace.inputs[self.layers.len() - 1];
        let mut out = Panels::blank(input.n, last.bias.len());
        multiply(input, &last.weight, Onto::Row(&last.bias), &mut out, |_, _| {});
        out
    }

    /// Gradient of `⟨cotangent, output⟩` with respect to the output of every linear layer, from first to last.
    pub(super) fn sweep_back(&self, trace: &Trace, cotangent: Panels) -> Vec<Panels> {
        let mut signals = vec![cotangent];
        // Gradient at the output of a hidden layer that adds its input, activation included.
        let mut sum: Option<Panels> = None;
        for i in (0..self.layers.len() - 1).rev() {
            let slope = self.slope(trace, i);
            let (above, weight) = (&signals[signals.len() - 1], &self.transposes[i + 1]);
            let mut signal = Panels::blank(above.n, slope.d);
            if self.is_residual {
                let onto = sum.as_ref().map_or(Onto::Zero, |_| Onto::Itself);
                let g = sum.get_or_insert_with(|| Panels::blank(above.n, slope.d));
                multiply(above, weight, onto, g, |_, _| {});
                signal.copy_from(g);
                self.through(slope, &mut signal);
            } else {
                self.multiply_through(above, weight, slope, &mut signal);
            }
            signals.push(signal);
        }
        signals.reverse();
        signals
    }

    /// Gradient with respect to the input of the first `n` samples from that at the first layer's output.
    pub(super) fn input_gradient(&self, signals: &[Panels], n: usize) -> Panels {
        let mut out = Panels::blank(n, self.layers[0].weight.n);
        multiply(&signals[0], &self.transposes[0], Onto::Zero, &mut out, |_, _| {});
        out
    }

    /// Derivative of every linear layer's input along `direction` of the first, for the first samples of a trace.
    ///
    /// # Shapes
    /// - `direction`: `[m, d_in]`, for a trace of at least `m` samples
    pub(super) fn sweep_forward(&self, trace: &Trace, direction: Panels) -> Vec<Panels> {
        let mut tangents = vec![direction];
        for i in 0..self.layers.len() - 1 {
            let slope = self.slope(trace, i);
            let mut t = Panels::blank(tangents[i].n, slope.d);
            self.multiply_through(&tangents[i], &self.layers[i].weight, slope, &mut t);
            if self.adds_input(i) {
                t.add(&tangents[i]);
            }
            tangents.push(t);
        }
        tangents
    }

    /// `out ← S(a·b)`, with the slopes `S` of the first samples of a trace.
    fn multiply_through(&self, a: &Panels, b: &Panels, slope: &Panels, out: &mut Panels) {
        if self.activation.is_paired() {
            multiply(a, b, Onto::Zero, out, |_, _| {});
            self.through(slope, out);
        } else {
            multiply(
                a,
                b,
                Onto::Zero,
                out,
                #[inline(always)]
                |p, panel| {
                    self.panel_through(slope.panel(p), panel);
                },
            );
        }
    }

    /// Slopes applied in place; forward and back are one map, a symmetric one.
    fn through(&self, slope: &Panels, g: &mut Panels) {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                if self.activation.is_paired() {
                    reverse_pairs(self.activation, g, slope);
                } else {
                    g.panels_mut()
                        .enumerate()
                        .for_each(|(p, g)| self.panel_through(slope.panel(p), g));
                }
            },
        );
    }

    /// As [`Perceptron::through`] for a panel of an activation that works unit by unit.
    #[inline(always)]
    fn panel_through(&self, slope: &[PanelRow], g: &mut [PanelRow]) {
        let (slope, g) = (slope[..g.len()].as_flattened(), g.as_flattened_mut());
        if self.signs_tell() {
            self.activation.reverse_from_output(g, slope);
        } else {
            self.activation.reverse_row(g, slope);
        }
    }

    /// What tells the slopes of hidden layer `i`.
    fn slope<'a>(&self, trace: &'a Trace, i: usize) -> &'a Panels {
        if self.signs_tell() { &trace.inputs[i + 1] } else { &trace.slopes[i] }
    }

    /// Whether the sign of a hidden layer's output tells its slope.
    fn signs_tell(&self) -> bool {
        self.activation.keeps_sign() && !self.is_residual
    }

    fn adds_input(&self, layer: usize) -> bool {
        self.is_residual && layer > 0
    }
}

/// All `weights` as they are and, for sweeps back, their transposes; none if they are not `f32`.
fn panels_of(weights: Vec<Tensor<2>>, sweeps: Sweeps) -> Option<(Vec<Panels>, Vec<Panels>)> {
    let pack = |weight: Tensor<2>| {
        let d = weight.dims()[1];
        let values = copied(weight)?;
        let transpose = (sweeps == Sweeps::ForwardAndBack).then(|| Panels::of_columns(&values, d));
        Some((Panels::of_rows(&values, d), transpose))
    };
    let largest = weights.iter().map(|weight| weight.dims().iter().product()).max()?;
    let packed: Option<Vec<(Panels, Option<Panels>)>> = if SMALL < largest {
        weights.into_par_iter().with_max_len(1).map(pack).collect()
    } else {
        weights.into_iter().map(pack).collect()
    };
    let (weights, transposes): (Vec<Panels>, Vec<Option<Panels>>) = packed?.into_iter().unzip();
    Some((weights, transposes.into_iter().flatten().collect()))
}

/// An activation of pairs and its slopes, in place of `a` and into `slopes`.
#[inline(always)]
fn activate_pairs(activation: Activation, a: &mut Panels, slopes: &mut Panels) {
    let (n, d) = (a.n, a.d);
    if let (Some((a, b)), Some((s, t))) = (a.halves_mut(), slopes.halves_mut()) {
        activation.apply_halves((a, b), (s, t));
        return;
    }
    let (mut row, mut slope) = (vec![0.0; d], vec![0.0; d]);
    for i in 0..n {
        a.copy_row(i, &mut row);
        activation.apply_row(&mut row, &mut slope);
        a.set_row(i, &row);
        slopes.set_row(i, &slope);
    }
}

/// The slopes of pairs applied in place; there may be more rows of slopes.
#[inline(always)]
fn reverse_pairs(activation: Activation, g: &mut Panels, slopes: &Panels) {
    let (n, d) = (g.n, g.d);
    let half = g.n_panels() / 2;
    let len = g.panel(0).len();
    if let Some((a, b)) = g.halves_mut() {
        let size = len * PANEL;
        for (p, (a, b)) in a.chunks_exact_mut(size).zip(b.chunks_exact_mut(size)).enumerate() {
            let part = |p: usize| slopes.panel(p)[..len].as_flattened();
            activation.reverse_halves((a, b), (part(p), part(p + half)));
        }
        return;
    }
    let (mut row, mut slope) = (vec![0.0; d], vec![0.0; d]);
    for i in 0..n {
        g.copy_row(i, &mut row);
        slopes.copy_row(i, &mut slope);
        activation.reverse_row(&mut row, &slope);
        g.set_row(i, &row);
    }
}
