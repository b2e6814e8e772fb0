//! How good predicted energies are, by known compounds that were hidden.

use std::fmt;

use serde::Serialize;

use super::calibration::{Calibration, LEVEL};

/// A known compound and what was predicted for it without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HeldOutRow {
    /// Decomposition energy, eV/atom.
    pub(super) target: f64,
    /// What was predicted for it, eV/atom.
    pub(super) predicted: f64,
    /// Unit of its error, eV/atom.
    pub(super) scale: f64,
}

impl HeldOutRow {
    fn error(&self) -> f64 {
        self.target - self.predicted
    }

    fn scaled_error(&self) -> f64 {
        self.error() / self.scale
    }
}

/// With fewer hidden rows than this, their errors count less than the assumption that they are as out of bag.
const PRIOR_ROWS: f64 = 30.0;

/// Mean size of scaled errors of hidden rows over that of out-of-bag rows.
///
/// It is below one: out of bag fewer trees speak, and an out-of-bag row has shaped the hull that its neighbours were learnt
/// from, against its own energy.
pub(super) fn error_ratio(hidden: &[HeldOutRow], out_of_bag: &[HeldOutRow]) -> f64 {
    let total = |rows: &[HeldOutRow]| rows.iter().map(|row| row.scaled_error().abs()).sum::<f64>();
    let expected = total(out_of_bag) / out_of_bag.len().max(1) as f64;
    let ratio =
        (total(hidden) + PRIOR_ROWS * expected) / ((hidden.len() as f64 + PRIOR_ROWS) * expected);
    if ratio.is_finite() { ratio } else { 1.0 }
}

/// Out-of-bag errors, times the ratio of those of hidden rows to them.
pub(super) fn calibration(out_of_bag: &[HeldOutRow], ratio: f64) -> Calibration {
    Calibration::new(out_of_bag.iter().map(|row| ratio * row.scaled_error()).collect())
}

/// How good predictions are for a fifth of the known compounds, hidden while the others were learnt.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HeldOut {
    /// Hidden compounds.
    pub n: usize,
    /// Mean absolute error of the formation energy, eV/atom.
    pub mean_absolute_error: f64,
    /// Share of energies within their 90 % interval, of the half of the hidden compounds that intervals know nothing of.
    pub coverage: f64,
    /// Area under the curve: how often a compound within the limit of the hull of the others is ranked above one
    /// that is not. None if all are, or none is.
    pub auc: Option<f64>,
    /// The limit, eV/atom.
    pub stable_within: f64,
    /// Share of the hidden compounds within the limit.
    pub share_within: f64,
}

/// Where so many of the known compounds are stable, nothing tells what is not.
const NEARLY_ALL: f64 = 0.9;

impl HeldOut {
    pub(super) fn of(hidden: &[HeldOutRow], out_of_bag: &[HeldOutRow], stable_within: f64) -> Self {
        let half = |skipped: usize| hidden.iter().skip(skipped).step_by(2).copied();
        let ratio = error_ratio(&half(0).collect::<Vec<_>>(), out_of_bag);
        let calibration = calibration(out_of_bag, ratio);
        let (low, high) = calibration.interval(LEVEL);
        let is_inside = |row: &HeldOutRow| (low..=high).contains(&row.scaled_error());
        let score = |row: &HeldOutRow| {
            let limit = (stable_within - row.predicted) / row.scale;
            (calibration.share_up_to(limit), row.target <= stable_within)
        };
        let n = hidden.len();
        let n_within = hidden.iter().filter(|row| row.target <= stable_within).count();
        Self {
            n,
            mean_absolute_error: hidden.iter().map(|row| row.error().abs()).sum::<f64>() / n as f64,
            coverage: half(1).filter(is_inside).count() as f64 / (n / 2) as f64,
            auc: auc(hidden.iter().map(score).collect()),
            stable_within,
            share_within: n_within as f64 / n as f64,
        }
    }
}

/// Share of pairs of a true and a false one in which the true one has the higher score, ties half.
fn auc(mut scored: Vec<(f64, bool)>) -> Option<f64> {
    scored.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut n_false, mut n_pairs) = (0.0, 0.0);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let n_true = tied.iter().filter(|(_, is_true)| *is_true).count() as f64;
        let n_tied_false = tied.len() as f64 - n_true;
        n_pairs += n_true * (n_false + 0.5 * n_tied_false);
        n_false += n_tied_false;
    }
    let n_true = scored.len() as f64 - n_false;
    (n_true * n_false > 0.0).then(|| n_pairs / (n_true * n_false))
}

impl fmt::Display for HeldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} known compounds hidden and predicted: mean absolute error {:.3} eV/atom; {:.1} % lie in their 90 % interval",
            self.n,
            self.mean_absolute_error,
            100.0 * self.coverage
        )?;
        if let Some(auc) = self.auc {
            write!(f, "; AUC of \"within {} eV/atom of the hull\" {auc:.2}", self.stable_within)?;
        }
        if self.share_within < NEARLY_ALL {
            return Ok(());
        }
        write!(
            f,
            ". {:.0} % of them are within that limit, so the table hardly tells what is not stable, and probabilities of new \
             materials are too high",
            100.0 * self.share_within
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn auc_counts_pairs_and_halves_ties() {
        let scored = vec![(0.9, true), (0.5, true), (0.5, false), (0.1, false)];
        assert_eq!(auc(scored), Some(3.5 / 4.0));
        assert_eq!(auc(vec![(0.1, true), (0.2, true)]), None);
        assert_eq!(auc(Vec::new()), None);
    }

    /// Errors −1, …, 1 in equal steps times `size`, in an order without pattern; scale 1.
    fn rows(size: f64) -> Vec<HeldOutRow> {
        let error = |i: usize| size * (((i * 617) % 1000) as f64 / 499.5 - 1.0);
        let row = |i| HeldOutRow { target: 0.2 + error(i), predicted: 0.2, scale: 1.0 };
        (0..1000).map(row).collect()
    }

    #[test]
    fn errors_are_covered_as_promised_although_those_out_of_bag_are_larger() {
        for size in [1.0, 1.25] {
            let figures = HeldOut::of(&rows(1.0), &rows(size), 0.05);
            assert_abs_diff_eq!(figures.coverage, 0.9, epsilon = 0.02); // the ratio is drawn to 1 by 30 of 530 rows
            assert_abs_diff_eq!(figures.mean_absolute_error, 0.5, epsilon = 0.01);
            assert_eq!(figures.auc, Some(0.5)); // all have the same score
        }
    }

    #[test]
    fn a_table_of_stable_compounds_is_said_to_tell_little() {
        let said = |limit: f64| HeldOut::of(&rows(1.0), &rows(1.0), limit).to_string();
        assert!(
            said(1.1).ends_with("probabilities of new materials are too high"),
            "{}",
            said(1.1)
        );
        assert!(said(1.1).contains("95 % of them are within that limit")); // targets −0.8 to 1.2
        assert!(!said(0.05).contains("too high"));
    }

    #[test]
    fn the_ratio_of_errors_is_that_of_their_sizes() {
        assert_abs_diff_eq!(error_ratio(&rows(1.0), &rows(1.0)), 1.0, epsilon = 1e-12);
        // 1,000 rows at 0.8 and 30 at 1
        assert_abs_diff_eq!(error_ratio(&rows(0.8), &rows(1.0)), 830.0 / 1030.0, epsilon = 1e-12);
        assert_eq!(error_ratio(&[], &[]), 1.0);
    }
}
