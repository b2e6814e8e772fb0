//! What critic and generator play for.

use std::f64::consts::LN_2;

use burn::tensor::Tensor;
use burn::tensor::activation::softplus;
use serde::{Deserialize, Serialize};

/// The quantity that the critic raises and the generator lowers.
///
/// With `D = sigmoid(f)`, the Jensen–Shannon forms estimate
/// `JS = ln 2 + ½ E ln D(real) + ½ E ln(1 − D(fake))`, a lower bound of the divergence for any critic, at most `ln 2`. They need
/// no Lipschitz constraint ([`Unconstrained`](crate::lipschitz::Unconstrained)), and where the two laws do not overlap a good critic
/// leaves the generator no slope to follow: they are here to compare with.
///
/// # References
/// Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, ICML; Goodfellow et al. (2014), Generative Adversarial Nets, NeurIPS,
/// equation 1 and the end of section 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objective {
    /// `E f(real) − E f(fake)`; the generator minimises `−E f(fake)`.
    #[default]
    Wasserstein,
    /// JS; the generator minimises `E ln(1 − D(fake))`, whose slope vanishes where the critic is sure.
    Saturating,
    /// JS; the generator minimises `−E ln D(fake)`, the usual choice.
    NonSaturating,
}

impl Objective {
    /// The critic's estimate of the distance of the laws.
    ///
    /// # Shapes
    /// - `real`, `fake`: scores `[n]`, `[m]`; returns `[1]`
    pub fn estimate(self, real: Tensor<1>, fake: Tensor<1>) -> Tensor<1> {
        match self {
            Objective::Wasserstein => real.mean() - fake.mean(),
            // ln D(x) = −softplus(−f(x)) and ln(1 − D(x)) = −softplus(f(x)).
            Objective::Saturating | Objective::NonSaturating => {
                (softplus(real.neg(), 1.0).mean() + softplus(fake, 1.0).mean()) * -0.5 + LN_2
            }
        }
    }

    /// The loss of the generator, given the scores `[n]` of what it produced.
    ///
    /// # Shapes
    /// - `fake`: `[n]`
    /// - returns: `[1]`
    pub fn generator_loss(self, fake: Tensor<1>) -> Tensor<1> {
        match self {
            Objective::Wasserstein => fake.mean().neg(),
            Objective::Saturating => softplus(fake, 1.0).mean().neg(),
            Objective::NonSaturating => softplus(fake.neg(), 1.0).mean(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::values_of;
    use crate::transport::discrete_divergences;
    use burn::tensor::Device;

    fn scores<const N: usize>(values: [f32; N]) -> Tensor<1> {
        Tensor::from_floats(values, &Device::flex())
    }

    #[test]
    fn the_best_logit_of_two_discrete_laws_gives_their_divergence() {
        // p = (¾, ¼), q = (¼, ¾): the best logit is ln(p/q) = ±ln 3.
        let logit = 3f32.ln();
        let real = scores([logit, logit, logit, -logit]);
        let fake = scores([logit, -logit, -logit, -logit]);
        let estimate = values_of(Objective::NonSaturating.estimate(real, fake))[0];
        let js = discrete_divergences(&[0.75, 0.25], &[0.25, 0.75]).unwrap().js;
        assert!((estimate - js).abs() < 1e-6);
    }

    #[test]
    fn only_the_saturating_loss_goes_flat_where_the_critic_is_sure() {
        let slope = |objective: Objective| {
            let fake = scores([-20.0]).autodiff().require_grad();
            let gradients = objective.generator_loss(fake.clone()).backward();
            values_of(fake.grad(&gradients).unwrap())[0]
        };
        // d/df of −f, ln(1 − sigmoid f) and −ln sigmoid f.
        assert_eq!(slope(Objective::Wasserstein), -1.0);
        assert!((slope(Objective::Saturating) + (-20f64).exp()).abs() < 1e-12);
        assert!((slope(Objective::NonSaturating) + 1.0).abs() < 1e-6);
    }

    #[test]
    fn sure_scores_stay_finite() {
        for objective in [Objective::Saturating, Objective::NonSaturating] {
            let estimate = values_of(objective.estimate(scores([1e4]), scores([-1e4])))[0];
            assert!((estimate - LN_2).abs() < 1e-6);
            assert!(values_of(objective.generator_loss(scores([-1e4])))[0].is_finite());
        }
    }
}
