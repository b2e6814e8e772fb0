//! One iteration of a Wasserstein GAN.

use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};

use super::TrainConfig;
use super::average::update_average;
use super::data_parallel::shared_gradients;
use crate::lipschitz::LipschitzStrategy;
use crate::loss::{CriticStep, GeneratorStep};
use crate::model::{Critic, CriticBatch, CriticLoss, Generator, GeneratorLoss};
use crate::sample::Sample;

/// Critic, generator and their optimisers.
///
/// The critic maximises `E f(real) − E f(fake)` under its [`LipschitzStrategy`]; the generator
/// minimises `−E f(fake)`. Another [`Objective`](super::Objective) replaces both.
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
    /// layers that couple the samples of a batch ([`BatchNorm`](crate::model::BatchNorm)), which see those of their part. Weights
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
        let loss =
            CriticLoss { objective: self.config.objective, penalty: self.strategy.penalty() };
        let (gradients, figures) = shared_gradients(
            &self.devices,
            networks,
            (batch, n),
            |(critic, generator): &(C, G), ((real, z), t)| {
                let fake = generator.generate(&z).constant();
                critic.loss_gradients(&loss, CriticBatch { real, fake, t })
            },
        );
        let gradients = self.strategy.project_gradient(&self.critic, gradients);
        let rate = self.config.critic_optimizer.learning_rate() * factor;
        let critic = self.critic_optimizer.step(rate, self.critic.clone(), gradients);
        self.critic = self.strategy.project(critic);
        CriticStep::mean(&figures)
    }

    /// One generator update at `factor` times its learning rate on latents drawn for `real`; returns the
    /// figures.
    pub fn generator_step(
        &mut self,
        real: &C::Sample,
        z: &G::Latent,
        factor: f64,
    ) -> GeneratorStep {
        let networks = (self.critic.valid(), self.generator.clone());
        let objective = self.config.objective;
        let (gradients, figures) = shared_gradients(
            &self.devices,
            networks,
            ((real.clone(), z.clone()), real.batch_size()),
            |(critic, generator): &(C, G), (real, z)| {
                generator.loss_gradients(&GeneratorLoss { objective, critic }, &real, &z)
            },
        );
        self.update_generator(gradients, factor);
        let decay = self.config.ema_decay;
        self.averaged = update_average(self.averaged.clone(), &self.generator, decay);
        GeneratorStep::mean(&figures)
    }

    /// One generator update on its [`Generator::regularizer`] alone; nothing where there is none.
    pub fn regularizer_step(&mut self, real: &C::Sample, z: &G::Latent, factor: f64) {
        let (gradients, _) = shared_gradients(
            &self.devices,
            self.generator.clone(),
            ((real.clone(), z.clone()), real.batch_size()),
            |generator: &G, (real, z)| (generator.regularizer_gradients(&real, &z), ()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lipschitz::{GradientPenalty, PenaltyPoints, WeightClip};
    use crate::loss::{Engine, Objective};
    use crate::model::{Activation, GaussianPrior, MlpConfig, MlpCritic, MlpGenerator};
    use crate::norm::GroundNorm;
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

    /// Less than a panel of 64 columns; two panels, halves of which are pairs; some panels and a part of one.
    const WIDTHS: [usize; 3] = [20, 128, 300];

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
        let loss = CriticLoss { objective: Objective::Wasserstein, penalty: strategy.penalty() };
        let batch = CriticBatch { real, fake, t };
        let (tracked, expected) = loss.by_tape(&critic, batch.clone());
        let (ours, figures) = critic.loss_gradients(&loss, batch);
        assert_eq!((figures.engine, expected.engine), (Engine::Fused, Engine::Tape));
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
        for activation in [
            Activation::LeakyRelu,
            Activation::Relu,
            Activation::AbsoluteValue,
            Activation::GroupSort,
        ] {
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
        for width in WIDTHS {
            for activation in [Activation::LeakyRelu, Activation::GroupSort] {
                assert_critic_step(WeightClip::default(), (activation, true, width));
                assert_critic_step(GradientPenalty::default(), (activation, false, width));
            }
        }
    }

    #[test]
    fn a_generator_step_without_a_tape_is_the_one_with_it() {
        let activations = [Activation::LeakyRelu, Activation::AbsoluteValue, Activation::GroupSort];
        for (activation, width) in activations.into_iter().zip(WIDTHS) {
            let (critic, generator, [_, _, z], _) = networks(activation, false, width);
            let critic = critic.valid();
            let loss = GeneratorLoss { objective: Objective::Wasserstein, critic: &critic };
            let (tracked, expected) = loss.by_tape(&generator, &z, &z);
            let (ours, figures) = generator.loss_gradients(&loss, &z, &z);
            assert_near(&flat(&generator, ours), &flat(&generator, tracked), "generator");
            assert!((figures.loss - expected.loss).abs() < 1e-5);
            assert_eq!((figures.engine, expected.engine), (Engine::Fused, Engine::Tape));
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
                let strategy = GradientPenalty::default();
                let (gradients, figures) = critic.loss_gradients(
                    &CriticLoss { objective: Objective::Wasserstein, penalty: strategy.penalty() },
                    CriticBatch { real, fake, t },
                );
                (flat(&critic, gradients), figures)
            })
        };
        for width in WIDTHS {
            assert_eq!(step(1, width), step(3, width));
        }
    }

    #[test]
    fn the_figures_name_the_engine() {
        let engine_of = |activation, objective, strategy: GradientPenalty| {
            let (critic, _, [real, fake, _], t) = networks(activation, false, WIDTHS[0]);
            let loss = CriticLoss { objective, penalty: strategy.penalty() };
            critic.loss_gradients(&loss, CriticBatch { real, fake, t }).1.engine
        };
        let (plain, rectifier) = (GradientPenalty::default(), Activation::LeakyRelu);
        assert_eq!(engine_of(rectifier, Objective::Wasserstein, plain), Engine::Fused);
        assert_eq!(engine_of(Activation::Tanh, Objective::Wasserstein, plain), Engine::Tape);
        assert_eq!(engine_of(rectifier, Objective::Saturating, plain), Engine::Tape);
        let of_l1 = GradientPenalty { ground: GroundNorm::L1, ..plain };
        assert_eq!(engine_of(rectifier, Objective::Wasserstein, of_l1), Engine::Tape);
    }
}
