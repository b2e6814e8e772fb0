//! Normal laws that differ by a shift or by their width.

use ndarray::{Array2, ArrayView2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{KnownPair, unit_rows};

/// `N(m, I)` against `N(0, I)` with `m` along the diagonal: W₁ = `‖m‖`.
#[derive(Debug, Clone, Copy)]
pub struct TranslatedNormals {
    /// Dimension.
    pub d: usize,
    /// The length `‖m‖`.
    pub shift: f64,
}

impl TranslatedNormals {
    /// Coordinates of a unit vector along `m`.
    fn coordinate(&self) -> f64 {
        (self.d as f64).sqrt().recip()
    }
}

impl KnownPair for TranslatedNormals {
    fn name(&self) -> String {
        format!("translated {}", self.d)
    }

    fn dim(&self) -> usize {
        self.d
    }

    fn w1(&self) -> f64 {
        self.shift
    }

    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        let fake = normal(n, self.d, rng);
        (&fake + self.shift * self.coordinate(), fake)
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        Array2::from_elem(x.dim(), self.coordinate())
    }
}

/// `N(0, I)` against `N(0, 4I)`: the optimal map doubles every point, the potential is `−‖x‖`, and
/// W₁ = `E‖x‖ = √2·Γ((d + 1)/2)/Γ(d/2)`. No linear critic is optimal.
#[derive(Debug, Clone, Copy)]
pub struct StretchedNormals {
    /// Dimension, at least 1.
    pub d: usize,
}

impl KnownPair for StretchedNormals {
    fn name(&self) -> String {
        format!("stretched {}", self.d)
    }

    fn dim(&self) -> usize {
        self.d
    }

    fn w1(&self) -> f64 {
        mean_length(self.d)
    }

    fn coupled(&self, n: usize, rng: &mut dyn Rng) -> (Array2<f64>, Array2<f64>) {
        let real = normal(n, self.d, rng);
        let fake = &real * 2.0;
        (real, fake)
    }

    fn gradient(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        unit_rows(x, -1.0)
    }
}

/// `E‖x‖` for a standard normal `x` of dimension `d`, from `E‖x‖_{d+2} = E‖x‖_d·(d + 1)/d`.
fn mean_length(d: usize) -> f64 {
    let start = if d % 2 == 1 {
        (2.0 / std::f64::consts::PI).sqrt() // d = 1
    } else {
        (std::f64::consts::PI / 2.0).sqrt() // d = 2
    };
    let first = if d % 2 == 1 { 1 } else { 2 };
    (first..d).step_by(2).fold(start, |mean, k| mean * (k + 1) as f64 / k as f64)
}

fn normal(n: usize, d: usize, rng: &mut dyn Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_lengths_are_those_of_the_chi_law() {
        for (d, expected) in [(1, 0.797_885), (2, 1.253_314), (10, 3.084_327), (50, 7.035_806)] {
            assert!((mean_length(d) - expected).abs() < 5e-4, "{d}: {}", mean_length(d));
        }
    }
}
