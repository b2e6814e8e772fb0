//! What critics say about their own Lipschitz constant.

use burn::tensor::Tensor;

use super::Critic;
use crate::error::WganError;
use crate::norm::GroundNorm;

/// Critics whose Lipschitz constant has an upper bound that can be computed.
pub trait LipschitzBound: Critic {
    /// A number `L` with `|f(x) − f(y)| ≤ L·‖x − y‖` for all `x` and `y`, in `f64`.
    ///
    /// # Errors
    /// [`WganError::Decomposition`] if a weight is not finite.
    fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError>;
}

/// Critics that are a chain of linear layers and 1-Lipschitz activations, so that a constraint on
/// each layer is one on the whole.
///
/// Every two-dimensional parameter must be the weight `[d_in, d_out]` of a layer.
pub trait LayeredCritic: Critic {
    /// Weights of the layers, from input to output.
    ///
    /// # Shapes
    /// - returns: `[d_in, d_out]` for each layer
    fn weights(&self) -> Vec<Tensor<2>>;
}
