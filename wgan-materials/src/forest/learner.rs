//! Forests as a method that learns a condition.

use ndarray::ArrayView2;
use wgan_cond::{CondError, Learner, Predictor, Targets};
use wgan_core::WganError;

use super::{Forest, ForestConfig};
use crate::error::MaterialsError;

/// Learns numbers with one forest, and classes with one forest each that tells the class from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForestLearner {
    /// Seed of the forests.
    pub seed: u64,
}

/// Fitted forests.
enum FittedForests {
    Numbers(Forest),
    /// Class number and the forest that knows it.
    Classes(Vec<(usize, Forest)>),
}

impl Learner for ForestLearner {
    fn fit(
        &self,
        x: ArrayView2<'_, f64>,
        targets: &Targets,
    ) -> Result<Box<dyn Predictor>, CondError> {
        Ok(Box::new(match targets {
            Targets::Numbers(numbers) => {
                let forest = ForestConfig::numbers(self.seed).fit(x, numbers);
                FittedForests::Numbers(forest.map_err(refused)?)
            }
            Targets::Classes(classes) => {
                let mut names = classes.clone();
                names.sort_unstable();
                names.dedup();
                let forest = |name: usize| {
                    let is_it = |&class: &usize| f64::from(u8::from(class == name));
                    let y: Vec<f64> = classes.iter().map(is_it).collect();
                    let forest = ForestConfig::classes(self.seed).fit(x, &y).map_err(refused)?;
                    Ok((name, forest))
                };
                let forests: Result<_, CondError> = names.into_iter().map(forest).collect();
                FittedForests::Classes(forests?)
            }
        }))
    }
}

impl Predictor for FittedForests {
    fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Targets, CondError> {
        match self {
            FittedForests::Numbers(forest) => {
                Ok(Targets::Numbers(forest.predict(x).map_err(refused)?))
            }
            FittedForests::Classes(forests) => {
                let mut best = vec![(f64::NEG_INFINITY, 0); x.nrows()];
                for (name, forest) in forests {
                    let shares = forest.predict(x).map_err(refused)?;
                    for (best, share) in best.iter_mut().zip(shares) {
                        if share > best.0 {
                            *best = (share, *name);
                        }
                    }
                }
                Ok(Targets::Classes(best.into_iter().map(|(_, name)| name).collect()))
            }
        }
    }
}

/// The error of a forest, as one of a condition.
fn refused(error: MaterialsError) -> CondError {
    let got = error.to_string();
    WganError::config("forest", "rows that a forest can learn from", got).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn three_classes_and_a_number_are_learnt() {
        // The class is the third of [0, 1) that x lies in; the second column says nothing.
        let x = |shift: f64| {
            Array2::from_shape_fn((300, 2), |(i, j)| {
                if j == 0 { (i as f64 + shift) / 300.0 } else { (i * 37 % 101) as f64 }
            })
        };
        let classes = Targets::Classes((0..300).map(|i| [4, 0, 7][i / 100]).collect());
        let learner = ForestLearner { seed: 1 };
        let fitted = learner.fit(x(0.0).view(), &classes).unwrap();
        let found = fitted.predict(x(0.5).view()).unwrap();
        assert!(found.agreement(&classes).unwrap() > 0.98); // all but those next to a border
        let numbers = Targets::Numbers((0..300).map(|i| i as f64).collect());
        let fitted = learner.fit(x(0.0).view(), &numbers).unwrap();
        assert!(numbers.agreement(&fitted.predict(x(0.0).view()).unwrap()).unwrap() < 10.0);
        let message = learner.fit(Array2::zeros((0, 2)).view(), &classes).err().unwrap();
        assert!(message.to_string().contains("expected trees, rows and columns"), "{message}");
    }
}
