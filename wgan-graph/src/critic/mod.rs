//! Critics on the nodes of a network, and what keeps them 1-Lipschitz.

mod conditional;
mod coordinate;
mod edge_slope;
mod metric;
mod release;
mod tabular;
#[cfg(test)]
mod tests;

use burn::tensor::Tensor;
use wgan_core::Critic;

pub use conditional::ConditionalMetricCritic;
pub use coordinate::CoordinateCritic;
pub use edge_slope::EdgeSlopePenalty;
pub use metric::MetricCritic;
pub use release::AnchorRelease;
pub use tabular::TabularCritic;

use crate::sample::NodeLaw;

/// A critic that has one value per node of a network; a law scores the expectation of it.
pub trait NodePotential: Critic<Sample = NodeLaw> {
    /// `f(v)` of every node.
    ///
    /// # Shapes
    /// - returns: `[v]`
    fn potential(&self) -> Tensor<1>;

    /// `f(v)` of every node in double precision, as [`largest_violation`](crate::largest_violation)
    /// and [`mcshane_extension`](crate::mcshane_extension) take it.
    fn values(&self) -> Vec<f64> {
        self.potential().inner().into_data().iter::<f32>().map(f64::from).collect()
    }
}
