//! Point masses, lines, a sphere.

use ndarray::{Array1, Array2, ArrayView2};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::{KnownPair, unit_rows};

/// All real mass in one point, all fake mass in another.
#[derive(Debug, Clone)]
pub struct PointMasses {
    name: String,
    real: Array1<f64>,
    fake: Array1<f64>,
}

impl PointMasses {
    /// The points `(θ, 0)` and `(0, 0)`.
    pub fn apart(theta: f64) -> Self {
        let real = Array1::from(vec![theta, 0.0]);
        Self { name: format!("points {theta}"), fake: Array1::zeros(2), real }
    }

    /// A picture of `side²` zeros with a square of `square²` ones in its middle, against the picture without it:
    /// W₁ = `square`.
    ///
    /// # Panics
    /// If the square does not fit.
    pub fn pictures(side: usize, square: usize) -> Self {
        assert!(square <= side, "a square of {square} does not fit in a picture of {side}");
        let from = (side - square) / 2;
        let inside = |k: usize| (from..from + square).contains(&k);
        let real = Array1::from_shape_fn(side * side, |k| {
            f64::from(u8::from(inside(k / side) && inside(k % side)))
        });
        Self { name: format!("pictures {square}"), fake: Array1::zeros(side * side), real }
    }
}

impl KnownPair for PointMasses {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dim(&self) -> usize {
        self.real.len()
    }

    fn w1(&self) -> f64 {
        let shift = &self.real - &self.fake;
        shift.dot(&shift).sqrt()
    }

    fn coupled(&self, n: usize, _rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        (repeated(n, &self.real), repeated(n, &self.fake))
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        unit_rows(repeated(x.nrows(), &(&self.real - &self.fake)).view(), 1.0)
    }
}

/// Uniform laws on the segments from `(θ, 0)` to `(θ, 1)` and from `(0, 0)` to `(0, 1)` (Arjovsky et al. 2017,
/// example 1).
#[derive(Debug, Clone, Copy)]
pub struct ParallelLines {
    /// The distance `θ` between them.
    pub distance: f64,
}

impl KnownPair for ParallelLines {
    fn name(&self) -> String {
        format!("lines {}", self.distance)
    }

    fn dim(&self) -> usize {
        2
    }

    fn w1(&self) -> f64 {
        self.distance
    }

    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        let mut fake = Array2::zeros((n, 2));
        fake.column_mut(1).mapv_inplace(|_| rng.random());
        let mut real = fake.clone();
        real.column_mut(0).fill(self.distance);
        (real, fake)
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        repeated(x.nrows(), &Array1::from(vec![1.0, 0.0]))
    }
}

/// The uniform law on the unit sphere against its centre: everything moves inwards by one.
#[derive(Debug, Clone, Copy)]
pub struct SphereAndCentre {
    /// Dimension of the space.
    pub d: usize,
}

impl KnownPair for SphereAndCentre {
    fn name(&self) -> String {
        "sphere".to_owned()
    }

    fn dim(&self) -> usize {
        self.d
    }

    fn w1(&self) -> f64 {
        1.0
    }

    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        let normal = Array2::from_shape_simple_fn((n, self.d), || StandardNormal.sample(rng));
        (unit_rows(normal.view(), 1.0), Array2::zeros((n, self.d)))
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        unit_rows(x, 1.0)
    }
}

/// `n` copies of one row.
fn repeated(n: usize, row: &Array1<f64>) -> Array2<f64> {
    Array2::from_shape_fn((n, row.len()), |(_, j)| row[j])
}
