//! The convolutional critic: its written input gradient, the penalty's gradient, its symmetry and its bounds.

use burn::module::Module;
use burn::tensor::Tensor;
use wgan_core::lattice::{ConvCritic, ConvCriticConfig};
use wgan_core::lipschitz::{Audit, LipschitzBound, LipschitzStrategy, SpectralNorm, WeightClip};
use wgan_core::model::Activation;
use wgan_core::{Critic, GradientPenalty, GroundNorm, InputGradient};
use wgan_tests::{device, normal_points, nudged, rng, values, weight_gradients, weights};

const SIDE: usize = 8;

fn config() -> ConvCriticConfig {
    ConvCriticConfig::new(SIDE).with_channels(vec![4, 6]).with_width(5)
}

fn init(config: &ConvCriticConfig) -> ConvCritic {
    config.init(&mut rng(1), &device()).unwrap()
}

fn images(n: usize, seed: u64) -> Tensor<2> {
    normal_points(n, SIDE * SIDE, 0.0, 1.0, seed)
}

#[test]
fn input_gradient_equals_backward() {
    let activations = [
        Activation::LeakyRelu,
        Activation::Tanh,
        Activation::Softplus,
        Activation::Silu,
        Activation::AbsoluteValue,
    ];
    for activation in activations {
        for has_layer_norm in [false, true] {
            for (kernel, stride) in [(4, 2), (3, 1)] {
                let config = config().with_activation(activation).with_width(6);
                let config = config.with_kernel(kernel).with_stride(stride);
                let critic = init(&config.with_has_layer_norm(has_layer_norm));
                let tracked = images(5, 2).autodiff().require_grad();
                let gradients = critic.score(&tracked).sum().backward();
                let expected = values(tracked.grad(&gradients).unwrap());
                let written = values(critic.input_gradient(&images(5, 2)));
                let largest = expected.iter().fold(0.0_f32, |m, g| m.max(g.abs()));
                assert!(largest > 1e-3);
                for (a, b) in written.iter().zip(&expected) {
                    // Roundings of single precision.
                    assert!(
                        (a - b).abs() < 1e-5 * largest,
                        "{activation:?}, norm {has_layer_norm}, kernel {kernel}: {a} {b}"
                    );
                }
            }
        }
    }
}

#[test]
fn penalty_gradient_equals_central_differences() {
    let step = 2e-3;
    for has_layer_norm in [false, true] {
        let config = config().with_activation(Activation::Softplus);
        let critic = init(&config.with_has_layer_norm(has_layer_norm)).train();
        // Large enough for a slope that is far from zero.
        let real = images(3, 4);
        let t = Tensor::ones([3], &device());
        let penalty = |critic: &ConvCritic| {
            GradientPenalty::two_sided(10.0)
                .penalty()
                .term(critic, &real, &real, t.clone())
                .unwrap()
                .loss
        };
        let analytic = weight_gradients(&critic, &penalty(&critic).backward());
        let largest = analytic.iter().fold(0.0_f32, |m, g| m.max(g.abs()));
        assert!(largest > 1e-2, "no gradient flows");
        let plain = critic.valid();
        for (i, &analytic) in analytic.iter().enumerate() {
            let at = |h: f32| penalty(&nudged(plain.clone(), i, h)).into_scalar::<f32>();
            let numeric = (at(step) - at(-step)) / (2.0 * step);
            // Single precision of a penalty of about 10 over the step.
            assert!((analytic - numeric).abs() < 5e-3, "weight {i}: {analytic} {numeric}");
        }
    }
}

#[test]
fn the_score_of_a_shifted_image_is_the_same() {
    for (kernel, stride, shift) in [(3, 1, 1), (4, 2, 4)] {
        let config = config().with_kernel(kernel).with_stride(stride).with_has_layer_norm(true);
        let critic = init(&config);
        let x = images(4, 3);
        let square = x.clone().reshape([4, SIDE as i64, SIDE as i64]);
        let shifted = Tensor::cat(
            vec![square.clone().narrow(2, shift, SIDE - shift), square.clone().narrow(2, 0, shift)],
            2,
        );
        let shifted = shifted.reshape([4, -1]);
        for (a, b) in values(critic.score(&x)).iter().zip(values(critic.score(&shifted))) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
        // The input gradient moves with the image.
        let there = critic.input_gradient(&shifted).reshape([4, SIDE as i64, SIDE as i64]);
        let here = critic.input_gradient(&x).reshape([4, SIDE as i64, SIDE as i64]);
        let moved = here.narrow(2, shift, SIDE - shift);
        let there = there.narrow(2, 0, SIDE - shift);
        let largest = (moved - there).abs().max().into_scalar::<f32>();
        assert!(largest < 1e-5, "{largest}");
    }
}

#[test]
fn spectral_norm_bounds_the_slope_and_clipping_the_weights() {
    // As large weights as it takes for a slope far above one.
    let critic = init(&config());
    let critic = (0..weights(&critic).len()).step_by(3).fold(critic, |c, i| nudged(c, i, 0.5));
    assert!(critic.lipschitz_bound(GroundNorm::L2).unwrap() > 2.0);
    let normalised = LipschitzStrategy::<ConvCritic>::attach(&SpectralNorm, critic.clone());
    let audit = Audit::of(&normalised, &images(20, 5), &images(20, 6), GroundNorm::L2).unwrap();
    assert!((audit.upper - 1.0).abs() < 1e-4, "{audit:?}");
    assert!(audit.lower() < 1.0 + 1e-4 && audit.lower() > 0.05, "{audit:?}");

    let clipped = LipschitzStrategy::<ConvCritic>::attach(&WeightClip::default(), critic);
    assert!(weights(&clipped).iter().all(|w| w.abs() <= 0.01));
}

#[test]
fn no_slope_is_above_the_bound_in_any_norm() {
    let critic = init(&config());
    for ground in [GroundNorm::L1, GroundNorm::L2, GroundNorm::LInf] {
        let audit = Audit::of(&critic, &images(20, 5), &images(20, 6), ground).unwrap();
        assert!(audit.lower() <= audit.upper, "{ground:?}: {audit:?}");
    }
    let normed = init(&config().with_has_layer_norm(true));
    assert_eq!(normed.lipschitz_bound(GroundNorm::L2).unwrap(), f64::INFINITY);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let message =
        |config: ConvCriticConfig| config.init(&mut rng(1), &device()).unwrap_err().to_string();
    assert_eq!(message(ConvCriticConfig::new(6)), "side: expected a multiple of the stride, got 3");
    assert_eq!(message(ConvCriticConfig::new(2)), "side: expected at least the kernel, got 2");
    assert_eq!(
        message(config().with_channels(vec![])),
        "channels: expected at least one convolution, got 0"
    );
    assert_eq!(
        message(config().with_channels(vec![4, 3]).with_activation(Activation::GroupSort)),
        "channels: expected even numbers for pairs, got 3"
    );
    assert_eq!(message(config().with_channels(vec![0])), "channels: expected at least 1, got 0");
    assert_eq!(message(config().with_width(0)), "width: expected at least 1, got 0");
}
