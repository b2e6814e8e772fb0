//! Generator of laws on the nodes under a context.

use burn::module::Module;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_cond::Labelled;
use wgan_core::model::Mlp;
use wgan_core::{Generator, MlpConfig, WganError};

/// `(z, y) ↦ softmax(mlp(z, y))`: a law on the nodes for each latent and context.
#[derive(Module, Debug)]
pub struct ConditionalNodeLawGenerator {
    mlp: Mlp,
}

impl ConditionalNodeLawGenerator {
    /// Generator with host-drawn weights; `config` maps latent and context together to one number
    /// per node.
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

impl Generator for ConditionalNodeLawGenerator {
    type Latent = Labelled;
    type Sample = Labelled;

    fn generate(&self, latent: &Labelled) -> Labelled {
        let input = Tensor::cat(vec![latent.x.clone(), latent.y.clone()], 1);
        Labelled { x: softmax(self.mlp.forward(input), 1), y: latent.y.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::critic::ConditionalMetricCritic;
    use crate::paths::ShortestPaths;
    use crate::sample::{ContextPrior, ContextSamples, NodeLaw};
    use crate::test_networks::unit_network;
    use crate::transport::{graph_w1, largest_violation};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::lipschitz::LipschitzStrategy;
    use wgan_core::model::Prior;
    use wgan_core::train::Schedule;
    use wgan_core::{Fit, OptimizerConfig, TrainConfig, Wgan};

    #[derive(Clone)]
    struct Nothing;
    impl LipschitzStrategy<ConditionalMetricCritic> for Nothing {}

    #[test]
    fn it_learns_one_law_per_context() {
        let (path, device) = (unit_network(12, (1..12).map(|v| (v - 1, v))), Device::flex());
        let paths = ShortestPaths::new(&path);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        // By day nodes 1 to 3, by night nodes 8 to 10.
        let nodes: Vec<usize> = (0..600).map(|i| i % 3 + if i % 2 == 0 { 1 } else { 8 }).collect();
        let contexts = (0..600).map(|i| vec![(i % 2) as f32]).collect();
        let data = ContextSamples::new(nodes, contexts, 12, &device);
        let anchors: Vec<usize> = (0..12).collect();
        let config = TrainConfig::new(64, 400)
            .with_critic_optimizer(OptimizerConfig::adam(1e-2))
            .with_generator_optimizer(OptimizerConfig::adam(5e-3))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.95);
        let mlp = |d_in, d_out| MlpConfig::new(d_in, d_out).with_width(16).with_depth(1);
        let wgan = Wgan::new(
            ConditionalMetricCritic::new(&paths, &anchors, &mlp(1, 12), &mut rng, &device).unwrap(),
            ConditionalNodeLawGenerator::new(&mlp(3, 12), &mut rng, &device).unwrap(),
            Nothing,
            &config,
        );
        let prior = ContextPrior { dim: 2 };
        let fit = Fit::new(&data, &prior, &device, 1).unwrap();
        let wgan = fit.run(wgan).unwrap().wgan;
        for (context, first) in [(0.0, 1), (1.0, 8)] {
            let y = Tensor::<2>::zeros([200, 1], &device) + context;
            let z = prior.draw(&Labelled { x: y.clone(), y: y.clone() }, &mut rng, &device);
            let learnt = NodeLaw::new(wgan.averaged.generate(&z).x).mean_law();
            let mut truth = vec![0.0; 12];
            truth[first..first + 3].fill(1.0 / 3.0);
            let w1 = graph_w1(&path, &learnt, &truth).unwrap().value;
            assert!(w1 < 0.5, "context {context}: {w1}"); // a uniform law is 3.5 away
            let f = wgan.critic.potential(y.narrow(0, 0, 1)).inner().into_data();
            let f: Vec<f64> = f.iter::<f32>().map(f64::from).collect();
            assert!(largest_violation(&path, &f) < 1e-5);
        }
    }
}
