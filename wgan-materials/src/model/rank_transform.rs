//! A property as its rank.

use serde::{Deserialize, Serialize};

/// Maps values to `√12·(u − ½)`, `u` the mean rank of the value among the data in `(0, 1)`.
///
/// The image has mean 0 and variance up to 1 whatever the law of the property: heavy tails are
/// drawn in, and a value that occurs often (a band gap of exactly zero) becomes the middle of an
/// interval as wide as its share. Its inverse returns values of the data only.
///
/// Of more than 65,536 distinct values, the ones at whole multiples of 1/65,536 of the ranks stand for those below them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankTransform {
    /// Distinct values, rising.
    values: Vec<f64>,
    /// Share of the data at or below each value; the last is 1.
    cumulative: Vec<f64>,
}

/// Most values that are kept.
const MOST: usize = 1 << 16;

/// Standard deviations per unit of rank: a uniform law has variance 1/12.
const SCALE: f64 = 3.464_101_615_137_754_6;

impl RankTransform {
    /// Transform of these finite values; of a single zero where there is none.
    pub fn fit(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        if sorted.is_empty() {
            sorted.push(0.0);
        }
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let (mut values, mut cumulative) = (Vec::new(), Vec::new());
        for (i, value) in sorted.into_iter().enumerate() {
            if values.last() != Some(&value) {
                values.push(value);
                cumulative.push(0.0);
            }
            if let Some(last) = cumulative.last_mut() {
                *last = (i + 1) as f64 / n;
            }
        }
        Self { values, cumulative }.thinned(MOST)
    }

    /// Whether it could have been fitted: files say anything.
    pub(super) fn is_sound(&self) -> bool {
        let rises = |numbers: &[f64]| numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        !self.values.is_empty()
            && self.values.len() == self.cumulative.len()
            && self.values.iter().all(|value| value.is_finite())
            && self.cumulative.iter().all(is_share)
            && rises(&self.values)
            && rises(&self.cumulative)
    }

    /// At most `most` values, so that a model of a large table is not as large itself.
    fn thinned(self, most: usize) -> Self {
        if self.values.len() <= most {
            return self;
        }
        let place = |share: f64| (share * most as f64).floor();
        let mut before = 0.0;
        let pairs = self.values.into_iter().zip(self.cumulative);
        let is_kept =
            |&(_, share): &(f64, f64)| place(share) > std::mem::replace(&mut before, place(share));
        let (values, cumulative) = pairs.filter(is_kept).unzip();
        Self { values, cumulative }
    }

    /// Image of a value; one between two values of the data takes the place of the upper one.
    pub fn encode(&self, value: f64) -> f64 {
        let i = self.values.partition_point(|&v| v < value).min(self.values.len() - 1);
        self.middle(i)
    }

    /// Image of the value of the data that `code` belongs to.
    pub fn snap(&self, code: f64) -> f64 {
        self.middle(self.index(code / SCALE + 0.5))
    }

    /// Value of the data that `code` belongs to.
    pub fn value(&self, code: f64) -> f64 {
        self.quantile(code / SCALE + 0.5)
    }

    /// Value at rank `u` in `[0, 1]`.
    pub fn quantile(&self, u: f64) -> f64 {
        self.values[self.index(u)]
    }

    fn index(&self, u: f64) -> usize {
        self.cumulative.partition_point(|&c| c < u).min(self.values.len() - 1)
    }

    fn middle(&self, i: usize) -> f64 {
        let below = if i == 0 { 0.0 } else { self.cumulative[i - 1] };
        SCALE * ((below + self.cumulative[i]) / 2.0 - 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_keep_their_quantiles_and_frequent_ones_their_share() {
        let many: Vec<f64> = (0..10_000).map(|i| (f64::from(i) - 3000.0).max(0.0)).collect();
        let all = RankTransform::fit(many);
        let thinned = all.clone().thinned(100);
        assert!((60..=100).contains(&thinned.values.len()), "{}", thinned.values.len());
        assert_eq!((thinned.values[0], thinned.cumulative[0]), (0.0, 0.3001));
        assert_eq!(thinned.cumulative.last(), Some(&1.0));
        for k in 0..=100 {
            let u = f64::from(k) / 100.0;
            assert!((thinned.quantile(u) - all.quantile(u)).abs() <= 100.0, "{u}");
        }
        assert_eq!(all.clone().thinned(10_000), all);
    }

    #[test]
    fn a_frequent_value_owns_an_interval_as_wide_as_its_share() {
        let transform = RankTransform::fit([0.0, 0.0, 0.0, 5.0]);
        assert_eq!(transform.quantile(0.74), 0.0);
        assert_eq!(transform.quantile(0.76), 5.0);
        assert!((transform.encode(0.0) - SCALE * (0.375 - 0.5)).abs() < 1e-12);
    }

    #[test]
    fn snapping_an_encoded_value_keeps_it() {
        let transform = RankTransform::fit([3.0, -1.0, 2.5, 2.5, 7.0]);
        for value in [3.0, -1.0, 2.5, 7.0] {
            let code = transform.encode(value);
            assert!((transform.snap(code) - code).abs() < 1e-12);
            assert_eq!(transform.quantile(code / SCALE + 0.5), value);
        }
    }

    #[test]
    fn codes_of_distinct_values_are_standardised() {
        let transform = RankTransform::fit((0..1000).map(f64::from));
        let codes: Vec<f64> = (0..1000).map(|v| transform.encode(f64::from(v))).collect();
        let variance = codes.iter().map(|c| c * c).sum::<f64>() / 1000.0;
        assert!((variance - 1.0).abs() < 1e-5); // 1 − n⁻²
    }
}
