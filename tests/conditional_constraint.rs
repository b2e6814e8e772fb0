//! The constraint of conditional critics: in the sample for each fixed condition, and nowhere else.

use std::sync::{Arc, Mutex};

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use wgan_cond::{
    ConcatCritic, ConditionalPrior, FilmGenerator, Labelled, OnSamplePath, ProjectionCritic,
};
use wgan_core::lipschitz::{
    LipschitzStrategy, Penalty, PenaltyTerm, SlopePenalty, SpectralNorm, WeightClip,
};
use wgan_core::model::{Activation, Sample};
use wgan_core::{
    Critic, GradientPenalty, InputGradient, MlpConfig, OptimizerConfig, TrainConfig, Wgan,
};
use wgan_tests::{device, normal_points, nudged, rng, values, weight_gradients, weights};

const ACTIVATIONS: [Activation; 6] = [
    Activation::LeakyRelu,
    Activation::Relu,
    Activation::Tanh,
    Activation::Softplus,
    Activation::Silu,
    Activation::GroupSort,
];

/// Dimensions of sample and condition.
const D: usize = 3;
const M: usize = 4;

fn concat(activation: Activation) -> ConcatCritic {
    let config = MlpConfig::new(D, 1).with_width(8).with_activation(activation);
    ConcatCritic::new(&config, M, &mut rng(1), &device()).unwrap()
}

fn projection(activation: Activation) -> ProjectionCritic {
    let config = MlpConfig::new(D, 6).with_width(8).with_depth(2).with_activation(activation);
    ProjectionCritic::new(&config, M, &mut rng(1), &device()).unwrap()
}

fn projection_seeing_conditions(activation: Activation) -> ProjectionCritic {
    let config = MlpConfig::new(D, 6).with_width(8).with_depth(2).with_activation(activation);
    ProjectionCritic::seeing_conditions(&config, M, &mut rng(1), &device()).unwrap()
}

fn batch(n: usize, seed: u64) -> Labelled {
    Labelled {
        x: normal_points(n, D, 0.0, 1.0, seed),
        y: normal_points(n, M, 0.0, 1.0, seed + 100),
    }
}

fn gradient_in_x_equals_backward<C: InputGradient<Sample = Labelled>>(critic: &C, name: &str) {
    let Labelled { x, y } = batch(17, 2);
    let x = x.autodiff().require_grad();
    let sample = Labelled { x: x.clone(), y };
    let gradients = critic.score(&sample).sum().backward();
    let expected = values(x.grad(&gradients).unwrap());
    let written = values(critic.input_gradient(&sample.constant()));
    for (a, b) in written.iter().zip(&expected) {
        // A few roundings of single precision.
        assert!((a - b).abs() < 2e-6, "{name}: {a} {b}");
    }
}

#[test]
fn input_gradients_in_x_equal_backward() {
    for activation in ACTIVATIONS {
        let bounded = OnSamplePath(SpectralNorm);
        gradient_in_x_equals_backward(&concat(activation), "concatenation");
        gradient_in_x_equals_backward(&projection(activation), "projection");
        let attached = bounded.attach(projection(activation));
        gradient_in_x_equals_backward(&attached, "projection of unit length");
        let seeing = projection_seeing_conditions(activation);
        gradient_in_x_equals_backward(&seeing, "projection that sees conditions");
    }
}

#[test]
fn the_penalty_of_a_projection_critic_moves_all_its_weights_as_differences_do() {
    let step = 1e-3;
    let critic = projection(Activation::Softplus).train();
    let real = batch(5, 3);
    let penalty = |critic: &ProjectionCritic| {
        let t = Tensor::ones([5], &device());
        GradientPenalty::two_sided(10.0).penalty().term(critic, &real, &real, t).unwrap().loss
    };
    let analytic = weight_gradients(&critic, &penalty(&critic).backward());
    let plain = critic.valid();
    for (i, &analytic) in analytic.iter().enumerate() {
        let at = |h: f32| penalty(&nudged(plain.clone(), i, h)).into_scalar::<f32>();
        let numeric = (at(step) - at(-step)) / (2.0 * step);
        // Single precision over a step of 1e-3 leaves about 1e-3 of noise.
        assert!(
            (analytic - numeric).abs() < 1e-2 * (1.0 + numeric.abs()),
            "{i}: {analytic} {numeric}"
        );
    }
}

/// `f(x | y) = a·x + y·x + b·y` for numbers `x` and `y`.
#[derive(Module, Debug)]
struct Bilinear {
    own: Param<Tensor<1>>,
    in_condition: Param<Tensor<1>>,
}

impl Bilinear {
    fn new(own: f32, in_condition: f32) -> Self {
        let param = |value: f32| Param::from_data([value], &device());
        Self { own: param(own), in_condition: param(in_condition) }
    }

    fn slope(&self, sample: &Labelled) -> Tensor<2> {
        sample.y.clone() + self.own.val().unsqueeze_dim::<2>(0)
    }
}

impl Critic for Bilinear {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        let of_condition = sample.y.clone() * self.in_condition.val().unsqueeze_dim::<2>(0);
        (sample.x.clone() * self.slope(sample) + of_condition).squeeze_dim(1)
    }
}

impl InputGradient for Bilinear {
    fn input_gradient(&self, sample: &Labelled) -> Tensor<2> {
        self.slope(sample)
    }
}

fn column(numbers: &[f32]) -> Tensor<2> {
    Tensor::<1>::from_floats(numbers, &device()).unsqueeze_dim(1)
}

fn uniform_t(n: usize) -> Tensor<1> {
    Tensor::<1>::from_floats(
        (0..n).map(|i| i as f32 / n as f32).collect::<Vec<_>>().as_slice(),
        &device(),
    )
}

#[test]
fn slopes_in_the_condition_cost_nothing() {
    // Slope 1 in x at y = 0, slope 1000 in y.
    let critic = Bilinear::new(1.0, 1000.0);
    let real = Labelled { x: column(&[0.0, 2.0, 5.0]), y: column(&[0.0; 3]) };
    let fake = Labelled { x: column(&[3.0, -2.0, 1.0]), ..real.clone() };
    let penalty = |strategy: &dyn LipschitzStrategy<Bilinear>| -> f32 {
        strategy.penalty().term(&critic, &real, &fake, uniform_t(3)).unwrap().loss.into_scalar()
    };
    assert!(penalty(&GradientPenalty::two_sided(10.0)).abs() < 1e-6);
    assert!(penalty(&SlopePenalty::default()).abs() < 1e-6);
}

#[test]
fn no_gradient_of_the_penalty_reaches_the_condition() {
    for activation in [Activation::LeakyRelu, Activation::Softplus] {
        let critic = concat(activation).train();
        let (real, fake) = (batch(6, 4), batch(6, 5));
        let y = real.y.autodiff().require_grad();
        let real = Labelled { x: real.x, y: y.clone() };
        let fake = Labelled { x: fake.x, y: y.clone() };
        let strategy = GradientPenalty::default();
        let penalty = strategy.penalty().term(&critic, &real, &fake, uniform_t(6)).unwrap();
        assert!(y.grad(&penalty.loss.backward()).is_none());
        assert_eq!(critic.input_gradient(&real.constant()).dims(), [6, D]);
    }
}

#[test]
fn interpolation_that_mixed_conditions_would_be_seen() {
    // Slope y = ±1: at either condition the penalty is exactly zero, at a mixture of them it is not.
    let critic = Bilinear::new(0.0, 0.0);
    let real = Labelled { x: column(&[0.0; 8]), y: column(&[1.0; 8]) };
    let fake = Labelled { x: column(&[3.0; 8]), y: column(&[-1.0; 8]) };
    let penalty = GradientPenalty::two_sided(10.0);
    let loss = |points: &Labelled| -> f32 {
        penalty.penalty().term(&critic, points, points, uniform_t(8)).unwrap().loss.into_scalar()
    };
    let kept: f32 =
        penalty.penalty().term(&critic, &real, &fake, uniform_t(8)).unwrap().loss.into_scalar();
    assert_eq!(kept, 0.0);
    let mixed = Labelled {
        x: real.x.interpolate(&fake.x, uniform_t(8)),
        y: real.y.interpolate(&fake.y, uniform_t(8)),
    };
    assert!(loss(&mixed) > 1.0);
}

/// Remembers the conditions of the pairs it is shown.
#[derive(Clone, Default)]
struct Watch(Arc<Mutex<Vec<Conditions>>>);

/// Conditions of a real and of a fake batch.
type Conditions = (Vec<f32>, Vec<f32>);

impl LipschitzStrategy<ConcatCritic> for Watch {
    fn penalty(&self) -> Penalty<'_, ConcatCritic> {
        Penalty::tracked(|critic: &ConcatCritic, real: &Labelled, fake: &Labelled, _| {
            self.0.lock().unwrap().push((values(real.y.clone()), values(fake.y.clone())));
            let nothing = critic.score(real) * 0.0;
            PenaltyTerm { loss: nothing.clone().mean(), slopes: nothing }
        })
    }
}

#[test]
fn real_and_fake_meet_under_the_same_condition() {
    let watch = Watch::default();
    let config = TrainConfig::new(6, 3);
    let generator = MlpConfig::new(2, D).with_width(8);
    let generator = FilmGenerator::new(&generator, M, &mut rng(2), &device()).unwrap();
    let mut wgan = Wgan::new(concat(Activation::Relu), generator, watch.clone(), &config);
    for seed in 0..3 {
        let real = batch(6, seed);
        let z = ConditionalPrior { dim: 2 }.sample(real.y.clone(), &mut rng(seed), &device());
        wgan.critic_step(real, &z, uniform_t(6), 1.0);
    }
    let seen = watch.0.lock().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|(real, fake)| real == fake));
    assert!(seen[0].0 != seen[1].0);
}

/// Largest slope of `f(· | y)` between many pairs with one condition each.
fn largest_quotient<C: Critic<Sample = Labelled>>(critic: &C) -> f32 {
    let (a, b) = (batch(2000, 6), batch(2000, 7));
    let b = Labelled { y: a.y.clone(), ..b };
    let rise = values((critic.score(&a) - critic.score(&b)).abs());
    let run = values((a.x - b.x).square().sum_dim(1).sqrt());
    rise.iter().zip(run).map(|(rise, run)| rise / run).fold(0.0, f32::max)
}

/// The critic with every weight tripled, far outside any constraint.
fn tripled<C: Module>(critic: C) -> C {
    (0..weights(&critic).len()).fold(critic, |critic, i| {
        let w = weights(&critic)[i];
        nudged(critic, i, 2.0 * w)
    })
}

fn is_one_lipschitz_in_x_only<C>(critic: C)
where
    C: Critic<Sample = Labelled> + wgan_cond::ConditionPath,
{
    let strategy = OnSamplePath(SpectralNorm);
    let attached = strategy.attach(critic);
    assert!(largest_quotient(&attached) <= 1.0 + 1e-3);
    // As after an update of every weight.
    let moved = tripled(attached);
    assert!(largest_quotient(&moved) > 1.0 + 1e-3);
    let projected = strategy.project(moved);
    assert!(largest_quotient(&projected) <= 1.0 + 1e-3);
}

#[test]
fn spectral_norm_on_the_sample_path_bounds_the_slope_in_x() {
    is_one_lipschitz_in_x_only(concat(Activation::LeakyRelu));
    is_one_lipschitz_in_x_only(projection(Activation::LeakyRelu));
    is_one_lipschitz_in_x_only(projection_seeing_conditions(Activation::LeakyRelu));
}

#[test]
fn constraints_on_the_sample_path_leave_the_condition_path_alone() {
    let critic = tripled(concat(Activation::Relu));
    let before = weights(&critic);
    let clip = OnSamplePath(WeightClip { clip_bound: 0.05 });
    let after = weights(&clip.project(critic));
    // The first weight is [D + M, 8], in rows.
    let (x_rows, y_rows) = (0..8 * D, 8 * D..8 * (D + M));
    assert_eq!(before[y_rows.clone()], after[y_rows.clone()]);
    assert!(before[y_rows].iter().any(|w| w.abs() > 0.05));
    assert!(after[x_rows].iter().all(|w| w.abs() <= 0.05));
    assert!(after[8 * (D + M)..].iter().all(|w| w.abs() <= 0.05));
}

#[test]
fn a_critic_stays_trainable_on_its_sample_path() {
    let strategy = OnSamplePath(SpectralNorm);
    let config = TrainConfig::new(6, 3).with_critic_optimizer(OptimizerConfig::adam(1e-2));
    let generator = MlpConfig::new(2, D).with_width(8);
    let generator = FilmGenerator::new(&generator, M, &mut rng(2), &device()).unwrap();
    let mut wgan = Wgan::new(concat(Activation::Relu), generator, strategy, &config);
    let before = weights(&wgan.critic);
    for seed in 0..2 {
        let real = batch(6, seed);
        let z = ConditionalPrior { dim: 2 }.sample(real.y.clone(), &mut rng(seed), &device());
        wgan.critic_step(real, &z, uniform_t(6), 1.0);
    }
    let after = weights(&wgan.critic);
    let n_moved = |range: std::ops::Range<usize>| {
        before[range.clone()].iter().zip(&after[range]).filter(|(a, b)| a != b).count()
    };
    assert!(n_moved(0..8 * D) > 0 && n_moved(8 * D..8 * (D + M)) > 0);
}
