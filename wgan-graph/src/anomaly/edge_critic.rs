//! A critic that has learnt which features meet on an edge.

use burn::tensor::{Device, Tensor};
use ndarray::Array2;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use wgan_core::train::CriticConfig;
use wgan_core::{
    Critic, GradientPenalty, MlpConfig, MlpCritic, WganError, mean_and_deviation, points_of,
    tensor_of,
};

use crate::network::Network;

/// Pairs of each law that a critic learns from, at most.
const MAX_PAIRS: usize = 50_000;
/// Fewest edges that it can learn from.
const MIN_EDGES: usize = 500;
/// Updates of a critic and samples of each law per update.
const STEPS: usize = 400;
const BATCH: usize = 256;
const WIDTH: usize = 64;

/// How usual the edges of each node are.
pub struct EdgeCritic {
    /// Per node and arc out of it, by number of the arc: 1 on a usual edge, 0 between two nodes at random.
    usual: Vec<f64>,
    /// How far apart edges and random pairs are that no critic was trained on, in standard deviations.
    pub separation: f64,
}

impl EdgeCritic {
    /// One critic per part of the nodes, trained on the edges outside of it: `f` raises `E f(edge) − E f(random pair)` under
    /// a gradient penalty, so that it estimates `W₁` between the law of the features at the two ends of an edge and
    /// that of two nodes chosen as often as edges choose them. `None` with too few edges.
    ///
    /// # Shapes
    /// - `points`: one row per node
    pub fn fit(
        network: &Network,
        points: &[Vec<f64>],
        folds: &[Vec<usize>],
        seed: u64,
    ) -> Result<Option<Self>, WganError> {
        let arcs = network.arcs();
        let mut fold_of = vec![0; network.n_nodes()];
        for (fold, nodes) in folds.iter().enumerate() {
            nodes.iter().for_each(|&v| fold_of[v] = fold);
        }
        let sources = arcs.sources();
        let ends = |k: usize| (sources[k] as usize, arcs.arc(k).0);
        let parts: Vec<Option<Part>> = (0..folds.len())
            .into_par_iter()
            .map(|fold| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(1 + fold as u64);
                let outside = |&(u, v): &(usize, usize)| fold_of[u] != fold && fold_of[v] != fold;
                let rest: Vec<(usize, usize)> =
                    (0..arcs.n_arcs()).map(ends).filter(outside).collect();
                let inside: Vec<usize> =
                    (0..arcs.n_arcs()).filter(|&k| fold_of[ends(k).0] == fold).collect();
                let held_out: Vec<(usize, usize)> = inside.iter().map(|&k| ends(k)).collect();
                Part::fit(points, rest, &held_out, &mut rng)
                    .map(|part| part.map(|scores| Part { arcs: inside, ..scores }))
            })
            .collect::<Result<_, _>>()?;
        let Some(parts) = parts.into_iter().collect::<Option<Vec<Part>>>() else { return Ok(None) };
        let mut usual = vec![0.0; arcs.n_arcs()];
        let mut separation = 0.0;
        for part in &parts {
            part.arcs.iter().zip(&part.usual).for_each(|(&k, &score)| usual[k] = score);
            separation += part.separation / parts.len() as f64;
        }
        Ok(Some(Self { usual, separation }))
    }

    /// How usual the edges of node `v` are, `(neighbour, value)`.
    pub fn around(&self, network: &Network, v: usize) -> Vec<(usize, f64)> {
        let arcs = network.arcs();
        let first = arcs.first_arc(v);
        (first..first + arcs.degree(v)).map(|k| (arcs.arc(k).0, self.usual[k])).collect()
    }

    /// How unusual the edges of node `v` are on average; `None` without an edge.
    pub fn unusual(&self, network: &Network, v: usize) -> Option<f64> {
        let around = self.around(network, v);
        (!around.is_empty())
            .then(|| -around.iter().map(|&(_, usual)| usual).sum::<f64>() / around.len() as f64)
    }
}

/// What the critic of one part says.
struct Part {
    arcs: Vec<usize>,
    usual: Vec<f64>,
    separation: f64,
}

impl Part {
    fn fit(
        points: &[Vec<f64>],
        mut edges: Vec<(usize, usize)>,
        held_out: &[(usize, usize)],
        rng: &mut ChaCha8Rng,
    ) -> Result<Option<Self>, WganError> {
        if edges.len() < 2 * MIN_EDGES || held_out.is_empty() {
            return Ok(None);
        }
        edges.shuffle(rng);
        edges.truncate(MAX_PAIRS);
        let random = shuffled(&edges, rng);
        let device = Device::flex();
        let (real, fake) = (folded(points, &edges, &device), folded(points, &random, &device));
        let d = real.dims()[1];
        let critic = MlpCritic::new(&MlpConfig::new(d, 1).with_width(WIDTH), rng, &device)?;
        let config = CriticConfig::new(BATCH.min(edges.len()), STEPS);
        let critic = config.fit(critic, &GradientPenalty::one_sided(1.0), (&real, &fake), rng)?;
        let score = |pairs: &[(usize, usize)]| -> Vec<f64> {
            let chunks = pairs.chunks(1 << 14);
            let scores = chunks.map(|pairs| critic.score(&folded(points, pairs, &device)));
            scores.flat_map(|s| points_of(&s.unsqueeze_dim::<2>(1)).into_iter()).collect()
        };
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
        let (on_edges, on_random) = (mean(&score(&edges)), mean(&score(&random)));
        let scale = on_edges - on_random;
        if scale.is_nan() || scale <= 0.0 {
            return Ok(None);
        }
        let relative = |scores: Vec<f64>| -> Vec<f64> {
            scores.into_iter().map(|s| (s - on_random) / scale).collect()
        };
        let usual = relative(score(held_out));
        let others = relative(score(&shuffled(held_out, rng)));
        let separation = separation(&usual, &others);
        Ok(Some(Self { arcs: Vec::new(), usual, separation }))
    }
}

/// Difference of the means in standard deviations, 0 where the first is not above the second.
pub fn separation(edges: &[f64], random: &[f64]) -> f64 {
    let ((a, sd_a), (b, sd_b)) = (mean_and_deviation(edges), mean_and_deviation(random));
    let sd = ((sd_a * sd_a + sd_b * sd_b) / 2.0).sqrt();
    if sd > 0.0 { ((a - b) / sd).max(0.0) } else { 0.0 }
}

/// Each first end with the second end of another pair.
pub fn shuffled(pairs: &[(usize, usize)], rng: &mut ChaCha8Rng) -> Vec<(usize, usize)> {
    let other = |&(u, _): &(usize, usize)| (u, pairs[rng.random_range(0..pairs.len())].1);
    pairs.iter().map(other).collect()
}

/// Both ends without an order, `(|x − y|, x + y)/√2`: a map of slope one.
fn folded(points: &[Vec<f64>], pairs: &[(usize, usize)], device: &Device) -> Tensor<2> {
    let d = points.first().map_or(0, Vec::len);
    let table = Array2::from_shape_fn((pairs.len(), 2 * d), |(row, column)| {
        let (x, y) = (&points[pairs[row].0], &points[pairs[row].1]);
        let i = column % d;
        let value = if column < d { (x[i] - y[i]).abs() } else { x[i] + y[i] };
        value * std::f64::consts::FRAC_1_SQRT_2
    });
    tensor_of(table.view(), device)
}
