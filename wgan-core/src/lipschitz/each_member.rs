//! One strategy for every member of a committee.

use burn::module::ModuleDisplay;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{LipschitzStrategy, Penalty, PenaltyTerm};
use crate::model::{Committee, Critic, Rows};

/// Constrains each member of a [`Committee`] by itself, as if it were trained alone; penalties are averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EachMember<S>(pub S);

impl<C, S> LipschitzStrategy<Committee<C>> for EachMember<S>
where
    C: Critic + ModuleDisplay + 'static,
    C::Sample: Rows,
    S: LipschitzStrategy<C>,
{
    fn attach(&self, committee: Committee<C>) -> Committee<C> {
        committee.map_members(|member| self.0.attach(member))
    }

    fn penalty(&self) -> Penalty<'_, Committee<C>> {
        if matches!(self.0.penalty(), Penalty::None) {
            return Penalty::None;
        }
        Penalty::tracked(|committee: &Committee<C>, real, fake, t| {
            let of_member = |(m, member): (usize, &C)| {
                let seen = |x: &C::Sample| committee.features_of(m, x);
                self.0.penalty().term(member, &seen(real), &seen(fake), t.clone())
            };
            let members = committee.members().iter().enumerate();
            let terms: Vec<PenaltyTerm> = members.filter_map(of_member).collect();
            let losses = terms.iter().map(|term| term.loss.clone()).collect();
            let slopes = terms.into_iter().map(|term| term.slopes).collect();
            PenaltyTerm { loss: Tensor::cat(losses, 0).mean(), slopes: Tensor::cat(slopes, 0) }
        })
    }

    fn project_gradient(
        &self,
        committee: &Committee<C>,
        gradients: GradientsParams,
    ) -> GradientsParams {
        let members = committee.members().iter();
        members.fold(gradients, |gradients, member| self.0.project_gradient(member, gradients))
    }

    fn project(&self, committee: Committee<C>) -> Committee<C> {
        committee.map_members(|member| self.0.project(member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::values_of;
    use crate::lipschitz::{GradientPenalty, LayeredCritic, SpectralNorm, singular_values};
    use crate::model::{MlpConfig, MlpCritic};
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn member(seed: u64) -> MlpCritic {
        let config = MlpConfig::new(1, 1).with_width(8).with_depth(2);
        MlpCritic::new(&config, &mut ChaCha8Rng::seed_from_u64(seed), &Device::flex()).unwrap()
    }

    fn committee() -> Committee<MlpCritic> {
        Committee::new(vec![member(1), member(2)], vec![vec![1], vec![0]], 2).unwrap()
    }

    #[test]
    fn the_penalty_is_the_mean_of_the_members_penalties() {
        let real = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 4.0]], &Device::flex());
        let fake = Tensor::<2>::from_floats([[-1.0, 0.0], [0.5, 1.0]], &Device::flex());
        let t = Tensor::<1>::from_floats([0.2, 0.9], &Device::flex());
        let alone = GradientPenalty::default();
        let column = |x: &Tensor<2>, k| x.clone().narrow(1, k, 1);
        let of = |critic: &MlpCritic, k| {
            let (real, fake) = (column(&real, k), column(&fake, k));
            let penalty: Penalty<'_, MlpCritic> = alone.penalty();
            values_of(penalty.term(critic, &real, &fake, t.clone()).unwrap().loss)[0]
        };
        let expected = 0.5 * (of(&member(1), 1) + of(&member(2), 0));
        let strategy = EachMember(alone);
        let joint = strategy.penalty().term(&committee(), &real, &fake, t.clone()).unwrap();
        assert!((values_of(joint.loss)[0] - expected).abs() < 1e-5);
    }

    #[test]
    fn a_projection_reaches_every_member() {
        let attached = EachMember(SpectralNorm).attach(committee());
        for weight in attached.members().iter().flat_map(LayeredCritic::weights) {
            let largest = singular_values(&weight).unwrap()[0];
            assert!((largest - 1.0).abs() < 1e-4, "{largest}"); // residual² of the value
        }
    }
}
