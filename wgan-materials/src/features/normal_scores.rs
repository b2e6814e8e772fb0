//! Numbers as normal scores of their ranks.

use serde::{Deserialize, Serialize};

use super::normal_quantile::normal_quantile;

/// Maps a number to `Φ⁻¹(u)`, `u` its mean rank among the data in `(0, 1)`, and back.
///
/// A value that several rows share owns an interval of scores as wide as its share, and every score there comes back as that
/// value. Values that occur once, many in a row, are a continuous part: scores between two of them are interpolated and
/// rounded to the decimals of the data. Values of the data come back exactly; of more than 65,536 different ones, a part.
///
/// # References
/// Beasley, Erickson, Allison (2009), Rank-based inverse normal transformations are increasingly used, but are they merited?, Behav. Genet. 39, 580-595.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NormalScores {
    /// Distinct values, rising.
    values: Vec<f64>,
    /// Score of the middle of each value's ranks.
    scores: Vec<f64>,
    /// Score of the upper end of the ranks of each value but the last.
    upper: Vec<f64>,
    /// Whether each value belongs to a continuous part.
    is_continuous: Vec<bool>,
    /// Digits behind the point; none where there is no common number.
    decimals: Option<i32>,
    /// Place of a value that so many rows have that it is a state of its own.
    spike: Option<usize>,
}

/// Values that are kept, at most.
const MAX_VALUES: usize = 1 << 16;

/// Values that occur once make a continuous part from this number in a row.
const MIN_RUN: usize = 8;

/// Digits behind the point that are looked for.
const MAX_DECIMALS: i32 = 12;

/// Share of the values that must have so many decimals; the others are round-off of whoever wrote the table.
const SHARE_OF_DECIMALS: f64 = 0.95;

/// Share of the rows from which a value is a state of its own.
const MIN_SPIKE: f64 = 0.25;

/// A column with at most so many different values has no spike: they are steps of one scale.
const MAX_STEPS: usize = 10;

/// Share of the way to the next score below which a score is that of the value itself: single precision.
const TIE: f64 = 1e-6;

impl NormalScores {
    /// Scores of these finite values; of a single zero where there is none.
    pub fn fit(values: impl IntoIterator<Item = f64>) -> Self {
        // −0 becomes 0, so that equal numbers are the same number.
        let mut sorted: Vec<f64> = values.into_iter().map(|v| v + 0.0).collect();
        if sorted.is_empty() {
            sorted.push(0.0);
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let runs: Vec<&[f64]> = sorted.chunk_by(|a, b| a == b).collect();
        let values: Vec<f64> = runs.iter().map(|run| run[0]).collect();
        let counts: Vec<usize> = runs.iter().map(|run| run.len()).collect();
        let (mut scores, mut upper, mut below) = (Vec::new(), Vec::new(), 0);
        for count in &counts {
            scores.push(normal_quantile((below as f64 + *count as f64 / 2.0) / n));
            below += count;
            upper.push(normal_quantile(below as f64 / n));
        }
        upper.pop();
        let most = (0..counts.len()).max_by_key(|&i| counts[i]);
        let is_spike = |i: &usize| counts[*i] as f64 >= MIN_SPIKE * n && counts.len() > MAX_STEPS;
        Self {
            decimals: decimals(&values),
            is_continuous: continuous(&counts),
            spike: most.filter(is_spike),
            values,
            scores,
            upper,
        }
        .thinned(&counts)
    }

    /// Whether it could have been fitted: files say anything.
    pub(super) fn is_sound(&self) -> bool {
        let n = self.values.len();
        let is_finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        let rises = |numbers: &[f64]| numbers.windows(2).all(|pair| pair[0] < pair[1]);
        n > 0
            && [self.scores.len(), self.upper.len() + 1, self.is_continuous.len()] == [n; 3]
            && [&self.values, &self.scores, &self.upper]
                .into_iter()
                .all(|of| is_finite(of) && rises(of))
            && self.decimals.is_none_or(|n| (0..=MAX_DECIMALS).contains(&n))
            && self.spike.is_none_or(|spike| spike < n)
    }

    /// At most [`MAX_VALUES`] values, frequent ones among them.
    fn thinned(self, counts: &[usize]) -> Self {
        let m = self.values.len();
        if m <= MAX_VALUES {
            return self;
        }
        let step = m.div_ceil(MAX_VALUES / 2);
        let is_kept = |i: &usize| i.is_multiple_of(step) || i + 1 == m || counts[*i] > step * 4;
        let kept: Vec<usize> = (0..m).filter(is_kept).collect();
        let pick = |of: &[f64]| kept.iter().map(|&i| of[i]).collect::<Vec<_>>();
        // The ranks of a value reach half way to those of the next.
        let between = |pair: &[usize]| match pair[1] - pair[0] {
            1 => self.upper[pair[0]],
            _ => (self.scores[pair[0]] + self.scores[pair[1]]) / 2.0,
        };
        Self {
            upper: kept.windows(2).map(between).collect(),
            values: pick(&self.values),
            scores: pick(&self.scores),
            is_continuous: kept.iter().map(|&i| counts[i] <= step * 4).collect(),
            spike: self.spike.and_then(|spike| kept.binary_search(&spike).ok()),
            decimals: self.decimals,
        }
    }

    /// Score of a value: between two values of the data by interpolation, beyond them that of the last.
    pub fn encode(&self, value: f64) -> f64 {
        let i = self.values.partition_point(|&v| v < value);
        let Some(&above) = self.values.get(i) else { return self.scores[self.scores.len() - 1] };
        if above == value || i == 0 {
            return self.scores[i];
        }
        let below = self.values[i - 1];
        // Halves: the difference of two large numbers may be beyond the range.
        let share = (value / 2.0 - below / 2.0) / (above / 2.0 - below / 2.0);
        self.scores[i - 1] + share * (self.scores[i] - self.scores[i - 1])
    }

    /// The value at a score.
    pub fn decode(&self, score: f64) -> f64 {
        let k = self.index(score);
        let Some(other) = self.partner(k, score) else { return self.values[k] };
        let share = (score - self.scores[k]) / (self.scores[other] - self.scores[k]);
        if share < TIE {
            return self.values[k];
        }
        let (value, other) = (self.values[k], self.values[other]);
        let gap = other - value;
        self.rounded(match gap.is_finite() {
            true => value + share * gap,
            false => (1.0 - share) * value + share * other,
        })
    }

    /// The score of the value at a score, but for rounding: constant on the interval of a shared value.
    pub fn snap(&self, score: f64) -> f64 {
        let k = self.index(score);
        if self.partner(k, score).is_some() { score } else { self.scores[k] }
    }

    /// The nearest score outside the interval of the spike; the same one where there is none.
    pub fn beside_spike(&self, score: f64) -> f64 {
        let Some(spike) = self.spike.filter(|&spike| spike == self.index(score)) else {
            return score;
        };
        // A score at the upper end of an interval belongs to it.
        let below = spike.checked_sub(1).map(|i| self.upper[i]);
        let above = self.upper.get(spike).map(|upper| upper.next_up());
        match (below, above) {
            (Some(below), Some(above)) if score - below > above - score => above,
            (Some(below), _) => below,
            (None, Some(above)) => above,
            (None, None) => score,
        }
    }

    /// The value that so many rows have that it is a state of its own, and its score.
    pub fn spike(&self) -> Option<(f64, f64)> {
        self.spike.map(|i| (self.values[i], self.scores[i]))
    }

    /// Scores between which the value at a score stays the same, or nearly so.
    pub fn interval(&self, score: f64) -> (f64, f64) {
        let k = self.index(score);
        let below = k.checked_sub(1).map_or(f64::NEG_INFINITY, |i| self.upper[i]);
        (below, self.upper.get(k).copied().unwrap_or(f64::INFINITY))
    }

    /// A number with the decimals of the data.
    pub fn rounded(&self, value: f64) -> f64 {
        self.decimals.map_or(value, |decimals| rounded(value, decimals))
    }

    /// Smallest and largest value.
    pub fn range(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    fn index(&self, score: f64) -> usize {
        self.upper.partition_point(|&upper| upper < score)
    }

    /// The neighbour of value `k` with which the value at `score` is interpolated.
    fn partner(&self, k: usize, score: f64) -> Option<usize> {
        if !self.is_continuous[k] || score == self.scores[k] {
            return None;
        }
        let other = if score > self.scores[k] { k + 1 } else { k.checked_sub(1)? };
        self.is_continuous.get(other).copied().unwrap_or(false).then_some(other)
    }
}

/// Whether each of the values with these counts belongs to a long row of values that occur once.
fn continuous(counts: &[usize]) -> Vec<bool> {
    let runs = counts.chunk_by(|a, b| (*a == 1) == (*b == 1));
    runs.flat_map(|run| std::iter::repeat_n(run[0] == 1 && run.len() >= MIN_RUN, run.len()))
        .collect()
}

fn decimals(values: &[f64]) -> Option<i32> {
    let needed = (SHARE_OF_DECIMALS * values.len() as f64).ceil() as usize;
    let n_with = |decimals| values.iter().filter(|&&v| rounded(v, decimals) == v).count();
    (0..=MAX_DECIMALS).find(|&decimals| n_with(decimals) >= needed)
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(decimals);
    let scaled = (value * unit).round();
    // Beyond 2⁵³ doubles have no decimals to lose.
    if scaled.abs() < 9e15 { scaled / unit + 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_of_the_data_come_back_exactly(values in prop::collection::vec(-50..50_i32, 1..80), scale in 1..4_i32) {
            let values: Vec<f64> = values.iter().map(|&v| rounded(f64::from(v) / 7.0, scale)).collect();
            let scores = NormalScores::fit(values.iter().copied());
            for &value in &values {
                prop_assert_eq!(scores.decode(scores.encode(value)), value);
                let single = f64::from(scores.encode(value) as f32);
                prop_assert_eq!(scores.decode(single), value);
            }
        }

        #[test]
        fn decoding_rises_and_stays_in_the_range(values in prop::collection::vec(-1e3..1e3_f64, 2..60), a in -5.0..5.0_f64, b in -5.0..5.0_f64) {
            let scores = NormalScores::fit(values);
            let (low, high) = (scores.decode(a.min(b)), scores.decode(a.max(b)));
            prop_assert!(low <= high && low >= scores.range().0 && high <= scores.range().1);
        }
    }

    #[test]
    fn scores_of_many_values_are_standard_normal() {
        let values: Vec<f64> = (0..10_000).map(|v| f64::from(v).powi(3)).collect();
        let scores = NormalScores::fit(values.iter().copied());
        let codes: Vec<f64> = values.iter().map(|&v| scores.encode(v)).collect();
        let variance = codes.iter().map(|c| c * c).sum::<f64>() / codes.len() as f64;
        assert_abs_diff_eq!(variance, 1.0, epsilon = 2e-3); // the tails beyond the last middle are cut
    }

    #[test]
    fn a_shared_value_owns_an_interval_and_whole_numbers_stay_whole() {
        let scores = NormalScores::fit([0.0, 0.0, 0.0, 0.0, 3.0, 5.0]);
        assert_eq!(scores.decode(normal_quantile(0.66)), 0.0);
        assert_eq!(scores.decode(normal_quantile(0.67)), 3.0);
        let whole = NormalScores::fit((0..100).map(f64::from));
        assert!((-30..30).all(|i| whole.decode(f64::from(i) / 10.0).fract() == 0.0));
        let tenths = NormalScores::fit((0..1000).map(|i| f64::from(i * i % 7919) / 10.0));
        assert!((-300..300).all(|i| {
            let value = tenths.decode(f64::from(i) / 100.0);
            rounded(value, 1) == value
        }));
    }

    #[test]
    fn a_spike_can_be_stepped_beside() {
        let values = (0..100).map(|i| if i < 60 { 5.0 } else { f64::from(i) / 10.0 - 3.0 });
        let scores = NormalScores::fit(values);
        let (value, score) = scores.spike().unwrap();
        assert_eq!((value, scores.decode(score)), (5.0, 5.0));
        for i in -40..40 {
            assert_ne!(scores.decode(scores.beside_spike(f64::from(i) / 10.0)), 5.0);
        }
        let steps = NormalScores::fit((0..100).map(|i| f64::from(i % 3)));
        assert_eq!(steps.spike(), None);
    }

    #[test]
    fn fill_values_at_the_end_of_the_range_leave_all_numbers_finite() {
        let fill = [f64::MAX, f64::MIN, 1.797e308, 1e200, -1e300];
        for last in fill {
            let ordinary = (0..40).map(|i| f64::from(i) * 0.37 - 5.0);
            let scores = NormalScores::fit(ordinary.chain([last, -last]));
            for i in -60..60 {
                let value = scores.decode(f64::from(i) / 10.0);
                assert!(value.is_finite() && value.abs() <= last.abs(), "{last:e}: {value:e}");
            }
            assert!(scores.encode(0.5 * last).is_finite());
            assert_eq!(scores.decode(scores.encode(last)), last);
        }
    }

    #[test]
    fn a_column_without_values_or_with_one_is_no_exception() {
        assert_eq!(NormalScores::fit([]).decode(1.0), 0.0);
        let one = NormalScores::fit([2.5]);
        assert_eq!((one.encode(2.5), one.decode(-3.0), one.encode(9.0)), (0.0, 2.5, 0.0));
    }

    #[test]
    fn many_values_are_thinned() {
        let scores = NormalScores::fit((0..200_000).map(|i| f64::from(i.max(50_000))));
        assert!(scores.values.len() <= MAX_VALUES);
        assert_eq!((scores.decode(-1.0), scores.range()), (50_000.0, (50_000.0, 199_999.0)));
        for i in 1..20 {
            let u = f64::from(i) / 20.0;
            let expected = (200_000.0 * u).max(50_000.0);
            assert!((scores.decode(normal_quantile(u)) - expected).abs() < 10.0, "{u}");
        }
    }
}
