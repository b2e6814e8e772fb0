//! Gradient penalty.

use burn::tensor::Tensor;

use super::{LipschitzStrategy, Penalty, PenaltyForm};
use crate::loss::GradientPenalty;
use crate::model::InputGradient;
use crate::sample::Sample;

impl<C: InputGradient> LipschitzStrategy<C> for GradientPenalty {
    fn penalty(
        &self,
        critic: &C,
        real: &C::Sample,
        fake: &C::Sample,
        t: Tensor<1>,
    ) -> Option<Penalty> {
        let points = real.interpolate(fake, self.points.weight(t)).constant();
        let slopes = self.ground.dual().norm(critic.input_gradient(&points));
        let loss = self.sides.cost(slopes.clone()) * self.lambda;
        Some(Penalty { loss, slopes })
    }

    fn penalty_form(&self) -> PenaltyForm {
        PenaltyForm::Gradient(*self)
    }
}
