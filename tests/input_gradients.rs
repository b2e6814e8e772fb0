//! The hand-written input gradient against burn's `backward()`, and the gradient of the penalty
//! with respect to the weights against central differences, for every activation.

use burn::module::Module;
use burn::tensor::Tensor;
use wgan_core::lipschitz::LipschitzStrategy;
use wgan_core::model::Activation;
use wgan_core::{Critic, GradientPenalty, InputGradient, MlpConfig, MlpCritic};
use wgan_tests::{device, normal_points, nudged, rng, values, weight_gradients};

const ACTIVATIONS: [Activation; 7] = [
    Activation::LeakyRelu,
    Activation::Relu,
    Activation::Tanh,
    Activation::Softplus,
    Activation::Silu,
    Activation::GroupSort,
    Activation::AbsoluteValue,
];

fn critic(activation: Activation, is_residual: bool) -> MlpCritic {
    let config = MlpConfig::new(3, 1)
        .with_width(8)
        .with_depth(3)
        .with_activation(activation)
        .with_is_residual(is_residual);
    MlpCritic::new(&config, &mut rng(1), &device()).unwrap()
}

#[test]
fn input_gradient_equals_backward_for_every_activation() {
    for activation in ACTIVATIONS {
        for is_residual in [false, true] {
            let critic = critic(activation, is_residual);
            let x = normal_points(17, 3, 0.0, 1.0, 2);
            let tracked = x.clone().autodiff().require_grad();
            let gradients = critic.score(&tracked).sum().backward();
            let expected = values(tracked.grad(&gradients).unwrap());
            let written = values(critic.input_gradient(&x));
            for (a, b) in written.iter().zip(&expected) {
                // A few roundings of single precision.
                assert!((a - b).abs() < 1e-6, "{activation:?}, residual {is_residual}: {a} {b}");
            }
        }
    }
}

#[test]
fn penalty_gradient_equals_central_differences_for_every_activation() {
    let step = 1e-3;
    for activation in ACTIVATIONS {
        let critic = critic(activation, false).train();
        // At the real points, so that no difference step moves the points themselves.
        let real = normal_points(5, 3, 0.0, 1.0, 4);
        let t = Tensor::ones([5], &device());
        let penalty = |critic: &MlpCritic| {
            GradientPenalty::two_sided(10.0)
                .penalty()
                .term(critic, &real, &real, t.clone())
                .unwrap()
                .loss
        };
        let analytic = weight_gradients(&critic, &penalty(&critic).backward());
        assert!(analytic.iter().any(|g| g.abs() > 1e-2), "{activation:?}: no gradient flows");
        let plain = critic.valid();
        let mut misses = 0;
        for (i, &analytic) in analytic.iter().enumerate() {
            let at = |h: f32| penalty(&nudged(plain.clone(), i, h)).into_scalar::<f32>();
            let numeric = (at(step) - at(-step)) / (2.0 * step);
            // Single precision over a step of 1e-3 leaves about 1e-3 of noise.
            if (analytic - numeric).abs() > 1e-2 * (1.0 + numeric.abs()) {
                misses += 1;
            }
        }
        // A kink crossed by the step looks like an error; smooth activations have none.
        let kinks = match activation {
            Activation::Tanh | Activation::Softplus | Activation::Silu => 0,
            _ => 4,
        };
        assert!(misses <= kinks, "{activation:?}: {misses} weights differ");
    }
}
