//! Generator of laws on the nodes.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::Mlp;
use wgan_core::{Generator, MlpConfig, WganError};

use crate::sample::NodeLaw;

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
    use crate::critic::{AnchorRelease, MetricCritic};
    use crate::paths::ShortestPaths;
    use crate::sample::NodeSamples;
    use crate::test_networks::unit_network;
    use crate::transport::graph_w1;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::train::Schedule;
    use wgan_core::{Fit, GaussianPrior, OptimizerConfig, TrainConfig, Wgan};

    #[test]
    fn a_law_on_two_ends_of_a_ring_is_learnt() {
        let n = 24;
        let ring = unit_network(n, (0..n).map(|u| (u, (u + 1) % n)));
        let (paths, device) = (ShortestPaths::new(&ring), Device::flex());
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // Nodes 0 to 3 and, three times as often, 12 to 15.
        let nodes = (0..800).map(|i| i % 4 + if i % 16 < 4 { 0 } else { 12 }).collect();
        let data = NodeSamples::new(nodes, n, &device);
        let all: Vec<usize> = (0..n).collect();
        let adam = OptimizerConfig::Adam { learning_rate: 0.01 * 6.0, beta_1: 0.5, beta_2: 0.9 };
        let config = TrainConfig::new(128, 400)
            .with_critic_optimizer(adam) // 1 % of the mean distance
            .with_generator_optimizer(OptimizerConfig::adam(1e-3))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.98);
        let prior = GaussianPrior { dim: 4 };
        let mlp = MlpConfig::new(4, n).with_width(32).with_depth(1);
        let wgan = Wgan::new(
            MetricCritic::new(&paths, &all, &device).unwrap(),
            NodeLawGenerator::new(&mlp, &mut rng, &device).unwrap(),
            AnchorRelease::default(),
            &config,
        );
        let fit = Fit::new(&data, &prior, &device, 1).unwrap();
        let generator = fit.run(wgan).unwrap().wgan.averaged;
        let learnt = generator.generate(&prior.sample(1000, &mut rng, &device)).mean_law();
        let w1 = graph_w1(&ring, &learnt, &data.law()).unwrap().value;
        assert!(w1 < 0.5, "{w1}"); // all nodes alike are 4 away
    }

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
