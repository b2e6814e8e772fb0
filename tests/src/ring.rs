//! Eight Gaussians whose class is their mode.

use ndarray::Array2;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::TAU;
use wgan_cond::{Condition, Conditioned};

/// Modes `N(centre, sd²·I)` on the unit circle.
pub struct Ring;

impl Ring {
    /// Standard deviation of a mode.
    pub const SD: f64 = 0.05;

    /// Centre of mode `k` of 8.
    pub fn centre(k: usize) -> [f64; 2] {
        let angle = TAU * k as f64 / 8.0;
        [angle.cos(), angle.sin()]
    }

    /// The condition "mode `k`".
    pub fn class(k: usize) -> Condition {
        Condition::new().with("mode", format!("mode {k}"))
    }

    /// Samples of these modes.
    pub fn points<R: Rng>(modes: &[usize], rng: &mut R) -> Array2<f64> {
        Array2::from_shape_fn((modes.len(), 2), |(i, j)| {
            let noise: f64 = StandardNormal.sample(rng);
            Self::centre(modes[i])[j] + Self::SD * noise
        })
    }

    /// Samples of these modes, a share `flipped` of the labels replaced by another one.
    pub fn labelled<R: Rng>(modes: &[usize], flipped: f64, rng: &mut R) -> Conditioned {
        let x = Self::points(modes, rng);
        let label = |&k: &usize| {
            if rng.random_bool(flipped) { (k + rng.random_range(1..8)) % 8 } else { k }
        };
        let labels: Vec<usize> = modes.iter().map(label).collect();
        Conditioned { x, conditions: labels.into_iter().map(Self::class).collect() }
    }
}
