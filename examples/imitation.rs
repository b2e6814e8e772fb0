//! Imitation in a grid world: a policy learns to visit the states and actions that an expert visits, with the critic as its reward.
//!
//! Known answer: the expert's policy and its visits are known exactly, and so are the learner's. The learner starts with random actions; W₁ between
//! the visits, with states and actions as points of space, is solved by exact transport.

use std::process::ExitCode;

use burn::module::{Module, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData, activation};
use ndarray::Array2;
use rand::Rng;
use rand_distr::{Distribution, weighted::WeightedIndex};
use wgan_core::lipschitz::{LipschitzStrategy, Unconstrained};
use wgan_core::train::{CriticConfig, Objective};
use wgan_core::transport::{GroundNorm, w1_between};
use wgan_core::{Critic, GradientPenalty, MlpConfig, MlpCritic, OptimizerConfig, tensor_of};
use wgan_examples::{Experiment, Failure, Panel, Point, device, save, values};

const PROBLEM: &str = "A policy in a 5 x 5 grid world imitates an expert that walks right, then up; the critic of the visits is its reward.\n\
    Known answer: the expert's visits; W1 between the learner's and the expert's, by exact transport, should fall to zero.";

const SIDE: usize = 5;
const N_STATES: usize = SIDE * SIDE;
/// Right, up, left, down.
const ACTIONS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];
const N_PAIRS: usize = N_STATES * ACTIONS.len();
/// Steps of an episode, from the lower left corner.
const HORIZON: usize = 10;

/// Logits of the actions in each state, `[states, actions]`.
#[derive(Module, Debug)]
struct Policy {
    logits: Param<Tensor<2>>,
}

/// Where an action leads; walls keep the walker in place.
fn next(state: usize, (dx, dy): (i32, i32)) -> usize {
    let clamp = |v: i32| v.clamp(0, SIDE as i32 - 1) as usize;
    clamp(state as i32 / SIDE as i32 + dy) * SIDE + clamp(state as i32 % SIDE as i32 + dx)
}

/// `[states · actions, states]`: one where the pair leads to the state.
fn transitions(device: &Device) -> Tensor<2> {
    let leads = |(pair, to): (usize, usize)| {
        if next(pair / ACTIONS.len(), ACTIONS[pair % ACTIONS.len()]) == to { 1.0 } else { 0.0 }
    };
    tensor_of(Array2::from_shape_fn((N_PAIRS, N_STATES), leads).view(), device)
}

/// Share of an episode in each state and action under a policy of probabilities, `[states, actions]`.
fn visits(policy: &Tensor<2>, transitions: &Tensor<2>) -> Tensor<2> {
    let device = policy.device();
    let mut start = vec![0.0_f32; N_STATES];
    start[0] = 1.0;
    let mut at = Tensor::<2>::from_data(TensorData::new(start, [N_STATES, 1]), &device);
    let mut total = policy.zeros_like();
    for _ in 0..HORIZON {
        let taken = policy.clone() * at; // [states, actions]
        total = total + taken.clone();
        at = taken.reshape([1, N_PAIRS]).matmul(transitions.clone()).transpose();
    }
    total / HORIZON as f32
}

/// Right along the lower wall, then up along the right one; one action in ten is random.
fn expert(device: &Device) -> Tensor<2> {
    let chosen = |state: usize| usize::from(state % SIDE == SIDE - 1);
    let share = |(state, action)| 0.025 + if chosen(state) == action { 0.9 } else { 0.0 };
    tensor_of(Array2::from_shape_fn((N_STATES, ACTIONS.len()), share).view(), device)
}

/// State and action as a point: two steps of the grid are one unit, an action is half a step.
fn place(pair: usize) -> [f64; 4] {
    let (state, (dx, dy)) = (pair / ACTIONS.len(), ACTIONS[pair % ACTIONS.len()]);
    [state % SIDE, state / SIDE]
        .map(|v| v as f64 / 2.0)
        .into_iter()
        .chain([dx, dy].map(|v| f64::from(v) / 4.0))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or([0.0; 4])
}

fn places() -> Array2<f64> {
    Array2::from_shape_fn((N_PAIRS, 4), |(pair, k)| place(pair)[k])
}

/// Visits as weights that add up to one in double precision.
fn law_of(visits: Tensor<2>) -> Vec<f64> {
    let weights = values(visits);
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Pairs drawn by their visits, as points `[n, 4]`.
fn draw<R: Rng>(law: &[f64], n: usize, rng: &mut R, device: &Device) -> Result<Tensor<2>, Failure> {
    let pairs: Vec<usize> = WeightedIndex::new(law)?.sample_iter(rng).take(n).collect();
    Ok(tensor_of(places().select(ndarray::Axis(0), &pairs).view(), device))
}

/// W₁ to the expert after each policy step, and the visits at the end.
fn imitate<S: LipschitzStrategy<MlpCritic>>(
    objective: Objective,
    strategy: &S,
    run: &Experiment,
) -> Result<(Vec<Point>, Vec<f64>), Failure> {
    let (device, mut rng) = (device(), run.rng(1));
    let transitions = transitions(&device);
    let target = law_of(visits(&expert(&device), &transitions));
    let zeros = Tensor::zeros([N_STATES, ACTIONS.len()], &device);
    let mut policy = Policy { logits: Param::from_tensor(zeros) }.train();
    let rate = 0.1;
    let mut optimizer =
        OptimizerConfig::Adam { learning_rate: rate, beta_1: 0.5, beta_2: 0.9 }.init();
    let mut critic =
        MlpCritic::new(&MlpConfig::new(4, 1).with_width(32).with_depth(2), &mut rng, &device)?;
    let all_pairs = tensor_of(places().view(), &device);
    let mut curve = Vec::new();
    let mut law = Vec::new();
    for step in 0..run.size(150, 80) {
        let probabilities = activation::softmax(policy.logits.val(), 1);
        let visited = visits(&probabilities, &transitions);
        law = law_of(visited.clone().inner());
        let distance =
            w1_between(places().view(), &law, places().view(), &target, GroundNorm::L2)?.value;
        curve.push((step as f64, distance));

        // The critic learns what tells the expert's visits from the learner's.
        let real = draw(&target, 1000, &mut rng, &device)?;
        let fake = draw(&law, 1000, &mut rng, &device)?;
        critic = CriticConfig::new(128, 100)
            .with_objective(objective)
            .with_optimizer(OptimizerConfig::adam(2e-3))
            .fit(critic, strategy, (&real, &fake), &mut rng)?;

        // The policy raises its mean reward: the critic's value, or ln D.
        let scores = critic.score(&all_pairs);
        let reward = match objective {
            Objective::Wasserstein => scores,
            _ => activation::log_sigmoid(scores),
        };
        let loss = (visited.reshape([N_PAIRS]) * Tensor::from_inner(reward)).sum().neg();
        let gradients = GradientsParams::from_grads(loss.backward(), &policy);
        policy = optimizer.step(rate, policy, gradients);
    }
    Ok((curve, law))
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("imitation", PROBLEM)?;
    let penalty = GradientPenalty::one_sided(1.0);
    let (wasserstein, law) = imitate(Objective::Wasserstein, &penalty, &run)?;
    let (jensen_shannon, js_law) = imitate(Objective::NonSaturating, &Unconstrained, &run)?;
    let device = device();
    let target = law_of(visits(&expert(&device), &transitions(&device)));
    let variation =
        |law: &[f64]| law.iter().zip(&target).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0;
    let last = |curve: &[Point]| {
        let tail = &curve[curve.len() - 10..];
        tail.iter().map(|point| point.1).sum::<f64>() / 10.0
    };
    run.note("W1 between random actions and the expert", wasserstein[0].1);
    run.at_most(
        "W1 after imitation, Wasserstein reward, over that",
        0.15,
        last(&wasserstein) / wasserstein[0].1,
    );
    run.note("  Jensen-Shannon reward", last(&jensen_shannon) / wasserstein[0].1);
    run.at_most("total variation of the visits, Wasserstein reward", 0.25, variation(&law));
    run.note("  Jensen-Shannon reward", variation(&js_law));
    let shown = |law: &[f64]| {
        let place = |state: usize| (state % SIDE, state / SIDE);
        let mut dots: Vec<(Point, Point)> = Vec::new();
        for state in 0..N_STATES {
            let mass: f64 = law[4 * state..4 * state + 4].iter().sum();
            let (x, y) = (place(state).0 as f64, place(state).1 as f64);
            for (action, (dx, dy)) in ACTIONS.iter().enumerate() {
                let share = 4.0 * law[4 * state + action];
                if mass > 0.005 && share > 0.02 {
                    dots.push(((x, y), (x + share * f64::from(*dx), y + share * f64::from(*dy))));
                }
            }
        }
        dots
    };
    let panel = |title: &str, law: &[f64]| {
        Panel::new(title, "x (cells)", "y (cells)")
            .arrows("visits (length of an arrow: share × 4)", shown(law))
            .x(-0.7, 5.0)
            .y(-0.7, 5.5)
    };
    let panels = [
        panel("Expert", &target),
        panel("Learner, Wasserstein reward", &law),
        Panel::new("Imitation", "policy step", "exact W1 of the visits (units of two cells)")
            .line("Wasserstein reward", wasserstein)
            .line("Jensen-Shannon reward", jensen_shannon),
    ];
    save(&run.path("imitation.svg"), 3, &panels)?;
    Ok(run.finish())
}
