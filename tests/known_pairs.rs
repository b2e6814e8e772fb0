//! Critics against pairs of laws whose W₁ is known.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use ndarray::Array2;
use wgan_core::judge::Estimate;
use wgan_core::judge::known_pairs::{
    Funnels, KnownPair, PointMasses, StretchedNormals, TranslatedNormals,
};
use wgan_core::judge::{W1Config, W1Report};
use wgan_core::lipschitz::{
    Audit, ByConstruction, InfinityNorm, LayeredCritic, LipschitzBound, LipschitzStrategy,
    Orthonormal, singular_values,
};
use wgan_core::model::{Activation, ConeCritic};
use wgan_core::train::CriticConfig;
use wgan_core::transport::GroundNorm;
use wgan_core::{
    Critic, GradientPenalty, InputGradient, MlpConfig, MlpCritic, OptimizerConfig, WganError,
    points_of, tensor_of,
};
use wgan_tests::{device, normal_points, rng, values};

/// Steps and batch of the figures that are compared with torchlip's.
const STEPS: usize = 1000;
const BATCH: usize = 256;

fn tensor(points: Array2<f64>) -> Tensor<2> {
    tensor_of(points.view(), &device())
}

fn critic(d: usize, width: usize, activation: Activation) -> MlpCritic {
    let config = MlpConfig::new(d, 1).with_width(width).with_activation(activation);
    MlpCritic::new(&config, &mut rng(1), &device()).unwrap()
}

fn folding(d: usize, width: usize) -> MlpCritic {
    critic(d, width, Activation::AbsoluteValue)
}

/// Four hidden layers of 128, one more than a penalised critic has by default: an orthonormal layer folds each unit once.
fn four_layers(d: usize) -> MlpCritic {
    let config = MlpConfig::new(d, 1).with_depth(4).with_activation(Activation::AbsoluteValue);
    MlpCritic::new(&config, &mut rng(1), &device()).unwrap()
}

/// Learning rates: of a penalised critic, of weights on the orthonormal matrices, of apexes in units of the data.
const PENALISED: f64 = 1e-3;
const ORTHONORMAL: f64 = 1e-2;
const CONES: f64 = 3e-2;

/// Trains on as many points of each law as `d` allows in 16 MiB.
fn train<C, S>(pair: &dyn KnownPair, critic: C, strategy: &S, n_steps: usize, rate: f64) -> C
where
    C: InputGradient<Sample = Tensor<2>>,
    S: LipschitzStrategy<C>,
{
    let n = ((1 << 22) / pair.dim()).min(20_000);
    let (real, fake) = (tensor(pair.real(n, &mut rng(2))), tensor(pair.fake(n, &mut rng(3))));
    let config = CriticConfig::new(BATCH.min(n), n_steps).with_optimizer(OptimizerConfig::Adam {
        learning_rate: rate,
        beta_1: 0.5,
        beta_2: 0.9,
    });
    config.fit(critic, strategy, (&real, &fake), &mut rng(4)).unwrap()
}

/// Estimate on fresh points as a share of the true W₁; moves of the optimal plan leave out most sampling noise.
fn share<C: InputGradient<Sample = Tensor<2>>>(pair: &dyn KnownPair, critic: &C) -> f64 {
    let n = ((1 << 22) / pair.dim()).min(20_000);
    let (x, y) = pair.coupled(n, &mut rng(5));
    let moves = x.rows().into_iter().zip(y.rows());
    let w1 = moves.map(|(x, y)| GroundNorm::L2.between(x, y)).sum::<f64>() / n as f64;
    Estimate::of(critic, &tensor(x), &tensor(y)).unwrap().value / w1
}

fn cosine<C: InputGradient<Sample = Tensor<2>>>(pair: &dyn KnownPair, critic: &C) -> f64 {
    let x = pair.real(2000, &mut rng(6));
    let (found, known) =
        (points_of(&critic.input_gradient(&tensor(x.clone()))), pair.gradient(x.view()));
    let product = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum();
    product(&found, &known) / (product(&found, &found) * product(&known, &known)).sqrt()
}

fn audit<C>(pair: &dyn KnownPair, critic: &C) -> Audit
where
    C: InputGradient<Sample = Tensor<2>> + LipschitzBound,
{
    let (real, fake) = (pair.real(500, &mut rng(7)), pair.fake(500, &mut rng(8)));
    Audit::of(critic, &tensor(real), &tensor(fake), GroundNorm::L2).unwrap()
}

#[test]
fn an_orthonormal_critic_finds_the_distance_of_two_points() {
    for theta in [0.1, 1.0, 10.0, 100.0] {
        let pair = PointMasses::apart(theta);
        let critic = train(&pair, folding(2, 32), &Orthonormal, 300, ORTHONORMAL);
        let share = share(&pair, &critic);
        assert!((0.99..=1.0001).contains(&share), "{theta}: {share}");
    }
}

#[test]
fn a_penalised_critic_overshoots_by_a_known_factor_that_its_audit_removes() {
    // Maximising s·θ − λ(s − 1)² over slopes s gives s = 1 + θ/(2λ).
    let lambda = 10.0;
    for theta in [0.1, 1.0, 10.0, 100.0] {
        let pair = PointMasses::apart(theta);
        for strategy in [GradientPenalty::two_sided(lambda), GradientPenalty::one_sided(lambda)] {
            let critic =
                train(&pair, critic(2, 32, Activation::LeakyRelu), &strategy, 1000, PENALISED);
            let (share, expected) = (share(&pair, &critic), 1.0 + theta / (2.0 * lambda));
            assert!((share / expected - 1.0).abs() < 0.03, "{theta}: {share} for {expected}");
            let audited = share / audit(&pair, &critic).lower();
            assert!((audited - 1.0).abs() < 0.01, "{theta}: {audited}");
        }
    }
}

#[test]
fn an_orthonormal_critic_points_along_a_translation() {
    for d in [2, 10, 50] {
        let pair = TranslatedNormals { d, shift: 2.0 };
        let critic = train(&pair, folding(d, 64), &Orthonormal, 300, ORTHONORMAL);
        let cosine = cosine(&pair, &critic);
        assert!(cosine >= 0.98, "{d}: {cosine}");
    }
}

#[test]
fn an_orthonormal_critic_is_certified_and_tight_where_no_linear_critic_is_optimal() {
    for (d, least) in [(2, 0.99), (10, 0.98), (50, 0.95)] {
        let pair = StretchedNormals { d };
        let critic = train(&pair, four_layers(d), &Orthonormal, STEPS, ORTHONORMAL);
        let share = share(&pair, &critic);
        assert!(share >= least && share <= 1.0001, "{d}: {share}");
        for weight in critic.weights() {
            for value in singular_values(&weight).unwrap() {
                assert!((value - 1.0).abs() < 1e-4, "{d}: singular value {value}");
            }
        }
        let audit = audit(&pair, &critic);
        assert!((audit.upper - 1.0).abs() < 1e-4, "{d}: {audit:?}");
        // Single-precision scores of close points.
        assert!(audit.lower() <= audit.upper + 1e-3 && audit.lower() > 0.99, "{d}: {audit:?}");
    }
}

#[test]
fn an_orthonormal_critic_recovers_a_distance_of_35_between_pictures() {
    let pair = PointMasses::pictures(64, 35);
    let critic = train(&pair, folding(64 * 64, 32), &Orthonormal, 60, ORTHONORMAL);
    let estimate = 35.0 * share(&pair, &critic);
    assert!((estimate - 35.0).abs() < 0.1, "{estimate}");
}

#[test]
fn normalised_weights_bound_the_slope_in_the_infinity_norm() {
    // Along the diagonal an ℓ∞ critic can see ‖m‖∞ = 2/√2 of the shift ‖m‖₂ = 2, and no more.
    let pair = TranslatedNormals { d: 2, shift: 2.0 };
    let critic =
        train(&pair, critic(2, 32, Activation::GroupSort), &InfinityNorm, 500, ORTHONORMAL);
    assert!(critic.lipschitz_bound(GroundNorm::LInf).unwrap() <= 1.0 + 1e-5);
    let share = share(&pair, &critic);
    assert!(share <= 0.5f64.sqrt() + 1e-4 && share > 0.69, "{share}");
}

#[test]
fn cones_find_funnels() {
    let pair = Funnels::new(4, 4, &mut rng(9));
    let anchors = tensor(pair.fake(64, &mut rng(10)));
    let critic = train(&pair, ConeCritic::new(anchors).unwrap(), &ByConstruction, 500, CONES);
    let (share, cosine) = (share(&pair, &critic), cosine(&pair, &critic));
    assert!(share > 0.95 && share <= 1.0001 && cosine > 0.95, "{share} {cosine}");
}

#[test]
fn the_bracket_of_a_certified_critic_contains_the_distance_of_the_laws() {
    let pairs: [Box<dyn KnownPair>; 3] = [
        Box::new(TranslatedNormals { d: 2, shift: 2.0 }),
        Box::new(StretchedNormals { d: 2 }),
        Box::new(Funnels::new(4, 16, &mut rng(11))),
    ];
    for pair in &pairs {
        let critic = train(pair.as_ref(), folding(pair.dim(), 64), &Orthonormal, 300, ORTHONORMAL);
        let (real, fake) = (pair.real(1000, &mut rng(12)), pair.fake(500, &mut rng(13)));
        let config = W1Config { n_permutations: 0, ..W1Config::default() };
        let report =
            W1Report::of_critic(&critic, &tensor(real), &tensor(fake), config, &mut rng(14))
                .unwrap();
        let w1 = pair.w1();
        assert!(report.lower <= w1 && w1 <= report.upper, "{}: {w1}, {report}", pair.name());
        assert!(report.lower > 0.5 * w1, "{}: {w1}, {report}", pair.name());
    }
}

/// `f(x) = s·clamp(x₀ − 1, 0, 0.1)`: slope `s` on a ridge a tenth wide, flat everywhere else.
#[derive(Module, Debug)]
struct Ridge {
    slope: Param<Tensor<1>>,
}

impl Critic for Ridge {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        let along = (x.clone().narrow(1, 0, 1) - 1.0).clamp(0.0, 0.1).squeeze_dim::<1>(1);
        along * self.slope.val()
    }
}

impl InputGradient for Ridge {
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        let first = x.clone().narrow(1, 0, 1);
        let is_on = first.clone().greater_scalar(1.0).float() * first.lower_scalar(1.1).float();
        let d = x.dims()[1];
        let others = Tensor::zeros([x.dims()[0], d - 1], &x.device());
        Tensor::cat(vec![is_on * self.slope.val().unsqueeze_dim::<2>(1), others], 1)
    }
}

impl LipschitzBound for Ridge {
    fn lipschitz_bound(&self, _ground: GroundNorm) -> Result<f64, WganError> {
        Ok(f64::from(self.slope.val().into_scalar::<f32>()))
    }
}

#[test]
fn an_audit_finds_the_slope_of_a_steep_ridge_between_the_samples() {
    // Real at x₀ = 4 ± 0.2, fake at −2 ± 0.2: no sample and no midpoint is on the ridge, and the mean slope between the
    // laws is 40·0.1/6, a sixtieth of the steepest.
    let slope = 40.0;
    let critic = Ridge { slope: Param::from_data([slope as f32], &device()) };
    let at = |x: f32, seed| {
        let around = normal_points(200, 2, 0.0, 0.05, seed).clamp(-0.2, 0.2);
        around + tensor_of(ndarray::array![[f64::from(x), 0.0]].view(), &device())
    };
    let (real, fake) = (at(4.0, 7), at(-2.0, 8));
    let audit = Audit::of(&critic, &real, &fake, GroundNorm::L2).unwrap();
    assert_eq!(audit.upper, slope);
    assert!(audit.lower() > 0.99 * slope && audit.lower() <= slope * (1.0 + 1e-4), "{audit:?}");
    // What is seen without looking for it.
    let between = values(critic.score(&real) - critic.score(&fake))[0] / 6.0;
    assert!(between < 1.0, "{between}");
}
