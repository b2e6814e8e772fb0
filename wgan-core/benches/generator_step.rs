//! One generator step: five critic steps and one generator step, batch 256, three hidden layers (deep: four),
//! with fresh batches and latents drawn on the host. Devices that are built in run side by side. Beside it, products of
//! matrices as a yardstick.

use burn::tensor::{Device, Tensor, TensorData};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use wgan_core::lipschitz::{LipschitzStrategy, Orthonormal, SpectralNorm, WeightClip};
use wgan_core::model::Activation;
use wgan_core::train::Dataset;
use wgan_core::{
    GaussianPrior, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator, TrainConfig, Wgan,
};

const BATCH: usize = 256;
const LATENT: usize = 32;
const N_CRITIC: usize = 5;

/// Name, where the model lives, and the devices that share the batches.
type Placed = (&'static str, Device, Vec<Device>);

/// Those that are built in, and the servers at `WGAN_SERVERS=ws://HOST:PORT,ws://HOST:PORT`: the
/// first alone, then all of them, with the model here.
fn devices() -> Vec<Placed> {
    let devices: Vec<Placed> = vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex(), Vec::new()),
        #[cfg(feature = "tch")]
        ("tch", Device::libtorch(), Vec::new()),
        #[cfg(feature = "wgpu")]
        ("wgpu", Device::wgpu(burn::tensor::DeviceKind::DefaultDevice), Vec::new()),
        #[cfg(feature = "cuda")]
        ("cuda", Device::cuda(0), Vec::new()),
    ];
    #[cfg(all(feature = "remote", feature = "flex"))]
    if let Ok(addresses) = std::env::var("WGAN_SERVERS") {
        let reached = |address: &str| {
            let host = burn::remote::RemoteHost::websocket(address);
            Device::remote_options(&host).init().unwrap_or_else(|error| panic!("{error}"))
        };
        let servers: Vec<Device> = addresses.split(',').map(reached).collect();
        let mut devices = devices;
        devices.push(("one_server", Device::flex(), servers[..1].to_vec()));
        devices.push(("all_servers", Device::flex(), servers));
        return devices;
    }
    devices
}

struct Bench<S> {
    wgan: Wgan<MlpCritic, MlpGenerator, S>,
    data: Tensor<2>,
    device: Device,
    rng: ChaCha8Rng,
}

impl<S: LipschitzStrategy<MlpCritic>> Bench<S> {
    fn new(
        strategy: S,
        (activation, depth): (Activation, usize),
        (d, width): (usize, usize),
        (device, shared_by): (Device, &[Device]),
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(width);
        let critic = MlpCritic::new(
            &mlp(d, 1).with_activation(activation).with_depth(depth),
            &mut rng,
            &device,
        );
        let generator = MlpGenerator::new(&mlp(LATENT, d), &mut rng, &device);
        let (Ok(critic), Ok(generator)) = (critic, generator) else {
            unreachable!("the sizes are valid")
        };
        let config = TrainConfig::new(BATCH, 1);
        let data = GaussianPrior { dim: d }.sample(10_000, &mut rng, &device);
        let wgan = Wgan::new(critic, generator, strategy, &config).on_devices(shared_by);
        Self { wgan, data, device, rng }
    }

    fn batch(&mut self) -> Tensor<2> {
        let n = self.data.len();
        let rows: Vec<usize> = (0..BATCH).map(|_| self.rng.random_range(0..n)).collect();
        self.data.batch(&rows)
    }

    fn step(&mut self) {
        let prior = GaussianPrior { dim: LATENT };
        for _ in 0..N_CRITIC {
            let real = self.batch();
            let z = prior.sample(BATCH, &mut self.rng, &self.device);
            let t: Vec<f32> = (0..BATCH).map(|_| self.rng.random()).collect();
            let t = Tensor::from_data(TensorData::new(t, [BATCH]), &self.device);
            self.wgan.critic_step(real, &z, t, 1.0);
        }
        let real = self.batch();
        let z = prior.sample(BATCH, &mut self.rng, &self.device);
        self.wgan.generator_step(&real, &z, 1.0);
    }
}

fn run<S>(c: &mut Criterion, name: &str, strategy: S, critic: (Activation, usize))
where
    S: LipschitzStrategy<MlpCritic> + Copy,
{
    let mut group = c.benchmark_group(name);
    group.sample_size(10);
    for (d, width) in [(2, 128), (32, 128), (132, 128), (2, 512), (32, 512), (132, 512)] {
        for (device_name, device, shared_by) in devices() {
            let mut bench = Bench::new(strategy, critic, (d, width), (device, &shared_by));
            let id = BenchmarkId::new(device_name, format!("{d}x{width}"));
            group.bench_function(id, |b| b.iter(|| bench.step()));
        }
    }
    group.finish();
}

fn generator_step(c: &mut Criterion) {
    let leaky = (Activation::LeakyRelu, 3);
    run(c, "gradient_penalty", GradientPenalty::default(), leaky);
    run(c, "weight_clip", WeightClip::default(), leaky);
    run(c, "spectral_norm", SpectralNorm, leaky);
    run(c, "orthonormal", Orthonormal, (Activation::GroupSort, 3));
    run(c, "orthonormal_fold", Orthonormal, (Activation::AbsoluteValue, 3));
    run(c, "orthonormal_fold_deep", Orthonormal, (Activation::AbsoluteValue, 4));
}

/// Products of two square matrices, one on each core; an element is a multiplication or an
/// addition.
fn product(c: &mut Criterion) {
    let mut group = c.benchmark_group("product");
    let (n, n_cores) = (1024, rayon::current_num_threads());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut matrix = || Mat::<f32>::from_fn(n, n, |_, _| rng.random());
    let (a, b, product) = (matrix(), matrix(), matrix());
    let mut products = vec![product; n_cores];
    group.sample_size(20).throughput(Throughput::Elements((n_cores * 2 * n * n * n) as u64));
    let multiply = |to: &mut Mat<f32>| matmul(to, Accum::Replace, &a, &b, 1.0, Par::Seq);
    group.bench_function(BenchmarkId::new("faer", n), |bencher| {
        bencher.iter(|| products.par_iter_mut().for_each(multiply));
    });
    group.finish();
}

criterion_group!(benches, generator_step, product);
criterion_main!(benches);
