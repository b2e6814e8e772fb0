//! Is an input gradient written by hand the right one?

use burn::tensor::Tensor;

use crate::error::WganError;
use crate::model::{InputGradient, Rows};

/// Largest difference from `backward()`, relative to the largest slope: a few hundred roundings of single precision.
const TOLERANCE: f64 = 1e-4;

/// Compares [`InputGradient::input_gradient`] with burn's `backward()` at the samples `x`.
///
/// To be called once, in a test of the critic. At a kink of the critic the two may differ and both be right.
///
/// # Shapes
/// - `x`: rows `[n, d]`, without a tape
///
/// # Errors
/// [`WganError::Shape`] if it has another shape than the rows of `x`; [`WganError::Violated`] with the largest
/// difference where that is more than 1e-4 of the largest slope.
pub fn check_input_gradient<C>(critic: &C, x: &C::Sample) -> Result<(), WganError>
where
    C: InputGradient,
    C::Sample: Rows,
{
    let rows = x.rows();
    let tracked = rows.clone().autodiff().require_grad();
    let gradients = critic.score(&x.with_rows(tracked.clone())).sum().backward();
    // Without a gradient the score does not depend on the input at all.
    let expected = tracked.grad(&gradients).unwrap_or_else(|| rows.zeros_like());
    let written = critic.input_gradient(x);
    if written.dims() != rows.dims() {
        let (expected, got) = (rows.dims().to_vec(), written.dims().to_vec());
        return Err(WganError::Shape { at: "input gradient", expected, got });
    }
    let written = if written.is_autodiff() { written.inner() } else { written };
    let largest = |t: Tensor<2>| f64::from(t.abs().max().into_scalar::<f32>());
    let allowed = TOLERANCE * largest(expected.clone()).max(f64::from(f32::MIN_POSITIVE));
    let got = largest(written - expected);
    if got <= allowed {
        return Ok(());
    }
    let measure = "largest difference from backward()";
    Err(WganError::Violated { at: "input gradient", measure, allowed, got })
}
