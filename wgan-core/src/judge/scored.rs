//! Reports on samples that a critic scores.

use burn::tensor::Tensor;
use ndarray::Array2;
use rand::Rng;

use super::{Scores, W1Config, W1Report};
use crate::convert::{points_of, values_of};
use crate::error::WganError;
use crate::model::Critic;
use crate::sample::Sample;

impl W1Report {
    /// [`W1Report::measure`] with the scores of a critic, on rows it was not trained on.
    ///
    /// # Shapes
    /// - `real`: `[N, d]`, `fake`: `[M, d]`
    ///
    /// # Errors
    /// As [`W1Report::measure`].
    pub fn of_critic<C, R>(
        critic: &C,
        real: &Tensor<2>,
        fake: &Tensor<2>,
        config: W1Config,
        rng: &mut R,
    ) -> Result<Self, WganError>
    where
        C: Critic<Sample = Tensor<2>>,
        R: Rng + ?Sized,
    {
        Judge { points: points_of, config }.report(critic, real, fake, rng)
    }
}

/// From samples to a report.
#[derive(Clone)]
pub(crate) struct Judge<S> {
    /// Where in space samples lie.
    pub(crate) points: fn(&S) -> Array2<f64>,
    /// Settings of the report.
    pub(crate) config: W1Config,
}

impl<S: Sample> Judge<S> {
    pub(crate) fn report<C, R>(
        &self,
        critic: &C,
        real: &S,
        fake: &S,
        rng: &mut R,
    ) -> Result<W1Report, WganError>
    where
        C: Critic<Sample = S>,
        R: Rng + ?Sized,
    {
        let (on_real, on_fake) = (values_of(critic.score(real)), values_of(critic.score(fake)));
        let scores = Scores { real: &on_real, fake: &on_fake };
        let (real, fake) = ((self.points)(real), (self.points)(fake));
        W1Report::measure(real.view(), fake.view(), Some(scores), self.config, rng)
    }
}
