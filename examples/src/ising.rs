//! The Ising model on a square torus: configurations by Monte-Carlo, and its energy in closed form.
//!
//! Spins `s = ±1` on `L × L` sites, `H = −Σ s s′` over neighbouring pairs, temperature `T` in units of the coupling.

use std::f64::consts::{PI, SQRT_2};

use ndarray::{Array2, ArrayView1};
use rand::{Rng, RngExt};

/// Temperature at which the infinite lattice orders, `T_c = 2/ln(1 + √2) ≈ 2.269` (Onsager 1944).
pub fn critical_temperature() -> f64 {
    2.0 / (1.0 + SQRT_2).ln()
}

/// Configurations at one temperature by cluster updates.
///
/// A cluster grows from a random site to equal neighbours with probability `1 − exp(−2/T)` and is flipped as a whole.
///
/// # References
/// Wolff (1989), Collective Monte Carlo updating for spin systems, Physical Review Letters 62, 361.
pub struct Wolff {
    side: usize,
    /// `1 − exp(−2/T)`
    join: f64,
    spins: Vec<bool>,
    /// Clusters between two configurations.
    n_clusters: usize,
}

/// Updates of every spin, on average, between two configurations.
const SWEEPS: usize = 6;

/// Clusters before anything is counted.
const WARM_UP: usize = 2000;

impl Wolff {
    /// A chain in equilibrium on a torus of `side` (at least 3) sites a side.
    pub fn new<R: Rng>(side: usize, temperature: f64, rng: &mut R) -> Self {
        let join = 1.0 - (-2.0 / temperature).exp();
        let spins = (0..side * side).map(|_| rng.random_bool(0.5)).collect();
        let mut chain = Self { side, join, spins, n_clusters: 1 };
        (0..WARM_UP).for_each(|_| {
            chain.flip(rng);
        });
        // How many clusters make a sweep is found once: a number that depended on the state would bias what is kept.
        let flipped: usize = (0..WARM_UP).map(|_| chain.flip(rng)).sum();
        chain.n_clusters = (SWEEPS * side * side * WARM_UP).div_ceil(flipped);
        chain
    }

    /// `n` configurations of spins `±1`, `[n, side²]`, line by line.
    pub fn draw<R: Rng>(&mut self, n: usize, rng: &mut R) -> Array2<f64> {
        let mut rows = Array2::zeros((n, self.spins.len()));
        for mut row in rows.rows_mut() {
            (0..self.n_clusters).for_each(|_| {
                self.flip(rng);
            });
            row.iter_mut().zip(&self.spins).for_each(|(s, &up)| *s = if up { 1.0 } else { -1.0 });
        }
        rows
    }

    /// Flips one cluster and returns its size.
    fn flip<R: Rng>(&mut self, rng: &mut R) -> usize {
        let seed = rng.random_range(0..self.spins.len());
        let up = self.spins[seed];
        self.spins[seed] = !up;
        let (mut boundary, mut size) = (vec![seed], 1);
        while let Some(site) = boundary.pop() {
            for next in neighbours(site, self.side) {
                if self.spins[next] == up && rng.random_bool(self.join) {
                    self.spins[next] = !up;
                    boundary.push(next);
                    size += 1;
                }
            }
        }
        size
    }
}

/// Right, left, below, above.
fn neighbours(site: usize, side: usize) -> [usize; 4] {
    let (i, j) = (site / side, site % side);
    let at = |i: usize, j: usize| (i % side) * side + j % side;
    [at(i, j + 1), at(i, j + side - 1), at(i + 1, j), at(i + side - 1, j)]
}

/// Energy per spin of a configuration, `−(1/L²) Σ s s′`.
pub fn energy(spins: ArrayView1<'_, f64>) -> f64 {
    let side = spins.len().isqrt();
    let pairs = (0..spins.len()).map(|site| {
        let [right, _, below, _] = neighbours(site, side);
        spins[site] * (spins[right] + spins[below])
    });
    -pairs.sum::<f64>() / spins.len() as f64
}

/// `|m| = |Σ s| / L²` of a configuration.
pub fn magnetisation(spins: ArrayView1<'_, f64>) -> f64 {
    (spins.sum() / spins.len() as f64).abs()
}

/// Mean energy per spin of the torus of `side` sites a side, exactly: `−(1/L²)·∂ ln Z/∂K` at `K = 1/T`.
///
/// `Z ∝ (2 sinh 2K)^(L²/2) · Σ` of four products over `r` of `2 cosh(Lγ_r/2)` and `2 sinh(Lγ_r/2)`, over odd and over even `r`, with
/// `cosh γ_r = cosh 2K·coth 2K − cos(πr/L)` and `γ_0 = 2K + ln tanh K`. The derivative is a central difference.
///
/// # References
/// Kaufman (1949), Crystal statistics II, Physical Review 76, 1232; Ferdinand, Fisher (1969), Physical Review 185, 832, equation 2.4.
pub fn exact_energy(side: usize, temperature: f64) -> f64 {
    let (k, step) = (1.0 / temperature, 1e-4);
    let slope = (log_partition(side, k + step) - log_partition(side, k - step)) / (2.0 * step);
    -slope / (side * side) as f64
}

/// `ln Z` up to a constant.
fn log_partition(side: usize, k: f64) -> f64 {
    let l = side as f64;
    let gamma = |r: usize| match r {
        0 => 2.0 * k + k.tanh().ln(),
        _ => {
            let angle = PI * r as f64 / l;
            ((2.0 * k).cosh() / (2.0 * k).tanh() - angle.cos()).acosh()
        }
    };
    // 2 cosh(x) and 2 sinh(x) as exp(|x|) times what is left, so that nothing overflows.
    let product = |first: usize, sign: f64| {
        let factors = (0..side).map(|r| {
            let x = l * gamma(2 * r + first) / 2.0;
            let side = if sign < 0.0 { x.signum() } else { 1.0 };
            (x.abs(), side * (1.0 + sign * (-2.0 * x.abs()).exp()))
        });
        factors.fold((0.0, 1.0), |(log, rest), (x, factor)| (log + x, rest * factor))
    };
    let terms = [product(1, 1.0), product(1, -1.0), product(0, 1.0), product(0, -1.0)];
    let largest = terms.iter().map(|term| term.0).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = terms.iter().map(|(log, rest)| rest * (log - largest).exp()).sum();
    0.5 * l * l * (2.0 * (2.0 * k).sinh()).ln() + largest + sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array1;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_closed_form_is_the_sum_over_all_states() {
        for temperature in [1.5, critical_temperature(), 4.0] {
            let (mut z, mut total) = (0.0, 0.0);
            for state in 0..1_u32 << 16 {
                let spin = |site| if state >> site & 1 == 1 { 1.0 } else { -1.0 };
                let e = energy(Array1::from_shape_fn(16, spin).view());
                let weight = (-16.0 * (e + 2.0) / temperature).exp();
                (z, total) = (z + weight, total + weight * e);
            }
            let (ours, sum) = (exact_energy(4, temperature), total / z);
            assert!((ours - sum).abs() < 1e-6, "T = {temperature}: {ours} {sum}");
        }
    }

    #[test]
    fn a_large_lattice_has_onsagers_energy() {
        // At T_c exactly −√2; at T = 2, −coth(2K)·[1 + (2/π)(2 tanh²2K − 1)·K₁(κ)] = −1.74556.
        assert!((exact_energy(64, 2.0) + 1.74556).abs() < 1e-4);
        assert!((exact_energy(200, critical_temperature()) + SQRT_2).abs() < 5e-3);
    }

    #[test]
    fn clusters_keep_the_law() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for temperature in [2.0, critical_temperature(), 2.6] {
            let rows = Wolff::new(8, temperature, &mut rng).draw(4000, &mut rng);
            let energies: Vec<f64> = rows.rows().into_iter().map(energy).collect();
            let mean = energies.iter().sum::<f64>() / 4000.0;
            let variance = energies.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 4000.0;
            let error = (variance / 4000.0).sqrt();
            let exact = exact_energy(8, temperature);
            // Correlations between configurations make the error somewhat larger than that of independent ones.
            assert!((mean - exact).abs() < 5.0 * error, "T = {temperature}: {mean} {exact}");
        }
    }
}
