//! Samples for given conditions.

use burn::module::Module;
use burn::tensor::Device;
use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use wgan_core::{Generator, WganError};

use crate::condition::{Condition, Extrapolation, Schema, tensor};
use crate::conditioned::Conditioned;
use crate::error::CondError;
use crate::generator::{ConditionalLatent, ConditionalPrior};
use crate::labelled::Labelled;
use crate::train::ConditionDropout;

/// Which conditions to sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `n` samples for each of these conditions, in this order.
    Each(Vec<Condition>),
    /// `n` samples for conditions drawn from those of the training data.
    Marginal,
    /// `n` samples for no condition at all.
    Nothing,
}

impl From<Condition> for Given {
    fn from(condition: Condition) -> Self {
        Given::Each(vec![condition])
    }
}

impl From<Vec<Condition>> for Given {
    fn from(conditions: Vec<Condition>) -> Self {
        Given::Each(conditions)
    }
}

/// Samples and what was unusual about their conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// The samples, each with its condition; numbers drawn from intervals stand as drawn.
    pub rows: Conditioned,
    /// Conditions outside the training data, by their row in the request, each column once.
    pub extrapolations: Vec<Extrapolation>,
}

/// A trained generator with everything that is needed to ask it for samples.
#[derive(Clone, Debug)]
pub struct ConditionalSampler<G> {
    generator: G,
    schema: Schema,
    prior: ConditionalPrior,
    training: Vec<Condition>,
    dropout: ConditionDropout,
    device: Device,
}

/// Samples that are generated together, which bounds the memory a request needs.
const CHUNK: usize = 4096;

impl<G> ConditionalSampler<G>
where
    G: Generator<Latent = ConditionalLatent, Sample = Labelled> + Module,
{
    /// Sampler of a generator that was trained on conditions coded by `schema`, with noise of
    /// `prior`; [`Given::Marginal`] draws from the conditions `training`.
    pub fn new(
        generator: G,
        schema: Schema,
        prior: ConditionalPrior,
        training: Vec<Condition>,
        device: &Device,
    ) -> Self {
        let (dropout, device) = (ConditionDropout::Never, device.clone());
        Self { generator: generator.valid(), schema, prior, training, dropout, device }
    }

    /// The sampler of a model that was trained with conditions withheld, which may be asked for
    /// samples without them.
    #[must_use]
    pub fn with_condition_dropout(self, dropout: ConditionDropout) -> Self {
        Self { dropout, ..self }
    }

    /// `n` samples for each given condition.
    ///
    /// Samples are made *for* their conditions: a category holds by construction, and how far a
    /// number holds is what [`ConditionalReport`](crate::ConditionalReport) measures.
    ///
    /// # Errors
    /// What [`Schema::encode`] refuses; conditions left out that the model was not trained without;
    /// [`Given::Marginal`] without training conditions. Extrapolation is no error, but reported.
    pub fn sample<R: Rng>(
        &self,
        n: usize,
        given: impl Into<Given>,
        rng: &mut R,
    ) -> Result<Generated, CondError> {
        let given = given.into();
        let conditions = self.conditions(n, &given, rng)?;
        let (y, mut extrapolations) = self.encode(&conditions)?;
        if matches!(given, Given::Each(_)) {
            extrapolations = once_per_request(extrapolations, n);
        }
        let rows = Conditioned { x: self.generate(&y, rng), conditions };
        Ok(Generated { rows, extrapolations })
    }

    /// One condition per sample.
    fn conditions<R: Rng>(
        &self,
        n: usize,
        given: &Given,
        rng: &mut R,
    ) -> Result<Vec<Condition>, CondError> {
        Ok(match given {
            Given::Each(conditions) => {
                // Refused before anything is drawn, with the row of the request.
                self.encode(conditions)?;
                let repeated = conditions.iter().flat_map(|c| std::iter::repeat_n(c, n));
                repeated.map(|condition| condition.drawn(rng)).collect()
            }
            Given::Marginal => {
                if self.training.is_empty() {
                    return Err(WganError::TooFew {
                        at: "sampler",
                        what: "training conditions",
                        expected: 1,
                        got: 0,
                    }
                    .into());
                }
                let pick = |_| self.training[rng.random_range(0..self.training.len())].clone();
                (0..n).map(pick).collect()
            }
            Given::Nothing => vec![Condition::new(); n],
        })
    }

    /// Codes conditions as far as the model can do without them.
    fn encode(
        &self,
        conditions: &[Condition],
    ) -> Result<(Array2<f32>, Vec<Extrapolation>), CondError> {
        let is_empty = |condition: &Condition| condition.names().next().is_none();
        let encoded = match self.dropout {
            ConditionDropout::Each(_) => self.schema.encode_given(conditions),
            ConditionDropout::All(_) if conditions.iter().all(is_empty) => {
                self.schema.encode_given(conditions)
            }
            ConditionDropout::All(_) | ConditionDropout::Never => self.schema.encode(conditions),
        }?;
        Ok((encoded.y, encoded.extrapolations))
    }

    fn generate<R: Rng>(&self, y: &Array2<f32>, rng: &mut R) -> Array2<f64> {
        let mut values: Vec<f64> = Vec::new();
        for start in (0..y.nrows()).step_by(CHUNK) {
            let end = (start + CHUNK).min(y.nrows());
            let part = y.slice_axis(Axis(0), (start..end).into()).to_owned();
            let y = tensor(&part, &self.device);
            let latent = self.prior.sample(y, rng, &self.device);
            let x = self.generator.generate(&latent).x.into_data();
            values.extend(x.iter::<f32>().map(f64::from));
        }
        let d = values.len().checked_div(y.nrows()).unwrap_or(0);
        Array2::from_shape_fn((y.nrows(), d), |(i, j)| values[i * d + j])
    }
}

/// The first extrapolation of each column and request of `n` samples, with the row of the request.
fn once_per_request(extrapolations: Vec<Extrapolation>, n: usize) -> Vec<Extrapolation> {
    let mut kept: Vec<Extrapolation> = Vec::new();
    for extrapolation in extrapolations {
        let moved = extrapolation.of_request((extrapolation.row() - 1) / n + 1);
        if !kept.iter().any(|other| other.is_same_cause(&moved)) {
            kept.push(moved);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::ConditionColumn;
    use burn::module::Param;
    use burn::tensor::Tensor;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// `G(z, y) = y`: shows what a generator is asked for.
    #[derive(Module, Debug)]
    struct Echo {
        unused: Param<Tensor<1>>,
    }

    impl Generator for Echo {
        type Latent = ConditionalLatent;
        type Sample = Labelled;

        fn generate(&self, latent: &ConditionalLatent) -> Labelled {
            Labelled { x: latent.y.clone(), y: latent.shown.clone() }
        }
    }

    fn sampler() -> ConditionalSampler<Echo> {
        let row = |phase: &str, gap: f64| Condition::new().with("phase", phase).with("gap", gap);
        let training = vec![row("cubic", 1.0), row("hexagonal", 3.0), row("cubic", 3.0)];
        let columns = [ConditionColumn::categories("phase"), ConditionColumn::number("gap", "eV")];
        let schema = Schema::fit(&columns, &training).unwrap();
        let device = Device::flex();
        let echo = Echo { unused: Param::from_data([0.0], &device) };
        ConditionalSampler::new(echo, schema, ConditionalPrior { dim: 1 }, training, &device)
    }

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(1)
    }

    #[test]
    fn a_table_of_conditions_gives_n_samples_each_in_order() {
        let table: Vec<Condition> =
            ["phase=cubic, gap=3", "phase=hexagonal, gap=1"].map(|c| c.parse().unwrap()).to_vec();
        let made = sampler().sample(5000, table.clone(), &mut rng()).unwrap();
        assert_eq!(made.rows.len(), 10_000); // more than one chunk
        assert_eq!(made.rows.conditions[4999..=5000], table);
        assert_eq!(made.rows.x[[4999, 0]], 1.0);
        assert_eq!(made.rows.x[[5000, 1]], 1.0);
        assert!(made.extrapolations.is_empty());
    }

    #[test]
    fn an_interval_is_drawn_per_sample_and_flagged_once() {
        let condition: Condition = "phase=cubic, gap=3±0.5".parse().unwrap();
        let made = sampler().sample(200, condition, &mut rng()).unwrap();
        assert!(made.rows.conditions[0] != made.rows.conditions[1]);
        assert_eq!(made.extrapolations.len(), 1);
        let text = made.extrapolations[0].to_string();
        assert!(text.starts_with("condition 1: gap (eV) = 3."), "{text}");
    }

    #[test]
    fn the_marginal_draws_rows_of_the_training_data() {
        let made = sampler().sample(3000, Given::Marginal, &mut rng()).unwrap();
        let cubic = made.rows.x.column(0).sum() / 3000.0;
        assert!((cubic - 2.0 / 3.0).abs() < 0.035); // four standard errors
    }

    #[test]
    fn conditions_can_be_left_out_where_the_model_was_trained_without() {
        let gap: Condition = "gap=2".parse().unwrap();
        let refusal = sampler().sample(2, gap.clone(), &mut rng()).unwrap_err().to_string();
        assert_eq!(refusal, "condition 1: `phase` is missing; it takes one of cubic, hexagonal");
        assert!(sampler().sample(2, Given::Nothing, &mut rng()).is_err());

        let whole = sampler().with_condition_dropout(ConditionDropout::All(0.1));
        assert!(whole.sample(2, gap.clone(), &mut rng()).is_err());
        let made = whole.sample(2, Given::Nothing, &mut rng()).unwrap();
        assert!(made.rows.x.iter().all(|&v| v == 0.0));

        let each = sampler().with_condition_dropout(ConditionDropout::Each(0.1));
        let made = each.sample(1, gap, &mut rng()).unwrap();
        assert_eq!(made.rows.x.row(0).to_vec()[..2], [0.0, 0.0]);
        assert_eq!(made.rows.x[[0, 3]], 1.0);
    }
}
