//! Generator of laws on the nodes.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::{Generator, Mlp, MlpConfig, WganError};

use crate::node_law::NodeLaw;

/// `z ↦ softmax(mlp(z))`: a law on the `v` nodes for each latent.
///
/// The law that is learnt is the mean over `z`. Because the critic's expectation under a law is a
/// sum, the generator's gradient has no sampling noise from the nodes.
#[derive(Module, Debug)]
pub struct NodeLawGenerator {
    mlp: Mlp,
}

impl NodeLawGenerator {
    /// Generator with host-drawn weights; `config.d_output` is the number of nodes.
    ///
    /// # Errors
    /// As [`MlpConfig::check`].
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        Ok(Self { mlp: config.init(rng, device)? })
    }
}

impl Generator for NodeLawGenerator {
    type Latent = Tensor<2>;
    type Sample = NodeLaw;

    fn generate(&self, z: &Tensor<2>) -> NodeLaw {
        NodeLaw::new(softmax(self.mlp.forward(z.clone()), 1)) // [n, k] → [n, v]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn every_latent_gives_a_law() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let config = MlpConfig::new(2, 5).with_width(8);
        let generator = NodeLawGenerator::new(&config, &mut rng, &device).unwrap();
        let laws = generator.generate(&Tensor::ones([3, 2], &device)).weights();
        assert_eq!(laws.dims(), [3, 5]);
        for total in laws.sum_dim(1).into_data().iter::<f32>() {
            assert!((total - 1.0).abs() < 1e-6); // round-off of five terms
        }
    }
}
