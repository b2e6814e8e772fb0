//! One critic step's gradients.

use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::gradients::{Gradients, Outer, Share};
use super::perceptron::{CHUNK, Perceptron, Trace};
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
    let network = Perceptron::of(critic)?;
    let (real, fake) = (Rows::of(real)?, Rows::of(fake)?);
    let t: Vec<f32> = t.into_data().try_into_vec().ok()?;
    let n = real.n;
    let step = Step { network: &network, penalty, n };
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    let chunks: Vec<Chunk> = starts
        .into_par_iter()
        .map(|from| {
            let to = (from + CHUNK).min(n);
            step.chunk(real.part(from, to), fake.part(from, to), &t[from..to])
        })
        .collect();
    let sum = |figure: fn(&Chunk) -> f64| chunks.iter().map(figure).sum::<f64>() / n as f64;
    let figures = CriticStep {
        estimate: sum(|chunk| chunk.difference),
        penalty: sum(|chunk| chunk.penalty),
        gradient_norm: penalty.map(|_| sum(|chunk| chunk.slope)),
        engine: Engine::Fused,
    };
    let shares = chunks.into_iter().map(|chunk| chunk.share).collect();
    Some((Gradients::total(&network, shares).into_params(critic), figures))
}

/// What all chunks share.
struct Step<'a> {
    network: &'a Perceptron,
    /// With the number of leading inputs that a slope is taken in.
    penalty: Option<(GradientPenalty, usize)>,
    n: usize,
}

/// Sums over the samples of a chunk.
struct Chunk {
    share: Share,
    difference: f64,
    penalty: f64,
    slope: f64,
}

/// What the penalty of a chunk comes to.
struct Penalised {
    outer: Outer,
    penalty: f64,
    slope: f64,
}

impl Step<'_> {
    fn chunk(&self, real: Rows, fake: Rows, t: &[f32]) -> Chunk {
        let penalised = self
            .penalty
            .as_ref()
            .map(|&(penalty, k)| self.penalise(&penalty, k, between(&real, &fake, &penalty, t)));
        let (outer, difference) = self.separate(real, fake);
        let (penalty, slope) = penalised.as_ref().map_or((0.0, 0.0), |p| (p.penalty, p.slope));
        let outers = penalised.map(|p| p.outer).into_iter().chain([outer]).collect();
        Chunk { share: Share::new(self.network, outers), difference, penalty, slope }
    }

    /// The gradient of `−(E f(real) − E f(fake))`, and the sum of the scores of real less that of fake.
    fn separate(&self, real: Rows, fake: Rows) -> (Outer, f64) {
        let (m, d) = (real.n, real.d);
        let trace = self.network.trace(Rows::stacked(&[real, fake], d));
        let scores = self.network.output(&trace);
        let sum = |part: &[f32]| part.iter().copied().map(f64::from).sum::<f64>();
        let difference = sum(&scores.values[..m]) - sum(&scores.values[m..]);
        let share = 1.0 / self.n as f32;
        let mut cotangent = Rows::filled(2 * m, 1, share);
        cotangent.values[..m].fill(-share);
        let signals = self.network.sweep_back(&trace.slopes, cotangent);
        (Outer::new(trace.inputs, signals), difference)
    }

    /// The gradient of the penalty at `points`, on slopes in the first `k` inputs.
    fn penalise(&self, penalty: &GradientPenalty, k: usize, points: Rows) -> Penalised {
        let (m, d) = (points.n, points.d);
        let Trace { slopes, .. } = self.network.trace(points);
        let signals = self.network.sweep_back(&slopes, Rows::filled(m, 1, 1.0));
        let mut q = self.network.input_gradient(&signals);
        let scale = (penalty.lambda / self.n as f64) as f32;
        let (mut total, mut slopes_sum) = (0.0, 0.0);
        for row in q.values.chunks_exact_mut(d) {
            let (g, others) = row.split_at_mut(k);
            others.fill(0.0);
            let slope = (g.iter().map(|g| g * g).sum::<f32>() + SQUARE_FLOOR).sqrt();
            let excess = match penalty.sides {
                Sides::One => (slope - 1.0).max(0.0),
                Sides::Two => slope - 1.0,
            };
            slopes_sum += f64::from(slope);
            total += penalty.lambda * f64::from(excess * excess);
            let factor = scale * 2.0 * excess / slope;
            g.iter_mut().for_each(|g| *g *= factor);
        }
        let outer = Outer::of_weights(self.network.sweep_forward(&slopes, q), signals);
        Penalised { outer, penalty: total, slope: slopes_sum }
    }
}

/// `x̂ = w·x + (1 − w)·x̃`.
fn between(real: &Rows, fake: &Rows, penalty: &GradientPenalty, t: &[f32]) -> Rows {
    let mut points = fake.clone();
    let rows = points.values.chunks_exact_mut(real.d).zip(real.rows());
    for ((x, real), &t) in rows.zip(t) {
        let weight = penalty.points.weight_of(t);
        x.iter_mut().zip(real).for_each(|(x, &real)| *x += (real - *x) * weight);
    }
    points
}
