//! A law on the nodes of a petgraph graph, learnt by a critic that knows the shortest paths.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::{Fit, GaussianPrior, Generator, MlpConfig, OptimizerConfig, TrainConfig, Wgan};
use wgan_graph::burn::tensor::Device;
use wgan_graph::petgraph::graph::UnGraph;
use wgan_graph::{AnchorRelease, MetricCritic, NodeLawGenerator, NodeSamples, graph_w1};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
    let ring = UnGraph::<(), f64>::from_edges((0..24).map(|u| (u, (u + 1) % 24, 1.0)));
    let (critic, network) = MetricCritic::from_graph(&ring, |edge| *edge.weight(), &device)?;
    // Nodes 0 to 3 and, three times as often, 12 to 15.
    let seen = (0..800).map(|i| i % 4 + if i % 16 < 4 { 0 } else { 12 }).collect();
    let data = NodeSamples::new(seen, network.n_nodes(), &device);
    let rate = |rate| OptimizerConfig::Adam { learning_rate: rate, beta_1: 0.5, beta_2: 0.9 };
    let config = TrainConfig::new(128, 400)
        .with_critic_optimizer(rate(0.06)) // 1 % of the mean distance
        .with_generator_optimizer(rate(1e-3));
    let mlp = MlpConfig::new(4, network.n_nodes()).with_width(32).with_depth(1);
    let generator = NodeLawGenerator::new(&mlp, &mut rng, &device)?;
    let wgan = Wgan::new(critic, generator, AnchorRelease::default(), &config);
    let prior = GaussianPrior { dim: 4 };
    let outcome = Fit::new(&data, &prior, &device, 1)?.run(wgan)?;
    let latent = prior.sample(1000, &mut rng, &device);
    let learnt = outcome.wgan.generator.generate(&latent).mean_law();
    let w1 = graph_w1(&network, &learnt, &data.law())?.value;
    assert!(w1 < 0.8, "{w1}"); // all nodes alike are 4 away
    Ok(())
}
