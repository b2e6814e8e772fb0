//! How steep a critic is in the sample.

use burn::tensor::{Device, Tensor};
use ndarray::{Array2, ArrayView2};
use wgan_core::model::Sample;
use wgan_core::{GroundNorm, InputGradient};

use crate::condition::tensor;
use crate::labelled::Labelled;

/// Largest `‖∇ₓf(x | y)‖₂` at pairs of a real and a fake sample with the same condition and at the
/// points a quarter, half and three quarters of the way between them.
///
/// A lower bound of the critic's Lipschitz constant in `x`; a critic that keeps its constraint has
/// it at most slightly above 1.
///
/// # Shapes
/// - `real`, `fake`: `[n, d]`; `y`: `[n, m]`
pub fn largest_slope_in_x<C: InputGradient<Sample = Labelled>>(
    critic: &C,
    real: ArrayView2<'_, f64>,
    fake: ArrayView2<'_, f64>,
    y: &Array2<f32>,
    device: &Device,
) -> f64 {
    let labelled = |x: ArrayView2<'_, f64>| Labelled {
        x: tensor(&x.mapv(|value| value as f32), device),
        y: tensor(y, device),
    };
    let (real, fake) = (labelled(real), labelled(fake));
    let n = real.batch_size();
    let slope_at = |share: f32| {
        let points = real.interpolate(&fake, Tensor::full([n], share, device));
        let slopes = GroundNorm::L2.dual().norm(critic.input_gradient(&points));
        f64::from(slopes.max().into_scalar::<f32>())
    };
    [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().map(slope_at).fold(0.0, f64::max)
}
