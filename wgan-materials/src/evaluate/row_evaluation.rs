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

use super::row_coding::RowCoding;
use super::{Notes, PropertyDistance, c2st};
use crate::table::{Column, Table};

/// Random splits of the reference over which floors are averaged.
const N_SPLITS: usize = 5;

/// Rows of each side for exact transport and closest records, at most.
const MAX_ROWS: usize = 1000;

/// Smallest variance that distances are divided by, relative to the largest.
const EIGENVALUE_FLOOR: f64 = 1e-6;

/// Rows with both values, at least, for a correlation.
const MIN_PAIRS: usize = 20;

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

/// Distance between the laws of a column of classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassDistance {
    /// Total variation `½ Σ |p − q|`.
    pub tv: Option<f64>,
    /// That between random parts of the reference.
    pub floor: Option<f64>,
}

/// A figure and what real rows have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WithFloor {
    /// The figure.
    pub value: f64,
    /// The figure of real rows.
    pub floor: f64,
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

/// Two tables side by side.
pub(super) struct Compared<'a> {
    reference: &'a Table,
    candidates: &'a Table,
    coding: RowCoding<'a>,
    /// Columns that both have, reference first.
    pairs: Vec<(&'a Column, &'a Column)>,
    /// Cells of the candidates' rows.
    rows: Vec<Vec<String>>,
    /// Which of them the reference has too.
    is_copy: Vec<bool>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(reference: &'a Table, candidates: &'a Table) -> Self {
        let coding = RowCoding::fit(reference, candidates);
        let columns: Vec<&Column> = coding.columns().collect();
        let known: HashSet<Vec<String>> =
            (0..reference.len()).map(|i| row(&columns, reference, i)).collect();
        let rows: Vec<Vec<String>> =
            (0..candidates.len()).map(|i| row(&columns, candidates, i)).collect();
        let is_copy = rows.iter().map(|row| known.contains(row)).collect();
        let both =
            columns.iter().map(|&column| Some((column, candidates.column(&column.name).ok()?)));
        let pairs = both.flatten().collect();
        Self { reference, candidates, coding, pairs, rows, is_copy }
    }

    /// Accuracy of a forest that tells rows of the reference from candidates that are no copies.
    pub(super) fn c2st(&self, rng: &mut impl Rng) -> Result<f64, String> {
        let (real, fake) =
            (self.coding.ordinal(self.reference), self.coding.ordinal(self.candidates));
        let new: Vec<usize> = (0..self.rows.len()).filter(|&i| !self.is_copy[i]).collect();
        c2st::accuracy_of_rows(&real, &fake.select(Axis(0), &new), rng)
    }

    /// Distances column by column.
    pub(super) fn marginals(&self, rng: &mut impl Rng) -> Marginals {
        marginals(&self.pairs, rng)
    }
}

/// Cells of a row as text, in the order of these columns; numbers in single precision.
fn row(columns: &[&Column], table: &Table, i: usize) -> Vec<String> {
    let cell = |column: &&Column| {
        let own = table.column(&column.name).ok();
        own.and_then(|own| match (own.number(i), own.text(i)) {
            (Some(number), _) => Some((number as f32).to_string()),
            (None, text) => text,
        })
        .unwrap_or_default()
    };
    columns.iter().map(cell).collect()
}

pub(super) type Marginals = (BTreeMap<String, PropertyDistance>, BTreeMap<String, ClassDistance>);

/// Distances column by column, reference first.
fn marginals(pairs: &[(&Column, &Column)], rng: &mut impl Rng) -> Marginals {
    let (mut numbers, mut classes) = (BTreeMap::new(), BTreeMap::new());
    for &(real, fake) in pairs {
        if real.is_class() {
            let texts = |column: &Column| (0..column.len()).map(|i| class(column, i)).collect();
            let (real_texts, fake_texts): (Vec<_>, Vec<_>) = (texts(real), texts(fake));
            let tv = total_variation(&real_texts, &fake_texts);
            let floor = floor(real.len(), fake.len(), rng, |a, b| {
                let pick = |rows: &[usize]| rows.iter().map(|&i| real_texts[i].clone()).collect();
                let (a, b): (Vec<_>, Vec<_>) = (pick(a), pick(b));
                total_variation(&a, &b)
            });
            classes.insert(real.name.clone(), ClassDistance { tv, floor });
        } else {
            let known = |column: &Column| -> Vec<f64> {
                (0..column.len()).filter_map(|i| column.number(i)).collect()
            };
            let distance = PropertyDistance::between(&known(real), &known(fake), rng);
            numbers.insert(real.name.clone(), distance);
        }
    }
    (numbers, classes)
}

/// The class of a cell; `1` and `1.0` are one class.
fn class(column: &Column, row: usize) -> Option<String> {
    column.number(row).map(|number| number.to_string()).or_else(|| column.text(row))
}

fn total_variation(real: &[Option<String>], fake: &[Option<String>]) -> Option<f64> {
    if real.is_empty() || fake.is_empty() {
        return None;
    }
    let mut shares: BTreeMap<&Option<String>, f64> = BTreeMap::new();
    real.iter().for_each(|class| *shares.entry(class).or_default() += 1.0 / real.len() as f64);
    fake.iter().for_each(|class| *shares.entry(class).or_default() -= 1.0 / fake.len() as f64);
    Some(shares.values().map(|difference| difference.abs()).sum::<f64>() / 2.0)
}

/// Mean of a figure between `min(n, half)` random rows of `n_real` and others.
fn floor(
    n_real: usize,
    n: usize,
    rng: &mut impl Rng,
    figure: impl Fn(&[usize], &[usize]) -> Option<f64>,
) -> Option<f64> {
    let n = n.min(n_real / 2);
    let mut order: Vec<usize> = (0..n_real).collect();
    let mut split = || {
        order.shuffle(rng);
        figure(&order[n..], &order[..n])
    };
    let total: Option<f64> = (0..N_SPLITS).map(|_| split()).sum();
    total.map(|total| total / N_SPLITS as f64)
}

/// Mean `|ρ − ρ′|` over the pairs of columns of numbers.
fn correlation_error(pairs: &[(&Column, &Column)], rng: &mut impl Rng) -> Option<WithFloor> {
    let numbers: Vec<_> = pairs.iter().filter(|(real, _)| !real.is_class()).collect();
    let column = |column: &Column| (0..column.len()).map(|i| column.number(i)).collect();
    let real: Vec<Vec<Option<f64>>> = numbers.iter().map(|(real, _)| column(real)).collect();
    let fake: Vec<Vec<Option<f64>>> = numbers.iter().map(|(_, fake)| column(fake)).collect();
    let pick = |rows: &[usize]| -> Vec<Vec<Option<f64>>> {
        real.iter().map(|values| rows.iter().map(|&row| values[row]).collect()).collect()
    };
    let value = correlation_distance(&real, &fake)?;
    let (n_real, n_fake) = (real.first()?.len(), fake.first()?.len());
    let floor = floor(n_real, n_fake, rng, |a, b| correlation_distance(&pick(a), &pick(b)))?;
    Some(WithFloor { value, floor })
}

fn correlation_distance(real: &[Vec<Option<f64>>], fake: &[Vec<Option<f64>>]) -> Option<f64> {
    let places: Vec<(usize, usize)> =
        (0..real.len()).flat_map(|i| (i + 1..real.len()).map(move |j| (i, j))).collect();
    let difference = |&(i, j): &(usize, usize)| {
        let expected = spearman(&real[i], &real[j])?;
        Some((expected - spearman(&fake[i], &fake[j]).unwrap_or(0.0)).abs())
    };
    let found: Vec<f64> = places.par_iter().filter_map(difference).collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// Spearman's rank correlation over the rows that have both; none with fewer than twenty or where one is constant.
fn spearman(x: &[Option<f64>], y: &[Option<f64>]) -> Option<f64> {
    let both: Vec<(f64, f64)> = x.iter().zip(y).filter_map(|(x, y)| Some(((*x)?, (*y)?))).collect();
    if both.len() < MIN_PAIRS {
        return None;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    let (x, y) = (ranks(&x), ranks(&y));
    let n = x.len() as f64;
    let mean = (n + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    (scale > 0.0).then(|| product(&x, &y) / scale)
}

/// Ranks from 1; equal numbers share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (run.len() + 1) as f64 / 2.0;
        run.iter().for_each(|&row| ranks[row] = rank);
        start += run.len();
    }
    ranks
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
    fn correlations_are_spearman_s() {
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        let x: Vec<f64> = (0..30).map(f64::from).collect();
        let cube: Vec<f64> = x.iter().map(|x| -x.powi(3)).collect();
        assert_abs_diff_eq!(spearman(&some(&x), &some(&cube)).unwrap(), -1.0, epsilon = 1e-12);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
        assert_eq!(spearman(&some(&x[..10]), &some(&cube[..10])), None);
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
