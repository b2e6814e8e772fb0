//! One column on the scale of its ranks, and back.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::error::WganError;

/// `√12`: standard deviations per unit of rank, as a uniform law on `[0, 1]` has variance `1/12`.
const SCALE: f64 = 3.464_101_615_137_754_6;

/// The scale `√12·(F(v) − ½)` with the empirical distribution function `F` of a column.
///
/// The image has mean 0 and variance at most 1, whatever the law of the column: heavy tails are drawn in. A value that occurs often
/// has a whole interval of ranks; [`scaled`](RankScale::scaled) takes its middle, [`spread`](RankScale::spread) a random place in it.
/// The way back returns values of the data only, so whole numbers stay whole.
///
/// # Example
/// ```
/// use wgan_core::whitening::RankScale;
/// let scale = RankScale::fit([0.0, 0.0, 7.0, 9000.0])?;
/// assert_eq!(scale.level(0.0), 0.25); // the middle of the lower half
/// assert_eq!(scale.value(scale.scaled(9000.0)), 9000.0);
/// # Ok::<(), wgan_core::WganError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankScale {
    /// Distinct values, ascending.
    values: Vec<f64>,
    /// Number of entries below each value.
    below: Vec<u64>,
    /// Number of entries up to each value.
    up_to: Vec<u64>,
    /// Number of entries.
    n: u64,
}

impl RankScale {
    /// Scale of a column.
    ///
    /// # Errors
    /// No entries, entries that are not finite.
    pub fn fit(column: impl IntoIterator<Item = f64>) -> Result<Self, WganError> {
        let mut sorted: Vec<f64> = column.into_iter().collect();
        if sorted.is_empty() {
            return Err(WganError::TooFew {
                at: "rank scale",
                what: "numbers",
                expected: 1,
                got: 0,
            });
        }
        if let Some(index) = sorted.iter().position(|v| !v.is_finite()) {
            let got = sorted[index];
            return Err(WganError::NotFinite { at: "rank scale", index: vec![index], got });
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let mut scale =
            Self { values: vec![], below: vec![], up_to: vec![], n: sorted.len() as u64 };
        let mut below = 0;
        for equal in sorted.chunk_by(|a, b| a == b) {
            scale.values.push(equal[0]);
            scale.below.push(below);
            below += equal.len() as u64;
            scale.up_to.push(below);
        }
        Ok(scale)
    }

    /// At most `max_values` distinct values, at least 2, at equal steps; both ends stay. The scale of a large column is then small.
    #[must_use]
    pub fn thinned(self, max_values: usize) -> Self {
        let (len, kept) = (self.values.len(), max_values.max(2));
        if len <= kept {
            return self;
        }
        let place = |i: usize| i * (len - 1) / (kept - 1);
        Self {
            values: (0..kept).map(|i| self.values[place(i)]).collect(),
            below: (0..kept).map(|i| self.below[place(i)]).collect(),
            up_to: (0..kept).map(|i| self.up_to[place(i)]).collect(),
            n: self.n,
        }
    }

    /// Distinct values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// `F(v)`: the middle rank of a value of the data as a share, linear between two values, constant beyond the ends.
    pub fn level(&self, v: f64) -> f64 {
        let right = self.values.partition_point(|&value| value <= v);
        match right {
            0 => self.middle(0),
            _ if right == self.values.len() => self.middle(right - 1),
            _ => {
                let (a, b) = (self.values[right - 1], self.values[right]);
                let (low, high) = (self.middle(right - 1), self.middle(right));
                // Halves: the difference of two large numbers may be beyond the range.
                low + (v / 2.0 - a / 2.0) / (b / 2.0 - a / 2.0) * (high - low)
            }
        }
    }

    /// `√12·(F(v) − ½)`.
    pub fn scaled(&self, v: f64) -> f64 {
        SCALE * (self.level(v) - 0.5)
    }

    /// A random place among the ranks of `v`: a column comes out uniform, also where values are equal.
    ///
    /// A value that is not in the data takes the rank between its neighbours.
    pub fn spread<R: Rng>(&self, v: f64, rng: &mut R) -> f64 {
        let place = self.values.partition_point(|&value| value < v);
        let (below, up_to) = match self.values.get(place) {
            Some(&value) if value == v => (self.below[place], self.up_to[place]),
            Some(_) => (self.below[place], self.below[place]),
            None => (self.n, self.n),
        };
        let rank = below as f64 + rng.random::<f64>() * (up_to - below) as f64;
        SCALE * (rank / self.n as f64 - 0.5)
    }

    /// Value of the data at the share `u` of its ranks; `u` beyond `[0, 1]` takes the value at that end.
    pub fn quantile(&self, u: f64) -> f64 {
        let rank = u * self.n as f64;
        let place = self.up_to.partition_point(|&up_to| up_to as f64 <= rank);
        self.values[place.min(self.values.len() - 1)]
    }

    /// Value of the data that a scaled rank belongs to, the inverse of [`scaled`](RankScale::scaled) and [`spread`](RankScale::spread).
    pub fn value(&self, scaled: f64) -> f64 {
        self.quantile(scaled / SCALE + 0.5)
    }

    /// Middle rank of value number `place` as a share.
    fn middle(&self, place: usize) -> f64 {
        let equal = (self.up_to[place] - self.below[place]) as f64;
        (self.below[place] as f64 + 0.5 * equal) / self.n as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn ranks_of_a_heavy_tail_are_even() {
        let column: Vec<f64> = (0..100).map(|i| f64::from(i).exp()).collect();
        let scale = RankScale::fit(column.clone()).unwrap();
        for (i, v) in column.iter().enumerate() {
            // F = (i + ½)/n, whatever the values are.
            let expected = 12_f64.sqrt() * ((i as f64 + 0.5) / 100.0 - 0.5);
            assert_abs_diff_eq!(scale.scaled(*v), expected, epsilon = 1e-12);
        }
    }

    #[test]
    fn equal_values_share_their_middle_rank_and_others_lie_between() {
        let scale = RankScale::fit([0.0, 0.0, 0.0, 7.0]).unwrap();
        assert_eq!([scale.level(0.0), scale.level(7.0)], [1.5 / 4.0, 3.5 / 4.0]);
        assert_eq!(scale.level(3.5), 2.5 / 4.0);
        assert_eq!([scale.level(-5.0), scale.level(99.0)], [1.5 / 4.0, 3.5 / 4.0]);
    }

    #[test]
    fn numbers_at_both_ends_of_the_range_have_levels_between() {
        let scale = RankScale::fit([f64::MIN, f64::MAX]).unwrap();
        assert_eq!(
            [scale.level(f64::MIN), scale.level(0.0), scale.level(f64::MAX)],
            [0.25, 0.5, 0.75]
        );
    }

    #[test]
    fn ranks_come_back_as_the_values_they_were() {
        let column = [5.0, 1.0, 1.0, 9.0];
        let scale = RankScale::fit(column).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for v in column {
            assert_eq!(scale.value(scale.spread(v, &mut rng)), v);
            assert_eq!(scale.value(scale.scaled(v)), v);
        }
        assert_eq!([-1.0, 0.0, 1.0, 2.0].map(|u| scale.quantile(u)), [1.0, 1.0, 9.0, 9.0]);
    }

    #[test]
    fn a_spread_column_is_uniform_with_variance_one() {
        let column: Vec<f64> = (0..4000).map(|i| f64::from(i % 3)).collect(); // a third each
        let scale = RankScale::fit(column.clone()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let spread: Vec<f64> = column.iter().map(|&v| scale.spread(v, &mut rng)).collect();
        let moment = |k: i32| spread.iter().map(|x| x.powi(k)).sum::<f64>() / 4000.0;
        // Standard errors 1/√4000 and √0.8/√4000.
        assert_abs_diff_eq!(moment(1), 0.0, epsilon = 0.06);
        assert_abs_diff_eq!(moment(2), 1.0, epsilon = 0.06);
        assert_eq!(scale.spread(-1.0, &mut rng), -12_f64.sqrt() / 2.0);
        assert_eq!(scale.spread(9.0, &mut rng), 12_f64.sqrt() / 2.0);
    }

    #[test]
    fn a_thinned_scale_keeps_both_ends_and_its_levels() {
        let whole = RankScale::fit((0..50_000).map(f64::from)).unwrap();
        let thin = whole.clone().thinned(1024);
        assert_eq!((thin.values().len(), thin.values()[0]), (1024, 0.0));
        assert_eq!(thin.values()[1023], 49_999.0);
        for v in thin.values() {
            assert_eq!(thin.level(*v), whole.level(*v));
        }
    }

    #[test]
    fn columns_without_ranks_are_refused() {
        assert!(RankScale::fit([]).is_err());
        let message = RankScale::fit([1.0, f64::NAN]).unwrap_err().to_string();
        assert_eq!(message, "rank scale: entry [1] is NaN, expected a finite number");
    }
}
