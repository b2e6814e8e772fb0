//! Pairs of laws whose W₁ and optimal potential are known: what a critic is tested on.
//!
//! | pair | W₁ | potential |
//! | --- | --- | --- |
//! | [`PointMasses`] | their distance | linear |
//! | [`TranslatedNormals`], [`ParallelLines`] | length of the shift | linear |
//! | [`SphereAndCentre`] | 1 | `‖x‖` |
//! | [`StretchedNormals`] | `E‖x‖` | `−‖x‖` |
//! | [`Funnels`] | by construction, any dimension | lower envelope of cones |
//!
//! ```
//! use rand::SeedableRng;
//! use rand_chacha::ChaCha8Rng;
//! use wgan_core::judge::known_pairs::{KnownPair, TranslatedNormals};
//! use wgan_core::transport::{GroundNorm, w1};
//!
//! let pair = TranslatedNormals { d: 2, shift: 3.0 };
//! let mut rng = ChaCha8Rng::seed_from_u64(1);
//! let (real, fake) = (pair.real(500, &mut rng), pair.fake(500, &mut rng));
//! let between = w1(real.view(), fake.view(), GroundNorm::L2)?.value;
//! assert!((between - pair.w1()).abs() < 0.2); // exact between the samples, not between the laws
//! # Ok::<(), wgan_core::WganError>(())
//! ```

mod funnels;
mod normals;
mod shapes;

use ndarray::{Array2, ArrayView2};
use rand::Rng;

pub use funnels::Funnels;
pub use normals::{StretchedNormals, TranslatedNormals};
pub use shapes::{ParallelLines, PointMasses, SphereAndCentre};

/// Two laws with a known W₁ for the Euclidean norm and a known optimal potential.
pub trait KnownPair {
    /// Kind and parameters.
    fn name(&self) -> String;

    /// Dimension of the points.
    fn dim(&self) -> usize;

    /// W₁ of the two laws.
    fn w1(&self) -> f64;

    /// Draws from the optimal plan: row `i` of the real sample is moved to row `i` of the fake one.
    ///
    /// # Shapes
    /// - returns: real `[n, d]`, fake `[n, d]`
    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>);

    /// Gradient of the optimal potential `f`, of length one, where `W₁ = E f(real) − E f(fake)`; determined on the
    /// real law and on the way from there.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`; returns `[n, d]`
    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64>;

    /// Draws from the real law.
    ///
    /// # Shapes
    /// - returns: `[n, d]`
    fn real(&self, n: usize, rng: &mut dyn Rng) -> Array2<f64> {
        self.coupled(n, rng).0
    }

    /// Draws from the fake law.
    ///
    /// # Shapes
    /// - returns: `[n, d]`
    fn fake(&self, n: usize, rng: &mut dyn Rng) -> Array2<f64> {
        self.coupled(n, rng).1
    }
}

/// Rows divided by their Euclidean length, times `sign`.
fn unit_rows(x: ArrayView2<'_, f64>, sign: f64) -> Array2<f64> {
    let mut unit = x.to_owned();
    for mut row in unit.rows_mut() {
        let length = row.dot(&row).sqrt();
        row.mapv_inplace(|value| sign * value / length);
    }
    unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::GroundNorm;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn catalogue() -> Vec<Box<dyn KnownPair>> {
        vec![
            Box::new(PointMasses::apart(10.0)),
            Box::new(PointMasses::pictures(16, 5)),
            Box::new(ParallelLines { distance: 1.0 }),
            Box::new(SphereAndCentre { d: 3 }),
            Box::new(TranslatedNormals { d: 10, shift: 2.0 }),
            Box::new(StretchedNormals { d: 2 }),
            Box::new(StretchedNormals { d: 10 }),
            Box::new(StretchedNormals { d: 50 }),
            Box::new(Funnels::new(2, 4, &mut ChaCha8Rng::seed_from_u64(1))),
            Box::new(Funnels::new(16, 64, &mut ChaCha8Rng::seed_from_u64(2))),
        ]
    }

    #[test]
    fn the_mean_move_is_the_known_distance() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for pair in catalogue() {
            let (real, fake) = pair.coupled(20_000, &mut rng);
            let moves = real.rows().into_iter().zip(fake.rows());
            let lengths: Vec<f64> = moves.map(|(x, y)| GroundNorm::L2.between(x, y)).collect();
            let n = lengths.len() as f64;
            let mean = lengths.iter().sum::<f64>() / n;
            let variance = lengths.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / n;
            let error = 4.0 * (variance / n).sqrt() + 1e-9;
            assert!((mean - pair.w1()).abs() < error, "{}: {mean} for {}", pair.name(), pair.w1());
        }
    }

    #[test]
    fn every_move_is_along_the_gradient() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for pair in catalogue() {
            let (real, fake) = pair.coupled(200, &mut rng);
            let gradient = pair.gradient(real.view());
            assert_eq!(gradient.dim(), (200, pair.dim()));
            for ((x, y), g) in real.rows().into_iter().zip(fake.rows()).zip(gradient.rows()) {
                let length = GroundNorm::L2.between(x, y);
                // f falls by the length of the move: the plan is optimal.
                assert!(((&x - &y).dot(&g) - length).abs() < 1e-9, "{}", pair.name());
            }
        }
    }
}
