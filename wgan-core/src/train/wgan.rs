//! One iteration of a Wasserstein GAN.

use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use super::TrainConfig;
use super::average::update_average;
use super::data_parallel::shared_gradients;
use crate::fused;
use crate::lipschitz::{LipschitzStrategy, PenaltyForm};
use crate::loss::{CriticStep, Objective};
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
    config: TrainConfig,
    strategy: S,
    /// Where gradients are computed; none where the weights are.
    devices: Vec<Device>,
    pub(super) critic_optimizer: ModuleOptimizer,
    pub(super) generator_optimizer: ModuleOptimizer,
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
            strategy,
            devices: Vec::new(),
            critic_optimizer: config.critic_optimizer.init(),
            generator_optimizer: config.generator_optimizer.init(),
            config: config.clone(),
        }
    }

    /// The settings that it is trained with.
    pub fn config(&self) -> &TrainConfig {
        &self.config
    }

    /// Data-parallel training: each device computes the gradients of an even part of every batch, and the mean of these
    /// gradients makes one update where the weights are. Empty: all of it where the weights are.
    ///
    /// Losses and penalties are means over samples, so this is the update of the whole batch up to rounding. It is not for
    /// layers that couple the samples of a batch ([`BatchNorm`](crate::BatchNorm)), which see those of their part. Weights
    /// travel to the devices and gradients back in each update, so a part must be worth that.
    #[must_use]
    pub fn on_devices(self, devices: &[Device]) -> Self {
        Self { devices: devices.to_vec(), ..self }
    }

    /// One critic update at `factor` times its learning rate; `t: [n]` holds uniform interpolation weights.
    pub fn critic_step(
        &mut self,
        real: C::Sample,
        z: &G::Latent,
        t: Tensor<1>,
        factor: f64,
    ) -> CriticStep {
        let n = real.batch_size();
        let (networks, batch) =
            ((self.critic.clone(), self.generator.valid()), ((real, z.clone()), t));
        let play = (self.config.objective, &self.strategy);
        let (gradients, figures) = shared_gradients(
            &self.devices,
            networks,
            (batch, n),
            |(critic, generator): &(C, G), ((real, z), t)| {
                let fake = generator.generate(&z).constant();
                critic_gradients(critic, play, (real, fake), t)
            },
        );
        let gradients = self.strategy.direct(&self.critic, gradients);
        let rate = self.config.critic_optimizer.learning_rate() * factor;
        let critic = self.critic_optimizer.step(rate, self.critic.clone(), gradients);
        self.critic = self.strategy.project(critic);
        CriticStep::mean(&figures)
    }

    /// One generator update at `factor` times its learning rate on latents drawn for `real`; returns the
    /// generator loss.
    pub fn generator_step(&mut self, real: &C::Sample, z: &G::Latent, factor: f64) -> f64 {
        let networks = (self.critic.valid(), self.generator.clone());
        let objective = self.config.objective;
        let (gradients, losses) = shared_gradients(
            &self.devices,
            networks,
            ((real.clone(), z.clone()), real.batch_size()),
            |(critic, generator): &(C, G), (real, z)| {
                generator_gradients(critic, generator, objective, (&real, &z))
            },
        );
        self.update_generator(gradients, factor);
        let decay = self.config.ema_decay;
        self.averaged = update_average(self.averaged.clone(), &self.generator, decay);
        losses.iter().map(|(weight, loss)| weight * loss).sum()
    }

    /// One generator update on its [`Generator::regularizer`] alone; nothing where there is none.
    pub fn regularizer_step(&mut self, real: &C::Sample, z: &G::Latent, factor: f64) {
        let (gradients, _) = shared_gradients(
            &self.devices,
            self.generator.clone(),
            ((real.clone(), z.clone()), real.batch_size()),
            |generator: &G, (real, z)| match generator.regularizer(&real, &z) {
                Some(loss) => (GradientsParams::from_grads(loss.backward(), generator), ()),
                None => (GradientsParams::new(), ()),
            },
        );
        if !gradients.is_empty() {
            self.update_generator(gradients, factor);
        }
    }

    /// Weights without a gradient stay as they are.
    fn update_generator(&mut self, gradients: GradientsParams, factor: f64) {
        let rate = self.config.generator_optimizer.learning_rate() * factor;
        self.generator = self.generator_optimizer.step(rate, self.generator.clone(), gradients);
    }
}

/// Gradients of `−E f(G(z))` and the regulariser for the generator, and the value of both.
fn generator_gradients<C: Critic, G: Generator<Sample = C::Sample>>(
    critic: &C,
    generator: &G,
    objective: Objective,
    (real, z): (&C::Sample, &G::Latent),
) -> (GradientsParams, f64) {
    let term = generator.regularizer(real, z);
    if term.is_none()
        && objective == Objective::Wasserstein
        && let (Some(critic), Some((generator, z))) = (critic.perceptron(), generator.perceptron(z))
        && let Some(found) = fused::generator_gradients(critic, generator, z)
    {
        return found;
    }
    let mut loss = objective.generator_loss(critic.score(&generator.generate(z)));
    if let Some(term) = term {
        loss = loss + term;
    }
    (GradientsParams::from_grads(loss.backward(), generator), scalar(loss))
}

/// Gradients of `penalty − estimate` for the critic, and its figures.
fn critic_gradients<C: Critic, S: LipschitzStrategy<C>>(
    critic: &C,
    (objective, strategy): (Objective, &S),
    (real, fake): (C::Sample, C::Sample),
    t: Tensor<1>,
) -> (GradientsParams, CriticStep) {
    untaped_gradients(critic, (objective, strategy), (&real, &fake), &t)
        .unwrap_or_else(|| tracked_gradients(critic, (objective, strategy), (real, fake), t))
}

/// What [`tracked_gradients`] computes, without a tape, where critic, samples and strategy have the form for it.
fn untaped_gradients<C: Critic, S: LipschitzStrategy<C>>(
    critic: &C,
    (objective, strategy): (Objective, &S),
    (real, fake): (&C::Sample, &C::Sample),
    t: &Tensor<1>,
) -> Option<(GradientsParams, CriticStep)> {
    if objective != Objective::Wasserstein {
        return None;
    }
    let penalty = match strategy.penalty_form() {
        PenaltyForm::None => None,
        PenaltyForm::Gradient(penalty) => Some(penalty),
        PenaltyForm::Other => return None,
    };
    let points = (real.points()?, fake.points()?);
    fused::critic_gradients(critic.perceptron()?, penalty, points, t.clone())
}

/// Gradients of `penalty − estimate` for the parameters of the critic, by the tape.
fn tracked_gradients<C: Critic, S: LipschitzStrategy<C>>(
    critic: &C,
    (objective, strategy): (Objective, &S),
    (real, fake): (C::Sample, C::Sample),
    t: Tensor<1>,
) -> (GradientsParams, CriticStep) {
    let n = real.batch_size();
    // One pass for both batches: larger matrix products are faster ones.
    let scores = critic.score(&real.clone().stack(fake.clone())); // [2n]
    let estimate = objective.estimate(scores.clone().narrow(0, 0, n), scores.narrow(0, n, n));
    let penalty = strategy.penalty(critic, &real, &fake, t);
    let loss = match &penalty {
        Some(penalty) => penalty.loss.clone() - estimate.clone(),
        None => estimate.clone().neg(),
    };
    let gradients = GradientsParams::from_grads(loss.backward(), critic);
    let figures = CriticStep {
        estimate: scalar(estimate),
        gradient_norm: penalty.as_ref().map(|p| scalar(p.slopes.clone().mean())),
        penalty: penalty.map_or(0.0, |p| scalar(p.loss)),
    };
    (gradients, figures)
}

/// The one value of a `[1]` tensor.
fn scalar(value: Tensor<1>) -> f64 {
    f64::from(value.into_scalar::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lipschitz::{GradientPenalty, PenaltyPoints, WeightClip};
    use crate::model::{Activation, GaussianPrior, MlpConfig, MlpCritic, MlpGenerator};
    use burn::module::Module;
    use burn::tensor::{Device, TensorData};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Gradients of all parameters, one after the other.
    fn flat<M: Module>(module: &M, gradients: GradientsParams) -> Vec<f32> {
        struct Collect(GradientsParams, Vec<f32>);
        impl burn::module::ModuleVisitor for Collect {
            fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
                let found = self.0.remove::<D>(param.id);
                // A bias that only moves a penalised slope has none.
                let zeros = || Tensor::zeros(param.val().dims(), &Device::flex());
                self.1.extend(found.unwrap_or_else(zeros).into_data().iter::<f32>());
            }
        }
        let mut collect = Collect(gradients, Vec::new());
        module.visit(&mut collect);
        collect.1
    }

    fn assert_near(ours: &[f32], tracked: &[f32], what: &str) {
        let largest = tracked.iter().fold(0.0_f32, |m, g| m.max(g.abs()));
        assert_eq!(ours.len(), tracked.len());
        for (a, b) in ours.iter().zip(tracked) {
            assert!((a - b).abs() < 1e-5 * largest.max(1e-3), "{what}: {a} against {b}");
        }
    }

    /// Layers of 300 × 300 are wide: their gradients are added up in blocks.
    const WIDTHS: [usize; 2] = [20, 300];

    /// 100 samples: one chunk and a part of one.
    fn networks(
        activation: Activation,
        is_residual: bool,
        width: usize,
    ) -> (MlpCritic, MlpGenerator, [Tensor<2>; 3], Tensor<1>) {
        let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(3));
        let mlp = |d_in, d_out| {
            let config = MlpConfig::new(d_in, d_out).with_width(width).with_depth(3);
            config.with_activation(activation).with_is_residual(is_residual)
        };
        let critic = MlpCritic::new(&mlp(4, 1), &mut rng, &device).unwrap().train();
        let generator = MlpGenerator::new(&mlp(3, 4), &mut rng, &device).unwrap().train();
        let mut draw = |dim| GaussianPrior { dim }.sample(100, &mut rng, &device);
        let samples = [draw(4) * 2.0, draw(4), draw(3)];
        let t = (0..100).map(|i| i as f32 / 99.0).collect::<Vec<_>>();
        (critic, generator, samples, Tensor::from_data(TensorData::new(t, [100]), &device))
    }

    fn assert_critic_step<S: LipschitzStrategy<MlpCritic>>(
        strategy: S,
        (activation, is_residual, width): (Activation, bool, usize),
    ) {
        let (critic, _, [real, fake, _], t) = networks(activation, is_residual, width);
        let (tracked, expected) = tracked_gradients(
            &critic,
            (Objective::Wasserstein, &strategy),
            (real.clone(), fake.clone()),
            t.clone(),
        );
        let (ours, figures) =
            untaped_gradients(&critic, (Objective::Wasserstein, &strategy), (&real, &fake), &t)
                .unwrap();
        assert_near(&flat(&critic, ours), &flat(&critic, tracked), &format!("{activation:?}"));
        assert!((figures.estimate - expected.estimate).abs() < 1e-5);
        assert!((figures.penalty - expected.penalty).abs() < 1e-5 * expected.penalty.max(1.0));
        let slopes = figures.gradient_norm.zip(expected.gradient_norm);
        assert!(slopes.is_none_or(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn a_critic_step_without_a_tape_is_the_one_with_it() {
        let points = [
            PenaltyPoints::Interpolates,
            PenaltyPoints::Real,
            PenaltyPoints::Fake,
            PenaltyPoints::Mixed,
        ];
        for activation in
            [Activation::LeakyRelu, Activation::Relu, Activation::Fold, Activation::GroupSort]
        {
            for is_residual in [false, true] {
                let network = (activation, is_residual, WIDTHS[0]);
                assert_critic_step(WeightClip::default(), network);
                for points in points {
                    let penalty = GradientPenalty { points, ..GradientPenalty::default() };
                    assert_critic_step(penalty, network);
                }
                assert_critic_step(GradientPenalty::one_sided(3.0), network);
            }
        }
        let wide = (Activation::LeakyRelu, true, WIDTHS[1]);
        assert_critic_step(WeightClip::default(), wide);
        assert_critic_step(GradientPenalty::default(), wide);
    }

    #[test]
    fn a_generator_step_without_a_tape_is_the_one_with_it() {
        let both = [Activation::LeakyRelu, Activation::GroupSort];
        for (activation, width) in both.into_iter().zip(WIDTHS) {
            let (critic, generator, [_, _, z], _) = networks(activation, false, width);
            let loss = critic.valid().score(&generator.generate(&z)).mean().neg();
            let tracked = GradientsParams::from_grads(loss.backward(), &generator);
            let (network, z) = generator.perceptron(&z).unwrap();
            let (ours, value) =
                fused::generator_gradients(critic.perceptron().unwrap(), network, z).unwrap();
            assert_near(&flat(&generator, ours), &flat(&generator, tracked), "generator");
            assert!((value - scalar(loss)).abs() < 1e-5);
        }
    }

    #[test]
    fn a_batch_generated_without_a_tape_is_the_one_with_it() {
        let (_, generator, [_, _, z], _) = networks(Activation::LeakyRelu, true, WIDTHS[0]);
        let tracked: Vec<f32> = generator.generate(&z).into_data().iter::<f32>().collect();
        let ours: Vec<f32> = generator.valid().generate(&z).into_data().iter::<f32>().collect();
        assert_near(&ours, &tracked, "batch");
    }

    #[test]
    fn a_step_is_the_same_to_the_bit_on_any_number_of_threads() {
        let step = |n_threads, width| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let (critic, _, [real, fake, _], t) = networks(Activation::LeakyRelu, false, width);
                let strategy = (Objective::Wasserstein, &GradientPenalty::default());
                let (gradients, figures) =
                    untaped_gradients(&critic, strategy, (&real, &fake), &t).unwrap();
                (flat(&critic, gradients), figures)
            })
        };
        for width in WIDTHS {
            assert_eq!(step(1, width), step(3, width));
        }
    }

    #[test]
    fn smooth_activations_have_a_tape() {
        let (critic, _, [real, fake, _], t) = networks(Activation::Tanh, false, WIDTHS[0]);
        let strategy = (Objective::Wasserstein, &WeightClip::default());
        assert!(untaped_gradients(&critic, strategy, (&real, &fake), &t).is_none());
    }
}
