//! The loss of a generator, and its gradients by the tape.

use burn::optim::GradientsParams;

use super::critic_loss::scalar;
use super::{Critic, Generator};
use crate::loss::{Engine, GeneratorStep, Objective};

/// What a generator minimises: `−E f(G(z))`, or what another objective says, and its own regulariser.
#[derive(Clone, Copy, Debug)]
pub struct GeneratorLoss<'a, C> {
    /// What the critic's scores are turned into.
    pub objective: Objective,
    /// The critic, a constant.
    pub critic: &'a C,
}

impl<C: Critic> GeneratorLoss<'_, C> {
    /// Gradients in the parameters of the generator and the figures of the step, by the tape.
    pub fn by_tape<G>(
        &self,
        generator: &G,
        real: &G::Sample,
        z: &G::Latent,
    ) -> (GradientsParams, GeneratorStep)
    where
        G: Generator<Sample = C::Sample>,
    {
        let scores = self.critic.score(&generator.generate(z));
        let mut loss = self.objective.generator_loss(scores);
        if let Some(term) = generator.regularizer(real, z) {
            loss = loss + term;
        }
        let gradients = GradientsParams::from_grads(loss.backward(), generator);
        (gradients, GeneratorStep { loss: scalar(loss), engine: Engine::Tape })
    }
}
