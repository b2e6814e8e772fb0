//! A neural critic on coordinates of the nodes.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::Mlp;
use wgan_core::{Critic, MlpConfig, WganError};

use super::NodePotential;
use crate::sample::NodeLaw;

/// `f(v) = mlp(x(v))` for coordinates `x(v)`: distances to landmarks, features of the nodes, or
/// both side by side.
///
/// Unlike a table it has values for nodes that were not there in training. It is 1-Lipschitz as
/// far as an [`EdgeSlopePenalty`](super::EdgeSlopePenalty) goes.
#[derive(Module, Debug)]
pub struct CoordinateCritic {
    mlp: Mlp,
    /// `x`, `[v, d]`; a constant that is not saved with the weights.
    coordinates: Tensor<2>,
}

impl CoordinateCritic {
    /// Critic with host-drawn weights on these coordinates, best of order one.
    ///
    /// # Shapes
    /// - `coordinates`: `[v, d_input]`
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output,
    /// [`WganError::Shape`] if the coordinates do not fit.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        coordinates: Tensor<2>,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        if config.d_output != 1 {
            return Err(WganError::config("d_output", "1 for a critic", config.d_output));
        }
        let [v, d] = coordinates.dims();
        if d != config.d_input {
            let (expected, got) = (vec![v, config.d_input], vec![v, d]);
            return Err(WganError::Shape { at: "coordinates", expected, got });
        }
        Ok(Self { mlp: config.init(rng, device)?, coordinates })
    }

    /// `f` at any coordinates; those of new nodes too.
    ///
    /// # Shapes
    /// - `coordinates`: `[n, d_input]`
    /// - returns: `[n]`
    pub fn at(&self, coordinates: Tensor<2>) -> Tensor<1> {
        self.mlp.forward(coordinates).squeeze_dim::<1>(1)
    }
}

impl NodePotential for CoordinateCritic {
    fn potential(&self) -> Tensor<1> {
        self.at(self.coordinates.clone())
    }
}

impl Critic for CoordinateCritic {
    type Sample = NodeLaw;

    fn score(&self, law: &NodeLaw) -> Tensor<1> {
        law.expectation(self.potential())
    }
}
