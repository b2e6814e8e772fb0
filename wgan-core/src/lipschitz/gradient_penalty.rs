//! Gradient penalty.

use super::{LipschitzStrategy, Penalty};
use crate::loss::GradientPenalty;
use crate::model::InputGradient;

impl<C: InputGradient> LipschitzStrategy<C> for GradientPenalty {
    fn penalty(&self) -> Penalty<'_, C> {
        Penalty::gradient(*self)
    }
}
