//! The claims of the experiments in `examples/`, at reduced size.

use std::cell::Cell;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use ndarray::{Array1, Array2, Axis};
use rand::Rng;
use wgan_core::judge::Estimate;
use wgan_core::judge::known_pairs::{
    KnownPair, ParallelLines, PointMasses, StretchedNormals, TranslatedNormals,
};
use wgan_core::judge::{W1Config, mode_coverage};
use wgan_core::lipschitz::{
    Audit, EachMember, LayeredCritic, LipschitzStrategy, Orthonormal, PenaltyPoints, SpectralNorm,
    Unconstrained, WeightClip,
};
use wgan_core::model::{Activation, Committee, Prior};
use wgan_core::train::{
    Convergence, CriticConfig, Diffusion, DiffusionConfig, Objective, Schedule, W1Evaluation,
};
use wgan_core::transport::{GroundNorm, discrete_divergences};
use wgan_core::{
    Critic, Fit, GaussianPrior, Generator, GradientPenalty, InputGradient, MlpConfig, MlpCritic,
    MlpGenerator, OptimizerConfig, TrainConfig, Wgan, points_of, tensor_of,
};
use wgan_tests::{Ring, device, normal_points, rng, values};

/// Perceptron of two hidden layers of 32.
fn small(d: usize, activation: Activation) -> MlpCritic {
    let config = MlpConfig::new(d, 1).with_width(32).with_depth(2).with_activation(activation);
    MlpCritic::new(&config, &mut rng(1), &device()).unwrap()
}

fn samples(pair: &dyn KnownPair, n: usize) -> (Tensor<2>, Tensor<2>) {
    let tensor = |points: Array2<f64>| tensor_of(points.view(), &device());
    (tensor(pair.real(n, &mut rng(2))), tensor(pair.fake(n, &mut rng(3))))
}

fn trained<C, S>(
    critic: C,
    strategy: &S,
    objective: Objective,
    (real, fake): (&Tensor<2>, &Tensor<2>),
    (n_steps, learning_rate): (usize, f64),
) -> C
where
    C: Critic<Sample = Tensor<2>>,
    S: LipschitzStrategy<C>,
{
    CriticConfig::new(128, n_steps)
        .with_objective(objective)
        .with_optimizer(OptimizerConfig::Adam { learning_rate, beta_1: 0.5, beta_2: 0.9 })
        .fit(critic, strategy, (real, fake), &mut rng(4))
        .unwrap()
}

/// Slope of the generator loss in a shift of the fake points along the first axis.
fn slope_of_shift(critic: &MlpCritic, objective: Objective, fake: &Tensor<2>) -> f32 {
    let fake = fake.clone().autodiff().require_grad();
    let gradients = objective.generator_loss(critic.score(&fake)).backward();
    let slopes = fake.grad(&gradients).unwrap();
    slopes.narrow(1, 0, 1).sum().into_scalar()
}

#[test]
fn parallel_lines_only_the_wasserstein_generator_is_told_where_to_go() {
    let apart = discrete_divergences(&[1.0, 0.0], &[0.0, 1.0]).unwrap();
    assert_eq!((apart.total_variation, apart.kl), (1.0, f64::INFINITY));
    assert!((apart.js - 2f64.ln()).abs() < 1e-12);

    let (real, fake) = samples(&ParallelLines { distance: 1.0 }, 500);
    let critic = small(2, Activation::AbsoluteValue);
    let of = |strategy: &dyn Fn(MlpCritic, Objective) -> MlpCritic, objective| {
        slope_of_shift(&strategy(critic.clone(), objective), objective, &fake)
    };
    let orthonormal = |c, o| trained(c, &Orthonormal, o, (&real, &fake), (300, 1e-2));
    let free = |c, o| trained(c, &Unconstrained, o, (&real, &fake), (300, 1e-2));
    // The real line is at larger x: the loss falls along x.
    assert!((of(&orthonormal, Objective::Wasserstein) + 1.0).abs() < 0.02);
    assert!(of(&free, Objective::Saturating).abs() < 0.02);
    // The usual loss has a slope, that of an unconstrained logit.
    assert!(of(&free, Objective::NonSaturating).abs() > 3.0);
}

#[test]
fn a_penalty_at_one_end_leaves_the_slope_between_the_laws_free() {
    let (real, fake) = samples(&PointMasses::apart(3.0), 128);
    let share = |points| {
        let strategy = GradientPenalty { points, ..GradientPenalty::default() };
        let critic = small(2, Activation::LeakyRelu);
        let critic =
            trained(critic, &strategy, Objective::Wasserstein, (&real, &fake), (800, 1e-3));
        Estimate::of(&critic, &real, &fake).unwrap().value / 3.0
    };
    // 1 + θ/2λ
    assert!((share(PenaltyPoints::Interpolates) - 1.15).abs() < 0.03);
    assert!(share(PenaltyPoints::Real) > 2.0);
    assert!(share(PenaltyPoints::Fake) > 2.0);
}

#[test]
fn spectral_norm_bounds_the_slope_that_explodes_without_it() {
    let (real, fake) = samples(&TranslatedNormals { d: 2, shift: 2.0 }, 1000);
    let largest = |critic: &MlpCritic| {
        let slopes = values(GroundNorm::L2.norm(critic.input_gradient(&fake)));
        slopes.into_iter().fold(0.0, f32::max)
    };
    let run = |n_steps| {
        let both = (&real, &fake);
        let critic = || small(2, Activation::LeakyRelu);
        let objective = Objective::Wasserstein;
        (
            largest(&trained(critic(), &Unconstrained, objective, both, (n_steps, 1e-3))),
            largest(&trained(critic(), &SpectralNorm, objective, both, (n_steps, 1e-3))),
        )
    };
    let (early, late) = (run(50), run(500));
    assert!(late.0 > 20.0 * early.0, "{early:?} {late:?}");
    // Singular values are computed to a hundred-thousandth, three layers of them.
    assert!(early.1 < 1.0 + 1e-4 && late.1 < 1.0 + 1e-4, "{early:?} {late:?}");
}

#[test]
fn sorting_keeps_the_gradient_that_rectifiers_lose() {
    let (real, fake) = samples(&StretchedNormals { d: 5 }, 2000);
    let mean_norm = |activation| {
        let critic = small(5, activation);
        let critic =
            trained(critic, &Orthonormal, Objective::Wasserstein, (&real, &fake), (300, 1e-2));
        GroundNorm::L2.norm(critic.input_gradient(&real)).mean().into_scalar::<f32>()
    };
    for activation in [Activation::GroupSort, Activation::AbsoluteValue] {
        let norm = mean_norm(activation);
        assert!(norm > 0.96 && norm < 1.001, "{norm}");
    }
    let norm = mean_norm(Activation::Relu);
    assert!(norm < 0.9, "{norm}");
}

#[test]
fn clipped_weights_pile_up_at_the_bound() {
    let (real, fake) = samples(&StretchedNormals { d: 2 }, 2000);
    let clip = WeightClip { clip_bound: 0.01 };
    let critic = small(2, Activation::LeakyRelu);
    let critic = trained(critic, &clip, Objective::Wasserstein, (&real, &fake), (500, 1e-3));
    let weights: Vec<f32> = critic.weights().into_iter().flat_map(values).collect();
    let at_bound = weights.iter().filter(|w| w.abs() > 0.0099).count();
    assert!(2 * at_bound > weights.len(), "{at_bound} of {}", weights.len());
    assert!(weights.iter().all(|w| w.abs() <= 0.01));
    assert!(Audit::of(&critic, &real, &fake, GroundNorm::L2).unwrap().lower() < 0.01);
}

#[test]
fn estimates_of_different_critics_agree_after_division_by_their_slopes() {
    let (real, fake) = samples(&TranslatedNormals { d: 2, shift: 2.0 }, 2000);
    let both = (&real, &fake);
    let objective = Objective::Wasserstein;
    let judged = |critic: MlpCritic| {
        let raw = Estimate::of(&critic, &real, &fake).unwrap().value;
        let largest = Audit::of(&critic, &real, &fake, GroundNorm::L2).unwrap().lower();
        let slopes = GroundNorm::L2.norm(critic.input_gradient(&fake));
        (raw, raw / largest, raw / f64::from(slopes.mean().into_scalar::<f32>()))
    };
    let critics = [
        trained(small(2, Activation::AbsoluteValue), &Orthonormal, objective, both, (300, 1e-2)),
        trained(
            small(2, Activation::Tanh),
            &GradientPenalty::one_sided(1.0),
            objective,
            both,
            (500, 1e-3),
        ),
        trained(
            small(2, Activation::LeakyRelu),
            &WeightClip { clip_bound: 0.1 },
            objective,
            both,
            (500, 1e-3),
        ),
    ];
    let [certified, penalised, clipped] = critics.map(judged);
    assert!(clipped.0 / penalised.0 > 2.0 || penalised.0 / clipped.0 > 2.0);
    // Samples of 2,000 are off by 0.05. The largest slope is far from the way of the mass, so the quotient is a bound only.
    for (_, per_largest, _) in [certified, penalised, clipped] {
        assert!(per_largest < 2.1, "{per_largest}");
    }
    // Clipped critics are no ramp, so that a mean over the points says nothing of them.
    for (_, _, per_mean) in [certified, penalised] {
        assert!((per_mean - 2.0).abs() < 0.3, "{per_mean}");
    }
}

#[test]
fn a_committee_keeps_the_slope_along_good_features() {
    let fake = normal_points(2000, 3, 0.0, 1.0, 1);
    let clean = normal_points(2000, 3, 1.0, 1.0, 2);
    let bad = tensor_of(ndarray::array![[10.0, 0.0, 0.0]].view(), &device());
    let corrupted = clean.clone() + bad;
    let critic = |d| small(d, Activation::AbsoluteValue);
    let objective = Objective::Wasserstein;
    let along_last = |gradient: Tensor<2>| gradient.narrow(1, 2, 1).mean().into_scalar::<f32>();
    let kept = |train: &dyn Fn(&Tensor<2>) -> f32| train(&corrupted) / train(&clean);
    let one = kept(&|real| {
        let critic = trained(critic(3), &Orthonormal, objective, (real, &fake), (200, 1e-2));
        along_last(critic.input_gradient(&fake))
    });
    let many = kept(&|real| {
        let subsets = vec![vec![0, 1], vec![0, 2], vec![1, 2]];
        let members = vec![critic(2), critic(2), critic(2)];
        let committee = Committee::new(members, subsets, 3).unwrap();
        let strategy = EachMember(Orthonormal);
        let committee = trained(committee, &strategy, objective, (real, &fake), (200, 1e-2));
        along_last(committee.input_gradient(&fake))
    });
    // 1/√123 over 1/√3, and (√½ + 1/√122)/(2·√½).
    assert!((one - 0.156).abs() < 0.05, "{one}");
    assert!((many - 0.564).abs() < 0.05, "{many}");
}

#[test]
fn noise_gives_a_jensen_shannon_critic_a_slope_where_there_was_none() {
    let (real, fake) = samples(&ParallelLines { distance: 1.0 }, 5000);
    let diffusion = Diffusion::new(DiffusionConfig::new(1.0).with_least(300)).unwrap();
    let noisy =
        |x: &Tensor<2>, seed| diffusion.draw(x.dims(), &mut rng(seed), &device()).add_to(x.clone());
    let slope = |real: &Tensor<2>, fake: &Tensor<2>| {
        let critic = small(2, Activation::LeakyRelu);
        let objective = Objective::Saturating;
        let critic = trained(critic, &Unconstrained, objective, (real, fake), (500, 5e-3));
        slope_of_shift(&critic, objective, fake)
    };
    assert!(slope(&real, &fake).abs() < 0.02);
    assert!(slope(&noisy(&real, 5), &noisy(&fake, 6)) < -0.1);
}

/// `G(z) = θ + 0.3·z`.
#[derive(Module, Debug)]
struct Blob {
    centre: Param<Tensor<2>>,
}

impl Generator for Blob {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.centre.val() + z.clone() * 0.3
    }
}

#[test]
fn a_fifth_of_outliers_moves_the_mean_and_not_the_wasserstein_fit() {
    let mut rows = points_of(&normal_points(2000, 2, 0.0, 1.0, 1));
    rows.column_mut(0).iter_mut().take(400).for_each(|x| *x = 15.0 + 0.5 * *x);
    let mean: Array1<f64> = rows.sum_axis(Axis(0)) / 2000.0;
    assert!(mean[0] > 2.5);
    let config = TrainConfig::new(128, 250)
        .with_critic_optimizer(OptimizerConfig::adam(5e-3))
        .with_generator_optimizer(OptimizerConfig::adam(5e-2))
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.95);
    let start = tensor_of(mean.insert_axis(Axis(0)).view(), &device());
    let blob = Blob { centre: Param::from_tensor(start) };
    let wgan = Wgan::new(small(2, Activation::AbsoluteValue), blob, Orthonormal, &config);
    let data = tensor_of(rows.view(), &device());
    let prior = GaussianPrior { dim: 2 };
    let outcome = Fit::new(&data, &prior, &device(), 1).unwrap().run(wgan).unwrap();
    let centre = points_of(&outcome.wgan.averaged.centre.val());
    // The geometric median is a third of a standard deviation away.
    assert!(centre[[0, 0]].abs() < 0.8 && centre[[0, 1]].abs() < 0.3, "{centre}");
}

fn ring_wgan<S>(strategy: S, config: &TrainConfig) -> Wgan<MlpCritic, MlpGenerator, S>
where
    S: LipschitzStrategy<MlpCritic>,
{
    let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(48).with_depth(2);
    let critic = MlpCritic::new(&mlp(2, 1), &mut rng(3), &device()).unwrap();
    let generator = MlpGenerator::new(&mlp(4, 2), &mut rng(4), &device()).unwrap();
    Wgan::new(critic, generator, strategy, config)
}

fn ring(n: usize, seed: u64) -> Tensor<2> {
    let modes: Vec<usize> = (0..n).map(|i| i % 8).collect();
    tensor_of(Ring::points(&modes, &mut rng(seed)).view(), &device())
}

fn ring_config(n_steps: usize) -> TrainConfig {
    TrainConfig::new(128, n_steps)
        .with_critic_optimizer(OptimizerConfig::adam(1e-3))
        .with_generator_optimizer(OptimizerConfig::adam(1e-3))
        .with_ema_decay(0.95)
        .with_record_every(1)
}

#[test]
fn a_wasserstein_gan_finds_all_modes_and_its_estimate_falls_with_exact_transport() {
    let config = ring_config(600);
    let (data, prior) = (ring(8000, 1), GaussianPrior { dim: 4 });
    let report =
        W1Config { max_points: 300, n_permutations: 0, n_splits: 1, ..W1Config::default() };
    let outcome = Fit::new(&data, &prior, &device(), 1)
        .unwrap()
        .with_evaluation(W1Evaluation::new(ring(800, 2), 30).with_config(report))
        .run(ring_wgan(GradientPenalty::one_sided(0.3), &config))
        .unwrap();
    let fake = outcome.wgan.averaged.forward(prior.sample(1000, &mut rng(5), &device()));
    let centres = Array2::from_shape_fn((8, 2), |(k, j)| Ring::centre(k)[j]);
    let modes = mode_coverage(points_of(&fake).view(), centres.view(), 4.0 * Ring::SD).unwrap();
    assert_eq!(modes.counts.iter().filter(|&&count| count >= 25).count(), 8, "{modes:?}");

    let smooth = outcome.history.smoothed_estimate(10);
    let pairs = outcome.history.evaluations.iter().map(|e| (smooth[e.step - 1], e.report.w1));
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let centred = |v: Vec<f64>| Array1::from(v.clone()) - Array1::from(v).mean().unwrap();
    let (a, b) = (centred(a), centred(b));
    let correlation = a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt();
    assert!(correlation > 0.8, "{correlation}");
}

#[test]
fn jensen_shannon_gans_lose_a_line_that_wasserstein_gans_keep() {
    // Two lines of length two, two apart; equal networks, rates, batches and numbers of updates.
    let lines = |n: usize, seed| {
        let height = normal_points(n, 1, 0.0, 1.0, seed).clamp(-1.0, 1.0);
        let side = normal_points(n, 1, 0.0, 1.0, seed + 1).sign();
        Tensor::cat(vec![side, height], 1)
    };
    let (data, prior) = (lines(5000, 1), GaussianPrior { dim: 32 });
    let rate = OptimizerConfig::Adam { learning_rate: 1e-3, beta_1: 0.5, beta_2: 0.9 };
    let config = |n_critic| {
        TrainConfig::new(128, 6000 / (n_critic + 1))
            .with_n_critic(n_critic)
            .with_critic_optimizer(rate)
            .with_generator_optimizer(rate)
            .with_schedule(Schedule::Constant)
            .with_ema_decay(0.0)
    };
    fn share_of_rarer<S: LipschitzStrategy<MlpCritic> + Clone>(
        strategy: S,
        config: &TrainConfig,
        (data, prior): (&Tensor<2>, &GaussianPrior),
        seed: u64,
    ) -> f64 {
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(64);
        let critic = MlpCritic::new(&mlp(2, 1), &mut rng(seed), &device()).unwrap();
        let generator = MlpGenerator::new(&mlp(32, 2), &mut rng(seed + 1), &device()).unwrap();
        let wgan = Wgan::new(critic, generator, strategy, config);
        let outcome = Fit::new(data, prior, &device(), seed).unwrap().run(wgan).unwrap();
        let fake =
            points_of(&outcome.wgan.averaged.forward(prior.sample(1000, &mut rng(5), &device())));
        let centres = ndarray::array![[-1.0, 0.0], [1.0, 0.0]];
        let mut x = fake;
        x.column_mut(1).fill(0.0);
        let modes = mode_coverage(x.view(), centres.view(), 0.5).unwrap();
        modes.counts.iter().copied().min().unwrap() as f64 / 1000.0
    }
    let js = config(1).with_objective(Objective::NonSaturating);
    let (mut lost, mut kept) = (0, 0);
    for seed in 0..4 {
        let share = share_of_rarer(Unconstrained, &js, (&data, &prior), 10 * seed);
        lost += usize::from(share < 0.1);
        let penalty = GradientPenalty::one_sided(1.0);
        let w = share_of_rarer(penalty, &config(5), (&data, &prior), 10 * seed);
        kept += usize::from(w > 0.1);
    }
    // A line has half of the samples. In full runs 60 to 80 % of the Jensen–Shannon GANs lose one, no Wasserstein GAN does.
    assert!(lost >= 2, "{lost} of 4");
    assert_eq!(kept, 4);
}

#[test]
fn a_jensen_shannon_gan_learns_where_the_laws_overlap() {
    let config = ring_config(600).with_n_critic(1).with_objective(Objective::NonSaturating);
    let (data, prior) = (normal_points(2000, 2, 1.0, 0.7, 1), GaussianPrior { dim: 4 });
    let outcome = Fit::new(&data, &prior, &device(), 1)
        .unwrap()
        .run(ring_wgan(Unconstrained, &config))
        .unwrap();
    let fake = outcome.wgan.averaged.forward(prior.sample(2000, &mut rng(5), &device()));
    let mean: f32 = fake.mean().into_scalar();
    assert!((mean - 1.0).abs() < 0.3, "{mean}");
    let records = outcome.history.records;
    assert!(records.iter().all(|record| record.estimate <= 2f64.ln() + 1e-6));
}

/// Counts the batches that were drawn.
struct Counted(GaussianPrior, Cell<usize>);

impl Prior<Tensor<2>> for Counted {
    type Latent = Tensor<2>;

    fn draw<R: Rng>(&self, real: &Tensor<2>, rng: &mut R, device: &Device) -> Tensor<2> {
        self.1.set(self.1.get() + 1);
        self.0.draw(real, rng, device)
    }
}

#[test]
fn critic_steps_end_when_the_critic_has_converged() {
    let count = |convergence| {
        let config = TrainConfig { convergence, ..ring_config(4).with_n_critic(150) };
        let prior = Counted(GaussianPrior { dim: 4 }, Cell::new(0));
        let data = ring(1000, 1);
        let fit = Fit::new(&data, &prior, &device(), 1).unwrap();
        fit.run(ring_wgan(GradientPenalty::one_sided(1.0), &config)).unwrap();
        prior.1.get()
    };
    assert_eq!(count(None), 4 * 151);
    let converged = count(Some(Convergence { window: 10, tolerance: 0.05 }));
    assert!((4 * 21..3 * 151).contains(&converged), "{converged}");
}

#[test]
fn whitened_directions_count_alike() {
    // Standard deviations 1 and 1/100: condition number 10⁴.
    let widths = tensor_of(ndarray::array![[1.0, 0.01]].view(), &device());
    let noise = |seed| normal_points(3000, 2, 0.0, 1.0, seed);
    let anisotropy = |widths: &Tensor<2>| {
        let (real, fake) = (noise(1) * widths.clone(), noise(2) * widths.clone() * 2.0);
        let penalty = GradientPenalty::one_sided(1.0);
        let critic = small(2, Activation::LeakyRelu);
        let critic = trained(critic, &penalty, Objective::Wasserstein, (&real, &fake), (500, 1e-3));
        // Change of the critic per standard deviation of each direction.
        let gradients = critic.input_gradient(&real) * widths.clone();
        let rms = values(gradients.square().mean_dim(0).sqrt());
        rms[0] / rms[1]
    };
    let whitened = anisotropy(&Tensor::ones([1, 2], &device()));
    assert!((0.5..2.0).contains(&whitened), "{whitened}");
    let raw = anisotropy(&widths);
    assert!(raw > 10.0, "{raw}");
}

#[test]
fn gradients_of_a_critic_between_a_law_and_its_translation_point_along_it() {
    let fake = normal_points(3000, 3, 0.0, 1.0, 1).square();
    let shift = tensor_of(ndarray::array![[1.0, 2.0, 2.0]].view(), &device());
    let real = fake.clone() + shift.clone();
    let critic = small(3, Activation::AbsoluteValue);
    let critic = trained(critic, &Orthonormal, Objective::Wasserstein, (&real, &fake), (300, 1e-2));
    let along = (critic.input_gradient(&fake) * shift / 3.0).sum_dim(1).mean();
    assert!((along.into_scalar::<f32>() - 1.0).abs() < 0.02);
}
