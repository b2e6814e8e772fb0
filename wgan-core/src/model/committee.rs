//! Several critics, each on some of the features.

use burn::module::{Module, ModuleDisplay};
use burn::tensor::{IndexingUpdateOp, Int, Tensor, TensorData};

use super::{Critic, InputGradient, LipschitzBound};
use crate::error::WganError;
use crate::norm::GroundNorm;
use crate::sample::Rows;

/// `f(x) = (1/M) Σₘ fₘ(x_Sₘ)`: critics on subsets `Sₘ` of the features, averaged.
///
/// A feature that is corrupted reaches only the members that see it, while one critic on all features turns all of
/// its slope towards it. The average of 1-Lipschitz functions is 1-Lipschitz; that every member is, says
/// [`EachMember`](crate::lipschitz::EachMember), while a strategy of its own constrains the average alone.
///
/// The estimate is the mean over the members, each below the `W₁` of its features, so it is a lower bound too and a looser one.
#[derive(Module, Debug)]
pub struct Committee<C> {
    members: Vec<C>,
    #[module(skip)]
    subsets: Vec<Vec<usize>>,
}

impl<C: Critic + ModuleDisplay> Committee<C>
where
    C::Sample: Rows,
{
    /// Member `m` sees the features `subsets[m]` of `n_features`, in this order.
    ///
    /// # Errors
    /// [`WganError::TooFew`] without members or with a member without features, [`WganError::Shape`] unless there is one
    /// subset per member, [`WganError::Config`] for a feature that does not exist.
    pub fn new(
        members: Vec<C>,
        subsets: Vec<Vec<usize>>,
        n_features: usize,
    ) -> Result<Self, WganError> {
        if members.is_empty() {
            return Err(WganError::TooFew {
                at: "committee",
                what: "members",
                expected: 1,
                got: 0,
            });
        }
        if members.len() != subsets.len() {
            let (expected, got) = (vec![members.len()], vec![subsets.len()]);
            return Err(WganError::Shape { at: "subsets", expected, got });
        }
        if subsets.iter().any(Vec::is_empty) {
            return Err(WganError::TooFew { at: "member", what: "features", expected: 1, got: 0 });
        }
        if let Some(feature) = subsets.iter().flatten().find(|&&feature| feature >= n_features) {
            return Err(WganError::config("subsets", "numbers of features", feature));
        }
        Ok(Self { members, subsets })
    }

    /// The critics.
    pub fn members(&self) -> &[C] {
        &self.members
    }

    /// What member `m` sees: samples with its features alone, `[n, d] → [n, |Sₘ|]`.
    pub fn features_of(&self, m: usize, x: &C::Sample) -> C::Sample {
        let rows = x.rows();
        let columns = self.columns(m, &rows);
        x.with_rows(rows.select(1, columns))
    }

    /// The same committee with each member changed.
    pub(crate) fn map_members(self, change: impl FnMut(C) -> C) -> Self {
        Self { members: self.members.into_iter().map(change).collect(), ..self }
    }

    fn columns(&self, m: usize, beside: &Tensor<2>) -> Tensor<1, Int> {
        let columns: Vec<i64> = self.subsets[m].iter().map(|&column| column as i64).collect();
        let n = columns.len();
        Tensor::from_data(TensorData::new(columns, [n]), &beside.device())
    }
}

impl<C: Critic + ModuleDisplay> Critic for Committee<C>
where
    C::Sample: Rows,
{
    type Sample = C::Sample;

    fn score(&self, x: &C::Sample) -> Tensor<1> {
        let scores = self.members.iter().enumerate();
        let scores = scores.map(|(m, member)| member.score(&self.features_of(m, x))).collect();
        Tensor::stack::<2>(scores, 1).mean_dim(1).squeeze_dim::<1>(1) // [n, M] → [n]
    }
}

impl<C: InputGradient + ModuleDisplay> InputGradient for Committee<C>
where
    C::Sample: Rows,
{
    fn input_gradient(&self, x: &C::Sample) -> Tensor<2> {
        let rows = x.rows();
        let mut total = rows.zeros_like();
        for (m, member) in self.members.iter().enumerate() {
            let gradient = member.input_gradient(&self.features_of(m, x)); // [n, |Sₘ|]
            total = total.select_assign(1, self.columns(m, &rows), gradient, IndexingUpdateOp::Add);
        }
        total / self.members.len() as f32
    }
}

impl<C: LipschitzBound + ModuleDisplay> LipschitzBound for Committee<C>
where
    C::Sample: Rows,
{
    /// The mean over the members: leaving features out makes no distance longer.
    fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        let bounds = self.members.iter().map(|member| member.lipschitz_bound(ground));
        Ok(bounds.sum::<Result<f64, _>>()? / self.members.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{points_of, values_of};
    use crate::model::{MlpConfig, MlpCritic};
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn member(d: usize, seed: u64) -> MlpCritic {
        let config = MlpConfig::new(d, 1).with_width(8).with_depth(2);
        MlpCritic::new(&config, &mut ChaCha8Rng::seed_from_u64(seed), &Device::flex()).unwrap()
    }

    fn committee() -> Committee<MlpCritic> {
        let members = vec![member(2, 1), member(2, 2), member(1, 3)];
        Committee::new(members, vec![vec![0, 2], vec![2, 1], vec![1]], 3).unwrap()
    }

    fn points() -> Tensor<2> {
        Tensor::from_floats([[0.3, -1.2, 0.7], [1.5, 0.4, -0.6]], &Device::flex())
    }

    #[test]
    fn the_score_is_the_mean_of_the_members_on_their_features() {
        let x = points();
        let expected: Vec<f64> = points_of(&x)
            .rows()
            .into_iter()
            .map(|row| {
                let of = |member: &MlpCritic, columns: &[usize]| {
                    let picked: Vec<f32> = columns.iter().map(|&k| row[k] as f32).collect();
                    let data = TensorData::new(picked, [1, columns.len()]);
                    values_of(member.score(&Tensor::from_data(data, &Device::flex())))[0]
                };
                let [a, b, c] = committee().members.try_into().unwrap();
                (of(&a, &[0, 2]) + of(&b, &[2, 1]) + of(&c, &[1])) / 3.0
            })
            .collect();
        for (score, expected) in values_of(committee().score(&x)).iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn the_input_gradient_equals_backward() {
        let x = points().autodiff().require_grad();
        let gradients = committee().score(&x).sum().backward();
        let expected = points_of(&x.grad(&gradients).unwrap());
        let written = points_of(&committee().input_gradient(&points()));
        assert!((written - expected).iter().all(|error| error.abs() < 1e-6));
    }

    #[test]
    fn the_penalty_reaches_every_member() {
        let committee = committee().train();
        let gradients = committee.input_gradient(&points()).square().sum().backward();
        for member in committee.members() {
            struct Flows<'a>(bool, &'a burn::tensor::Gradients);
            impl burn::module::ModuleVisitor for Flows<'_> {
                fn visit_float<const D: usize>(&mut self, param: &burn::module::Param<Tensor<D>>) {
                    self.0 |= param
                        .val()
                        .grad(self.1)
                        .is_some_and(|g| g.abs().sum().into_scalar::<f32>() > 0.0);
                }
            }
            let mut flows = Flows(false, &gradients);
            member.visit(&mut flows);
            assert!(flows.0);
        }
    }

    #[test]
    fn a_feature_that_does_not_exist_is_refused() {
        let message =
            |subsets| Committee::new(vec![member(1, 1)], subsets, 3).unwrap_err().to_string();
        assert_eq!(message(vec![vec![3]]), "subsets: expected numbers of features, got 3");
        assert_eq!(message(vec![]), "subsets: expected shape [1], got [0]");
        assert_eq!(message(vec![vec![]]), "member: expected at least 1 features, got 0");
    }
}
