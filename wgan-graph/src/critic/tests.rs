//! Critics against exact transport and closed forms.

use burn::tensor::{Device, Tensor};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_core::lipschitz::{LipschitzStrategy, PenaltyTerm};
use wgan_core::{Generator, MlpConfig, OptimizerConfig, TrainConfig, Wgan};

use super::*;
use crate::network::{ArcRule, CostColumn, Edge, Network, ReadOptions, read_network};
use crate::paths::ShortestPaths;
use crate::sample::NodeLaw;
use crate::shared_data;
use crate::test_networks::{network, ring_with_chords};
use crate::transport::{graph_w1, largest_violation, mcshane_extension};

/// `rows × columns` squares, all edges of cost 1.
fn grid(rows: usize, columns: usize) -> Network {
    let mut edges = Vec::new();
    for i in 0..rows {
        for j in 0..columns {
            let v = i * columns + j;
            if j + 1 < columns {
                edges.push((v, v + 1, 1.0));
            }
            if i + 1 < rows {
                edges.push((v, v + columns, 1.0));
            }
        }
    }
    network(rows * columns, &edges)
}

/// Produces the same law whatever the latent.
#[derive(burn::module::Module, Debug)]
struct Fixed {
    law: Tensor<2>,
}

impl Generator for Fixed {
    type Latent = Tensor<2>;
    type Sample = NodeLaw;

    fn generate(&self, _z: &Tensor<2>) -> NodeLaw {
        NodeLaw::new(self.law.clone())
    }
}

fn law_tensor(law: &[f64]) -> Tensor<2> {
    let weights: Vec<f32> = law.iter().map(|&w| w as f32).collect();
    Tensor::<1>::from_floats(weights.as_slice(), &Device::flex()).unsqueeze_dim::<2>(0)
}

/// Trains `critic` on two fixed laws with a rate that falls to zero; returns it.
fn trained<C, S>(critic: C, strategy: S, laws: [&[f64]; 2], rate: f64, steps: usize) -> C
where
    C: NodePotential,
    S: LipschitzStrategy<C>,
{
    let adam = OptimizerConfig::Adam { learning_rate: rate, beta_1: 0.9, beta_2: 0.999 };
    let config = TrainConfig::new(1, 1).with_critic_optimizer(adam);
    let fake = Fixed { law: law_tensor(laws[1]) };
    let mut wgan = Wgan::new(critic, fake, strategy, &config);
    let device = Device::flex();
    for step in 0..steps {
        let left = 1.0 - step as f64 / steps as f64;
        let real = NodeLaw::new(law_tensor(laws[0]));
        let z = Tensor::zeros([1, 1], &device);
        wgan.critic_step(real, &z, Tensor::zeros([1], &device), left);
    }
    wgan.critic
}

fn estimate(critic: &impl NodePotential, mu: &[f64], nu: &[f64]) -> f64 {
    critic.values().iter().zip(mu).zip(nu).map(|((f, m), n)| f * (m - n)).sum()
}

#[test]
fn the_metric_critic_finds_w1_on_a_grid() {
    let grid = grid(6, 7);
    let paths = ShortestPaths::new(&grid);
    let all: Vec<usize> = (0..42).collect();
    let critic = MetricCritic::new(&paths, &all, &Device::flex()).unwrap();
    let mut mu = vec![0.0; 42];
    let mut nu = vec![1.0 / 42.0; 42];
    (mu[0], mu[3], mu[40]) = (0.5, 0.25, 0.25);
    nu[41] += 0.5;
    nu.iter_mut().for_each(|w| *w /= 1.5);
    let critic = trained(critic, AnchorRelease::default(), [&mu, &nu], 0.05, 600);
    let exact = graph_w1(&grid, &mu, &nu).unwrap().value;
    let estimate = estimate(&critic, &mu, &nu);
    assert!(largest_violation(&grid, &critic.values()) <= 1e-6);
    assert!(estimate > 0.99 * exact && estimate < exact + 1e-5, "{estimate} of {exact}");
}

#[test]
fn releasing_anchors_leaves_the_function_as_it_is() {
    let grid = grid(4, 4);
    let all: Vec<usize> = (0..16).collect();
    let critic = MetricCritic::new(&ShortestPaths::new(&grid), &all, &Device::flex()).unwrap();
    let offsets: Vec<f32> = (0..16).map(|a| (a * 7 % 16) as f32 / 2.0).collect();
    let critic = critic.with_offsets(&offsets);
    let before = critic.values();
    for share in [0.1, 1.0] {
        let released = critic.clone().released(share);
        for (a, b) in released.values().iter().zip(&before) {
            assert!((a - b).abs() < 1e-6); // round-off
        }
    }
}

#[test]
fn the_metric_critic_finds_w1_on_a_ring_with_chords() {
    finds_w1("ring with chords", &ring_with_chords());
}

#[test]
fn the_metric_critic_finds_w1_on_real_networks() {
    for name in ["karate", "siouxfalls", "anaheim"] {
        let Some(path) = shared_data::graph(&format!("{name}_edges.csv")) else { return };
        let cost = match name {
            "karate" => CostColumn::Hops,
            _ => CostColumn::Cost("weight".to_owned()),
        };
        let options = ReadOptions { cost, arcs: ArcRule::Symmetrise, ..ReadOptions::default() };
        finds_w1(name, &read_network(&path, &options).unwrap().0);
    }
}

/// Trains a metric critic between a law around the middle node and the uniform one.
fn finds_w1(name: &str, network: &Network) {
    let (n, paths) = (network.n_nodes(), ShortestPaths::new(network));
    let all: Vec<usize> = (0..n).collect();
    let critic = MetricCritic::new(&paths, &all, &Device::flex()).unwrap();
    let scale = paths.summary().mean;
    let near: Vec<f64> = paths.row(n / 2).iter().map(|d| (-3.0 * d / scale).exp()).collect();
    let total: f64 = near.iter().sum();
    let mu: Vec<f64> = near.iter().map(|w| w / total).collect();
    let nu = vec![1.0 / n as f64; n];
    let critic = trained(critic, AnchorRelease::default(), [&mu, &nu], 0.01 * scale, 1000);
    let exact = graph_w1(network, &mu, &nu).unwrap().value;
    let f = critic.certified_values(network);
    let estimate: f64 = f.iter().zip(&mu).zip(&nu).map(|((f, m), n)| f * (m - n)).sum();
    assert!((estimate / exact - 1.0).abs() < 0.01, "{name}: {estimate} of {exact}");
    assert!(largest_violation(network, &f) <= 1e-6, "{name}");
    // Single precision agrees up to its round-off.
    for (a, b) in f.iter().zip(critic.values()) {
        assert!((a - b).abs() < 1e-6 * scale.max(10.0), "{name}");
    }
}

#[test]
fn an_edge_exceeds_its_cost_by_its_mass_over_twice_lambda() {
    // All mass crosses the first edge, half of it the second; the mean cost is 2.
    let path = network(3, &[(0, 1, 1.0), (1, 2, 3.0)]);
    let penalty = EdgeSlopePenalty::new(&path, 5.0, &Device::flex()).unwrap();
    let critic = TabularCritic::new(3, &Device::flex());
    let critic = trained(critic, penalty, [&[1.0, 0.0, 0.0], &[0.0, 0.5, 0.5]], 0.05, 1500);
    let f = critic.values();
    assert!((f[0] - f[1] - (1.0 + 2.0 / 10.0)).abs() < 2e-3, "{f:?}");
    assert!((f[1] - f[2] - (3.0 + 1.0 / 10.0)).abs() < 2e-3, "{f:?}");
    let certified = mcshane_extension(&path, &f);
    assert!(largest_violation(&path, &certified) <= 1e-12);
}

#[test]
fn the_penalty_of_a_table_is_the_sum_over_its_edges() {
    let path = network(3, &[(0, 1, 1.0), (1, 2, 3.0)]);
    let device = Device::flex();
    let penalty = EdgeSlopePenalty::new(&path, 5.0, &device).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let config = MlpConfig::new(1, 1).with_width(4).with_depth(1);
    let x = Tensor::from_floats([[0.0], [30.0], [-50.0]], &device);
    let critic = CoordinateCritic::new(&config, x, &mut rng, &device).unwrap();
    let law = NodeLaw::point_masses(&[0], 3, &device);
    let PenaltyTerm { loss, .. } =
        penalty.penalty().term(&critic, &law, &law, Tensor::zeros([1], &device)).unwrap();
    let f = critic.values();
    let excess = |i: usize, cost: f64| ((f[i] - f[i + 1]).abs() - cost).max(0.0).powi(2);
    let expected = 5.0 / 2.0 * (excess(0, 1.0) + excess(1, 3.0));
    assert!(expected > 0.1, "the test penalises nothing");
    assert!((f64::from(loss.into_scalar::<f32>()) - expected).abs() < 1e-5 * expected);
}

#[test]
fn networks_without_a_metric_have_no_critic() {
    let device = Device::flex();
    let two = network(4, &[(0, 1, 1.0), (2, 3, 1.0)]);
    let message = MetricCritic::new(&ShortestPaths::new(&two), &[0], &device).unwrap_err();
    assert!(message.to_string().starts_with("the graph has 2 components"));
    let edges = [Edge { u: 0, v: 1, cost: 1.0 }];
    let ids = vec!["a".to_owned(), "b".to_owned()];
    let (arc, _) = Network::from_edges(ids, &edges, true).unwrap();
    assert!(MetricCritic::new(&ShortestPaths::new(&arc), &[0], &device).is_err());
    assert!(EdgeSlopePenalty::new(&arc, 1.0, &device).is_err());
    assert!(EdgeSlopePenalty::new(&network(2, &[(0, 1, 0.0)]), 1.0, &device).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_metric_critic_is_lipschitz_for_any_offsets(
        tree in (1..12_usize).map(|v| (0..v, 1..9_u32)).collect::<Vec<_>>(),
        offsets in prop::collection::vec(-20.0..20.0_f32, 3),
    ) {
        let edges: Vec<_> =
            tree.into_iter().enumerate().map(|(i, (u, c))| (u, i + 1, f64::from(c))).collect();
        let tree = network(12, &edges);
        let device = Device::flex();
        let critic = MetricCritic::new(&ShortestPaths::new(&tree), &[0, 5, 11], &device)
            .unwrap()
            .with_offsets(&offsets);
        prop_assert!(largest_violation(&tree, &critic.values()) <= 1e-5); // round-off near 100
    }
}
