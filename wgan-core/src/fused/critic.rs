//! One critic step's gradients.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::gradients::{Outer, into_params, total};
use super::panels::Panels;
use super::perceptron::{CHUNK, Perceptron, Sweeps};
use super::rows::Rows;
use crate::loss::{CriticStep, Engine, GradientPenalty, Sides};
use crate::network::Mlp;
use crate::norm::{GroundNorm, SQUARE_FLOOR};

/// Gradients of `penalty − (E f(real) − E f(fake))` for the parameters of `critic`, and the figures of the step.
///
/// With the slopes `S` of the activations constant, `∇f = W₁S₁ … W_L` and for `q = ∂penalty/∂∇f` the gradient of the penalty
/// for `Wᵢ` is `tᵢᵀ gᵢ`: `t` the sweep forward of `q`, `g` the sweep back that gave `∇f`. None where it has no such form.
/// A penalty comes with the number of leading inputs in which the slope is taken; the others are conditions.
///
/// # Shapes
/// - `real`, `fake`: `[n, d]`; `t`: `[n]`
pub(crate) fn critic_gradients(
    critic: &Mlp,
    penalty: Option<(GradientPenalty, usize)>,
    (real, fake): (Tensor<2>, Tensor<2>),
    t: Tensor<1>,
) -> Option<(GradientsParams, CriticStep)> {
    if penalty.is_some_and(|(penalty, _)| penalty.ground != GroundNorm::L2) {
        return None;
    }
    let network = Perceptron::of(critic, Sweeps::ForwardAndBack)?;
    let (real, fake) = (Rows::of(real)?, Rows::of(fake)?);
    let t: Vec<f32> = t.into_data().try_into_vec().ok()?;
    let n = real.n;
    let step = Step { network: &network, penalty, n, d: real.d };
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    let chunk = |from: usize| {
        let to = (from + CHUNK).min(n);
        step.chunk(real.part(from, to), fake.part(from, to), &t[from..to])
    };
    let (outers, parts): (Vec<Outer>, Vec<Figures>) = starts.into_par_iter().map(chunk).unzip();
    let mean = |figure: fn(&Figures) -> f64| parts.iter().map(figure).sum::<f64>() / n as f64;
    let figures = CriticStep {
        estimate: mean(|part| part.difference),
        penalty: mean(|part| part.penalty),
        gradient_norm: penalty.map(|_| mean(|part| part.slope)),
        engine: Engine::Fused,
    };
    Some((into_params(total(&network, &outers), critic), figures))
}

/// What all chunks share.
struct Step<'a> {
    network: &'a Perceptron,
    /// With the number of leading inputs that a slope is taken in.
    penalty: Option<(GradientPenalty, usize)>,
    n: usize,
    d: usize,
}

/// Sums over the samples of a chunk.
struct Figures {
    difference: f64,
    penalty: f64,
    slope: f64,
}

impl Step<'_> {
    /// One sweep forward and one back of the penalised points, the real and the fake samples together, and one more forward of
    /// the points.
    fn chunk(&self, real: &[f32], fake: &[f32], t: &[f32]) -> (Outer, Figures) {
        let (m, network) = (t.len(), self.network);
        let points = self.penalty.map(|(penalty, _)| between(real, fake, &penalty, t));
        let n_points = if points.is_some() { m } else { 0 };
        let rows = [points.as_deref().unwrap_or_default(), real, fake].concat();
        let trace = network.trace(Panels::of_inputs(&rows, self.d));
        let scores: Vec<f32> = network.output(&trace).first_column().skip(n_points).collect();
        let sum = |part: &[f32]| part.iter().copied().map(f64::from).sum::<f64>();
        let difference = sum(&scores[..m]) - sum(&scores[m..]);
        let share = 1.0 / self.n as f32;
        let weights = [(1.0, n_points), (-share, m), (share, m)];
        let weights = weights.into_iter().flat_map(|(weight, n)| std::iter::repeat_n(weight, n));
        let signals = network.sweep_back(&trace, Panels::column(weights));
        let mut figures = Figures { difference, penalty: 0.0, slope: 0.0 };
        let tangents = self.penalty.map_or(Vec::new(), |(penalty, k)| {
            let mut q = network.input_gradient(&signals, m);
            (figures.penalty, figures.slope) = self.penalise(&penalty, k, &mut q);
            network.sweep_forward(&trace, q)
        });
        (Outer::new(trace.inputs, signals, tangents), figures)
    }

    /// The gradient of the penalty for the slopes `q`, in their place; what it comes to, and the sum of the slopes in the
    /// first `k` inputs.
    fn penalise(&self, penalty: &GradientPenalty, k: usize, q: &mut Panels) -> (f64, f64) {
        let scale = (penalty.lambda / self.n as f64) as f32;
        let (mut total, mut slopes) = (0.0, 0.0);
        let mut row = vec![0.0; self.d];
        for i in 0..q.n {
            q.copy_row(i, &mut row);
            let (g, others) = row.split_at_mut(k);
            others.fill(0.0);
            let slope = (g.iter().map(|g| g * g).sum::<f32>() + SQUARE_FLOOR).sqrt();
            let excess = match penalty.sides {
                Sides::One => (slope - 1.0).max(0.0),
                Sides::Two => slope - 1.0,
            };
            slopes += f64::from(slope);
            total += penalty.lambda * f64::from(excess * excess);
            let factor = scale * 2.0 * excess / slope;
            g.iter_mut().for_each(|g| *g *= factor);
            q.set_row(i, &row);
        }
        (total, slopes)
    }
}

/// `x̂ = w·x + (1 − w)·x̃`.
fn between(real: &[f32], fake: &[f32], penalty: &GradientPenalty, t: &[f32]) -> Vec<f32> {
    let mut points = fake.to_vec();
    let d = real.len() / t.len();
    for ((x, real), &t) in points.chunks_exact_mut(d).zip(real.chunks_exact(d)).zip(t) {
        let weight = penalty.points.weight_of(t);
        x.iter_mut().zip(real).for_each(|(x, &real)| *x += (real - *x) * weight);
    }
    points
}
