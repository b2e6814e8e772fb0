//! How close generated rows of numbers and classes are to real ones, in numbers.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use ndarray::{Array2, Axis};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use wgan_core::judge::{W1Config, W1Report};
use wgan_core::whitening::Whitening;

use super::compared::{ClassDistance, Compared};
use super::correlations::correlation_error;
use super::floor::{N_SPLITS, WithFloor};
use super::row_coding::RowCoding;
use super::{Notes, PropertyDistance};
use crate::table::{Column, Table};

/// Rows of each side for exact transport and closest records, at most.
const MAX_ROWS: usize = 1000;

/// Smallest variance that distances are divided by, relative to the largest.
const EIGENVALUE_FLOOR: f64 = 1e-6;

/// What can be said about rows of numbers and classes against a reference; a figure that cannot be computed is `None`,
/// with the reason in `notes`.
///
/// A floor is the same figure between two random parts of the reference, each of as many rows as are compared: what a perfect
/// model would have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowEvaluation {
    /// Number of rows.
    pub n: usize,
    /// Different rows divided by `n`.
    pub unique: Option<f64>,
    /// Share of rows that are in the reference, cell by cell.
    pub copies: Option<f64>,
    /// W₁ of each column of numbers, in standard deviations of the reference.
    pub column_w1: BTreeMap<String, PropertyDistance>,
    /// Total variation of each column of classes; a missing cell is a class of its own.
    pub class_tv: BTreeMap<String, ClassDistance>,
    /// Mean difference of Spearman's correlations between columns of numbers.
    pub correlation_error: Option<WithFloor>,
    /// Exact W₁ between whole rows: normal scores and one-hot classes, whitened.
    pub w1_joint: Option<WithFloor>,
    /// Accuracy of a forest that tells real rows from those that are not copies; 0.5 is best.
    pub c2st: Option<f64>,
    /// Mean difference of the shares of missing cells over the columns that miss some.
    pub missing_error: Option<f64>,
    /// Median distance to the closest real row.
    pub closest_record: Option<ClosestRecord>,
    /// What was left out, and why figures are missing.
    pub notes: Vec<String>,
}

/// Median distance to the closest row of one half of the reference, in the space of `w1_joint`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosestRecord {
    /// Of generated rows; far below the other one they are remembered rather than new.
    pub fake: f64,
    /// Of rows of the other half.
    pub held_out: f64,
}

/// Compares rows with a reference, by the columns that both have.
///
/// The same seed gives the same figures, whatever the number of threads.
///
/// # Example
/// ```
/// use wgan_materials::{Column, Table, evaluate_rows};
///
/// let table = |shift: f64| {
///     let x: Vec<Option<f64>> = (0..100).map(|i| Some(f64::from(i) + shift)).collect();
///     Table::from_columns(None, vec![Column::numbers("x", x)])
/// };
/// let found = evaluate_rows(&table(0.0)?, &table(0.5)?, 0);
/// assert_eq!((found.n, found.copies), (100, Some(0.0)));
/// let w1 = found.column_w1["x"].w1.unwrap();
/// assert!((w1 - 0.5 / 28.866).abs() < 1e-4); // every value is 0.5 further, the deviation is 28.87
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub fn evaluate_rows(reference: &Table, candidates: &Table, seed: u64) -> RowEvaluation {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut notes = Notes::default();
    for column in &reference.columns {
        if candidates.column(&column.name).is_err() {
            let name = &column.name;
            notes.add(format!("{name}: the candidates have no such column, it is not compared"));
        }
    }
    let compared = Compared::new(reference, candidates);
    let n = compared.rows.len();
    let is_empty = n == 0 || compared.pairs.is_empty();
    let share = |count: usize| (!is_empty).then(|| count as f64 / n as f64);
    let c2st = compared.c2st(&mut rng);
    let (column_w1, class_tv) = compared.marginals(&mut rng);
    let Compared { coding, pairs, rows, is_copy, .. } = &compared;
    let w1_joint = joint(coding, reference, candidates, &mut rng);
    RowEvaluation {
        n,
        unique: share(rows.iter().collect::<HashSet<_>>().len()),
        copies: share(is_copy.iter().filter(|&&is| is).count()),
        column_w1,
        class_tv,
        correlation_error: correlation_error(pairs, &mut rng),
        w1_joint: notes.keep("w1_joint", w1_joint),
        c2st: notes.keep("c2st", c2st),
        missing_error: missing_error(pairs),
        closest_record: closest_record(coding, reference, candidates, &mut rng),
        notes: notes.into_lines(),
    }
}

/// Codes of both tables, whitened by those of the reference.
fn whitened(
    coding: &RowCoding,
    reference: &Table,
    candidates: &Table,
) -> Result<(Array2<f64>, Array2<f64>), String> {
    let real = coding.encode(reference);
    let told = |error: wgan_core::WganError| error.to_string();
    let whitener = Whitening::Pca.fit(real.view(), EIGENVALUE_FLOOR).map_err(told)?;
    let fake = whitener.transform(coding.encode(candidates).view()).map_err(told)?;
    Ok((whitener.transform(real.view()).map_err(told)?, fake))
}

fn joint(
    coding: &RowCoding,
    reference: &Table,
    candidates: &Table,
    rng: &mut impl Rng,
) -> Result<WithFloor, String> {
    let (real, fake) = whitened(coding, reference, candidates)?;
    let config = W1Config {
        max_points: MAX_ROWS,
        n_splits: N_SPLITS,
        n_permutations: 0,
        ..W1Config::default()
    };
    let found = W1Report::measure(real.view(), fake.view(), None, config, rng);
    let found = found.map_err(|error| error.to_string())?;
    Ok(WithFloor { value: found.w1, floor: found.floor })
}

fn missing_error(pairs: &[(&Column, &Column)]) -> Option<f64> {
    let share = |column: &Column| column.n_missing() as f64 / column.len().max(1) as f64;
    let shares = pairs.iter().map(|(real, fake)| (share(real), share(fake)));
    let found: Vec<f64> = shares
        .filter(|&(real, fake)| real > 0.0 || fake > 0.0)
        .map(|(real, fake)| (real - fake).abs())
        .collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

fn closest_record(
    coding: &RowCoding,
    reference: &Table,
    candidates: &Table,
    rng: &mut impl Rng,
) -> Option<ClosestRecord> {
    let (real, fake) = whitened(coding, reference, candidates).ok()?;
    let n = (real.nrows() / 2).min(MAX_ROWS);
    if n == 0 || fake.nrows() == 0 || real.ncols() == 0 {
        return None;
    }
    let mut order: Vec<usize> = (0..real.nrows()).collect();
    order.shuffle(rng);
    let (known, held_out) = order.split_at(order.len() / 2);
    let known = real.select(Axis(0), known);
    let mut drawn: Vec<usize> = (0..fake.nrows()).collect();
    drawn.shuffle(rng);
    drawn.truncate(MAX_ROWS);
    Some(ClosestRecord {
        fake: median_closest(&fake.select(Axis(0), &drawn), &known),
        held_out: median_closest(&real.select(Axis(0), &held_out[..n]), &known),
    })
}

/// Median over the rows of the distance to the closest of `known`.
fn median_closest(rows: &Array2<f64>, known: &Array2<f64>) -> f64 {
    let closest = |row: ndarray::ArrayView1<f64>| {
        let square = |other: ndarray::ArrayView1<f64>| -> f64 {
            row.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        known.rows().into_iter().map(square).fold(f64::INFINITY, f64::min).sqrt()
    };
    let rows: Vec<_> = rows.rows().into_iter().collect();
    let mut distances: Vec<f64> = rows.into_par_iter().map(closest).collect();
    distances.sort_unstable_by(f64::total_cmp);
    distances[distances.len() / 2]
}

/// One figure a line, floors beside the figures, notes last.
impl fmt::Display for RowEvaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number =
            |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
        writeln!(f, "{:32} {:>9}", "rows", self.n)?;
        for (name, value) in [
            ("unique", self.unique),
            ("copies", self.copies),
            ("c2st", self.c2st),
            ("missing_error", self.missing_error),
        ] {
            writeln!(f, "{name:32} {:>9}", number(value))?;
        }
        let line = |f: &mut fmt::Formatter<'_>, name: &str, value, floor| {
            writeln!(f, "{name:32} {:>9}   floor {}", number(value), number(floor))
        };
        for (name, figure) in
            [("correlation_error", self.correlation_error), ("w1_joint", self.w1_joint)]
        {
            line(f, name, figure.map(|figure| figure.value), figure.map(|figure| figure.floor))?;
        }
        if let Some(ClosestRecord { fake, held_out }) = self.closest_record {
            writeln!(f, "{:32} {fake:>9.4}   held out {held_out:.4}", "closest_record")?;
        }
        for (name, distance) in &self.column_w1 {
            line(f, &format!("column_w1 {name}"), distance.w1, distance.floor)?;
        }
        for (name, distance) in &self.class_tv {
            line(f, &format!("class_tv {name}"), distance.tv, distance.floor)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    /// Two dependent numbers and a class that follows from them; `shift` moves the second number.
    fn table(n: usize, seed: u64, shift: f64) -> Table {
        use rand::RngExt;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut x, mut y, mut c) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..n {
            let u: f64 = rng.random();
            x.push(Some(u));
            y.push((i % 5 > 0).then(|| u + 0.1 * rng.random::<f64>() + shift));
            c.push(Some(if u < 0.3 { "low" } else { "high" }));
        }
        let columns =
            vec![Column::numbers("x", x), Column::numbers("y", y), Column::classes("c", &c)];
        Table::from_columns(None, columns).unwrap()
    }

    #[test]
    fn rows_of_one_law_are_at_the_floor() {
        let found = evaluate_rows(&table(600, 1, 0.0), &table(600, 2, 0.0), 0);
        assert_abs_diff_eq!(found.c2st.unwrap(), 0.5, epsilon = 0.07); // 0.5/√1200, five times
        let joint = found.w1_joint.unwrap();
        assert!(joint.value < 1.3 * joint.floor, "{joint:?}");
        let closest = found.closest_record.unwrap();
        assert_abs_diff_eq!(closest.fake / closest.held_out, 1.0, epsilon = 0.25);
        assert_eq!((found.missing_error, found.copies), (Some(0.0), Some(0.0)));
        assert!(found.class_tv["c"].tv.unwrap() < 0.1);
    }

    #[test]
    fn another_law_and_copies_are_seen() {
        let real = table(600, 1, 0.0);
        let found = evaluate_rows(&real, &table(600, 2, 1.0), 0);
        assert!(found.c2st.unwrap() > 0.9);
        assert!(found.column_w1["y"].w1.unwrap() > 5.0 * found.column_w1["y"].floor.unwrap());
        let same = evaluate_rows(&real, &real, 0);
        assert_eq!((same.copies, same.c2st), (Some(1.0), None));
        // Half of the rows are in the half that is looked through.
        let closest = same.closest_record.unwrap();
        assert!(closest.fake < 0.7 * closest.held_out, "{closest:?}");
    }

    #[test]
    fn columns_that_only_one_table_has_are_named() {
        let one =
            Table::from_columns(None, vec![Column::numbers("z", vec![Some(1.0); 3])]).unwrap();
        let found = evaluate_rows(&table(50, 1, 0.0), &one, 0);
        assert!(found.notes[0].starts_with("x: the candidates have no such column"));
        assert_eq!((found.n, found.unique, found.c2st.is_some()), (3, None, false));
    }
}
