//! Logistic regression with a ridge, by Newton's method.

use rayon::prelude::*;

use super::{Rows, chance};
use crate::linear::solved;

/// Weight of `½·Σ wⱼ²` on the standardised scale, in rows; the intercept is free.
const RIDGE: f64 = 1.0;

/// Newton steps at most.
const MOST_STEPS: usize = 30;

/// Times a step is halved at most before it is given up.
const MOST_HALVINGS: usize = 12;

/// Rows that are summed together, so that sums do not depend on the number of threads.
const CHUNK: usize = 8192;

/// `ln(p / (1 − p)) = w₀ + Σ wⱼ·(xⱼ − mⱼ)/sⱼ`.
pub(in crate::discovery) struct Logistic {
    mean: Vec<f64>,
    scale: Vec<f64>,
    /// The intercept is last.
    w: Vec<f64>,
}

impl Logistic {
    /// Fits to weighted rows; a constant column has no part in it.
    pub(in crate::discovery) fn fit<const D: usize>(rows: &Rows<D>) -> Self {
        let n = rows.len().max(1) as f64;
        let column = |j: usize| rows.x.iter().map(move |x| f64::from(x[j]));
        let mean: Vec<f64> = (0..D).map(|j| column(j).sum::<f64>() / n).collect();
        let deviation = |j: usize| {
            let variance = column(j).map(|x| (x - mean[j]).powi(2)).sum::<f64>() / n;
            if variance > 1e-12 { variance.sqrt() } else { f64::INFINITY }
        };
        let scale = (0..D).map(deviation).collect();
        let mut fitted = Self { mean, scale, w: vec![0.0; D + 1] };
        let mut loss = fitted.loss(rows);
        for _ in 0..MOST_STEPS {
            let step = fitted.newton_step(rows);
            let Some((shorter, next)) = fitted.downhill(rows, step, loss) else {
                break;
            };
            fitted.w = shorter;
            let is_done = loss - next < 1e-9 * loss;
            loss = next;
            if is_done {
                break;
            }
        }
        fitted
    }

    /// The coefficients after the longest of the step, its half, its quarter, … that lowers the loss, and that loss.
    ///
    /// Full steps overshoot where hits are rare.
    fn downhill<const D: usize>(
        &mut self,
        rows: &Rows<D>,
        step: Vec<f64>,
        loss: f64,
    ) -> Option<(Vec<f64>, f64)> {
        let before = self.w.clone();
        let found = (0..MOST_HALVINGS).find_map(|halvings| {
            let length = 0.5_f64.powi(halvings as i32);
            self.w = before.iter().zip(&step).map(|(w, s)| w + length * s).collect();
            let next = self.loss(rows);
            (next < loss).then(|| (self.w.clone(), next))
        });
        self.w = before;
        found
    }

    /// `Σ weight · ln(1 + e^(∓margin)) + ½·RIDGE·Σ wⱼ²`.
    fn loss<const D: usize>(&self, rows: &Rows<D>) -> f64 {
        let of_row = |i: &usize| {
            let margin = self.dot(&self.standardised(&rows.x[*i]));
            let wrong = if rows.is_hit[*i] { -margin } else { margin };
            f64::from(rows.weight[*i]) * (wrong.max(0.0) + (-wrong.abs()).exp().ln_1p())
        };
        let numbers: Vec<usize> = (0..rows.len()).collect();
        let parts: Vec<f64> =
            numbers.par_chunks(CHUNK).map(|chunk| chunk.iter().map(of_row).sum()).collect();
        let ridge: f64 = self.w[..D].iter().map(|w| w * w).sum();
        parts.iter().sum::<f64>() + 0.5 * RIDGE * ridge
    }

    fn newton_step<const D: usize>(&self, rows: &Rows<D>) -> Vec<f64> {
        let k = D + 1;
        let chunks: Vec<Vec<f64>> = (0..rows.len())
            .collect::<Vec<_>>()
            .par_chunks(CHUNK)
            .map(|c| self.sums(rows, c))
            .collect();
        let mut sums = vec![0.0; k * (k + 1)];
        chunks.iter().for_each(|c| sums.iter_mut().zip(c).for_each(|(sum, x)| *sum += x));
        let entry = |i: usize, j: usize| sums[i.min(j) * (k + 1) + i.max(j)];
        let row = |i: usize| -> Vec<f64> {
            let mut row: Vec<f64> = (0..=k).map(|j| entry(i, j)).collect();
            row[i] += if i < D { RIDGE } else { 1e-9 };
            row[k] -= if i < D { RIDGE * self.w[i] } else { 0.0 };
            row
        };
        solved((0..k).map(row).collect())
    }

    /// Upper half of `Σ h·z·zᵀ`, with `Σ g·z` as last column.
    fn sums<const D: usize>(&self, rows: &Rows<D>, of: &[usize]) -> Vec<f64> {
        let k = D + 1;
        let mut sums = vec![0.0; k * (k + 1)];
        for &i in of {
            let z = self.standardised(&rows.x[i]);
            let p = f64::from(chance(self.dot(&z) as f32));
            let weight = f64::from(rows.weight[i]);
            let gradient = weight * (f64::from(u8::from(rows.is_hit[i])) - p);
            let curvature = weight * (p * (1.0 - p)).max(1e-6);
            for (a, row) in sums.chunks_mut(k + 1).enumerate() {
                let scaled = curvature * z[a];
                row[a..k].iter_mut().zip(&z[a..]).for_each(|(sum, z)| *sum += scaled * z);
                row[k] += gradient * z[a];
            }
        }
        sums
    }

    fn standardised(&self, x: &[f32]) -> Vec<f64> {
        let columns = x.iter().zip(&self.mean).zip(&self.scale);
        let z = columns.map(|((&x, mean), scale)| (f64::from(x) - mean) / scale);
        z.chain([1.0]).collect()
    }

    fn dot(&self, z: &[f64]) -> f64 {
        z.iter().zip(&self.w).map(|(z, w)| z * w).sum()
    }

    /// `ln(p / (1 − p))` of a row.
    pub(in crate::discovery) fn margin(&self, x: &[f32]) -> f32 {
        self.dot(&self.standardised(x)) as f32
    }

    /// The chance of a hit.
    pub(in crate::discovery) fn chance(&self, x: &[f32]) -> f32 {
        chance(self.margin(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_get_their_shares() {
        // Of 400 rows with x = 0 a tenth are hits, of 400 with x = 1 half; the second column is constant.
        let x: Vec<[f32; 2]> = (0..800).map(|i| [f32::from(u8::from(i >= 400)), 7.0]).collect();
        let is_hit = (0..800).map(|i| if i < 400 { i % 10 == 0 } else { i % 2 == 0 }).collect();
        let fitted = Logistic::fit(&Rows { x, is_hit, weight: vec![1.0; 800] });
        // The ridge of one row among 800 moves them by less than a hundredth.
        assert!((fitted.chance(&[0.0, 7.0]) - 0.1).abs() < 0.01);
        assert!((fitted.chance(&[1.0, 7.0]) - 0.5).abs() < 0.01);
    }

    #[test]
    fn rare_hits_are_fitted_as_well_as_frequent_ones() {
        // One in 2,000 with x = 0 and one in ten with x = 1: full Newton steps from zero diverge.
        let x: Vec<[f32; 1]> = (0..110_000).map(|i| [f32::from(u8::from(i >= 100_000))]).collect();
        let is_hit = (0..110_000).map(|i| i % if i < 100_000 { 2000 } else { 10 } == 0).collect();
        let fitted = Logistic::fit(&Rows { x, is_hit, weight: vec![1.0; 110_000] });
        assert!((fitted.chance(&[0.0]) / 0.0005 - 1.0).abs() < 0.1); // the ridge
        assert!((fitted.chance(&[1.0]) / 0.1 - 1.0).abs() < 0.02);
    }

    #[test]
    fn a_weight_counts_as_so_many_rows() {
        // Weights 3 and 1 on symmetric rows, as the means that are subtracted are not weighted.
        let rows = |x: &[f32], is_hit: &[bool], weight: &[f32]| Rows {
            x: x.iter().map(|&x| [x]).collect(),
            is_hit: is_hit.to_vec(),
            weight: weight.to_vec(),
        };
        let once = rows(&[0.0, 1.0, 0.0, 1.0], &[false, true, true, false], &[3.0, 3.0, 1.0, 1.0]);
        let many = rows(
            &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0],
            &[false, false, false, true, true, true, true, false],
            &[1.0; 8],
        );
        let (a, b) = (Logistic::fit(&once), Logistic::fit(&many));
        assert!((a.margin(&[1.0]) - b.margin(&[1.0])).abs() < 1e-4);
    }

    #[test]
    fn no_hits_is_a_small_chance_and_not_an_error() {
        let rows = Rows { x: vec![[1.0], [2.0]], is_hit: vec![false; 2], weight: vec![1.0; 2] };
        assert!(Logistic::fit(&rows).chance(&[1.5]) < 0.5);
    }
}
