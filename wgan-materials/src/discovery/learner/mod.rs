//! Models of a chance: logistic regression, boosted trees, and the calibration of their margins.

mod boosting;
mod calibration;
mod logistic;

pub(super) use boosting::{Boosting, Settings};
pub(super) use calibration::Calibration;
pub(super) use logistic::Logistic;

/// Rows with a class and a weight each.
pub(super) struct Rows<const D: usize> {
    pub(super) x: Vec<[f32; D]>,
    pub(super) is_hit: Vec<bool>,
    pub(super) weight: Vec<f32>,
}

impl<const D: usize> Rows<D> {
    pub(super) fn len(&self) -> usize {
        self.x.len()
    }

    /// The rows with these numbers.
    pub(super) fn picked(&self, rows: &[usize]) -> Self {
        Self {
            x: rows.iter().map(|&i| self.x[i]).collect(),
            is_hit: rows.iter().map(|&i| self.is_hit[i]).collect(),
            weight: rows.iter().map(|&i| self.weight[i]).collect(),
        }
    }

    /// `ln(h / n)`, `h` hits among `n` by weight, each counted half a time more.
    fn log_share(&self) -> f32 {
        let all: f64 = self.weight.iter().map(|&w| f64::from(w)).sum();
        let hits = self.weight.iter().zip(&self.is_hit).filter(|(_, is_hit)| **is_hit);
        let hits: f64 = hits.map(|(&w, _)| f64::from(w)).sum();
        ((hits + 0.5) / (all + 0.5)).ln() as f32
    }
}

/// `1 / (1 + e^(−margin))`.
fn chance(margin: f32) -> f32 {
    1.0 / (1.0 + (-margin).exp())
}
