//! Predictions by the nearest training samples.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};
use wgan_core::GroundNorm;
use wgan_core::WganError;
use wgan_core::transport::{GroundCost, PointCost};

use super::{Learner, Predictor, Targets};
use crate::error::CondError;

/// Majority class or mean number of the `k` nearest training samples in the Euclidean norm.
///
/// Asymptotically right for any law (Stone 1977), and without settings to tune; in many
/// dimensions a forest is a better judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NearestNeighbours {
    /// Neighbours `k`, at least 1.
    pub k: usize,
}

struct Fitted {
    x: Array2<f64>,
    targets: Targets,
    k: usize,
}

impl Learner for NearestNeighbours {
    fn fit(
        &self,
        x: ArrayView2<'_, f64>,
        targets: &Targets,
    ) -> Result<Box<dyn Predictor>, CondError> {
        if x.nrows() != targets.len() {
            return Err(CondError::rows("targets", x.nrows(), targets.len()));
        }
        if self.k == 0 || self.k > x.nrows() {
            let expected = "at least 1 and at most the number of training samples";
            return Err(WganError::config("k", expected, self.k).into());
        }
        Ok(Box::new(Fitted { x: x.to_owned(), targets: targets.clone(), k: self.k }))
    }
}

impl Predictor for Fitted {
    fn predict(&self, x: ArrayView2<'_, f64>) -> Result<Targets, CondError> {
        let distance = PointCost::new(x, self.x.view(), GroundNorm::L2)?;
        let n = self.x.nrows();
        let mut buffer = vec![0.0; n];
        let mut nearest = |row: usize| -> Vec<usize> {
            let distances = distance.row(row, 0..n, &mut buffer);
            let mut order: Vec<usize> = (0..n).collect();
            let by_distance = |a: &usize, b: &usize| distances[*a].total_cmp(&distances[*b]);
            order.select_nth_unstable_by(self.k - 1, by_distance);
            order.truncate(self.k);
            order
        };
        let rows = 0..x.nrows();
        Ok(match &self.targets {
            Targets::Classes(classes) => {
                Targets::Classes(rows.map(|row| majority(&nearest(row), classes)).collect())
            }
            Targets::Numbers(numbers) => {
                let mean = |near: Vec<usize>| -> f64 {
                    near.iter().map(|&i| numbers[i]).sum::<f64>() / self.k as f64
                };
                Targets::Numbers(rows.map(|row| mean(nearest(row))).collect())
            }
        })
    }
}

/// Most frequent class, the first of several.
fn majority(near: &[usize], classes: &[usize]) -> usize {
    let mut counts = std::collections::BTreeMap::new();
    near.iter().for_each(|&i| *counts.entry(classes[i]).or_insert(0) += 1);
    let most = counts.values().copied().max();
    counts.into_iter().find(|(_, n)| Some(*n) == most).map_or(0, |(class, _)| class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn neighbours_vote_and_average() {
        let x = array![[0.0], [1.0], [2.0], [10.0], [11.0]];
        let at = array![[0.9], [10.4]];
        let learner = NearestNeighbours { k: 3 };
        let classes = Targets::Classes(vec![0, 0, 1, 1, 1]);
        let fitted = learner.fit(x.view(), &classes).unwrap();
        assert_eq!(fitted.predict(at.view()).unwrap(), Targets::Classes(vec![0, 1]));
        let numbers = Targets::Numbers(vec![0.0, 3.0, 6.0, 9.0, 12.0]);
        let fitted = learner.fit(x.view(), &numbers).unwrap();
        assert_eq!(fitted.predict(at.view()).unwrap(), Targets::Numbers(vec![3.0, 9.0]));
        assert!(NearestNeighbours { k: 6 }.fit(x.view(), &numbers).is_err());
    }
}
