//! Which rows are kept, and why the others are not.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::Path;

use super::cell::Cell;
use super::column::{self, NumericColumn};
use super::frame::TextColumn;
use super::source::Source;
use super::summary::{ColumnRole, ReadSummary, SkippedRow};
use super::{OnRepeat, Property, Table};
use crate::composition::Composition;
use crate::error::MaterialsError;

/// Kind of the rows that repeat an earlier one.
const DUPLICATE: &str = "repeats an earlier row";

/// Decides row by row what is kept.
pub(super) struct Sorter<'a> {
    source: &'a Source,
    formula: &'a TextColumn,
    properties: Vec<(&'a TextColumn, &'a NumericColumn)>,
    on_repeat: OnRepeat,
    seen: HashMap<u64, usize>,
}

impl<'a> Sorter<'a> {
    pub(super) fn new(
        source: &'a Source,
        formula: usize,
        columns: &'a [Option<NumericColumn>],
        on_repeat: OnRepeat,
    ) -> Self {
        let properties = source.columns.iter().zip(columns).filter_map(|(text, column)| {
            let column = column.as_ref()?;
            (column.report.role == ColumnRole::Property).then_some((text, column))
        });
        Self {
            source,
            formula: &source.columns[formula],
            properties: properties.collect(),
            on_repeat,
            seen: HashMap::new(),
        }
    }

    pub(super) fn sort(mut self) -> Sorted {
        let mut sorted = Sorted { skipped: self.source.ragged.clone(), ..Sorted::default() };
        for i in 0..self.source.rows.len() {
            let parsed = self.parse(i);
            sorted.n_parsed += usize::from(parsed.is_ok());
            let usable = parsed.and_then(|composition| self.check(i).map(|()| composition));
            match usable.and_then(|composition| self.first_time(i).map(|()| composition)) {
                Ok(composition) => sorted.kept.push((i, composition)),
                Err(skipped) => sorted.skipped.push(*skipped),
            }
        }
        sorted.skipped.sort_by_key(|skipped| skipped.row);
        sorted
    }

    fn parse(&self, i: usize) -> Result<Composition, Box<SkippedRow>> {
        let cell = self.formula.get(i);
        if cell.is_empty() {
            return Err(self.skipped(
                i,
                self.formula,
                "no formula",
                "the formula is missing".into(),
            ));
        }
        Composition::parse(cell)
            .map_err(|error| self.skipped(i, self.formula, "not a formula", fault(error)))
    }

    /// Looks for a cell that should be a number and is not.
    fn check(&self, i: usize) -> Result<(), Box<SkippedRow>> {
        let mut odd = self.properties.iter().filter_map(|(text, column)| match column.cells[i] {
            Cell::Odd(reason) => Some(self.skipped(i, text, reason, reason.to_string())),
            _ => None,
        });
        odd.next().map_or(Ok(()), Err)
    }

    /// Whether no earlier row has the same cells, as far as that matters.
    fn first_time(&mut self, i: usize) -> Result<(), Box<SkippedRow>> {
        if self.on_repeat == OnRepeat::Keep {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        let cells = |row| self.source.columns.iter().map(move |column| column.get(row));
        cells(i).for_each(|cell| cell.hash(&mut hasher));
        match self.seen.entry(hasher.finish()) {
            Entry::Vacant(entry) => {
                entry.insert(i);
                Ok(())
            }
            Entry::Occupied(entry) => {
                let first = *entry.get();
                if !cells(i).eq(cells(first)) {
                    return Ok(()); // different rows with one hash
                }
                let reason = format!("the same cells as row {}", self.source.rows[first]);
                Err(self.skipped(i, self.formula, DUPLICATE, reason))
            }
        }
    }

    fn skipped(
        &self,
        i: usize,
        column: &TextColumn,
        kind: &str,
        reason: String,
    ) -> Box<SkippedRow> {
        Box::new(SkippedRow {
            row: self.source.rows[i],
            column: column.name.clone(),
            cell: column.get(i).to_string(),
            kind: kind.to_string(),
            reason,
        })
    }
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

/// Rows kept and rows left out.
#[derive(Default)]
pub(super) struct Sorted {
    kept: Vec<(usize, Composition)>,
    skipped: Vec<SkippedRow>,
    n_parsed: usize,
}

impl Sorted {
    /// The first row that is bad, not only repeated.
    pub(super) fn first_bad(&self) -> Option<&SkippedRow> {
        self.skipped.iter().find(|skipped| skipped.kind != DUPLICATE)
    }

    pub(super) fn into_table(
        self,
        path: &Path,
        source: Source,
        formula: usize,
        columns: Vec<Option<NumericColumn>>,
    ) -> Result<Table, MaterialsError> {
        if let (true, Some(bad)) = (self.kept.is_empty(), self.skipped.first()) {
            return Err(MaterialsError::NoUsableRow {
                path: path.to_path_buf(),
                rows: self.skipped.len(),
                reason: bad.to_string(),
            });
        }
        let properties =
            columns.iter().flatten().filter_map(|column| self.property(column)).collect();
        let rows = self.kept.iter().map(|(i, _)| source.rows[*i]).collect();
        let summary = self.summary(path, source, formula, columns);
        let compositions = self.kept.into_iter().map(|(_, composition)| composition).collect();
        Ok(Table { compositions, properties, rows, summary })
    }

    fn property(&self, column: &NumericColumn) -> Option<Property> {
        let value = |cell| match cell {
            Cell::Number(value) => Some(value),
            _ => None,
        };
        (column.report.role == ColumnRole::Property).then(|| Property {
            name: column.report.name.clone(),
            unit: column.report.unit.clone(),
            values: self.kept.iter().map(|(i, _)| value(column.cells[*i])).collect(),
        })
    }

    fn summary(
        &self,
        path: &Path,
        source: Source,
        formula: usize,
        columns: Vec<Option<NumericColumn>>,
    ) -> ReadSummary {
        let distinct =
            self.kept.iter().map(|(_, composition)| composition).collect::<HashSet<_>>().len();
        let report = |column: Option<NumericColumn>| match column {
            Some(column) => column.report,
            None => column::formula_report(&source.columns[formula], self.n_parsed, distinct),
        };
        let mut skipped_by_kind = BTreeMap::new();
        for skipped in &self.skipped {
            *skipped_by_kind.entry(skipped.kind.clone()).or_default() += 1;
        }
        ReadSummary {
            file: path.display().to_string(),
            separator: source.separator,
            n_rows: source.rows.len() + source.ragged.len(),
            n_kept: self.kept.len(),
            n_duplicates: skipped_by_kind.get(DUPLICATE).copied().unwrap_or(0),
            columns: columns.into_iter().map(report).collect(),
            skipped: self.skipped.clone(),
            skipped_by_kind,
            notes: source.notes,
        }
    }
}
