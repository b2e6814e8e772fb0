//! Oracles: closed forms and seeded data that tests compare with.

mod linear_gaussian;
mod ring;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_core::cli::DeviceChoice;
use wgan_core::{Critic, InputGradient};

pub use linear_gaussian::LinearGaussian;
pub use ring::Ring;

/// The device every test runs on: `WGAN_TEST_DEVICE`, one of those that are built in; `flex` where it is not set.
///
/// # Panics
/// If there is none of this name, it is not built in, or its server cannot be reached.
pub fn device() -> Device {
    let name = std::env::var("WGAN_TEST_DEVICE").unwrap_or_else(|_| "flex".to_owned());
    let choice: DeviceChoice = name.parse().unwrap_or_else(|error| panic!("{error}"));
    choice.device().unwrap_or_else(|error| panic!("{error}"))
}

/// A generator with this seed.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// `n` points of `N(mean, sd²·I)` in `d` dimensions.
pub fn normal_points(n: usize, d: usize, mean: f32, sd: f32, seed: u64) -> Tensor<2> {
    let noise = StandardNormal.sample_iter(rng(seed));
    let values: Vec<f32> = noise.take(n * d).map(|z: f32| mean + sd * z).collect();
    Tensor::from_data(TensorData::new(values, [n, d]), &device())
}

/// Values of a tensor in row-major order.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

/// `f(x) = ⟨w, x⟩`: slope `‖w‖` everywhere.
#[derive(Module, Debug)]
pub struct LinearCritic {
    weight: Param<Tensor<1>>,
}

impl LinearCritic {
    /// Critic with these weights.
    pub fn new(weight: &[f32]) -> Self {
        Self { weight: Param::from_data(weight, &device()) }
    }
}

impl Critic for LinearCritic {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        x.clone().matmul(self.weight.val().unsqueeze_dim(1)).squeeze_dim(1)
    }
}

impl InputGradient for LinearCritic {
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        self.weight.val().unsqueeze_dim::<2>(0).expand([x.dims()[0] as i64, -1])
    }
}

/// All weights of a module in visiting order.
pub fn weights<M: Module>(module: &M) -> Vec<f32> {
    struct Collect(Vec<f32>);
    impl ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(values(param.val().inner()));
        }
    }
    let mut collect = Collect(Vec::new());
    module.visit(&mut collect);
    collect.0
}

/// Gradients of all weights, in the order of [`weights`].
pub fn weight_gradients<M: Module>(module: &M, gradients: &Gradients) -> Vec<f32> {
    struct Collect<'a>(Vec<f32>, &'a Gradients);
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let n = param.lazy_shape().num_elements();
            match param.val().grad(self.1) {
                Some(gradient) => self.0.extend(values(gradient)),
                None => self.0.extend(vec![0.0; n]),
            }
        }
    }
    let mut collect = Collect(Vec::new(), gradients);
    module.visit(&mut collect);
    collect.0
}

/// The module with `step` added to weight number `index`.
pub fn nudged<M: Module>(module: M, index: usize, step: f32) -> M {
    struct Nudge {
        index: usize,
        seen: usize,
        step: f32,
    }
    impl ModuleMapper for Nudge {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let n = param.lazy_shape().num_elements();
            let here = self.index.checked_sub(self.seen).filter(|&i| i < n);
            self.seen += n;
            let Some(i) = here else { return param };
            param.map(|tensor| {
                let (device, shape) = (tensor.device(), tensor.dims());
                let mut data = values(tensor.inner());
                data[i] += self.step;
                Tensor::<D>::from_data(TensorData::new(data, shape), &device)
            })
        }
    }
    module.map(&mut Nudge { index, seen: 0, step })
}
