//! Critics, generators and the laws of their latents.

mod bound;
mod committee;
mod cone_critic;
mod mixed_prior;
mod mlp_critic;
mod mlp_generator;
mod prior;

use burn::module::Module;
use burn::tensor::Tensor;

use crate::sample::{Batch, Sample};

pub use crate::network::{Activation, BatchNorm, Mlp, MlpConfig, linear};
pub use bound::{LayeredCritic, LipschitzBound};
pub use committee::Committee;
pub use cone_critic::ConeCritic;
pub use mixed_prior::MixedPrior;
pub use mlp_critic::MlpCritic;
pub use mlp_generator::MlpGenerator;
pub use prior::{GaussianPrior, Prior};

/// A function `f` on samples; the constraint on its slope comes from a
/// [`LipschitzStrategy`](crate::LipschitzStrategy).
pub trait Critic: Module {
    /// What it scores.
    type Sample: Sample;

    /// Scores `f(x)`, `[n]`.
    fn score(&self, x: &Self::Sample) -> Tensor<1>;

    /// The perceptron whose output at the [`points`](Sample::points) of a sample is the score, where that is all there is
    /// to it: training steps are then computed without a tape.
    fn perceptron(&self) -> Option<&Mlp> {
        None
    }
}

/// Critics that can write their own input gradient as tracked tensor operations.
///
/// burn differentiates once only, so a loss on `∇ₓf` needs `∇ₓf` as an ordinary expression of the
/// weights.
pub trait InputGradient: Critic {
    /// Gradient `∇ₓf(x)` of each sample, `[n, d]`, differentiable in the weights.
    fn input_gradient(&self, x: &Self::Sample) -> Tensor<2>;
}

/// A map from latents to samples.
pub trait Generator: Module {
    /// What is drawn from the [`Prior`].
    type Latent: Batch;
    /// What it produces.
    type Sample: Sample;

    /// Samples `G(z)`.
    fn generate(&self, z: &Self::Latent) -> Self::Sample;

    /// A perceptron and its input, `[n, k]`, where the output is the [`points`](Sample::points) of `G(z)`: see
    /// [`Critic::perceptron`].
    fn perceptron(&self, _z: &Self::Latent) -> Option<(&Mlp, Tensor<2>)> {
        None
    }

    /// Term added to the generator loss, `[1]`, given the real batch that `z` was drawn for.
    fn regularizer(&self, _real: &Self::Sample, _z: &Self::Latent) -> Option<Tensor<1>> {
        None
    }
}
