//! Distances between laws, in `f64`. What they say of a model is in [`judge`](crate::judge).
//!
//! `W₁(μ, ν) = min_π Σ ‖xᵢ − yⱼ‖·π(i, j) = max_f E_μ f − E_ν f`, where `π` runs over plans with marginals `μ` and `ν` and `f` over
//! 1-Lipschitz functions. A plan bounds W₁ from above, a function from below.
//!
//! Signs: `u(i) + v(j) ≤ c(i, j)`, and `value = Σ a(i)·u(i) + Σ b(j)·v(j)`; a critic with high scores on `x` and low ones on `y` is
//! `f(xᵢ) = u(i)`, `f(yⱼ) = −v(j)`.
//!
//! | question | answer | kind |
//! | --- | --- | --- |
//! | W₁ of two samples or weighted points | [`w1`], [`w1_between`], [`solve_transport`] | exact, proved by its potentials |
//! | cheapest flow along any arcs | [`min_cost_flow`] | exact, proved by its potentials |
//! | W₁ on the line | [`w1_sorted`], [`w1_weighted`] | exact |
//! | normal laws | [`w1_gaussian`], [`w2_squared_gaussian`] | closed form |
//! | large problems, smooth in the points | [`sinkhorn`], [`sinkhorn_divergence`] | approximate, with a bracket |
//! | a fast look in many dimensions | [`sliced_w1`], [`max_sliced_w1`] | approximate, from below |
//! | what a critic's scores prove | [`McShane`], [`certified_lower_bound`], [`check_lipschitz`] | lower bound |
//! | why not KL | [`discrete_divergences`], [`gaussian_divergences`] | exact, by quadrature |
mod arc_source;
mod cost;
mod divergence;
mod exact;
mod gaussian;
mod mass;
mod mcshane;
mod network_simplex;
mod one_dimensional;
mod plan;
mod points;
mod pricing;
mod quadrature;
mod sinkhorn;
mod sliced;
mod spanning_tree;
mod warm_start;

pub use crate::norm::GroundNorm;
pub use arc_source::{ArcSource, Entering, InitialFlow};
pub(crate) use cost::check_rows;
pub use cost::{DenseCost, GroundCost, PointCost};
pub use divergence::{Divergences, discrete_divergences, gaussian_divergences};
pub use exact::{w1, w1_between};
pub use gaussian::{w1_gaussian, w2_squared_gaussian};
pub use mass::{MASS_TOLERANCE, checked_total, uniform};
pub(crate) use mcshane::{Below, best_extension};
pub use mcshane::{CertifiedBound, McShane, certified_lower_bound, check_lipschitz, largest_slope};
pub use network_simplex::min_cost_flow;
pub use one_dimensional::{w1_sorted, w1_weighted};
pub use plan::{DUAL_TOLERANCE, MARGINAL_TOLERANCE, Transport};
pub use points::solve_transport;
pub use sinkhorn::{EntropicTransport, SinkhornConfig, sinkhorn, sinkhorn_divergence};
pub use sliced::{MaxSlicedW1, SlicedW1, max_sliced_w1, sliced_w1};
pub use spanning_tree::SpanningTree;

/// A standard normal sample `[n, d]` with a constant seed.
#[cfg(test)]
pub(crate) fn sample_for_tests(n: usize, d: usize, seed: u64) -> ndarray::Array2<f64> {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    ndarray::Array2::from_shape_simple_fn((n, d), || StandardNormal.sample(&mut rng))
}
