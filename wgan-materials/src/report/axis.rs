//! An axis that has its labels where it is told to.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// A linear axis with labels at `ticks`.
pub(super) struct Axis {
    pub(super) range: Range<f64>,
    pub(super) ticks: Vec<f64>,
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // Halves: the difference of two large numbers may be beyond the range of `f64`.
        let from = self.range.start / 2.0;
        let place = (value / 2.0 - from) / (self.range.end / 2.0 - from);
        limit.0 + (place * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// Four to ten multiples of 1, 2 or 5 times a power of ten; the ends of a range that has no such numbers.
pub(super) fn round_numbers(from: f64, to: f64) -> Vec<f64> {
    let rough = (to - from) / 8.0;
    let power = 10f64.powi(rough.log10().floor() as i32);
    if !rough.is_normal() || !power.is_normal() || rough < f64::EPSILON * from.abs().max(to.abs()) {
        return vec![from, to];
    }
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0);
    let step = factor * power;
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round_numbers_inside_the_range() {
        assert_eq!(round_numbers(0.0, 10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(round_numbers(-0.3, 0.31).len(), 7);
        assert_eq!(round_numbers(1e6, 1e6 + 1.0).first(), Some(&1e6));
    }

    #[test]
    fn ranges_at_the_ends_of_numbers_have_few_labels() {
        let ranges =
            [(0.0, 5e-324), (f64::MIN, f64::MAX), (1e17, 1e17), (0.0, 1e-310), (1e200, 3e200)];
        for (from, to) in ranges {
            let labels = round_numbers(from, to);
            assert!((2..12).contains(&labels.len()), "{from:e} {to:e}");
            assert!(labels.iter().all(|label| label.is_finite()), "{from:e} {to:e}");
        }
        let axis = Axis { range: f64::MIN..f64::MAX, ticks: vec![] };
        assert_eq!([f64::MIN, 0.0, f64::MAX].map(|v| axis.map(&v, (0, 100))), [0, 50, 100]);
    }

    #[test]
    fn the_ends_of_the_range_are_the_ends_of_the_axis() {
        let axis = Axis { range: 2.0..4.0, ticks: vec![] };
        assert_eq!([2.0, 3.0, 4.0].map(|value| axis.map(&value, (100, 300))), [100, 200, 300]);
        assert_eq!([2.0, 3.0].map(|value| axis.map(&value, (300, 100))), [300, 200]);
    }
}
