//! Which rows are kept, and why the others are not.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::Path;

use rayon::prelude::*;

use super::cell::{Cell, read_cell};
use super::column;
use super::source::{Part, Source};
use super::summary::{ColumnReport, ColumnRole, ReadSummary, SkippedRow};
use super::survey::{ColumnSurvey, Survey};
use super::{OnBadRow, OnRepeat, Property, ReadOptions, Table};
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::property::ElementProperty;

/// Kind of the rows that repeat an earlier one.
const DUPLICATE: &str = "repeats an earlier row";

/// Decides row by row what is kept.
pub(super) struct Sorter<'a> {
    formula: usize,
    /// Columns that are properties.
    properties: Vec<usize>,
    decimal_comma: bool,
    options: &'a ReadOptions,
    /// Kept rows by a digest of their cells: a second digest, and where the row stands.
    seen: HashMap<u64, (u32, usize)>,
    sorted: Sorted,
}

/// Rows kept and rows left out.
pub(super) struct Sorted {
    compositions: Vec<Composition>,
    /// One column of values for each property.
    values: Vec<Vec<Option<f64>>>,
    rows: Vec<usize>,
    skipped: Vec<SkippedRow>,
    n_parsed: usize,
}

impl<'a> Sorter<'a> {
    /// For `n_rows` rows at most; `reports` has none for the formula column.
    pub(super) fn new(
        formula: usize,
        reports: &[Option<ColumnReport>],
        n_rows: usize,
        decimal_comma: bool,
        options: &'a ReadOptions,
    ) -> Self {
        let is_property =
            |i: &usize| reports[*i].as_ref().is_some_and(|r| r.role == ColumnRole::Property);
        let properties: Vec<usize> = (0..reports.len()).filter(is_property).collect();
        let sorted = Sorted {
            compositions: Vec::with_capacity(n_rows),
            values: properties.iter().map(|_| Vec::with_capacity(n_rows)).collect(),
            rows: Vec::with_capacity(n_rows),
            skipped: Vec::new(),
            n_parsed: 0,
        };
        let n_seen = if options.on_repeat == OnRepeat::Drop { n_rows } else { 0 };
        let seen = HashMap::with_capacity(n_seen);
        Self { formula, properties, decimal_comma, options, seen, sorted }
    }

    /// Sorts the rows of a part.
    pub(super) fn add(&mut self, part: Part) {
        let read = |i: usize| self.read(&part, i);
        let rows: Vec<Read> = (0..part.rows.len()).into_par_iter().map(read).collect();
        for (i, read) in rows.into_iter().enumerate() {
            self.sorted.n_parsed += usize::from(read.is_parsed);
            let new = read.usable.and_then(|usable| self.first_time(&part, i).map(|()| usable));
            match new {
                Ok((composition, values)) => {
                    self.sorted.compositions.push(composition);
                    self.sorted.rows.push(part.rows[i]);
                    self.sorted.values.iter_mut().zip(values).for_each(|(to, v)| to.push(v));
                }
                Err(skipped) => self.sorted.skipped.push(*skipped),
            }
        }
        self.sorted.skipped.extend(part.ragged);
    }

    /// What was kept and what was not.
    pub(super) fn finish(mut self) -> Sorted {
        self.sorted.skipped.sort_by_key(|skipped| skipped.row);
        self.sorted
    }

    fn read(&self, part: &Part, i: usize) -> Read {
        let parsed = self.parse(part, i);
        let is_parsed = parsed.is_ok();
        let usable =
            parsed.and_then(|composition| self.values(part, i).map(|values| (composition, values)));
        Read { is_parsed, usable }
    }

    fn parse(&self, part: &Part, i: usize) -> Result<Composition, Box<SkippedRow>> {
        let cell = part.columns[self.formula].get(i);
        if cell.is_empty() {
            let reason = "the formula is missing".into();
            return Err(skipped(part, i, self.formula, "no formula", reason));
        }
        Composition::parse(cell)
            .map_err(|error| skipped(part, i, self.formula, "not a formula", fault(error)))
    }

    /// Values of the properties; a cell that should be a number and is not is a fault or counts as missing.
    fn values(&self, part: &Part, i: usize) -> Result<Vec<Option<f64>>, Box<SkippedRow>> {
        let value =
            |&column: &usize| match read_cell(part.columns[column].get(i), self.decimal_comma) {
                Cell::Odd(reason) if self.options.on_bad_row != OnBadRow::Blank => {
                    Err(skipped(part, i, column, reason, reason.to_string()))
                }
                cell => Ok(cell.number()),
            };
        self.properties.iter().map(value).collect()
    }

    /// Whether no earlier row has the same cells, as far as that matters.
    ///
    /// Cells are compared by 96 bits: among ten million rows, two that differ are taken for the same once in `10¹⁵` times.
    fn first_time(&mut self, part: &Part, i: usize) -> Result<(), Box<SkippedRow>> {
        if self.options.on_repeat == OnRepeat::Keep {
            return Ok(());
        }
        let digest = |start: u8| {
            let mut hasher = DefaultHasher::new();
            start.hash(&mut hasher);
            part.columns.iter().for_each(|column| column.get(i).hash(&mut hasher));
            hasher.finish()
        };
        let (row, check) = (part.rows[i], digest(1) as u32);
        match self.seen.entry(digest(0)) {
            Entry::Vacant(entry) => {
                entry.insert((check, row));
                Ok(())
            }
            Entry::Occupied(entry) if entry.get().0 != check => Ok(()),
            Entry::Occupied(entry) => {
                let reason = format!("the same cells as row {}", entry.get().1);
                Err(skipped(part, i, self.formula, DUPLICATE, reason))
            }
        }
    }
}

/// A row on its own.
struct Read {
    is_parsed: bool,
    usable: Result<(Composition, Vec<Option<f64>>), Box<SkippedRow>>,
}

fn skipped(part: &Part, i: usize, column: usize, kind: &str, reason: String) -> Box<SkippedRow> {
    let column = &part.columns[column];
    Box::new(SkippedRow {
        row: part.rows[i],
        column: column.name.clone(),
        cell: column.get(i).to_string(),
        kind: kind.to_string(),
        reason,
    })
}

/// What is wrong with a formula, without the formula itself.
fn fault(error: MaterialsError) -> String {
    match error {
        MaterialsError::Formula { position, expected, found, .. } => {
            format!("position {position}: expected {expected}, found {found}")
        }
        other => other.to_string(),
    }
}

impl Sorted {
    /// The first row that is bad, not only repeated.
    pub(super) fn first_bad(&self) -> Option<&SkippedRow> {
        self.skipped.iter().find(|skipped| skipped.kind != DUPLICATE)
    }

    /// The table; `reports` has none for the formula column.
    pub(super) fn into_table(
        self,
        path: &Path,
        source: &Source,
        survey: Survey,
        reports: Vec<Option<ColumnReport>>,
    ) -> Result<Table, MaterialsError> {
        if let (true, Some(bad)) = (self.compositions.is_empty(), self.skipped.first()) {
            return Err(MaterialsError::NoUsableRow {
                path: path.to_path_buf(),
                rows: self.skipped.len(),
                reason: bad.to_string(),
            });
        }
        let distinct = self.compositions.iter().collect::<HashSet<_>>().len();
        let report = |(report, column): (Option<ColumnReport>, &ColumnSurvey)| {
            report.unwrap_or_else(|| column::formula_report(column, self.n_parsed, distinct))
        };
        let columns: Vec<_> = reports.into_iter().zip(&survey.columns).map(report).collect();
        let is_property = |column: &&ColumnReport| column.role == ColumnRole::Property;
        let property = |(column, values): (&ColumnReport, _)| Property {
            name: column.name.clone(),
            unit: column.unit.clone(),
            values,
        };
        let named = columns.iter().filter(is_property);
        let properties = named.zip(self.values).map(property).collect();
        let mut skipped_by_kind = BTreeMap::new();
        for skipped in &self.skipped {
            *skipped_by_kind.entry(skipped.kind.clone()).or_default() += 1;
        }
        let elements = self.compositions.iter().flat_map(Composition::elements);
        let summary = ReadSummary {
            filled_facts: filled_facts(elements.collect()),
            file: path.display().to_string(),
            separator: source.separator,
            n_rows: survey.n_rows + survey.n_ragged,
            n_kept: self.compositions.len(),
            n_duplicates: skipped_by_kind.get(DUPLICATE).copied().unwrap_or(0),
            columns,
            skipped: self.skipped,
            skipped_by_kind,
            notes: survey.notes,
        };
        Ok(Table { compositions: self.compositions.into(), properties, rows: self.rows, summary })
    }
}

/// The elements of which a property is not known, for each property with such elements.
fn filled_facts(elements: BTreeSet<Element>) -> BTreeMap<String, Vec<Element>> {
    let unknown = |property: ElementProperty| {
        let imputed = property.imputed().into_iter().filter(|e| elements.contains(e));
        (property.name().to_string(), imputed.collect::<Vec<_>>())
    };
    let facts = ElementProperty::ALL.into_iter().map(unknown);
    facts.filter(|(_, elements)| !elements.is_empty()).collect()
}
