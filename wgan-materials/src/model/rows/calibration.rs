//! Marginal laws of generated numbers, made those of the table.

use ndarray::{Array2, ArrayView2};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::features::NumberCode;

/// A rising map of the scores of each number, from the law that a generator gives it to that of the table.
///
/// The dependence between the numbers stays as it was generated. Scores beyond the outermost quantiles are moved as far as these.
///
/// # References
/// Quantile mapping; Maraun (2016), Bias correcting climate change simulations, Curr. Clim. Change Rep. 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// For each number, quantiles of generated scores and those of the table, both rising; empty where nothing is moved.
    knots: Vec<Vec<(f64, f64)>>,
    /// Added to the logit of each one-hot entry, so that the shares of the entries are those of the table.
    bias: Vec<f32>,
}

/// Quantiles of a map.
const N_KNOTS: usize = 256;

/// Scores on both sides from which a map is made, at least.
const MIN_SCORES: usize = 100;

/// Scores are at most this large; beyond, the normal law has less than one in a million.
const END: f64 = 5.0;

impl Calibration {
    /// Moves nothing.
    pub fn none(n_numbers: usize, n_entries: usize) -> Self {
        Self { knots: vec![Vec::new(); n_numbers], bias: vec![0.0; n_entries] }
    }

    /// Whether it could have been fitted to so many numbers and entries.
    pub fn is_sound(&self, n_numbers: usize, n_entries: usize) -> bool {
        let is_finite = |knot: &(f64, f64)| knot.0.is_finite() && knot.1.is_finite();
        let rises = |knots: &Vec<(f64, f64)>| knots.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        (self.knots.len(), self.bias.len()) == (n_numbers, n_entries)
            && self.knots.iter().all(|knots| knots.iter().all(is_finite) && rises(knots))
            && self.bias.iter().all(|bias| bias.is_finite())
    }

    /// Added to the logit of each one-hot entry.
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// Raises the logits of entries that are generated too rarely, and lowers the others': by the logarithm of the ratio of shares.
    ///
    /// Entries that no row or no generated row has are left alone.
    pub fn balance(&mut self, generated: ArrayView2<'_, f64>, table: ArrayView2<'_, f64>) {
        for (entry, bias) in self.bias.iter_mut().enumerate() {
            let share = |of: &ArrayView2<'_, f64>| of.column(entry).mean().unwrap_or(0.0);
            let (made, known) = (share(&generated), share(&table));
            if made > 0.0 && known > 0.0 {
                *bias += (known / made).ln() as f32;
            }
        }
    }

    /// Maps from generated scores `[n, d]` to those of the table, `[m, d]`; the entries `[·, e]` say which are missing or spikes, and
    /// these are left out.
    pub fn fit<R: Rng>(
        numbers: &[NumberCode],
        generated: (ArrayView2<'_, f64>, ArrayView2<'_, f64>),
        table: (ArrayView2<'_, f64>, ArrayView2<'_, f64>),
        bias: Vec<f32>,
        rng: &mut R,
    ) -> Self {
        let knots = |(j, number): (usize, &NumberCode)| {
            let from: Vec<f64> = plain(number, j, generated);
            let own: Vec<f64> = plain(number, j, table);
            if from.len().min(own.len()) < MIN_SCORES {
                return Vec::new();
            }
            // A shared value stands for all scores of its interval.
            let spread = |score: f64| {
                let (low, high) = number.scores.interval(score);
                rng.random_range(low.max(-END)..=high.min(END).max(low.max(-END)))
            };
            let to: Vec<f64> = own.into_iter().map(spread).collect();
            quantiles(from).into_iter().zip(quantiles(to)).collect()
        };
        Self { knots: numbers.iter().enumerate().map(knots).collect(), bias }
    }

    /// Moves scores, `[n, d]`.
    pub fn apply(&self, scores: &mut Array2<f64>) {
        for (knots, mut column) in self.knots.iter().zip(scores.columns_mut()) {
            column.mapv_inplace(|score| moved(knots, score));
        }
    }
}

fn plain(
    number: &NumberCode,
    j: usize,
    (scores, entries): (ArrayView2<'_, f64>, ArrayView2<'_, f64>),
) -> Vec<f64> {
    let says = |entry: Option<usize>, row: usize| entry.is_some_and(|e| entries[[row, e]] > 0.5);
    let is_plain = |row: &usize| !says(number.missing, *row) && !says(number.spike, *row);
    (0..scores.nrows()).filter(is_plain).map(|row| scores[[row, j]]).collect()
}

fn quantiles(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let at = |i: usize| values[(values.len() * (2 * i + 1)) / (2 * N_KNOTS)];
    (0..N_KNOTS).map(at).collect()
}

fn moved(knots: &[(f64, f64)], score: f64) -> f64 {
    let i = knots.partition_point(|knot| knot.0 <= score);
    match (i.checked_sub(1).and_then(|i| knots.get(i)), knots.get(i)) {
        (Some(&(a, fa)), Some(&(b, fb))) => fa + (score - a) / (b - a) * (fb - fa),
        (Some(&(a, fa)), None) | (None, Some(&(a, fa))) => score - a + fa,
        (None, None) => score,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::NormalScores;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn a_shifted_and_stretched_law_becomes_that_of_the_table() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let scores = NormalScores::fit((0..4000).map(f64::from));
        let table = Array2::from_shape_fn((4000, 1), |(i, _)| scores.encode(i as f64));
        let generated = Array2::from_shape_simple_fn((8000, 1), || {
            let z: f64 = StandardNormal.sample(&mut rng);
            2.0 * z + 0.5
        });
        let none = Array2::zeros((8000, 0));
        let number = NumberCode { scores, missing: None, spike: None };
        let calibration = Calibration::fit(
            &[number],
            (generated.view(), none.view()),
            (table.view(), none.view()),
            Vec::new(),
            &mut rng,
        );
        let mut moved = generated.clone();
        calibration.apply(&mut moved);
        let mean = moved.sum() / 8000.0;
        let variance = moved.mapv(|z| (z - mean).powi(2)).sum() / 8000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        let mut rising = Array2::from_shape_fn((100, 1), |(i, _)| i as f64 / 5.0 - 10.0);
        calibration.apply(&mut rising);
        assert!(rising.windows([2, 1]).into_iter().all(|w| w[[0, 0]] <= w[[1, 0]]));
    }

    #[test]
    fn rare_entries_are_raised_and_absent_ones_left_alone() {
        let mut calibration = Calibration::none(0, 3);
        let generated =
            ndarray::array![[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let table =
            ndarray::array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
        calibration.balance(generated.view(), table.view());
        assert_eq!(calibration.bias(), [(1.0_f64 / 3.0).ln() as f32, 2_f64.ln() as f32, 0.0]);
    }

    #[test]
    fn few_scores_and_no_calibration_move_nothing() {
        let mut scores = ndarray::array![[0.5, -7.0]];
        Calibration::none(2, 0).apply(&mut scores);
        assert_eq!(scores, ndarray::array![[0.5, -7.0]]);
    }
}
