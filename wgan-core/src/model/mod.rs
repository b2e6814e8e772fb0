//! Critics, generators and the laws of their latents.

mod bound;
mod committee;
mod cone_critic;
mod critic_loss;
mod generator_loss;
mod layer_critic;
mod mixed_prior;
mod mlp_critic;
mod mlp_generator;
mod prior;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::loss::{CriticStep, GeneratorStep};

pub use crate::network::{
    Activation, BatchNorm, Chain, Dense, Layer, Mlp, MlpConfig, Nonlinear, Residual, Slope, linear,
};
pub use crate::sample::{Batch, Rows, Sample};
pub use crate::weights::{check_size, load_weights, save_weights};
pub use bound::{LayeredCritic, LipschitzBound};
pub use committee::Committee;
pub use cone_critic::ConeCritic;
pub use critic_loss::{CriticBatch, CriticLoss, Penalty, PenaltyTerm};
pub use generator_loss::GeneratorLoss;
pub use layer_critic::LayerCritic;
pub use mixed_prior::MixedPrior;
pub use mlp_critic::MlpCritic;
pub use mlp_generator::MlpGenerator;
pub use prior::{GaussianPrior, Prior};

/// A function `f` on samples; the constraint on its slope comes from a
/// [`LipschitzStrategy`](crate::lipschitz::LipschitzStrategy).
pub trait Critic: Module {
    /// What it scores.
    type Sample: Sample;

    /// Scores `f(x)`.
    ///
    /// # Shapes
    /// - returns: `[n]`
    fn score(&self, x: &Self::Sample) -> Tensor<1>;

    /// Gradients of a loss in the parameters, and the figures of the step: by the tape, unless overridden.
    ///
    /// A critic that can write them out does so here, for the losses for which it can
    /// ([`CriticLoss::by_perceptron`]), and leaves the others to [`CriticLoss::by_tape`].
    fn loss_gradients(
        &self,
        loss: &CriticLoss<'_, Self>,
        batch: CriticBatch<Self::Sample>,
    ) -> (GradientsParams, CriticStep) {
        loss.by_tape(self, batch)
    }

    /// Scores `f(x)`, and the gradient of `weight · Σ f(xᵢ)` in `x`, where the critic has them without
    /// a tape: what a generator step without a tape needs of it.
    ///
    /// # Shapes
    /// - returns: scores `[n]`, gradient `[n, d]`
    fn pull_back(&self, _x: &Self::Sample, _weight: f32) -> Option<(Tensor<1>, Tensor<2>)> {
        None
    }
}

/// Critics that can write their own input gradient as tracked tensor operations.
///
/// burn differentiates once only, so a loss on `∇ₓf` needs `∇ₓf` as an ordinary expression of the
/// weights.
pub trait InputGradient: Critic {
    /// Gradient `∇ₓf(x)` of each sample, differentiable in the weights.
    ///
    /// # Shapes
    /// - returns: `[n, d]`
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

    /// Term added to the generator loss, given the real batch that `z` was drawn for.
    ///
    /// # Shapes
    /// - returns: `[1]`
    fn regularizer(&self, _real: &Self::Sample, _z: &Self::Latent) -> Option<Tensor<1>> {
        None
    }

    /// Gradients of a loss in the parameters, and the figures of the step: by the tape, unless overridden.
    fn loss_gradients<C: Critic<Sample = Self::Sample>>(
        &self,
        loss: &GeneratorLoss<'_, C>,
        real: &Self::Sample,
        z: &Self::Latent,
    ) -> (GradientsParams, GeneratorStep) {
        loss.by_tape(self, real, z)
    }

    /// Gradients of [`Generator::regularizer`] alone: by the tape, unless overridden. There are none where it says nothing.
    fn regularizer_gradients(&self, real: &Self::Sample, z: &Self::Latent) -> GradientsParams {
        match self.regularizer(real, z) {
            Some(term) => GradientsParams::from_grads(term.backward(), self),
            None => GradientsParams::new(),
        }
    }
}
