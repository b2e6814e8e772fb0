//! Critic that sees sample and condition side by side.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::{CriticBatch, CriticLoss, Mlp};
use wgan_core::train::CriticStep;
use wgan_core::{Critic, InputGradient, MlpConfig, WganError, fused};

use super::first_weight::{with_condition_rows_of, without_condition_rows};
use super::{ConditionPath, joined};
use crate::Labelled;

/// `f(x | y)` as one perceptron on `(x, y)`, differentiated in `x` only.
///
/// For a fixed `y` the rows of the first weight that belong to it only shift its bias, so they are
/// free under every constraint on slopes in `x`.
///
/// # References
/// Mirza, Osindero (2014), Conditional generative adversarial nets.
#[derive(Module, Debug)]
pub struct ConcatCritic {
    mlp: Mlp,
    /// Leading inputs that are the sample.
    #[module(skip)]
    d_sample: usize,
}

impl ConcatCritic {
    /// Critic with host-drawn weights of samples of dimension `config.d_input`, with `n_conditions` condition entries.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        n_conditions: usize,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        config.check_critic()?;
        let d_sample = config.d_input;
        let both = MlpConfig { d_input: d_sample + n_conditions, ..config.clone() };
        Ok(Self { mlp: both.init(rng, device)?, d_sample })
    }
}

impl Critic for ConcatCritic {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        self.mlp.forward(joined(sample)).squeeze_dim::<1>(1) // [n, 1] → [n]
    }

    /// Without a tape where that of a perceptron on sample and condition can be.
    fn loss_gradients(
        &self,
        loss: &CriticLoss<'_, Self>,
        batch: CriticBatch<Labelled>,
    ) -> (GradientsParams, CriticStep) {
        let both = (joined(&batch.real), joined(&batch.fake));
        loss.by_perceptron(&self.mlp, self.d_sample, both, batch.t.clone())
            .unwrap_or_else(|| loss.by_tape(self, batch))
    }

    /// In the sample alone: conditions are given.
    fn pull_back(&self, sample: &Labelled, weight: f32) -> Option<(Tensor<1>, Tensor<2>)> {
        fused::pull_back(&self.mlp, joined(sample), self.d_sample, weight) // [n, d + m] → [n, d]
    }
}

impl InputGradient for ConcatCritic {
    fn input_gradient(&self, sample: &Labelled) -> Tensor<2> {
        self.mlp.input_gradient(joined(sample)).narrow(1, 0, self.d_sample) // [n, d + m] → [n, d]
    }
}

impl ConditionPath for ConcatCritic {
    fn without_condition_path(self) -> Self {
        Self { mlp: without_condition_rows(self.mlp, self.d_sample), ..self }
    }

    fn with_condition_path_of(self, source: &Self) -> Self {
        let mlp = with_condition_rows_of(self.mlp, &source.mlp, self.d_sample);
        Self { mlp, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::lipschitz::{LipschitzStrategy, check_input_gradient};
    use wgan_core::train::{Engine, Objective};
    use wgan_core::{GaussianPrior, GradientPenalty};

    #[test]
    fn the_gradient_in_the_condition_is_absent() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let config = MlpConfig::new(2, 1).with_width(8);
        let critic = ConcatCritic::new(&config, 3, &mut rng, &device).unwrap();
        let sample =
            Labelled { x: Tensor::ones([3, 2], &device), y: Tensor::ones([3, 3], &device) };
        assert_eq!(critic.input_gradient(&sample).dims(), [3, 2]);
        check_input_gradient(&critic, &sample).unwrap();
    }

    /// Gradients of all parameters, one after the other; zeros where there are none.
    fn flat(critic: &ConcatCritic, gradients: GradientsParams) -> Vec<f32> {
        struct Collect(GradientsParams, Vec<f32>);
        impl burn::module::ModuleVisitor for Collect {
            fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
                let zeros = || Tensor::zeros(param.val().dims(), &Device::flex());
                let found = self.0.remove::<D>(param.id).unwrap_or_else(zeros);
                self.1.extend(found.into_data().iter::<f32>());
            }
        }
        let mut collect = Collect(gradients, Vec::new());
        critic.visit(&mut collect);
        collect.1
    }

    #[test]
    fn a_step_without_a_tape_is_the_one_with_it() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let config = MlpConfig::new(2, 1).with_width(16).with_depth(2);
        let critic = ConcatCritic::new(&config, 3, &mut rng, &device).unwrap().train();
        let mut draw = |d| GaussianPrior { dim: d }.sample(70, &mut rng, &device);
        let y = draw(3);
        let real = Labelled { x: draw(2) * 2.0, y: y.clone() };
        let fake = Labelled { x: draw(2), y };
        let t = draw(1).squeeze_dim::<1>(1).clamp(0.0, 1.0);
        for penalty in [GradientPenalty::default(), GradientPenalty::one_sided(3.0)] {
            let loss = CriticLoss {
                objective: Objective::Wasserstein,
                penalty: LipschitzStrategy::<ConcatCritic>::penalty(&penalty),
            };
            let batch = CriticBatch { real: real.clone(), fake: fake.clone(), t: t.clone() };
            let (tracked, expected) = loss.by_tape(&critic, batch.clone());
            let (ours, figures) = critic.loss_gradients(&loss, batch);
            assert_eq!((figures.engine, expected.engine), (Engine::Fused, Engine::Tape));
            assert!((figures.penalty - expected.penalty).abs() < 1e-5 * expected.penalty.max(1.0));
            let tracked = flat(&critic, tracked);
            let largest = tracked.iter().fold(0.0_f32, |m, g| m.max(g.abs()));
            for (a, b) in flat(&critic, ours).iter().zip(&tracked) {
                assert!((a - b).abs() < 1e-5 * largest, "{a} against {b}");
            }
        }
    }
}
