//! Critic whose last layer depends on the condition.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::Mlp;
use wgan_core::{Critic, InputGradient, MlpConfig, WganError};

use super::first_weight::{with_condition_rows_of, without_condition_rows};
use super::{ConditionPath, joined};
use crate::Labelled;

/// `f(x | y) = ⟨v(y), φ(x)⟩` with features `φ` and an embedding `v`, both perceptrons; or
/// `⟨v(y), φ(x, y)⟩` where the features [see the condition](ProjectionCritic::seeing_conditions), too.
///
/// Features of `x` alone are shared by all conditions, so that rare ones profit from frequent ones;
/// features of both fit better where a number moves the law.
///
/// # References
/// Miyato, Koyama (2018), cGANs with Projection Discriminator, ICLR, eq. 3, with one embedding in
/// place of a free and a class part, and a perceptron in place of a table, so that numbers can be
/// embedded, too.
#[derive(Module, Debug)]
pub struct ProjectionCritic {
    features: Mlp,
    embedding: Mlp,
    /// Leading inputs of the features that are the sample.
    #[module(skip)]
    d_sample: usize,
    /// Whether `v(y)` has length one, so that `f` is as steep in `x` as `φ` at most.
    #[module(skip)]
    is_unit: bool,
}

impl ProjectionCritic {
    /// Critic of samples of dimension `features.d_input` with `n_conditions` condition entries;
    /// `features.d_output` is the number of features.
    ///
    /// # Errors
    /// [`WganError::Config`] if a number is out of range.
    pub fn new<R: Rng>(
        features: &MlpConfig,
        n_conditions: usize,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let embedding = MlpConfig::new(n_conditions, features.d_output)
            .with_width(features.width)
            .with_depth(1)
            .with_activation(features.activation);
        Ok(Self {
            features: features.init(rng, device)?,
            embedding: embedding.init(rng, device)?,
            d_sample: features.d_input,
            is_unit: false,
        })
    }

    /// Like [`ProjectionCritic::new`] with features of sample and condition; `features.d_input` is
    /// still the dimension of the samples.
    ///
    /// # Errors
    /// As [`ProjectionCritic::new`].
    pub fn seeing_conditions<R: Rng>(
        features: &MlpConfig,
        n_conditions: usize,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let d_sample = features.d_input;
        let both = MlpConfig { d_input: d_sample + n_conditions, ..features.clone() };
        Ok(Self { d_sample, ..Self::new(&both, n_conditions, rng, device)? })
    }

    /// What the features see of a sample, `[n, d]` or `[n, d + m]`.
    fn seen(&self, sample: &Labelled) -> Tensor<2> {
        if self.features.d_input() > self.d_sample { joined(sample) } else { sample.x.clone() }
    }

    /// `v(y)`, `[n, m] → [n, features]`.
    fn direction(&self, y: Tensor<2>) -> Tensor<2> {
        let v = self.embedding.forward(y);
        if self.is_unit {
            // Its derivative at zero is infinite without the small number.
            let length = (v.clone().square().sum_dim(1) + 1e-12).sqrt();
            v / length
        } else {
            v
        }
    }
}

impl Critic for ProjectionCritic {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        let features = self.features.forward(self.seen(sample));
        (features * self.direction(sample.y.clone())).sum_dim(1).squeeze_dim::<1>(1) // [n, 1] → [n]
    }
}

impl InputGradient for ProjectionCritic {
    fn input_gradient(&self, sample: &Labelled) -> Tensor<2> {
        let gradient = self.features.pull_back(self.seen(sample), self.direction(sample.y.clone()));
        gradient.narrow(1, 0, self.d_sample) // [n, d (+ m)] → [n, d]
    }
}

impl ConditionPath for ProjectionCritic {
    fn with_bounded_head(self) -> Self {
        Self { is_unit: true, ..self }
    }

    fn without_condition_path(self) -> Self {
        Self { features: without_condition_rows(self.features, self.d_sample), ..self }
    }

    fn with_condition_path_of(self, source: &Self) -> Self {
        let features = with_condition_rows_of(self.features, &source.features, self.d_sample);
        Self { features, embedding: source.embedding.clone(), ..self }
    }
}
