//! Multi-layer perceptron with its exact input gradient.

use burn::config::Config;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::activation::Slope;
use super::{Activation, Layer, linear, operator_norm};
use crate::error::WganError;
use crate::norm::GroundNorm;

/// Shape of a [`Mlp`].
#[derive(Config, Debug, PartialEq)]
pub struct MlpConfig {
    /// Dimension of the input, at least 1.
    pub d_input: usize,
    /// Dimension of the output, at least 1.
    pub d_output: usize,
    /// Units per hidden layer, at least 1, and even for [`Activation::GroupSort`] and
    /// [`Activation::AbsoluteValue`] (128: enough for
    /// tables of a few dozen columns).
    #[config(default = 128)]
    pub width: usize,
    /// Hidden layers, at least 1 (3: Gulrajani et al. 2017).
    #[config(default = 3)]
    pub depth: usize,
    /// Activation of the hidden layers.
    #[config(default = "Activation::LeakyRelu")]
    pub activation: Activation,
    /// Whether hidden layers of equal width add their input to their output.
    #[config(default = false)]
    pub is_residual: bool,
}

impl MlpConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in [
            ("d_input", self.d_input),
            ("d_output", self.d_output),
            ("width", self.width),
            ("depth", self.depth),
        ] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        let is_paired = self.activation.is_paired();
        if is_paired && self.width % 2 == 1 {
            return Err(WganError::config("width", "an even number for pairs", self.width));
        }
        Ok(())
    }

    /// As [`MlpConfig::check`], for a network that is a critic.
    ///
    /// # Errors
    /// As [`MlpConfig::check`]; [`WganError::Config`] if there is more than one output.
    pub fn check_critic(&self) -> Result<(), WganError> {
        if self.d_output != 1 {
            return Err(WganError::config("d_output", "1 for a critic", self.d_output));
        }
        self.check()
    }

    /// Network with host-drawn weights, uniform on `±d_in^(−½)` per layer.
    ///
    /// # Errors
    /// As [`MlpConfig::check`].
    pub fn init<R: Rng>(&self, rng: &mut R, device: &Device) -> Result<Mlp, WganError> {
        self.check()?;
        let mut sizes = vec![self.d_input];
        sizes.extend(std::iter::repeat_n(self.width, self.depth));
        sizes.push(self.d_output);
        let layers = sizes.windows(2).map(|pair| linear(pair[0], pair[1], rng, device)).collect();
        Ok(Mlp { layers, activation: self.activation, is_residual: self.is_residual })
    }
}

/// `x ↦ W_L σ(… σ(W₁ x + b₁) …) + b_L`.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    is_residual: bool,
}

impl Mlp {
    /// Output of the network.
    ///
    /// # Shapes
    /// - `x`: `[n, d_input]`
    /// - returns: `[n, d_output]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward_with(x, |_, a| a)
    }

    /// Like [`Mlp::forward`], with `between(i, aᵢ)` applied to the pre-activations of hidden
    /// layer `i`.
    ///
    /// # Shapes
    /// - `x`: `[n, d_input]`; `aᵢ`: `[n, width]`
    /// - returns: `[n, d_output]`
    pub fn forward_with(
        &self,
        x: Tensor<2>,
        between: impl Fn(usize, Tensor<2>) -> Tensor<2>,
    ) -> Tensor<2> {
        let mut h = x;
        for (i, layer) in self.hidden().iter().enumerate() {
            let (out, _) = self.activation.apply(between(i, layer.forward(h.clone())));
            h = if self.adds_input(i) { h + out } else { out };
        }
        self.last().forward(h)
    }

    /// Gradient of the first output with respect to the input, as tracked operations.
    ///
    /// Forward keeping each activation's slope, then the reverse sweep
    /// `g ← (g ⊙ σ′(aᵢ)) Wᵢᵀ`. For piecewise-linear activations the slopes are constants, so the
    /// forward sweep runs without a tape.
    ///
    /// # Shapes
    /// - `x`: `[n, d_input]`
    /// - returns: `[n, d_input]`
    pub fn input_gradient(&self, x: Tensor<2>) -> Tensor<2> {
        let n = x.dims()[0];
        let g = self.last().weight.val().narrow(1, 0, 1).transpose(); // [1, width]
        self.sweep_back(x, g.expand([n as i64, -1]))
    }

    /// Gradient of `⟨cotangent, output⟩` with respect to the input, `Jᵀ cotangent`, as tracked
    /// operations.
    ///
    /// # Shapes
    /// - `x`: `[n, d_input]`, `cotangent`: `[n, d_output]`
    /// - returns: `[n, d_input]`
    pub fn pull_back(&self, x: Tensor<2>, cotangent: Tensor<2>) -> Tensor<2> {
        self.sweep_back(x, cotangent.matmul(self.last().weight.val().transpose()))
    }

    /// Reverse sweep through the hidden layers from the gradient `g: [n, width]` at the last one.
    fn sweep_back(&self, x: Tensor<2>, g: Tensor<2>) -> Tensor<2> {
        let slopes = if self.activation.is_piecewise_linear() {
            self.valid().hidden_pass(x.inner()).1
        } else {
            self.hidden_pass(x).1
        };
        self.through(&slopes, g)
    }

    /// The reverse sweep with the slopes of a pass forward.
    fn through(&self, slopes: &[Slope], mut g: Tensor<2>) -> Tensor<2> {
        for (i, (layer, slope)) in self.hidden().iter().zip(slopes).enumerate().rev() {
            let back = slope.reverse(g.clone()).matmul(layer.weight.val().transpose());
            g = if self.adds_input(i) { g + back } else { back };
        }
        g
    }

    /// Weights `[d_in, d_out]` of the linear layers, from input to output.
    ///
    /// # Shapes
    /// - returns: `[d_in, d_out]` for each layer
    pub fn weights(&self) -> Vec<Tensor<2>> {
        self.layers.iter().map(|layer| layer.weight.val()).collect()
    }

    /// Upper bound on the Lipschitz constant in `ground`: the product of the layers' operator norms
    /// and the activations' constants, in `f64`; `1 + ‖W‖` for a layer that adds its input.
    ///
    /// # Errors
    /// [`WganError::Decomposition`] if a weight is not finite.
    pub fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        let mut bound = operator_norm(&self.last().weight.val(), ground)?;
        for (i, layer) in self.hidden().iter().enumerate() {
            let factor =
                operator_norm(&layer.weight.val(), ground)? * self.activation.lipschitz_constant();
            bound *= if self.adds_input(i) { 1.0 + factor } else { factor };
        }
        Ok(bound)
    }

    /// Dimension of the input.
    pub fn d_input(&self) -> usize {
        self.layers[0].weight.lazy_shape()[0]
    }

    /// Units of the hidden layers.
    pub fn width(&self) -> usize {
        self.last().weight.lazy_shape()[0]
    }

    /// Number of hidden layers.
    pub fn depth(&self) -> usize {
        self.layers.len() - 1
    }

    /// Linear layers, from input to output.
    pub fn layers(&self) -> &[Linear] {
        &self.layers
    }

    /// Activation of the hidden layers.
    pub(crate) fn activation(&self) -> Activation {
        self.activation
    }

    /// Whether hidden layers add their input.
    pub(crate) fn is_residual(&self) -> bool {
        self.is_residual
    }

    /// Whether operations on the weights are recorded on a tape.
    pub(crate) fn is_tracked(&self) -> bool {
        self.last().weight.val().is_autodiff()
    }

    /// Where the weights are, without a tape.
    pub(crate) fn device(&self) -> Device {
        self.last().weight.val().inner().device()
    }

    /// Output of the last hidden layer, and the slope of each.
    fn hidden_pass(&self, x: Tensor<2>) -> (Tensor<2>, Vec<Slope>) {
        let mut h = x;
        let mut slopes = Vec::with_capacity(self.depth());
        for (i, layer) in self.hidden().iter().enumerate() {
            let (out, slope) = self.activation.apply(layer.forward(h.clone()));
            slopes.push(slope);
            h = if self.adds_input(i) { h + out } else { out };
        }
        (h, slopes)
    }

    fn hidden(&self) -> &[Linear] {
        &self.layers[..self.layers.len() - 1]
    }

    fn last(&self) -> &Linear {
        &self.layers[self.layers.len() - 1]
    }

    /// The first hidden layer changes the width, so only later ones can add their input.
    fn adds_input(&self, layer: usize) -> bool {
        self.is_residual && layer > 0
    }
}

impl Layer for Mlp {
    type Trace = Vec<Slope>;

    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Vec<Slope>) {
        let (h, slopes) = self.hidden_pass(x);
        (self.last().forward(h), slopes)
    }

    fn pull_back(&self, g: Tensor<2>, slopes: &Vec<Slope>) -> Tensor<2> {
        self.through(slopes, g.matmul(self.last().weight.val().transpose()))
    }
}
