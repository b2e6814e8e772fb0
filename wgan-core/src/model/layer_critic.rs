//! Critic of composed layers.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;

use super::{Critic, InputGradient};
use crate::network::Layer;

/// `f(x)` = the first output of a [`Layer`]: a critic of one's own, with its input gradient.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use rand::SeedableRng;
/// use rand_chacha::ChaCha8Rng;
/// use wgan_core::lipschitz::check_input_gradient;
/// use wgan_core::model::{Activation, Dense, Layer, LayerCritic, Nonlinear, Residual};
///
/// let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
/// let block = Dense::new(8, 8, &mut rng, &device).then(Nonlinear::new(Activation::Silu));
/// let critic = LayerCritic::new(
///     Dense::new(2, 8, &mut rng, &device)
///         .then(Residual { layer: block })
///         .then(Dense::new(8, 1, &mut rng, &device)),
/// );
/// let x = Tensor::<2>::from_floats([[0.3, -1.0], [2.0, 0.5]], &device);
/// check_input_gradient(&critic, &x)?; // it takes every penalty on slopes
/// # Ok::<(), wgan_core::WganError>(())
/// ```
#[derive(Module, Debug)]
pub struct LayerCritic<L> {
    layer: L,
}

impl<L: Layer + ModuleDisplay> LayerCritic<L> {
    /// The critic whose score is the first output of `layer`.
    pub fn new(layer: L) -> Self {
        Self { layer }
    }
}

impl<L: Layer + ModuleDisplay> Critic for LayerCritic<L> {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        let (y, _) = self.layer.forward(x.clone());
        y.narrow(1, 0, 1).squeeze_dim::<1>(1) // [n, d_out] → [n]
    }
}

impl<L: Layer + ModuleDisplay> InputGradient for LayerCritic<L> {
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        let (y, trace) = self.layer.forward(x.clone());
        let [n, d_out] = y.dims();
        let device = x.device();
        let first = Tensor::ones([n, 1], &device);
        let cotangent = Tensor::cat(vec![first, Tensor::zeros([n, d_out - 1], &device)], 1);
        self.layer.pull_back(cotangent, &trace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use crate::lipschitz::check_input_gradient;
    use crate::model::{MlpConfig, MlpCritic};
    use crate::network::{Activation, Dense, Nonlinear, Residual};
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// `x ↦ (x, x²)`, with a pull-back that may be wrong.
    #[derive(Module, Debug)]
    struct Squares {
        #[module(skip)]
        factor: f32,
    }

    impl Layer for Squares {
        type Trace = Tensor<2>;

        fn forward(&self, x: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
            (Tensor::cat(vec![x.clone(), x.clone().square()], 1), x)
        }

        fn pull_back(&self, g: Tensor<2>, x: &Tensor<2>) -> Tensor<2> {
            let d = x.dims()[1];
            g.clone().narrow(1, 0, d) + g.narrow(1, d, d) * x.clone() * self.factor
        }
    }

    fn points() -> Tensor<2> {
        Tensor::from_floats([[0.3, -1.2], [1.5, 0.4], [-0.7, 2.0]], &Device::flex())
    }

    fn critic(factor: f32, activation: Activation) -> impl InputGradient<Sample = Tensor<2>> {
        let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
        let block = Dense::new(6, 6, &mut rng, &device).then(Nonlinear::new(activation));
        LayerCritic::new(
            Squares { factor }
                .then(Dense::new(4, 6, &mut rng, &device))
                .then(Residual { layer: block })
                .then(Dense::new(6, 3, &mut rng, &device)),
        )
    }

    #[test]
    fn a_layer_of_ones_own_composes_with_others() {
        for activation in [Activation::Tanh, Activation::LeakyRelu, Activation::GroupSort] {
            check_input_gradient(&critic(2.0, activation), &points()).unwrap();
        }
    }

    #[test]
    fn a_wrong_pull_back_is_found() {
        let message = check_input_gradient(&critic(1.0, Activation::Tanh), &points()).unwrap_err();
        let message = message.to_string();
        assert!(message.starts_with("input gradient: largest difference from"), "{message}");
    }

    #[test]
    fn a_perceptron_is_a_layer() {
        let (device, config) = (Device::flex(), MlpConfig::new(2, 1).with_width(8));
        let mut rngs = [1, 1].map(ChaCha8Rng::seed_from_u64);
        let layered = LayerCritic::new(config.init(&mut rngs[0], &device).unwrap());
        let plain = MlpCritic::new(&config, &mut rngs[1], &device).unwrap();
        let both = [layered.input_gradient(&points()), plain.input_gradient(&points())];
        let [ours, expected] = both.map(|gradient| points_of(&gradient));
        assert!((ours - expected).iter().all(|error| error.abs() < 1e-6));
    }
}
