//! Learns a hidden law on the nodes of a network, under shortest-path cost.
//!
//! Known answer: exact transport along the edges. Two samples of the hidden law are `floor` apart;
//! a model as good as the data scores W1 / floor = 1. Beside it: a WGAN that takes the numbers of
//! the nodes for points on a line.
//!
//! `node_laws [EDGES.csv [COST_COLUMN]]`; without an edge list a street grid of 12 × 12.

use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, weighted::WeightedIndex};
use wgan_core::train::{FitOutcome, Schedule};
use wgan_core::{
    Fit, GaussianPrior, Generator, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator,
    OptimizerConfig, TrainConfig, Wgan,
};
use wgan_graph::{
    AnchorRelease, ArcRule, CostColumn, Edge, MetricCritic, Network, NodeLawGenerator, NodeSamples,
    ReadOptions, ShortestPaths, graph_w1, largest_violation, read_network,
};

type Failure = Box<dyn std::error::Error>;

/// Observations of the hidden law.
const N: usize = 2000;
/// Latents that the learnt law is averaged over.
const N_LATENTS: usize = 2000;

fn street_grid(side: usize) -> Result<Network, Failure> {
    let ids = (0..side * side).map(|v| format!("{}-{}", v / side, v % side)).collect();
    let east = (0..side * side).filter(|v| v % side + 1 < side).map(|v| (v, v + 1));
    let south = (0..side * (side - 1)).map(|v| (v, v + side));
    let edges: Vec<Edge> = east.chain(south).map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
    Ok(Network::from_edges(ids, &edges, false)?.0)
}

fn network() -> Result<Network, Failure> {
    let mut args = std::env::args().skip(1);
    let Some(path) = args.next() else { return street_grid(12) };
    let cost = args.next().map_or(CostColumn::Hops, CostColumn::Cost);
    let options = ReadOptions { cost, arcs: ArcRule::Symmetrise, ..ReadOptions::default() };
    Ok(read_network(Path::new(&path), &options)?.0.largest_component())
}

/// Mass around three nodes far from each other, falling off within a tenth of the diameter.
fn hidden_law(paths: &ShortestPaths<'_>) -> Result<Vec<f64>, Failure> {
    let centres = paths.landmarks(3, 0)?;
    let width = centres.row(0).iter().copied().fold(0.0, f64::max) / 10.0;
    let near = |d: f64| (-d / width).exp();
    let n = paths.network().n_nodes();
    let mut law: Vec<f64> = (0..n).map(|v| centres.of(v).into_iter().map(near).sum()).collect();
    let total: f64 = law.iter().sum();
    law.iter_mut().for_each(|w| *w /= total);
    Ok(law)
}

fn observe<R: Rng>(law: &[f64], rng: &mut R) -> Result<Vec<usize>, Failure> {
    Ok(WeightedIndex::new(law)?.sample_iter(rng).take(N).collect())
}

fn settings(n_nodes: usize) -> TrainConfig {
    // A critic step costs n² there: fewer of them on a large network.
    let n_steps = if n_nodes > 1000 { 300 } else { 600 };
    TrainConfig::new(256, n_steps).with_schedule(Schedule::HalfLinear).with_ema_decay(0.98)
}

fn learn_on_the_network(
    paths: &ShortestPaths<'_>,
    data: &NodeSamples,
    scale: f64,
) -> Result<FitOutcome<MetricCritic, NodeLawGenerator, AnchorRelease>, Failure> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
    let n = paths.network().n_nodes();
    // θ moves by its learning rate, in the unit of the costs.
    let critic_adam =
        OptimizerConfig::Adam { learning_rate: 0.01 * scale, beta_1: 0.5, beta_2: 0.9 };
    let config = settings(n)
        .with_critic_optimizer(critic_adam)
        .with_generator_optimizer(OptimizerConfig::adam(5e-4));
    let prior = GaussianPrior { dim: 4 };
    let all: Vec<usize> = (0..n).collect();
    let mlp = MlpConfig::new(4, n).with_width(64).with_depth(2);
    let wgan = Wgan::new(
        MetricCritic::new(paths, &all, &device)?,
        NodeLawGenerator::new(&mlp, &mut rng, &device)?,
        AnchorRelease::default(),
        &config,
    );
    Ok(Fit::new(data, &prior, &device, 1)?.run(wgan)?)
}

/// The same data as numbers on a line, rounded back to nodes.
fn learn_on_the_line(observed: &[usize], n: usize) -> Result<Vec<f64>, Failure> {
    let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
    let x: Vec<f32> = observed.iter().map(|&v| v as f32 / n as f32 * 4.0 - 2.0).collect();
    let data = Tensor::<2>::from_data(TensorData::new(x, [observed.len(), 1]), &device);
    let config = settings(n)
        .with_critic_optimizer(OptimizerConfig::adam(1e-3))
        .with_generator_optimizer(OptimizerConfig::adam(1e-3));
    let mlp = |d_in| MlpConfig::new(d_in, 1).with_width(64).with_depth(2);
    let wgan = Wgan::new(
        MlpCritic::new(&mlp(1), &mut rng, &device)?,
        MlpGenerator::new(&mlp(4), &mut rng, &device)?,
        GradientPenalty::one_sided(1.0),
        &config,
    );
    let prior = GaussianPrior { dim: 4 };
    let outcome = Fit::new(&data, &prior, &device, 1)?.run(wgan)?;
    let fake = outcome.wgan.averaged.forward(prior.sample(N_LATENTS, &mut rng, &device));
    let mut law = vec![0.0; n];
    for x in fake.into_data().iter::<f32>() {
        let v = ((x + 2.0) / 4.0 * n as f32).round().clamp(0.0, (n - 1) as f32);
        law[v as usize] += 1.0 / N_LATENTS as f64;
    }
    Ok(law)
}

fn main() -> Result<(), Failure> {
    let network = network()?;
    let n = network.n_nodes();
    let paths = ShortestPaths::new(&network);
    let scale = paths.summary().mean;
    let hidden = hidden_law(&paths)?;
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let observed = observe(&hidden, &mut rng)?;
    let data = NodeSamples::new(observed.clone(), n, &Device::flex());
    let fresh = NodeSamples::new(observe(&hidden, &mut rng)?, n, &Device::flex()).law();

    let outcome = learn_on_the_network(&paths, &data, scale)?;
    let z = GaussianPrior { dim: 4 }.sample(N_LATENTS, &mut rng, &Device::flex());
    let learnt = outcome.wgan.averaged.generate(&z).mean_law();
    let on_a_line = learn_on_the_line(&observed, n)?;

    let to_fresh = |law: &[f64]| graph_w1(&network, law, &fresh).map(|t| t.value);
    let uniform = vec![1.0 / n as f64; n];
    let floor = to_fresh(&data.law())?;
    println!("{n} nodes, mean distance {scale:.3}; {N} observations");
    println!("distance to {N} fresh ones   W1         W1 / floor");
    for (name, law) in [
        ("the observations (floor)", &data.law()),
        ("metric critic", &learnt),
        ("numbers on a line", &on_a_line),
        ("all nodes alike", &uniform),
    ] {
        let w1 = to_fresh(law)?;
        println!("{name:27} {w1:<10.4} {:.2}", w1 / floor);
    }
    let violation = largest_violation(&network, &outcome.wgan.critic.certified_values(&network));
    println!("largest violation on an edge {violation:.1e}");
    Ok(())
}
