//! Numbers and classes of a table as codes that networks take, and back.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis, Slice};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::whitening::Whitening;

use super::attribute::{Cell, NumberCode, Role, looked_up, pairs, places};
use super::coordinates::Coordinates;
use super::linear_relations::{LinearRelation, linear_relations};
use super::lookups::decides;
use super::normal_scores::NormalScores;
use crate::error::MaterialsError;
use crate::table::{Cells, Column, ColumnSpec};

/// Codes of the rows of a table, fitted to its columns.
///
/// A code is `[coordinates of the numbers, one-hot entries]`, `[k + e]`:
///
/// - Numbers become [`NormalScores`], and all of them together are whitened, or standardised.
/// - A class is one-hot. So is whether a number is missing, and whether it is a value that a quarter of the rows share.
/// - A column that is a sum of others (a range, a total, a copy), or that another column decides in every row, has no entry: it is
///   computed on the way back.
///
/// Rows of the table come back as they were. Other codes come back inside the range of each column and with its decimals; classes
/// and states by their largest entry.
///
/// # Example
/// ```
/// use wgan_materials::{AttributeSpace, Column, Whitening};
///
/// let gap = Column::numbers("gap", vec![Some(0.0), Some(1.5), None, Some(0.7)]);
/// let phase = Column::classes("phase", &[Some("bcc"), Some("fcc"), Some("bcc"), Some("bcc")]);
/// let table = [gap, phase];
/// let space = AttributeSpace::fit(&table, Some(Whitening::Pca))?;
/// let codes = space.encode(&table)?;
/// assert_eq!(codes.dim(), (4, 5)); // gap; there, missing; bcc, fcc
/// assert_eq!(space.decode(codes.view())?, table);
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttributeSpace {
    specs: Vec<ColumnSpec>,
    roles: Vec<Role>,
    coordinates: Coordinates,
    blocks: Vec<Range<usize>>,
}

impl AttributeSpace {
    /// The space of these columns; without a whitening the numbers are standardised only.
    ///
    /// # Errors
    /// No columns, no rows, columns of different lengths.
    pub fn fit(columns: &[Column], whitening: Option<Whitening>) -> Result<Self, MaterialsError> {
        if columns.is_empty() {
            return Err(WganError::config("columns", "at least one", 0).into());
        }
        if n_rows(columns)? == 0 {
            return Err(
                WganError::TooFew { at: "columns", what: "rows", expected: 1, got: 0 }.into()
            );
        }
        let (sums, sources) = dependents(columns);
        let mut blocks = Blocks::default();
        let roles = columns.iter().enumerate().map(|(at, column)| {
            if let Some(&source) = sources.get(&at) {
                return Role::Lookup { source, table: pairs(&columns[source], column) };
            }
            let relation = sums.iter().find(|relation| relation.target == at);
            match (&column.cells, relation) {
                (Cells::Numbers(values), Some(relation)) => Role::Sum {
                    relation: relation.clone(),
                    scores: NormalScores::fit(values.iter().flatten().copied()),
                },
                (Cells::Numbers(values), None) => Role::Number(blocks.number(values)),
                (Cells::Classes { levels, .. }, _) => {
                    let n_entries = levels.len() + usize::from(column.n_missing() > 0);
                    Role::Class { entries: blocks.push(n_entries), levels: levels.clone() }
                }
            }
        });
        let roles = roles.collect();
        let specs = columns.iter().map(Column::spec).collect();
        let coordinates = Coordinates::fit(None, Array2::zeros((1, 0)).view())?;
        let mut space = Self { specs, roles, coordinates, blocks: blocks.ranges };
        space.coordinates = Coordinates::fit(whitening, space.scores_of(columns)?.view())?;
        Ok(space)
    }

    /// Whether it could have been fitted to these columns: files say anything.
    pub(crate) fn is_sound(&self, columns: &[Column]) -> bool {
        let mut end = 0;
        let follows = |block: &Range<usize>| {
            let is_next = block.start == std::mem::replace(&mut end, block.end);
            is_next && block.end > block.start
        };
        columns.iter().all(|column| column.cells.is_sound() && column.len() == columns[0].len())
            && self.specs.iter().cloned().eq(columns.iter().map(Column::spec))
            && self.roles.len() == self.specs.len()
            && self.blocks.iter().all(follows)
            && (0..self.roles.len()).all(|at| self.has_sound_role(at))
            && self.coordinates.is_sound()
            && self.coordinates.n_inputs() == self.numbers().count()
    }

    fn has_sound_role(&self, at: usize) -> bool {
        let levels = self.specs[at].levels.as_ref();
        let is_feature =
            |at: &usize| matches!(self.roles.get(*at), Some(Role::Number(_) | Role::Class { .. }));
        let is_number = |at: &usize| self.specs.get(*at).is_some_and(|spec| spec.levels.is_none());
        let is_state = |entry: Option<usize>| {
            entry.is_none_or(|entry| self.blocks.iter().any(|b| b.end == entry + 1 && b.len() == 2))
        };
        let is_cell = |cell: &Cell, at: usize| match (cell, &self.specs[at].levels) {
            (Cell::Missing, _) => true,
            (Cell::Number(number), None) => number.is_finite(),
            (Cell::Class(code), Some(levels)) => (*code as usize) < levels.len(),
            _ => false,
        };
        match &self.roles[at] {
            Role::Number(number) => {
                levels.is_none()
                    && number.scores.is_sound()
                    && is_state(number.missing)
                    && is_state(number.spike)
            }
            Role::Class { entries, levels: own } => {
                let n = own.len();
                Some(own) == levels
                    && self.blocks.contains(entries)
                    && (n..=n + 1).contains(&entries.len())
            }
            Role::Sum { relation, scores } => {
                let is_term = |(at, factor): &(usize, f64)| is_number(at) && factor.is_finite();
                levels.is_none()
                    && relation.target == at
                    && relation.terms.iter().all(is_term)
                    && scores.is_sound()
            }
            Role::Lookup { source, table } => {
                is_feature(source)
                    && table.iter().all(|(from, to)| is_cell(from, *source) && is_cell(to, at))
            }
        }
    }

    /// What the columns are.
    pub fn specs(&self) -> &[ColumnSpec] {
        &self.specs
    }

    /// Coordinates of the numbers.
    pub fn coordinates(&self) -> &Coordinates {
        &self.coordinates
    }

    /// The number features, in the order of the coordinates' columns.
    pub fn numbers(&self) -> impl Iterator<Item = &NumberCode> {
        self.roles.iter().filter_map(|role| match role {
            Role::Number(number) => Some(number),
            _ => None,
        })
    }

    /// One-hot blocks, counted from the first entry behind the coordinates.
    pub fn blocks(&self) -> &[Range<usize>] {
        &self.blocks
    }

    /// Number of one-hot entries `e`.
    pub fn n_entries(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.end)
    }

    /// Entries of a code, `k + e`.
    pub fn width(&self) -> usize {
        self.coordinates.width() + self.n_entries()
    }

    /// Names of the columns that follow from others, each with the names of those.
    pub fn derived(&self) -> Vec<(&str, Vec<&str>)> {
        let name = |at: usize| self.specs[at].name.as_str();
        let derived = self.roles.iter().enumerate().filter_map(|(at, role)| match role {
            Role::Sum { relation, .. } => {
                Some((name(at), relation.terms.iter().map(|(term, _)| name(*term)).collect()))
            }
            Role::Lookup { source, .. } => Some((name(at), vec![name(*source)])),
            Role::Number(_) | Role::Class { .. } => None,
        });
        derived.collect()
    }

    /// Codes `[n, k + e]` of the rows of a table with the same columns, in the same order.
    ///
    /// # Shapes
    /// - returns: `[n, k + e]`
    ///
    /// # Errors
    /// Other columns; a class or a missing cell that the column did not have when this was fitted.
    pub fn encode(&self, columns: &[Column]) -> Result<Array2<f64>, MaterialsError> {
        let scores = self.scores_of(columns)?;
        let mut codes = Array2::zeros((scores.nrows(), self.width()));
        let k = self.coordinates.width();
        let numbers = self.coordinates.transform(scores.view())?;
        codes.slice_axis_mut(Axis(1), Slice::from(..k)).assign(&numbers);
        for (role, column) in self.roles.iter().zip(columns) {
            let mut set = |row: usize, entry: usize| codes[[row, k + entry]] = 1.0;
            match role {
                Role::Number(number) => {
                    for row in 0..column.len() {
                        let value = column.value(row);
                        if value.is_none() && number.missing.is_none() {
                            return Err(unseen(column, row));
                        }
                        number.states(value).for_each(|entry| set(row, entry));
                    }
                }
                Role::Class { entries, levels } => {
                    let missing = Some(levels.len()).filter(|&place| place < entries.len());
                    let known = known_places(column, levels);
                    for row in 0..column.len() {
                        let place = match column.value(row) {
                            Some(place) => known.get(place as usize).copied().flatten(),
                            None => missing,
                        };
                        set(row, entries.start + place.ok_or_else(|| unseen(column, row))?);
                    }
                }
                Role::Sum { .. } | Role::Lookup { .. } => {}
            }
        }
        Ok(codes)
    }

    /// Columns of these codes.
    ///
    /// # Shapes
    /// - `codes`: `[n, k + e]`
    ///
    /// # Errors
    /// Another width.
    pub fn decode(&self, codes: ArrayView2<'_, f64>) -> Result<Vec<Column>, MaterialsError> {
        if codes.ncols() != self.width() {
            let (expected, got) = (vec![codes.nrows(), self.width()], codes.shape().to_vec());
            return Err(WganError::Shape { at: "codes of a table", expected, got }.into());
        }
        let (coordinates, entries) = codes.split_at(Axis(1), self.coordinates.width());
        let scores = self.coordinates.inverse(coordinates)?;
        Ok(self.columns_of(scores.view(), entries))
    }

    /// Columns of these scores `[n, d]` of the numbers and these one-hot entries, `[n, e]`.
    pub(crate) fn columns_of(
        &self,
        scores: ArrayView2<'_, f64>,
        entries: ArrayView2<'_, f64>,
    ) -> Vec<Column> {
        let n = scores.nrows();
        let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); self.roles.len()];
        let mut place = 0;
        for (role, values) in self.roles.iter().zip(&mut values) {
            match role {
                Role::Number(number) => {
                    let value = |row| number.value(scores[[row, place]], entries.row(row));
                    *values = (0..n).map(value).collect();
                    place += 1;
                }
                Role::Class { entries: block, levels } => {
                    let place = |row| largest(entries.row(row), block) - block.start;
                    let known = |place: &usize| *place < levels.len();
                    *values = (0..n)
                        .map(|row| Some(place(row)).filter(known).map(|p| p as f64))
                        .collect();
                }
                Role::Sum { .. } | Role::Lookup { .. } => {}
            }
        }
        self.follow(&mut values, n, |_| true);
        self.specs
            .iter()
            .zip(values)
            .map(|(spec, values)| spec.column(values.into_iter()))
            .collect()
    }

    /// Columns with those that follow from others computed anew, except for the columns of these names.
    ///
    /// For rows in which some cells were replaced by hand, such as by what was asked for.
    ///
    /// # Errors
    /// Other columns than those this was fitted to.
    pub fn with_derived(
        &self,
        columns: Vec<Column>,
        kept: &[&str],
    ) -> Result<Vec<Column>, MaterialsError> {
        self.check(&columns)?;
        let cells = |column: &Column| (0..column.len()).map(|row| column.value(row)).collect();
        let mut values: Vec<Vec<Option<f64>>> = columns.iter().map(cells).collect();
        let n = n_rows(&columns)?;
        self.follow(&mut values, n, |at| !kept.contains(&self.specs[at].name.as_str()));
        let follows = |(at, column): (usize, Column)| match &self.roles[at] {
            Role::Sum { .. } | Role::Lookup { .. } => {
                self.specs[at].column(values[at].iter().copied())
            }
            Role::Number(_) | Role::Class { .. } => column,
        };
        Ok(columns.into_iter().enumerate().map(follows).collect())
    }

    /// Computes the columns that follow from others and for which `is_meant` holds.
    fn follow(&self, values: &mut [Vec<Option<f64>>], n: usize, is_meant: impl Fn(usize) -> bool) {
        let roles = || self.roles.iter().enumerate().filter(|(at, _)| is_meant(*at));
        for (at, role) in roles() {
            if let Role::Lookup { source, table } = role {
                let of = self.specs[*source].column(values[*source].iter().copied());
                values[at] = looked_up((0..n).map(|row| Cell::of(&of.cells, row)), table);
            }
        }
        for (at, role) in roles() {
            if let Role::Sum { relation, scores } = role {
                values[at] = (0..n).map(|row| sum(relation, scores, values, row)).collect();
            }
        }
    }

    /// Whether each row keeps every sum within the range that its column has in the data.
    ///
    /// Each number alone is always in its range, but a sum of generated numbers need not be.
    pub fn is_within_range(&self, columns: &[Column]) -> Vec<bool> {
        let mut within = vec![true; columns.first().map_or(0, Column::len)];
        for (role, column) in self.roles.iter().zip(columns) {
            if let Role::Sum { scores, .. } = role {
                let (low, high) = scores.range();
                let is_in = |row| column.value(row).is_none_or(|v| v >= low && v <= high);
                within.iter_mut().enumerate().for_each(|(row, within)| *within &= is_in(row));
            }
        }
        within
    }

    /// Refuses columns other than those this was fitted to.
    fn check(&self, columns: &[Column]) -> Result<(), MaterialsError> {
        let of = |name: &str| self.specs.iter().find(|spec| spec.name == name);
        for column in columns {
            let known = of(&column.name).ok_or_else(|| MaterialsError::NoSuchColumn {
                name: column.name.clone(),
                columns: self.specs.iter().map(|spec| spec.name.clone()).collect(),
            })?;
            if known.levels.is_some() != column.is_class() {
                let reason = "its kind is not that of the table that was fitted".to_owned();
                return Err(MaterialsError::BadColumn { name: column.name.clone(), reason });
            }
        }
        let order = self.specs.iter().map(|s| &s.name).eq(columns.iter().map(|c| &c.name));
        if !order {
            let got = columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(WganError::config(
                "columns",
                "those of the fitted table, in its order",
                got,
            )
            .into());
        }
        Ok(())
    }

    /// Scores `[n, d]` of the numbers, 0 where missing.
    fn scores_of(&self, columns: &[Column]) -> Result<Array2<f64>, MaterialsError> {
        self.check(columns)?;
        let n = n_rows(columns)?;
        let numbers = self.roles.iter().zip(columns).filter_map(|(role, column)| match role {
            Role::Number(number) => Some((&number.scores, column)),
            _ => None,
        });
        let mut scores = Array2::zeros((n, self.numbers().count()));
        for ((number, column), mut to) in numbers.zip(scores.columns_mut()) {
            let score = |row| column.value(row).map_or(0.0, |value| number.encode(value));
            to.iter_mut().enumerate().for_each(|(row, to)| *to = score(row));
        }
        Ok(scores)
    }
}

impl NumberCode {
    /// Entries that are 1 for a number: of whether it is missing, and of whether it is the spike.
    fn states(&self, value: Option<f64>) -> impl Iterator<Item = usize> {
        let spike = self.scores.spike().map(|(spike, _)| spike);
        let missing = self.missing.map(|entry| entry - usize::from(value.is_some()));
        let at_spike = self.spike.map(|entry| entry - usize::from(value != spike));
        missing.into_iter().chain(at_spike)
    }

    /// The number at a score, given the one-hot entries of its row.
    fn value(&self, score: f64, entries: ndarray::ArrayView1<'_, f64>) -> Option<f64> {
        if self.missing.is_some_and(|entry| entries[entry] > entries[entry - 1]) {
            return None;
        }
        match (self.spike, self.scores.spike()) {
            (Some(entry), Some((spike, _))) if entries[entry] > entries[entry - 1] => Some(spike),
            (Some(_), _) => Some(self.scores.decode(self.scores.beside_spike(score))),
            _ => Some(self.scores.decode(score)),
        }
    }
}

/// Lays out one-hot entries.
#[derive(Default)]
struct Blocks {
    ranges: Vec<Range<usize>>,
    /// Entry for each pattern of missing cells.
    missing: BTreeMap<Vec<bool>, usize>,
}

impl Blocks {
    fn push(&mut self, n_entries: usize) -> Range<usize> {
        let start = self.ranges.last().map_or(0, |block| block.end);
        self.ranges.push(start..start + n_entries);
        start..start + n_entries
    }

    fn number(&mut self, values: &[Option<f64>]) -> NumberCode {
        let scores = NormalScores::fit(values.iter().flatten().copied());
        let pattern: Vec<bool> = values.iter().map(Option::is_none).collect();
        let missing = pattern.contains(&true).then(|| match self.missing.get(&pattern) {
            Some(&entry) => entry,
            None => {
                let entry = self.push(2).start + 1;
                self.missing.insert(pattern, entry);
                entry
            }
        });
        let spike = scores.spike().map(|_| self.push(2).start + 1);
        NumberCode { scores, missing, spike }
    }
}

fn n_rows(columns: &[Column]) -> Result<usize, WganError> {
    let n = columns.first().map_or(0, Column::len);
    match columns.iter().find(|column| column.len() != n) {
        Some(other) => {
            let (expected, got) = (vec![n], vec![other.len()]);
            Err(WganError::Shape { at: "rows of the columns", expected, got })
        }
        None => Ok(n),
    }
}

/// Place in `levels` of each class of a column; none for classes that are not among them.
fn known_places(column: &Column, levels: &[String]) -> Vec<Option<usize>> {
    match &column.cells {
        Cells::Classes { levels: own, .. } => {
            own.iter().map(|class| levels.iter().position(|level| level == class)).collect()
        }
        Cells::Numbers(_) => Vec::new(),
    }
}

fn unseen(column: &Column, row: usize) -> MaterialsError {
    let got = column.text(row).map_or("nothing".to_owned(), |text| format!("{text:?}"));
    MaterialsError::UnseenValue { name: column.name.clone(), row: row + 1, got }
}

/// Sums, and for each column that another decides the place of that one.
fn dependents(columns: &[Column]) -> (Vec<LinearRelation>, HashMap<usize, usize>) {
    let complete = columns.iter().enumerate().filter_map(|(at, column)| match &column.cells {
        Cells::Numbers(values) => Some((at, values.iter().copied().collect::<Option<Vec<f64>>>()?)),
        Cells::Classes { .. } => None,
    });
    let sums = linear_relations(&complete.collect::<Vec<_>>());
    let is_sum = |at: usize| sums.iter().any(|relation| relation.target == at);
    let cells: Vec<Vec<u32>> = columns.iter().map(places).collect();
    let mut sources = HashMap::new();
    for b in (0..columns.len()).filter(|&b| !is_sum(b)) {
        if sources.values().any(|&source| source == b) {
            continue;
        }
        let mut others = (0..columns.len()).filter(|&a| a != b && !is_sum(a));
        let source = others.find(|a| !sources.contains_key(a) && decides(&cells[*a], &cells[b]));
        if let Some(a) = source {
            sources.insert(b, a);
        }
    }
    (sums, sources)
}

fn sum(
    relation: &LinearRelation,
    scores: &NormalScores,
    values: &[Vec<Option<f64>>],
    row: usize,
) -> Option<f64> {
    let term = |(at, factor): &(usize, f64)| values[*at][row].map(|value| factor * value);
    let terms: Option<f64> = relation.terms.iter().map(term).sum();
    Some(scores.rounded(terms? + relation.constant))
}

/// The entry of a block that is largest; the first of equal ones.
fn largest(entries: ndarray::ArrayView1<'_, f64>, block: &Range<usize>) -> usize {
    let larger = |best: usize, i: usize| if entries[i] > entries[best] { i } else { best };
    block.clone().fold(block.start, larger)
}

#[cfg(test)]
mod tests;
