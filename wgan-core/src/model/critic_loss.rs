//! The loss of a critic, and its gradients by the tape.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::{Critic, InputGradient};
use crate::fused;
use crate::loss::{CriticStep, Engine, GradientPenalty, Objective};
use crate::network::Mlp;
use crate::sample::Sample;

/// What a critic minimises: `penalty − estimate`.
pub struct CriticLoss<'a, C: Critic> {
    /// What the estimate is.
    pub objective: Objective,
    /// What a [`LipschitzStrategy`](crate::lipschitz::LipschitzStrategy) adds.
    pub penalty: Penalty<'a, C>,
}

/// What a critic step sees.
#[derive(Clone, Debug)]
pub struct CriticBatch<S> {
    /// Real samples.
    pub real: S,
    /// As many fake samples, constants.
    pub fake: S,
    /// One uniform weight per sample, `[n]`.
    pub t: Tensor<1>,
}

/// A penalty as the critic, the real and the fake samples and `t: [n]` make it, as tracked operations.
type Tracked<'a, C> = dyn Fn(&C, &<C as Critic>::Sample, &<C as Critic>::Sample, Tensor<1>) -> PenaltyTerm
    + Sync
    + 'a;

/// What a strategy adds to the critic loss, as a value: who computes it is up to the critic.
pub enum Penalty<'a, C: Critic> {
    /// Nothing: the strategy works on the weights.
    None,
    /// A cost of the slopes `‖∇f‖*`, of which the form is known.
    Gradient {
        /// The cost, and where it is taken.
        penalty: GradientPenalty,
        /// `∇ₓf` of the critic.
        input_gradient: fn(&C, &C::Sample) -> Tensor<2>,
    },
    /// Anything else that tracked operations can say.
    Tracked(Box<Tracked<'a, C>>),
}

/// The value of a penalty and the slopes it was computed from.
#[derive(Clone, Debug)]
pub struct PenaltyTerm {
    /// Term of the critic loss, `[1]`.
    pub loss: Tensor<1>,
    /// Slope seen at each penalised point, `[n]`.
    pub slopes: Tensor<1>,
}

impl<'a, C: Critic> Penalty<'a, C> {
    /// A cost of the slopes of the critic.
    pub fn gradient(penalty: GradientPenalty) -> Self
    where
        C: InputGradient,
    {
        Self::Gradient { penalty, input_gradient: C::input_gradient }
    }

    /// A term that `term` makes of the critic, real samples, fake samples and `t: [n]`.
    pub fn tracked<F>(term: F) -> Self
    where
        F: Fn(&C, &C::Sample, &C::Sample, Tensor<1>) -> PenaltyTerm + Sync + 'a,
    {
        Self::Tracked(Box::new(term))
    }

    /// Its value as tracked operations; none where there is no penalty.
    ///
    /// # Shapes
    /// - `t`: `[n]`
    pub fn term(
        &self,
        critic: &C,
        real: &C::Sample,
        fake: &C::Sample,
        t: Tensor<1>,
    ) -> Option<PenaltyTerm> {
        match self {
            Self::None => None,
            Self::Gradient { penalty, input_gradient } => {
                let points = real.interpolate(fake, penalty.points.weight(t)).constant();
                let slopes = penalty.ground.dual().norm(input_gradient(critic, &points));
                let loss = penalty.sides.cost(slopes.clone()) * penalty.lambda;
                Some(PenaltyTerm { loss, slopes })
            }
            Self::Tracked(term) => Some(term(critic, real, fake, t)),
        }
    }
}

impl<C: Critic> CriticLoss<'_, C> {
    /// Gradients in the parameters of the critic and the figures of the step, by the tape.
    pub fn by_tape(
        &self,
        critic: &C,
        batch: CriticBatch<C::Sample>,
    ) -> (GradientsParams, CriticStep) {
        let CriticBatch { real, fake, t } = batch;
        let n = real.batch_size();
        // One pass for both batches: larger matrix products are faster ones.
        let scores = critic.score(&real.clone().stack(fake.clone())); // [2n]
        let on_real = scores.clone().narrow(0, 0, n);
        let estimate = self.objective.estimate(on_real, scores.narrow(0, n, n));
        let penalty = self.penalty.term(critic, &real, &fake, t);
        let loss = match &penalty {
            Some(penalty) => penalty.loss.clone() - estimate.clone(),
            None => estimate.clone().neg(),
        };
        let gradients = GradientsParams::from_grads(loss.backward(), critic);
        let figures = CriticStep {
            estimate: scalar(estimate),
            gradient_norm: penalty.as_ref().map(|p| scalar(p.slopes.clone().mean())),
            penalty: penalty.map_or(0.0, |p| scalar(p.loss)),
            engine: Engine::Tape,
        };
        (gradients, figures)
    }

    /// The same without a tape, for a critic whose scores are those of the perceptron `mlp` at the rows `real` and
    /// `fake`, and whose slope is that in their first `d` entries.
    ///
    /// None where it cannot be written out: another objective or penalty, smooth activations, another device.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[n, d_input]`; `t`: `[n]`
    pub fn by_perceptron(
        &self,
        mlp: &Mlp,
        d: usize,
        (real, fake): (Tensor<2>, Tensor<2>),
        t: Tensor<1>,
    ) -> Option<(GradientsParams, CriticStep)> {
        let penalty = match self.penalty {
            Penalty::None => None,
            Penalty::Gradient { penalty, .. } => Some((penalty, d)),
            Penalty::Tracked(_) => return None,
        };
        match self.objective {
            Objective::Wasserstein => fused::critic_gradients(mlp, penalty, (real, fake), t),
            Objective::Saturating | Objective::NonSaturating => None,
        }
    }
}

/// The one value of a `[1]` tensor.
pub(super) fn scalar(value: Tensor<1>) -> f64 {
    f64::from(value.into_scalar::<f32>())
}
