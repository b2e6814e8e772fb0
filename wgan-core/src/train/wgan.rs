//! One iteration of a Wasserstein GAN.

use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;

use super::average::update_average;
use super::{Objective, TrainConfig};
use crate::lipschitz::LipschitzStrategy;
use crate::model::{Critic, Generator};
use crate::sample::Sample;

/// Critic, generator and their optimisers.
///
/// The critic maximises `E f(real) − E f(fake)` under its [`LipschitzStrategy`]; the generator
/// minimises `−E f(fake)`. Another [`Objective`] replaces both.
#[derive(Clone)]
pub struct Wgan<C, G, S> {
    /// The critic `f`.
    pub critic: C,
    /// The generator `G` with its latest weights.
    pub generator: G,
    /// Running average of the generator; equal to it where `ema_decay` is 0.
    pub averaged: G,
    objective: Objective,
    strategy: S,
    ema_decay: f64,
    pub(super) critic_optimizer: ModuleOptimizer,
    pub(super) generator_optimizer: ModuleOptimizer,
}

/// Figures of one critic step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticStep {
    /// `E f(real) − E f(fake)`, or what the [`Objective`] says.
    pub estimate: f64,
    /// Penalty term, 0 for strategies without one.
    pub penalty: f64,
    /// Mean slope at the penalised points, where the strategy measures it.
    pub gradient_norm: Option<f64>,
}

impl<C, G, S> Wgan<C, G, S>
where
    C: Critic,
    G: Generator<Sample = C::Sample>,
    S: LipschitzStrategy<C>,
{
    /// Both networks ready to be trained, with fresh optimisers.
    pub fn new(critic: C, generator: G, strategy: S, config: &TrainConfig) -> Self {
        Self {
            critic: strategy.attach(critic.train()),
            averaged: generator.valid(),
            generator: generator.train(),
            objective: config.objective,
            strategy,
            ema_decay: config.ema_decay,
            critic_optimizer: config.critic_optimizer.init(),
            generator_optimizer: config.generator_optimizer.init(),
        }
    }

    /// One critic update at learning rate `rate`; `t: [n]` holds uniform interpolation weights.
    pub fn critic_step(
        &mut self,
        real: C::Sample,
        z: &G::Latent,
        t: Tensor<1>,
        rate: f64,
    ) -> CriticStep {
        let fake = self.generator.valid().generate(z).constant();
        let (critic, figures) = critic_update(
            self.critic.clone(),
            &mut self.critic_optimizer,
            (self.objective, &self.strategy),
            (real, fake),
            t,
            rate,
        );
        self.critic = critic;
        figures
    }

    /// One generator update at learning rate `rate` on latents drawn for `real`; returns the
    /// generator loss.
    pub fn generator_step(&mut self, real: &C::Sample, z: &G::Latent, rate: f64) -> f64 {
        let fake = self.generator.generate(z);
        let mut loss = self.objective.generator_loss(self.critic.valid().score(&fake));
        if let Some(term) = self.generator.regularizer(real, z) {
            loss = loss + term;
        }
        self.update_generator(loss.clone(), rate);
        self.averaged = update_average(self.averaged.clone(), &self.generator, self.ema_decay);
        scalar(loss)
    }

    /// One generator update on its [`Generator::regularizer`] alone; nothing where there is none.
    pub fn regularizer_step(&mut self, real: &C::Sample, z: &G::Latent, rate: f64) {
        if let Some(loss) = self.generator.regularizer(real, z) {
            self.update_generator(loss, rate);
        }
    }

    /// Weights without a gradient stay as they are.
    fn update_generator(&mut self, loss: Tensor<1>, rate: f64) {
        let gradients = GradientsParams::from_grads(loss.backward(), &self.generator);
        self.generator = self.generator_optimizer.step(rate, self.generator.clone(), gradients);
    }
}

/// One update of `critic` towards a larger estimate under `strategy`.
pub(super) fn critic_update<C: Critic, S: LipschitzStrategy<C>>(
    critic: C,
    optimizer: &mut ModuleOptimizer,
    (objective, strategy): (Objective, &S),
    (real, fake): (C::Sample, C::Sample),
    t: Tensor<1>,
    rate: f64,
) -> (C, CriticStep) {
    let n = real.batch_size();
    // One pass for both batches: larger matrix products are faster ones.
    let scores = critic.score(&real.clone().stack(fake.clone())); // [2n]
    let estimate = objective.estimate(scores.clone().narrow(0, 0, n), scores.narrow(0, n, n));
    let penalty = strategy.penalty(&critic, &real, &fake, t);
    let loss = match &penalty {
        Some(penalty) => penalty.loss.clone() - estimate.clone(),
        None => estimate.clone().neg(),
    };
    let gradients = GradientsParams::from_grads(loss.backward(), &critic);
    let gradients = strategy.direct(&critic, gradients);
    let updated = strategy.project(optimizer.step(rate, critic, gradients));
    let figures = CriticStep {
        estimate: scalar(estimate),
        gradient_norm: penalty.as_ref().map(|p| scalar(p.slopes.clone().mean())),
        penalty: penalty.map_or(0.0, |p| scalar(p.loss)),
    };
    (updated, figures)
}

/// The one value of a `[1]` tensor.
fn scalar(value: Tensor<1>) -> f64 {
    f64::from(value.into_scalar::<f32>())
}
