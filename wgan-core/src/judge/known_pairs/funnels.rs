//! Random funnels: an exact W₁ and an exact gradient in any dimension.

use std::sync::OnceLock;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::KnownPair;
use crate::transport::GroundNorm;

/// Half the side of the box the real law is uniform on.
const HALF: f64 = 2.5;

/// The position `t` on a ray becomes `t` to this power.
const POWER: i32 = 8;

/// Draws from which `W₁` is computed; its standard error is about 0.2 % of it.
const N_W1: usize = 100_000;

/// The uniform law on a box against the same law with every point moved towards the apex of its cone.
///
/// The potential is `f(x) = minₙ (‖x − aₙ‖ + bₙ)` with random apexes `aₙ` and offsets `bₙ`. A point `x` lies on the ray from
/// the active apex through `x`, which ends where the box or the cone ends; it moves from `t` in `[0, 1]` to `t⁸`. Since `f`
/// falls by exactly the length of every move, `f` and this plan are optimal.
///
/// # References
/// Korotin, Kolesov, Burnaev (2022), Kantorovich Strikes Back! Wasserstein GANs are not Optimal Transport?, NeurIPS,
/// section 4.
#[derive(Debug, Clone)]
pub struct Funnels {
    apexes: Array2<f64>,
    offsets: Array1<f64>,
    w1: OnceLock<f64>,
}

impl Funnels {
    /// `n_funnels` apexes uniform on the box `[−2.5, 2.5]ᵈ`, offsets `0.1·N(0, 1)`.
    pub fn new<R: Rng + ?Sized>(d: usize, n_funnels: usize, rng: &mut R) -> Self {
        let apexes = Array2::from_shape_simple_fn((n_funnels, d), || rng.random_range(-HALF..HALF));
        let offsets = Array1::from_shape_simple_fn(n_funnels, || {
            let normal: f64 = StandardNormal.sample(rng);
            0.1 * normal
        });
        Self { apexes, offsets, w1: OnceLock::new() }
    }

    /// The optimal potential at one point.
    ///
    /// # Shapes
    /// - `x`: `[d]`
    pub fn potential(&self, x: ArrayView1<'_, f64>) -> f64 {
        self.active(x).1
    }

    /// Number and height of the lowest cone.
    fn active(&self, x: ArrayView1<'_, f64>) -> (usize, f64) {
        let heights = self.apexes.rows().into_iter().zip(&self.offsets);
        heights
            .map(|(a, b)| GroundNorm::L2.between(x, a) + b)
            .enumerate()
            .fold((0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best })
    }

    /// Where `x` is moved to.
    fn moved(&self, x: ArrayView1<'_, f64>) -> Array1<f64> {
        let (n, height) = self.active(x);
        let apex = self.apexes.row(n);
        let behind = height - self.offsets[n]; // ‖x − a‖
        if behind == 0.0 {
            return x.to_owned();
        }
        let direction = (&x - &apex) / behind;
        let length = behind + self.ahead(x, height, &direction);
        let t = behind / length;
        &apex + &(direction * (length * t.powi(POWER)))
    }

    /// How far the ray goes on beyond `x`: to the side of the box or to where another cone is lower.
    fn ahead(&self, x: ArrayView1<'_, f64>, height: f64, direction: &Array1<f64>) -> f64 {
        let to_side = x
            .iter()
            .zip(direction)
            .filter(|(_, v)| **v != 0.0)
            .map(|(x, v)| (v.signum() * HALF - x) / v)
            .fold(f64::INFINITY, f64::min);
        // The ray's height is f(x) + r; cone n is as high where ‖x + r·v − aₙ‖ = f(x) + r − bₙ.
        let taken_over = self.apexes.rows().into_iter().zip(&self.offsets).map(|(a, b)| {
            let (square, along) = products(x, a, direction.view());
            let above = height - b;
            let r = 0.5 * (square - above * above) / (above - along);
            if r > 0.0 && r > -above { r } else { f64::INFINITY }
        });
        taken_over.fold(to_side, f64::min)
    }
}

/// `‖x − a‖²` and `⟨x − a, v⟩`, in one pass.
fn products(x: ArrayView1<'_, f64>, a: ArrayView1<'_, f64>, v: ArrayView1<'_, f64>) -> (f64, f64) {
    let coordinates = x.iter().zip(a).zip(v);
    coordinates.fold((0.0, 0.0), |(square, along), ((x, a), v)| {
        let from = x - a;
        (square + from * from, along + from * v)
    })
}

impl KnownPair for Funnels {
    fn name(&self) -> String {
        let (n, d) = self.apexes.dim();
        format!("funnels {d}, {n}")
    }

    fn dim(&self) -> usize {
        self.apexes.ncols()
    }

    /// The mean length of 100,000 moves: a standard error of about 0.2 %.
    fn w1(&self) -> f64 {
        *self.w1.get_or_init(|| {
            let (real, fake) = self.coupled(N_W1, &mut ChaCha8Rng::seed_from_u64(0));
            let moves = real.rows().into_iter().zip(fake.rows());
            moves.map(|(x, y)| GroundNorm::L2.between(x, y)).sum::<f64>() / N_W1 as f64
        })
    }

    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        let shape = (n, self.dim());
        let real = Array2::from_shape_simple_fn(shape, || rng.random_range(-HALF..HALF));
        let mut fake = Array2::zeros(shape);
        for (x, mut y) in real.rows().into_iter().zip(fake.rows_mut()) {
            y.assign(&self.moved(x));
        }
        (real, fake)
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut gradient = x.to_owned();
        for mut row in gradient.rows_mut() {
            let apex = self.apexes.row(self.active(row.view()).0);
            let length = GroundNorm::L2.between(row.view(), apex);
            row.zip_mut_with(&apex, |x, a| *x = (*x - a) / length);
        }
        gradient
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_potential_falls_by_the_length_of_every_move() {
        // Mean length of the moves and difference of mean potentials are then the same number: W₁.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (d, n) in [(2, 4), (2, 64), (4, 16), (16, 4), (64, 64)] {
            let funnels = Funnels::new(d, n, &mut rng);
            let (real, fake) = funnels.coupled(500, &mut rng);
            for (x, y) in real.rows().into_iter().zip(fake.rows()) {
                let fall = funnels.potential(x) - funnels.potential(y);
                assert!((fall - GroundNorm::L2.between(x, y)).abs() < 1e-9);
                assert!(y.iter().all(|v| v.abs() <= HALF + 1e-9));
            }
        }
    }

    #[test]
    fn one_funnel_in_one_dimension_has_the_w1_of_a_power() {
        // Apex 0: x uniform on [0, 2.5] moves to 2.5·t⁸, so W₁ = 2.5·(1/2 − 1/9).
        let funnels = Funnels {
            apexes: Array2::zeros((1, 1)),
            offsets: Array1::zeros(1),
            w1: OnceLock::new(),
        };
        assert!((funnels.w1() - HALF * (0.5 - 1.0 / 9.0)).abs() < 0.005); // four standard errors
    }
}
