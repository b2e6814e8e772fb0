//! Distances between laws, in `f64`: the judges of a model.
//!
//! `W₁(μ, ν) = min_π Σ ‖xᵢ − yⱼ‖·π(i, j) = max_f E_μ f − E_ν f`, where `π` runs over plans with marginals `μ` and `ν` and `f` over
//! 1-Lipschitz functions. A plan bounds W₁ from above, a function from below.
//!
//! Signs: `u(i) + v(j) ≤ c(i, j)`, and `value = Σ a(i)·u(i) + Σ b(j)·v(j)`; a critic with high scores on `x` and low ones on `y` is
//! `f(xᵢ) = u(i)`, `f(yⱼ) = −v(j)`.
mod cost;
mod exact;
mod mass;
mod network_simplex;
mod one_dimensional;
mod plan;
mod pricing;
mod spanning_tree;
mod warm_start;

pub(crate) use cost::check_rows;
pub use cost::{DenseCost, GroundCost, Norm, PointCost};
pub use exact::{w1, w1_between};
pub use mass::{MASS_TOLERANCE, uniform};
pub use network_simplex::solve_transport;
pub use one_dimensional::{w1_sorted, w1_weighted};
pub use plan::{DUAL_TOLERANCE, MARGINAL_TOLERANCE, Transport};

/// A standard normal sample `[n, d]` with a constant seed.
#[cfg(test)]
pub(crate) fn sample_for_tests(n: usize, d: usize, seed: u64) -> ndarray::Array2<f64> {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    ndarray::Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(&mut rng))
}
