//! What the experiments share: arguments, the table of verdicts, pictures. The method of an experiment is in its own file.

mod experiment;
pub mod ising;
mod picture;

use std::sync::OnceLock;

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

pub use experiment::Experiment;
pub use picture::{Panel, Point, save};

/// The device of this run, told once by the arguments.
static DEVICE: OnceLock<Device> = OnceLock::new();

/// Where tensors live: what `--device` says, or the processor.
pub fn device() -> Device {
    DEVICE.get_or_init(Device::flex).clone()
}

/// Tensors live on `device`, unless one was asked for before.
fn use_device(device: Device) {
    DEVICE.get_or_init(|| device);
}

/// Whatever ends an example.
pub type Failure = Box<dyn std::error::Error>;

/// `n` points of `N(0, I)` in `d` dimensions.
pub fn normal_points<R: Rng + ?Sized>(n: usize, d: usize, rng: &mut R) -> Array2<f64> {
    Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(rng))
}

/// `n` uniform numbers on `[0, 1]`: the interpolation weights of a critic step.
pub fn uniform<R: Rng + ?Sized>(n: usize, rng: &mut R, device: &Device) -> Tensor<1> {
    let values: Vec<f32> = (0..n).map(|_| rng.random()).collect();
    Tensor::from_data(TensorData::new(values, [n]), device)
}

/// The numbers of a tensor.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f32>().map(f64::from).collect()
}

/// `n` numbers from `from` to `to`, at equal distances.
pub fn linspace(from: f64, to: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| from + (to - from) * i as f64 / (n - 1) as f64).collect()
}

/// Mean of the numbers.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The first two columns as points of a picture.
pub fn points(table: &Array2<f64>) -> Vec<Point> {
    table.rows().into_iter().map(|row| (row[0], row[1])).collect()
}

/// The programs of the guides run as doc tests.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/guides/feature-vectors.md")]
    struct FeatureVectors;

    #[doc = include_str!("../../docs/guides/own-critic.md")]
    struct OwnCritic;
}
