//! What a critic's Lipschitz constant is known to be.

use burn::tensor::{Int, Tensor};
use serde::{Deserialize, Serialize};

use super::LipschitzBound;
use crate::convert::values_of;
use crate::error::WganError;
use crate::model::InputGradient;
use crate::norm::GroundNorm;

/// Bounds on the Lipschitz constant of a critic.
///
/// An estimate divided by [`Audit::lower`] is comparable between critics: the audited constant is what a
/// critic was found to use, while the bound from its weights may be far from anything it reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Bound from the weights: no slope is larger.
    pub upper: f64,
    /// Largest `‖∇f‖*` seen.
    pub gradient: f64,
    /// Largest `|f(x) − f(y)| / ‖x − y‖` seen.
    pub slope: f64,
}

/// Pairs whose slope is improved by ascent.
const N_PAIRS: usize = 256;

/// Steps of the ascent.
const N_STEPS: usize = 40;

/// Step of the ascent, relative to the distance of the pair.
const STEP: f64 = 0.1;

/// Pairs closer than this share of the largest distance are left out: the difference of two single-precision
/// scores says nothing there.
const MIN_DISTANCE: f32 = 1e-2;

impl Audit {
    /// Audits `critic` on real and fake samples, on the segments between them, and where gradient ascent on the slope
    /// of pairs leads from there.
    ///
    /// # Shapes
    /// - `real`, `fake`: `[n, d]`
    ///
    /// # Errors
    /// [`WganError::TooFew`] for fewer than two samples, [`WganError::Shape`] for different numbers of them;
    /// [`WganError::Decomposition`] if a weight is not finite.
    pub fn of<C>(
        critic: &C,
        real: &Tensor<2>,
        fake: &Tensor<2>,
        ground: GroundNorm,
    ) -> Result<Self, WganError>
    where
        C: InputGradient<Sample = Tensor<2>> + LipschitzBound,
    {
        if real.dims() != fake.dims() {
            let (expected, got) = (real.dims().to_vec(), fake.dims().to_vec());
            return Err(WganError::Shape { at: "fake", expected, got });
        }
        if real.dims()[0] < 2 {
            return Err(WganError::TooFew {
                at: "real",
                what: "rows",
                expected: 2,
                got: real.dims()[0],
            });
        }
        let upper = critic.lipschitz_bound(ground)?;
        let middle = (real.clone() + fake.clone()) / 2.0;
        let points = Tensor::cat(vec![real.clone(), fake.clone(), middle], 0); // [3n, d]
        let slopes = gradient_norms(critic, &points, ground);
        let mut audit = Self { upper, gradient: largest(slopes.clone()), slope: 0.0 };
        let mut pairs = Pairs::between(real, fake);
        audit.look_at(critic, &pairs, ground);
        pairs = Pairs::along_gradients(critic, steepest(points, slopes), &pairs);
        for _ in 0..N_STEPS {
            audit.look_at(critic, &pairs, ground);
            pairs = pairs.ascend(critic);
        }
        audit.look_at(critic, &pairs, ground);
        Ok(audit)
    }

    /// The largest slope that was seen: no Lipschitz constant is smaller.
    pub fn lower(&self) -> f64 {
        self.gradient.max(self.slope)
    }

    fn look_at<C>(&mut self, critic: &C, pairs: &Pairs, ground: GroundNorm)
    where
        C: InputGradient<Sample = Tensor<2>>,
    {
        let run = ground.norm(pairs.x.clone() - pairs.y.clone());
        let rise = (critic.score(&pairs.x) - critic.score(&pairs.y)).abs();
        let closest = run.clone().max().into_scalar::<f32>() * MIN_DISTANCE;
        let counts = run.clone().greater_scalar(closest).float();
        self.slope =
            self.slope.max(largest(rise / run.clamp_min(closest.max(f32::MIN_POSITIVE)) * counts));
        for side in [&pairs.x, &pairs.y] {
            self.gradient = self.gradient.max(largest(gradient_norms(critic, side, ground)));
        }
    }
}

/// Pairs of points, `[m, d]` each.
struct Pairs {
    x: Tensor<2>,
    y: Tensor<2>,
}

impl Pairs {
    /// Real against fake, and each law against itself.
    fn between(real: &Tensor<2>, fake: &Tensor<2>) -> Self {
        let n = real.dims()[0];
        let rotated = |t: &Tensor<2>| {
            Tensor::cat(vec![t.clone().narrow(0, 1, n - 1), t.clone().narrow(0, 0, 1)], 0)
        };
        let x = Tensor::cat(vec![real.clone(), real.clone(), fake.clone()], 0);
        let y = Tensor::cat(vec![fake.clone(), rotated(real), rotated(fake)], 0);
        Self { x, y }
    }

    /// Each point and the one that a gradient step leads to, as far away as the mean pair of `others`.
    fn along_gradients<C>(critic: &C, points: Tensor<2>, others: &Pairs) -> Self
    where
        C: InputGradient<Sample = Tensor<2>>,
    {
        let mean = GroundNorm::L2.norm(others.x.clone() - others.y.clone()).mean();
        let direction = unit(critic.input_gradient(&points));
        Self { y: points.clone() - direction * (mean * 0.5).unsqueeze_dim::<2>(1), x: points }
    }

    /// A step along the gradient of `(f(x) − f(y)) / ‖x − y‖₂` in both points.
    fn ascend<C>(&self, critic: &C) -> Self
    where
        C: InputGradient<Sample = Tensor<2>>,
    {
        let apart = self.x.clone() - self.y.clone();
        let distance = GroundNorm::L2.norm(apart.clone()).unsqueeze_dim::<2>(1); // [m, 1]
        let rise = (critic.score(&self.x) - critic.score(&self.y)).unsqueeze_dim::<2>(1);
        let pull = apart / distance.clone() * (rise / distance.clone());
        let step = |gradient: Tensor<2>| unit(gradient - pull.clone()) * distance.clone() * STEP;
        Self {
            x: self.x.clone() + step(critic.input_gradient(&self.x)),
            y: self.y.clone() - step(critic.input_gradient(&self.y)),
        }
    }
}

/// The points with the largest gradients, at most [`N_PAIRS`].
fn steepest(points: Tensor<2>, slopes: Tensor<1>) -> Tensor<2> {
    let n = slopes.dims()[0].min(N_PAIRS);
    let order: Tensor<1, Int> = slopes.argsort_descending(0);
    points.select(0, order.narrow(0, 0, n))
}

fn gradient_norms<C>(critic: &C, x: &Tensor<2>, ground: GroundNorm) -> Tensor<1>
where
    C: InputGradient<Sample = Tensor<2>>,
{
    ground.dual().norm(critic.input_gradient(x))
}

fn unit(v: Tensor<2>) -> Tensor<2> {
    let length = GroundNorm::L2.norm(v.clone()).unsqueeze_dim::<2>(1);
    v / length
}

fn largest(values: Tensor<1>) -> f64 {
    values_of(values.max())[0]
}
