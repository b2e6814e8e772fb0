//! Layers that know their own pull-back, and how they compose.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use super::{Activation, Slope};

/// A differentiable map of rows, `[n, d_in] → [n, d_out]`, that can write its pull-back as tensor operations.
///
/// burn differentiates once only, so a penalty on `∇ₓf` needs `∇ₓf` as an ordinary expression of the weights. Layers
/// compose ([`Layer::then`], [`Residual`]), and with them their pull-backs: nobody derives `Jᵀ` of a whole critic by
/// hand. [`check_input_gradient`](crate::lipschitz::check_input_gradient) compares the result with `backward()`.
pub trait Layer: Module {
    /// What the pull-back needs of a pass forward.
    type Trace;

    /// Output, and what the pull-back needs.
    ///
    /// # Shapes
    /// - `x`: `[n, d_in]`; returns `[n, d_out]`
    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Self::Trace);

    /// `Jᵀ g` at the input of the pass that left `trace`, differentiable in the weights.
    ///
    /// # Shapes
    /// - `g`: `[n, d_out]`; returns `[n, d_in]`
    fn pull_back(&self, g: Tensor<2>, trace: &Self::Trace) -> Tensor<2>;

    /// This layer, and `next` on its output.
    fn then<L: Layer>(self, next: L) -> Chain<Self, L> {
        Chain { first: self, second: next }
    }
}

/// An [`Activation`] as a layer.
#[derive(Module, Debug)]
pub struct Nonlinear {
    #[module(skip)]
    activation: Activation,
}

impl Nonlinear {
    /// The layer `σ`.
    pub fn new(activation: Activation) -> Self {
        Self { activation }
    }
}

impl Layer for Nonlinear {
    type Trace = Slope;

    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Slope) {
        self.activation.apply(x)
    }

    fn pull_back(&self, g: Tensor<2>, slope: &Slope) -> Tensor<2> {
        slope.reverse(g)
    }
}

/// One layer after another, `x ↦ L₂(L₁(x))`.
#[derive(Module, Debug)]
pub struct Chain<A, B> {
    first: A,
    second: B,
}

impl<A: Layer + ModuleDisplay, B: Layer + ModuleDisplay> Layer for Chain<A, B> {
    type Trace = (A::Trace, B::Trace);

    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Self::Trace) {
        let (h, first) = self.first.forward(x);
        let (y, second) = self.second.forward(h);
        (y, (first, second))
    }

    fn pull_back(&self, g: Tensor<2>, (first, second): &Self::Trace) -> Tensor<2> {
        self.first.pull_back(self.second.pull_back(g, second), first)
    }
}

/// A layer that adds its input, `x ↦ x + L(x)`.
#[derive(Module, Debug)]
pub struct Residual<L> {
    /// The layer `L`, with as many outputs as inputs.
    pub layer: L,
}

impl<L: Layer + ModuleDisplay> Layer for Residual<L> {
    type Trace = L::Trace;

    fn forward(&self, x: Tensor<2>) -> (Tensor<2>, L::Trace) {
        let (y, trace) = self.layer.forward(x.clone());
        (x + y, trace)
    }

    fn pull_back(&self, g: Tensor<2>, trace: &L::Trace) -> Tensor<2> {
        g.clone() + self.layer.pull_back(g, trace)
    }
}
