//! One test for each mistake found in published Wasserstein GANs.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::lipschitz::LipschitzStrategy;
use wgan_core::model::{Activation, Prior, Sample};
use wgan_core::train::Dataset;
use wgan_core::{
    Critic, Fit, GaussianPrior, Generator, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator,
    OptimizerConfig, TrainConfig, Wgan,
};
use wgan_tests::{LinearCritic, device, normal_points, rng, values};

fn penalty_of<C>(strategy: GradientPenalty, critic: &C, x: &Tensor<2>) -> Tensor<1>
where
    C: Critic<Sample = Tensor<2>>,
    GradientPenalty: LipschitzStrategy<C>,
{
    let t = Tensor::ones([x.batch_size()], &device());
    strategy.penalty().term(critic, x, x, t).unwrap().loss
}

#[test]
fn the_norm_is_taken_per_sample_and_not_over_the_batch() {
    // Slope 3 everywhere: λ(3 − 1)² = 40 for any number of samples.
    let critic = LinearCritic::new(&[3.0, 0.0]);
    for n in [1, 2, 50] {
        let x = normal_points(n, 2, 0.0, 1.0, 1);
        let loss: f32 = penalty_of(GradientPenalty::two_sided(10.0), &critic, &x).into_scalar();
        assert!((loss - 40.0).abs() < 1e-4, "{n} samples: {loss}");
    }
}

#[test]
fn every_sample_has_its_own_interpolation_weight() {
    let real = Tensor::<2>::ones([3, 2], &device());
    let fake = Tensor::<2>::zeros([3, 2], &device());
    let t = Tensor::from_floats([0.0, 0.5, 1.0], &device());
    assert_eq!(values(real.interpolate(&fake, t)), [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]);
}

#[test]
fn the_penalty_moves_the_weights() {
    // d/dw λ(|w| − 1)² = 2λ(|w| − 1) = 40 at w = 3.
    let critic = LinearCritic::new(&[3.0, 0.0]).train();
    let x = normal_points(4, 2, 0.0, 1.0, 1);
    let gradients = penalty_of(GradientPenalty::two_sided(10.0), &critic, &x).backward();
    struct First(Option<f32>, burn::tensor::Gradients);
    impl burn::module::ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
            self.0 = param.val().grad(&self.1).map(|g| values(g)[0]);
        }
    }
    let mut first = First(None, gradients);
    critic.visit(&mut first);
    assert!((first.0.unwrap() - 40.0).abs() < 1e-3);
}

#[test]
fn a_critic_scores_each_sample_on_its_own() {
    // Batch norm or dropout would make a score depend on the rest of the batch.
    let critic = MlpCritic::new(&MlpConfig::new(2, 1), &mut rng(1), &device()).unwrap().train();
    let x = normal_points(8, 2, 0.0, 1.0, 1);
    let together = values(critic.score(&x));
    for (i, score) in together.iter().enumerate() {
        let alone: f32 = critic.score(&x.clone().narrow(0, i, 1)).into_scalar();
        assert!((alone - score).abs() < 1e-6);
    }
}

#[test]
fn a_flat_critic_has_a_finite_penalty_gradient() {
    let critic = LinearCritic::new(&[0.0, 0.0]).train();
    let x = normal_points(4, 2, 0.0, 1.0, 1);
    let gradients = penalty_of(GradientPenalty::two_sided(10.0), &critic, &x).backward();
    let config = TrainConfig::new(4, 1);
    let updated = config.critic_optimizer.init().step(
        0.1,
        critic.clone(),
        burn::optim::GradientsParams::from_grads(gradients, &critic),
    );
    assert!(wgan_tests::weights(&updated).iter().all(|w| w.is_finite()));
}

#[test]
fn the_one_sided_penalty_settles_on_a_target_in_one_dimension() {
    let config = TrainConfig::new(64, 400)
        .with_critic_optimizer(OptimizerConfig::adam(2e-3))
        .with_generator_optimizer(OptimizerConfig::adam(2e-3))
        .with_ema_decay(0.98);
    let data = normal_points(1000, 1, 3.0, 0.3, 1);
    let prior = GaussianPrior { dim: 2 };
    let critic = MlpConfig::new(1, 1).with_width(32).with_depth(2);
    let generator = MlpConfig::new(2, 1).with_width(32).with_depth(2);
    let mut seed = rng(5);
    let wgan = Wgan::new(
        MlpCritic::new(&critic, &mut seed, &device()).unwrap(),
        MlpGenerator::new(&generator, &mut seed, &device()).unwrap(),
        // The two-sided form holds the slope back from changing sign while the shift is below 2λ.
        GradientPenalty::one_sided(10.0),
        &config,
    );
    let outcome = Fit::new(&data, &prior, &device(), 7).unwrap().run(wgan).unwrap();
    let z = prior.sample(2000, &mut rng(9), &device());
    let mean: f32 = outcome.wgan.averaged.forward(z).mean().into_scalar();
    // 0.3 is one standard deviation of the target.
    assert!((mean - 3.0).abs() < 0.3, "fake mean {mean}");
}

/// Remembers which rows were asked for.
struct Watched {
    points: Tensor<2>,
    rows: RefCell<Vec<Vec<usize>>>,
}

impl Dataset for Watched {
    type Sample = Tensor<2>;

    fn len(&self) -> usize {
        self.points.len()
    }

    fn batch(&self, rows: &[usize]) -> Tensor<2> {
        self.rows.borrow_mut().push(rows.to_vec());
        self.points.batch(rows)
    }
}

/// Remembers the latents it drew.
struct WatchedPrior(GaussianPrior, RefCell<Vec<Vec<f32>>>);

impl Prior<Tensor<2>> for WatchedPrior {
    type Latent = Tensor<2>;

    fn draw<R: Rng>(&self, real: &Tensor<2>, rng: &mut R, device: &Device) -> Tensor<2> {
        let z = self.0.draw(real, rng, device);
        self.1.borrow_mut().push(values(z.clone()));
        z
    }
}

/// Remembers the latents it makes samples of.
#[derive(Module, Debug)]
struct WatchedGenerator {
    generator: MlpGenerator,
    #[module(skip)]
    seen: Arc<Mutex<Vec<Vec<f32>>>>,
}

impl Generator for WatchedGenerator {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.seen.lock().unwrap().push(values(z.clone()));
        self.generator.generate(z)
    }
}

const N_CRITIC: usize = 4;
const WARM_UP: usize = 2;
const N_STEPS: usize = 30;
const LATENT: usize = 3;

/// Rows, latents that were drawn, latents that were used.
type Watches = (Vec<Vec<usize>>, Vec<Vec<f32>>, Vec<Vec<f32>>);

fn watched_run() -> Watches {
    let config = TrainConfig::new(16, N_STEPS).with_n_critic(N_CRITIC).with_critic_warm_up(WARM_UP);
    let data = Watched { points: normal_points(100, 2, 0.0, 1.0, 1), rows: RefCell::default() };
    let prior = WatchedPrior(GaussianPrior { dim: LATENT }, RefCell::default());
    let mlp =
        |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(8).with_activation(Activation::Relu);
    let generator = MlpGenerator::new(&mlp(LATENT, 2), &mut rng(2), &device()).unwrap();
    let seen = Arc::default();
    let wgan = Wgan::new(
        MlpCritic::new(&mlp(2, 1), &mut rng(1), &device()).unwrap(),
        WatchedGenerator { generator, seen: Arc::clone(&seen) },
        GradientPenalty::default(),
        &config,
    );
    Fit::new(&data, &prior, &device(), 0).unwrap().run(wgan).unwrap();
    let seen = seen.lock().unwrap().clone();
    (data.rows.into_inner(), prior.1.into_inner(), seen)
}

#[test]
fn every_critic_step_has_a_fresh_batch_and_fresh_noise() {
    let (rows, latents, _) = watched_run();
    for pair in rows.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    for pair in latents.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}

#[test]
fn critic_and_generator_steps_draw_from_the_same_prior() {
    let (_, drawn, used) = watched_run();
    // What is drawn is what samples are made of, in every step of either kind.
    assert_eq!(drawn, used);
    let is_of_generator =
        |i: &usize| i.checked_sub(WARM_UP).is_some_and(|i| i % (N_CRITIC + 1) == N_CRITIC);
    let (of_generator, of_critic): (Vec<usize>, Vec<usize>) =
        (0..used.len()).partition(is_of_generator);
    assert_eq!((of_generator.len(), of_critic.len()), (N_STEPS, N_STEPS * N_CRITIC + WARM_UP));
    for steps in [of_generator, of_critic] {
        let z: Vec<f32> = steps.iter().flat_map(|&i| used[i].clone()).collect();
        let n = z.len() as f32;
        let mean = z.iter().sum::<f32>() / n;
        let variance = z.iter().map(|z| z * z).sum::<f32>() / n;
        // N(0, 1): four standard errors of mean and variance.
        assert!(mean.abs() < 4.0 / n.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{variance}");
    }
}
