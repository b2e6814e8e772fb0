//! A conditional law with a known mean and covariance at every condition.

use ndarray::{Array1, Array2};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use wgan_cond::{Condition, ConditionColumn, Conditioned};

use crate::rng;

/// `x = A·c + b_k + 0.4·B·ε` with `c` in 3-D, a class `k` of 4, `x` in 8-D and `ε ~ N(0, I)`:
/// mean `A·c + b_k`, covariance `0.16·B·Bᵀ` for every class.
pub struct LinearGaussian {
    matrix: Array2<f64>,
    offsets: Array2<f64>,
    noise: Array2<f64>,
}

/// Values of each number in the training data: the corners and middles of a cube.
const LEVELS: [f64; 3] = [-1.0, 0.0, 1.0];
/// Scale of the noise.
const SCALE: f64 = 0.4;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

impl Default for LinearGaussian {
    fn default() -> Self {
        let mut rng = rng(2024);
        let noise = Array2::from_shape_simple_fn((8, 8), || -> f64 {
            let entry: f64 = StandardNormal.sample(&mut rng);
            entry / 8_f64.sqrt() // unit variance of each coordinate, on average
        });
        let mut uniform = |bound: f64| rng.random_range(-bound..bound);
        Self {
            noise,
            matrix: Array2::from_shape_simple_fn((8, 3), || uniform(0.8)),
            offsets: Array2::from_shape_simple_fn((4, 8), || uniform(0.8)),
        }
    }
}

impl LinearGaussian {
    /// The conditions: three numbers and a class.
    pub fn columns() -> [ConditionColumn; 4] {
        let number = |name| ConditionColumn::number(name, "");
        [number("c0"), number("c1"), number("c2"), ConditionColumn::categories("class")]
    }

    /// Class `k` at `c`.
    pub fn condition(k: usize, c: [f64; 3]) -> Condition {
        Condition::new().with("c0", c[0]).with("c1", c[1]).with("c2", c[2]).with("class", NAMES[k])
    }

    /// `n` samples at conditions of the training grid.
    pub fn training(&self, n: usize, seed: u64) -> Conditioned {
        let mut rng = rng(seed);
        let mut x = Array2::zeros((n, 8));
        let mut conditions = Vec::with_capacity(n);
        for mut row in x.rows_mut() {
            let k = rng.random_range(0..4);
            let c = [0; 3].map(|_| LEVELS[rng.random_range(0..LEVELS.len())]);
            row.assign(&self.sample(k, c, &mut rng));
            conditions.push(Self::condition(k, c));
        }
        Conditioned { x, conditions }
    }

    /// `E[x | k, c]`.
    pub fn mean(&self, k: usize, c: [f64; 3]) -> Array1<f64> {
        self.matrix.dot(&Array1::from_iter(c)) + self.offsets.row(k)
    }

    /// `Cov[x | k, c]`.
    pub fn covariance(&self) -> Array2<f64> {
        self.noise.dot(&self.noise.t()) * SCALE * SCALE
    }

    fn sample<R: Rng>(&self, k: usize, c: [f64; 3], rng: &mut R) -> Array1<f64> {
        let noise = Array1::from_shape_simple_fn(8, || -> f64 { StandardNormal.sample(rng) });
        self.mean(k, c) + self.noise.dot(&noise) * SCALE
    }
}
