//! Can a method learn from generated samples what it would learn from real ones?

use serde::{Deserialize, Serialize};

use super::{Learner, Targets};
use crate::condition::Schema;
use crate::conditioned::Conditioned;
use crate::error::CondError;

/// Scores on real test samples: share of right classes, or mean absolute error in the unit of the
/// condition.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyntheticScore {
    /// Of the method trained on generated samples.
    pub synthetic: f64,
    /// Of the same method trained on real samples.
    pub real: f64,
}

/// Trains on synthetic, tests on real: the score of a method that learns condition `name` from
/// generated samples, beside that of the same method and real samples.
///
/// # Errors
/// No such column, samples without it or of different dimensions, what the learner refuses.
///
/// # References
/// Esteban, Hyland, Rätsch (2017), Real-valued (medical) time series generation with recurrent
/// conditional GANs, section 4.
pub fn train_on_synthetic(
    learner: &dyn Learner,
    schema: &Schema,
    name: &str,
    synthetic: &Conditioned,
    real: &Conditioned,
    test: &Conditioned,
) -> Result<SyntheticScore, CondError> {
    let targets = |side: &Conditioned| Targets::of(schema, name, &side.conditions);
    let truth = targets(test)?;
    let score = |training: &Conditioned| {
        let fitted = learner.fit(training.x.view(), &targets(training)?)?;
        truth.agreement(&fitted.predict(test.x.view())?)
    };
    Ok(SyntheticScore { synthetic: score(synthetic)?, real: score(real)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Condition, ConditionColumn};
    use crate::report::NearestNeighbours;
    use ndarray::Array2;

    /// Class `right` from 0 on, else `left`, mislabelled when `is_wrong`.
    fn line(n: usize, shift: f64, is_wrong: bool) -> Conditioned {
        let x = Array2::from_shape_fn((n, 1), |(i, _)| i as f64 - n as f64 / 2.0 + shift);
        let conditions = x
            .iter()
            .map(|&v| {
                Condition::new().with("side", if (v >= 0.0) ^ is_wrong { "right" } else { "left" })
            })
            .collect();
        Conditioned::new(x, conditions).unwrap()
    }

    #[test]
    fn wrong_synthetic_labels_give_a_wrong_score() {
        let (real, test) = (line(100, 0.0, false), line(100, 0.25, false));
        let schema = Schema::fit(&[ConditionColumn::categories("side")], &real.conditions).unwrap();
        let learner = NearestNeighbours { k: 1 };
        let score = |synthetic: &Conditioned| {
            train_on_synthetic(&learner, &schema, "side", synthetic, &real, &test).unwrap()
        };
        assert_eq!(score(&line(100, 0.25, false)), SyntheticScore { synthetic: 1.0, real: 1.0 });
        assert_eq!(score(&line(100, 0.25, true)), SyntheticScore { synthetic: 0.0, real: 1.0 });
    }
}
