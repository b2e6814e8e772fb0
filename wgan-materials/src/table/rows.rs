//! Which rows are kept, and why the others are not.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use rayon::prelude::*;

use super::cell::{Cell, read_cell};
use super::column::{Cells, ClassBuilder, Column};
use super::formula_style::FormulaStyle;
use super::role;
use super::selection::MaterialColumns;
use super::source::{Part, Source};
use super::summary::{ColumnReport, ColumnRole, ReadSummary, SkippedRow};
use super::survey::{ColumnSurvey, Survey};
use super::{OnBadRow, OnRepeat, ReadOptions, Table};
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::formula::{Unusual, UnusualReadings};
use crate::property::ElementProperty;
use crate::structure::{Embedding, read_structure};

/// Kind of the rows that repeat an earlier one.
const DUPLICATE: &str = "repeats an earlier row";

/// Tolerance of symmetry in Å: that of the Materials Project, whose space groups tables have. Structures of a calculation are off their
/// symmetry by some hundredths of an Å.
const TOLERANCE: f64 = 0.1;

/// Reads the rows of a table and leaves out those that cannot be used.
pub(super) struct RowReader<'a> {
    /// Places of formulas and structures.
    materials: MaterialColumns,
    /// Tolerance of symmetry, in Å.
    tolerance: f64,
    /// Columns that are modelled.
    modelled: Vec<Modelled>,
    style: FormulaStyle,
    on_bad_row: OnBadRow,
    on_repeat: OnRepeat,
    /// Kept rows by a digest of their cells: a second digest, and where the row stands.
    seen: HashMap<u64, (u32, usize)>,
    kept: KeptRows,
    survey: &'a Survey,
}

/// How the cells of a modelled column are read.
#[derive(Clone, Copy)]
struct Modelled {
    place: usize,
    role: ColumnRole,
    /// Whether what is no number is a fault.
    is_numeric: bool,
}

/// Rows kept and rows left out.
pub(super) struct KeptRows {
    compositions: Vec<Composition>,
    structures: Vec<Embedding>,
    /// How often each remark on a structure came up.
    remarks: BTreeMap<String, usize>,
    columns: Vec<Growing>,
    rows: Vec<usize>,
    skipped: Vec<SkippedRow>,
    n_parsed: usize,
    unusual: UnusualReadings,
}

/// The cells of a column, while they are read.
enum Growing {
    Numbers(Vec<Option<f64>>),
    Classes(ClassBuilder),
}

/// One cell of a modelled column.
#[derive(Clone)]
enum Value {
    Number(Option<f64>),
    Class(Option<String>),
}

impl<'a> RowReader<'a> {
    /// `reports` has none for formulas and structures.
    pub(super) fn new(
        materials: MaterialColumns,
        reports: &[Option<ColumnReport>],
        survey: &'a Survey,
        options: &ReadOptions,
    ) -> Self {
        let modelled = |(place, report): (usize, &Option<ColumnReport>)| {
            let role = report.as_ref()?.role;
            let is_numeric = role == ColumnRole::Number || role::is_numeric(&survey.columns[place]);
            role.is_modelled().then_some(Modelled { place, role, is_numeric })
        };
        let modelled: Vec<Modelled> = reports.iter().enumerate().filter_map(modelled).collect();
        let n_rows = survey.n_rows;
        let growing = |column: &Modelled| match column.role {
            ColumnRole::Number => Growing::Numbers(Vec::with_capacity(n_rows)),
            _ => Growing::Classes(ClassBuilder::default()),
        };
        let kept = KeptRows {
            compositions: Vec::with_capacity(if materials.any() { n_rows } else { 0 }),
            structures: Vec::new(),
            remarks: BTreeMap::new(),
            columns: modelled.iter().map(growing).collect(),
            rows: Vec::with_capacity(n_rows),
            skipped: Vec::new(),
            n_parsed: 0,
            unusual: UnusualReadings::default(),
        };
        let formulas = materials.formula.map(|place| survey.columns[place].sample());
        let style = formulas.map(FormulaStyle::of).unwrap_or_default();
        let natural = if materials.any() { OnRepeat::Drop } else { OnRepeat::Keep };
        let on_repeat = options.on_repeat.unwrap_or(natural);
        let n_seen = if on_repeat == OnRepeat::Drop { n_rows } else { 0 };
        Self {
            materials,
            tolerance: options.tolerance.unwrap_or(TOLERANCE),
            modelled,
            style,
            on_bad_row: options.on_bad_row,
            on_repeat,
            seen: HashMap::with_capacity(n_seen),
            kept,
            survey,
        }
    }

    /// Reads the rows of a part.
    pub(super) fn add(&mut self, part: Part) {
        let read = |i: usize| self.read(&part, i);
        let rows: Vec<Read> = (0..part.rows.len()).into_par_iter().map(read).collect();
        for (i, read) in rows.into_iter().enumerate() {
            self.kept.n_parsed += usize::from(read.is_parsed);
            let new = read.usable.and_then(|usable| self.first_time(&part, i).map(|()| usable));
            match new {
                Ok((material, values)) => {
                    if let Some(formula) =
                        self.materials.formula.filter(|_| !material.unusual.is_empty())
                    {
                        let cell = part.columns[formula].get(i);
                        self.kept.unusual.add(part.rows[i], cell, &material.unusual);
                    }
                    self.kept.compositions.extend(material.composition);
                    self.kept.structures.extend(material.structure);
                    for remark in material.remarks {
                        *self.kept.remarks.entry(remark).or_default() += 1;
                    }
                    self.kept.rows.push(part.rows[i]);
                    let columns = self.kept.columns.iter_mut();
                    columns.zip(values).for_each(|(column, value)| column.push(value));
                }
                Err(skipped) => self.kept.skipped.push(*skipped),
            }
        }
        self.kept.skipped.extend(part.ragged);
    }

    /// What was kept and what was not.
    pub(super) fn finish(mut self) -> KeptRows {
        self.kept.skipped.sort_by_key(|skipped| skipped.row);
        self.kept
    }

    fn read(&self, part: &Part, i: usize) -> Read {
        let material = self.material(part, i);
        let is_parsed = material.as_ref().is_ok_and(|material| material.composition.is_some());
        let usable =
            material.and_then(|material| self.values(part, i).map(|values| (material, values)));
        Read { is_parsed, usable }
    }

    fn material(&self, part: &Part, i: usize) -> Result<ReadMaterial, Box<SkippedRow>> {
        let formula = self.materials.formula;
        let Some(place) = self.materials.structure else {
            let parsed = formula.map(|place| self.parse(part, i, place)).transpose()?;
            let (composition, unusual) = parsed.unzip();
            let unusual = unusual.unwrap_or_default();
            return Ok(ReadMaterial { composition, unusual, ..ReadMaterial::default() });
        };
        let cell = part.columns[place].get(i);
        let skipped =
            |kind: &str, reason: String| Err(self.skipped(part, i, Some(place), kind, reason));
        if cell.is_empty() {
            return skipped("no structure", "the structure is missing".into());
        }
        let reading = match read_structure(part.columns[place].whole(i)) {
            Ok(reading) => reading,
            Err(error) => return skipped("not a structure", error.to_string()),
        };
        let found = reading.structure.embedding(self.tolerance).map_err(MaterialsError::from);
        let found = found.and_then(|found| found.composition().map(|of| (found, of)));
        let (structure, composition) = match found {
            Ok(found) => found,
            Err(error) => return skipped("no symmetry found", error.to_string()),
        };
        let mut unusual = Vec::new();
        if let Some(place) = formula.filter(|&place| !part.columns[place].get(i).is_empty()) {
            let written;
            (written, unusual) = self.parse(part, i, place)?;
            if written != composition {
                let reason = format!("the formula is {written}, the structure is {composition}");
                return skipped("formula and structure differ", reason);
            }
        }
        Ok(ReadMaterial {
            composition: Some(composition),
            unusual,
            structure: Some(structure),
            remarks: reading.notes,
        })
    }

    fn parse(
        &self,
        part: &Part,
        i: usize,
        formula: usize,
    ) -> Result<(Composition, Vec<Unusual>), Box<SkippedRow>> {
        let cell = part.columns[formula].get(i);
        if cell.is_empty() {
            let reason = "the formula is missing".into();
            return Err(self.skipped(part, i, Some(formula), "no formula", reason));
        }
        self.style
            .read(cell)
            .map_err(|error| self.skipped(part, i, Some(formula), "not a formula", fault(error)))
    }

    /// Cells of the modelled columns; one that should be a number and is not is a fault or counts as missing.
    fn values(&self, part: &Part, i: usize) -> Result<Vec<Value>, Box<SkippedRow>> {
        let value = |column: &Modelled| {
            let text = part.columns[column.place].get(i);
            if !column.is_numeric {
                return Ok(Value::Class((!text.is_empty()).then(|| text.to_owned())));
            }
            let marks = self.survey.columns[column.place].marks;
            let number = match read_cell(text, marks) {
                Cell::Odd(reason) if self.on_bad_row != OnBadRow::Blank => {
                    let place = Some(column.place);
                    return Err(self.skipped(part, i, place, reason, reason.to_string()));
                }
                // −0 becomes 0, so that equal numbers are the same number.
                cell => cell.number().map(|number| number + 0.0),
            };
            Ok(match column.role {
                ColumnRole::Number => Value::Number(number),
                _ => Value::Class(number.map(|number| number.to_string())),
            })
        };
        self.modelled.iter().map(value).collect()
    }

    /// Whether no earlier row has the same cells, as far as that matters.
    ///
    /// Cells are compared by 96 bits: among ten million rows, two that differ are taken for the same once in `10¹⁵` times.
    fn first_time(&mut self, part: &Part, i: usize) -> Result<(), Box<SkippedRow>> {
        if self.on_repeat == OnRepeat::Keep {
            return Ok(());
        }
        let digest = |start: u8| {
            let mut hasher = DefaultHasher::new();
            start.hash(&mut hasher);
            part.columns.iter().for_each(|column| column.get(i).hash(&mut hasher));
            hasher.finish()
        };
        let (row, check) = (part.rows[i], digest(1) as u32);
        let first = match self.seen.entry(digest(0)) {
            Entry::Vacant(entry) => {
                entry.insert((check, row));
                return Ok(());
            }
            Entry::Occupied(entry) if entry.get().0 != check => return Ok(()),
            Entry::Occupied(entry) => entry.get().1,
        };
        Err(self.skipped(
            part,
            i,
            self.materials.formula,
            DUPLICATE,
            format!("the same cells as row {first}"),
        ))
    }

    fn skipped(
        &self,
        part: &Part,
        i: usize,
        column: Option<usize>,
        kind: &str,
        reason: String,
    ) -> Box<SkippedRow> {
        let name = |place: usize| self.survey.columns[place].name.clone();
        Box::new(SkippedRow {
            row: part.rows[i],
            column: column.map(name).unwrap_or_default(),
            cell: column.map(|place| start_of(part.columns[place].get(i))).unwrap_or_default(),
            kind: kind.to_string(),
            reason,
        })
    }
}

impl Growing {
    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Numbers(numbers), Value::Number(number)) => numbers.push(number),
            (Self::Classes(classes), Value::Class(class)) => classes.push(class.as_deref()),
            // A column has one role, so its values are of one kind.
            (Self::Numbers(numbers), Value::Class(_)) => numbers.push(None),
            (Self::Classes(classes), Value::Number(_)) => classes.push(None),
        }
    }

    fn into_cells(self) -> Cells {
        match self {
            Self::Numbers(numbers) => Cells::Numbers(numbers),
            Self::Classes(classes) => classes.into_cells(),
        }
    }
}

/// A row on its own.
struct Read {
    is_parsed: bool,
    usable: Result<(ReadMaterial, Vec<Value>), Box<SkippedRow>>,
}

/// What a row says of its material.
#[derive(Default)]
struct ReadMaterial {
    composition: Option<Composition>,
    /// How its formula was read, where that is not plain.
    unusual: Vec<Unusual>,
    structure: Option<Embedding>,
    remarks: Vec<String>,
}

/// The first line of a text, at most 200 characters of it.
fn start_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let start: String = line.chars().take(200).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
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

impl KeptRows {
    /// The first row that is bad, not only repeated.
    pub(super) fn first_bad(&self) -> Option<&SkippedRow> {
        self.skipped.iter().find(|skipped| skipped.kind != DUPLICATE)
    }

    /// The table; `reports` has none for formulas and structures.
    pub(super) fn into_table(
        self,
        source: &Source,
        survey: &Survey,
        materials: MaterialColumns,
        reports: Vec<Option<ColumnReport>>,
    ) -> Result<Table, MaterialsError> {
        if let (true, Some(bad)) = (self.rows.is_empty(), self.skipped.first()) {
            return Err(MaterialsError::NoUsableRow {
                path: source.path.clone(),
                rows: self.skipped.len(),
                reason: bad.to_string(),
            });
        }
        let distinct = self.compositions.iter().collect::<HashSet<_>>().len();
        let (mut space_groups, mut prototypes) = (BTreeMap::new(), BTreeMap::new());
        for prototype in self.structures.iter().map(Embedding::prototype) {
            *space_groups.entry(prototype.space_group()).or_default() += 1;
            *prototypes.entry(prototype.to_string()).or_default() += 1;
        }
        let report = |(place, report): (usize, Option<ColumnReport>)| {
            let column = &survey.columns[place];
            report.unwrap_or_else(|| match materials.structure == Some(place) {
                true => role::structure_report(column, self.n_parsed, prototypes.len()),
                false => role::formula_report(column, self.n_parsed, distinct),
            })
        };
        let reports: Vec<_> = reports.into_iter().enumerate().map(report).collect();
        let modelled = reports.iter().zip(&survey.columns).filter(|(r, _)| r.role.is_modelled());
        let column =
            |((report, survey), cells): ((&ColumnReport, &ColumnSurvey), Growing)| Column {
                name: report.name.clone(),
                unit: report.unit.clone(),
                cell_type: role::cell_type(survey, report.role),
                cells: cells.into_cells(),
            };
        let columns = modelled.zip(self.columns).map(column).collect();
        let said = |(report, survey): (&ColumnReport, &ColumnSurvey)| {
            let said = survey.said_of_marks().filter(|_| report.role.is_modelled())?;
            Some(format!("column `{}`: {said}", report.name))
        };
        let marks: Vec<String> = reports.iter().zip(&survey.columns).filter_map(said).collect();
        let rare = rare_elements(&self.compositions, &self.rows);
        let mut skipped_by_kind = BTreeMap::new();
        for skipped in &self.skipped {
            *skipped_by_kind.entry(skipped.kind.clone()).or_default() += 1;
        }
        let mut elements = BTreeMap::new();
        for element in self.compositions.iter().flat_map(Composition::elements) {
            *elements.entry(element).or_default() += 1;
        }
        let remarks = self.remarks.iter().map(|(remark, n)| format!("{n} structures: {remark}"));
        let remarks: Vec<String> = remarks.collect();
        let notes = [survey.notes.clone(), marks, self.unusual.notes(), rare, remarks].concat();
        let summary = ReadSummary {
            filled_facts: filled_facts(elements.keys().copied().collect()),
            elements,
            space_groups,
            prototypes,
            file: source.path.display().to_string(),
            separator: source.separator(),
            n_rows: survey.n_rows + survey.n_ragged,
            n_kept: self.rows.len(),
            n_duplicates: skipped_by_kind.get(DUPLICATE).copied().unwrap_or(0),
            columns: reports,
            skipped: self.skipped,
            skipped_by_kind,
            notes,
        };
        let name = |place: Option<usize>| place.map(|place| survey.columns[place].name.clone());
        let program = "formula".to_owned();
        Ok(Table {
            formula_column: name(materials.formula).or(materials.any().then_some(program)),
            compositions: materials.any().then(|| self.compositions.into()),
            structure_column: name(materials.structure),
            structures: materials.structure.map(|_| self.structures.into()),
            columns,
            rows: self.rows,
            summary,
        })
    }
}

/// A note on elements that are named more often by mistake than for a material: those without a stable isotope but thorium and
/// uranium.
fn rare_elements(compositions: &[Composition], rows: &[usize]) -> Vec<String> {
    let mut found: BTreeMap<Element, (usize, usize)> = BTreeMap::new();
    for (composition, &row) in compositions.iter().zip(rows) {
        let is_rare = |e: &Element| matches!(e.atomic_number(), 43 | 61 | 84..=89 | 91 | 93..);
        for element in composition.elements().filter(is_rare) {
            found.entry(element).or_insert((0, row)).0 += 1;
        }
    }
    let told = |(element, (n, row)): (&Element, &(usize, usize))| {
        format!("{element} {n} (first: row {row})")
    };
    let told: Vec<String> = found.iter().map(told).collect();
    match told.is_empty() {
        true => Vec::new(),
        false => vec![format!(
            "elements without a stable isotope, with the rows they are in: {}",
            told.join(", ")
        )],
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
