//! Two tables side by side: their common columns, and how far the law of each is off.

use std::collections::{BTreeMap, HashSet};

use ndarray::Axis;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::floor::floor;
use super::row_coding::RowCoding;
use super::{PropertyDistance, c2st};
use crate::table::{Column, Table};

/// Distance between the laws of a column of classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassDistance {
    /// Total variation `½ Σ |p − q|`.
    pub tv: Option<f64>,
    /// That between random parts of the reference.
    pub floor: Option<f64>,
}

/// Two tables side by side.
pub(super) struct Compared<'a> {
    reference: &'a Table,
    candidates: &'a Table,
    pub(super) coding: RowCoding<'a>,
    /// Columns that both have, reference first.
    pub(super) pairs: Vec<(&'a Column, &'a Column)>,
    /// Cells of the candidates' rows.
    pub(super) rows: Vec<Vec<String>>,
    /// Which of them the reference has too.
    pub(super) is_copy: Vec<bool>,
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
