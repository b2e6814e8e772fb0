//! Exact transport: network simplex with a cost matrix and with computed costs, and sorted one-dimensional samples.
//!
//! Ids: `network_simplex/<cost>/<points on each side>`; two normal clouds in the plane, Euclidean; the cost
//! matrix is made outside the timed part.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ndarray::{Array2, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_core::transport::{GroundNorm, PointCost, solve_transport, uniform, w1_sorted};

/// A standard normal table `[n, d]`.
fn normal(n: usize, d: usize, seed: u64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(&mut rng))
}

fn network_simplex(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("network_simplex");
    group.sample_size(10);
    for n in [500, 1000, 2000, 4000] {
        let (x, y) = (normal(n, 2, 1), normal(n, 2, 2) + &array![1.0, 0.5]);
        let Ok(points) = PointCost::new(x.view(), y.view(), GroundNorm::L2) else {
            return;
        };
        let (matrix, weights) = (points.to_dense(), uniform(n));
        group.bench_function(BenchmarkId::new("matrix", n), |b| {
            b.iter(|| black_box(solve_transport(&matrix, &weights, &weights)));
        });
        group.bench_function(BenchmarkId::new("computed", n), |b| {
            b.iter(|| black_box(solve_transport(&points, &weights, &weights)));
        });
    }
}

fn one_dimension(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("w1_sorted");
    group.sample_size(10);
    for n in [10_000, 1_000_000] {
        let (x, y) = (
            normal(n, 1, 1).into_raw_vec_and_offset().0,
            normal(n, 1, 2).into_raw_vec_and_offset().0,
        );
        group.bench_function(BenchmarkId::from_parameter(n), |b| {
            b.iter(|| black_box(w1_sorted(&x, &y)))
        });
    }
}

criterion_group!(benches, network_simplex, one_dimension);
criterion_main!(benches);
