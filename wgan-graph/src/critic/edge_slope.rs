//! Penalty on edges whose ends are further apart in the potential than on the network.

use burn::tensor::{Device, Int, Tensor, TensorData};
use wgan_core::lipschitz::{LipschitzStrategy, Penalty, PenaltyTerm};

use super::NodePotential;
use crate::error::GraphError;
use crate::network::Network;

/// Edge-slope penalty `λ · Σₑ max(0, |f(u) − f(v)| − w(e))² / w̄`, `w̄` the mean cost.
///
/// `f` is 1-Lipschitz for the shortest-path distance exactly when no edge is violated, so nothing
/// has to be interpolated and no edge is forgotten. At the optimum an edge that carries mass `q`
/// exceeds its cost by `w̄·q / (2λ)`: the penalised estimate is too large by `w̄·Σₑ q² / (2λ)`, and
/// [`mcshane_extension`](crate::mcshane_extension) makes a certified bound of it.
#[derive(Clone, Debug)]
pub struct EdgeSlopePenalty {
    lambda: f64,
    first: Tensor<1, Int>,
    second: Tensor<1, Int>,
    costs: Tensor<1>,
    mean_cost: f64,
}

impl EdgeSlopePenalty {
    /// The penalty over all edges of `network`, with weight `lambda` (10 bounds each excess by a
    /// twentieth of the mean cost).
    ///
    /// # Errors
    /// [`GraphError::Directed`], and [`GraphError::TooFew`] without an edge of positive cost.
    pub fn new(network: &Network, lambda: f64, device: &Device) -> Result<Self, GraphError> {
        let edges: Vec<(usize, usize, f64)> = network.undirected()?.edges().collect();
        let total: f64 = edges.iter().map(|e| e.2).sum();
        if total <= 0.0 {
            return Err(GraphError::TooFew { at: "edges of positive cost", expected: 1, got: 0 });
        }
        let m = edges.len();
        let ends = |end: fn(&(usize, usize, f64)) -> usize| {
            let ends: Vec<i64> = edges.iter().map(|e| end(e) as i64).collect();
            Tensor::from_data(TensorData::new(ends, [m]), device)
        };
        let costs: Vec<f32> = edges.iter().map(|e| e.2 as f32).collect();
        Ok(Self {
            lambda,
            first: ends(|e| e.0),
            second: ends(|e| e.1),
            costs: Tensor::from_data(TensorData::new(costs, [m]), device),
            mean_cost: total / m as f64,
        })
    }
}

impl<C: NodePotential> LipschitzStrategy<C> for EdgeSlopePenalty {
    fn penalty(&self) -> Penalty<'_, C> {
        Penalty::tracked(|critic: &C, _, _, _| {
            let f = critic.potential();
            let rise =
                (f.clone().select(0, self.first.clone()) - f.select(0, self.second.clone())).abs();
            let excess = (rise.clone() - self.costs.clone()).clamp_min(0.0);
            let loss = excess.square().sum() * (self.lambda / self.mean_cost);
            // Slopes are a progress report; an edge of cost zero has none that is finite.
            let run = self.costs.clone().clamp_min(1e-6 * self.mean_cost);
            PenaltyTerm { loss, slopes: rise / run }
        })
    }
}
