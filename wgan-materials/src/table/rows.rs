//! Which rows are kept, and why the others are not.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::Path;

use super::cell::Cell;
use super::column::{self, NumericColumn};
use super::frame::TextColumn;
use super::source::Source;
use super::summary::{ColumnRole, ReadSummary, SkippedRow};
use super::{OnBadRow, OnRepeat, Property, ReadOptions, Table};
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::property::ElementProperty;

/// Kind of the rows that repeat an earlier one.
const DUPLICATE: &str = "repeats an earlier row";

/// Decides row by row what is kept.
pub(super) struct Sorter<'a> {
    source: &'a Source,
    formula: &'a TextColumn,
    properties: Vec<(&'a TextColumn, &'a NumericColumn)>,
    options: &'a ReadOptions,
    seen: HashMap<u64, usize>,
}

impl<'a> Sorter<'a> {
    pub(super) fn new(
        source: &'a Source,
        formula: usize,
        columns: &'a [Option<NumericColumn>],
        options: &'a ReadOptions,
    ) -> Self {
        let properties = source.columns.iter().zip(columns).filter_map(|(text, column)| {
            let column = column.as_ref()?;
            (column.report.role == ColumnRole::Property).then_some((text, column))
        });
        Self {
            source,
            formula: &source.columns[formula],
            properties: properties.collect(),
            options,
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
        if self.options.on_bad_row == OnBadRow::Blank {
            return Ok(());
        }
        let mut odd = self.properties.iter().filter_map(|(text, column)| match column.cells[i] {
            Cell::Odd(reason) => Some(self.skipped(i, text, reason, reason.to_string())),
            _ => None,
        });
        odd.next().map_or(Ok(()), Err)
    }

    /// Whether no earlier row has the same cells, as far as that matters.
    fn first_time(&mut self, i: usize) -> Result<(), Box<SkippedRow>> {
        if self.options.on_repeat == OnRepeat::Keep {
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
        let compositions = self.kept.iter().map(|(_, composition)| composition);
        ReadSummary {
            filled_facts: filled_facts(compositions.flat_map(Composition::elements).collect()),
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

/// The elements of which a property is not known, for each property with such elements.
fn filled_facts(elements: BTreeSet<Element>) -> BTreeMap<String, Vec<Element>> {
    let unknown = |property: ElementProperty| {
        let imputed = property.imputed().into_iter().filter(|e| elements.contains(e));
        (property.name().to_string(), imputed.collect::<Vec<_>>())
    };
    let facts = ElementProperty::ALL.into_iter().map(unknown);
    facts.filter(|(_, elements)| !elements.is_empty()).collect()
}
