//! What was read and what was not, row by row and column by column.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::element::Element;

/// Skipped rows that the text shows; JSON has all of them.
const SHOWN: usize = 10;

/// What a column is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnRole {
    /// The formulas.
    Formula,
    /// Crystal structures as CIF or POSCAR text.
    Structure,
    /// Numbers that are modelled.
    Number,
    /// Classes that are modelled.
    Class,
    /// What says nothing about the material: identifiers and constants.
    SetAside,
    /// Everything else: free text, dates, lists.
    Ignored,
}

impl ColumnRole {
    /// Whether the column is modelled besides the formulas.
    pub fn is_modelled(self) -> bool {
        matches!(self, Self::Number | Self::Class)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Formula => "formula",
            Self::Structure => "structure",
            Self::Number => "number",
            Self::Class => "class",
            Self::SetAside => "set aside",
            Self::Ignored => "ignored",
        }
    }
}

/// One column of the file, over all its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnReport {
    /// Name in the header.
    pub name: String,
    /// What it is taken for.
    pub role: ColumnRole,
    /// Why, where the role is not plain.
    pub reason: Option<String>,
    /// Unit, as far as the name tells.
    pub unit: Option<String>,
    /// Cells that are numbers, formulas or, in other columns, texts.
    pub n: usize,
    /// Cells that say nothing.
    pub missing: usize,
    /// Cells that should be numbers or formulas and are not.
    pub bad: usize,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Mean of the numbers.
    pub mean: Option<f64>,
    /// Different numbers or texts; for formulas, different compositions in the table.
    pub distinct: usize,
}

impl ColumnReport {
    /// What is done with a column that is not modelled, and why.
    fn left_out(&self) -> Option<(&'static str, &str)> {
        let verb = match self.role {
            ColumnRole::SetAside => "set aside",
            ColumnRole::Ignored => "ignored",
            _ => return None,
        };
        Some((verb, self.reason.as_deref().unwrap_or("not modelled")))
    }
}

/// A row that is not in the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkippedRow {
    /// The row as a spreadsheet counts, the header being row 1; in Parquet, the row from 1.
    pub row: usize,
    /// The column with the fault; empty where the fault is the row's.
    pub column: String,
    /// The offending text.
    pub cell: String,
    /// The kind of fault, the same words for the same kind.
    pub kind: String,
    /// What is wrong, in full.
    pub reason: String,
}

impl fmt::Display for SkippedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, cell, reason, .. } = self;
        match column.as_str() {
            "" => write!(f, "row {row}: {reason}"),
            _ => write!(f, "row {row}, column `{column}`: {cell:?}: {reason}"),
        }
    }
}

/// What reading a file came to. Its `Display` is the table that `inspect` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadSummary {
    /// The file.
    pub file: String,
    /// What separates its cells; none for Parquet.
    pub separator: Option<char>,
    /// Rows of the file, the header and blank lines left out.
    pub n_rows: usize,
    /// Rows of the table.
    pub n_kept: usize,
    /// Rows left out because an earlier row has the same cells; they are among `skipped`.
    pub n_duplicates: usize,
    /// All columns, in the order of the file.
    pub columns: Vec<ColumnReport>,
    /// All rows left out, in the order of the file.
    pub skipped: Vec<SkippedRow>,
    /// Skipped rows by kind.
    pub skipped_by_kind: BTreeMap<String, usize>,
    /// Rows that each element of the table is in.
    pub elements: BTreeMap<Element, usize>,
    /// Structures of each space group, by its number.
    pub space_groups: BTreeMap<u16, usize>,
    /// Structures of each prototype.
    pub prototypes: BTreeMap<String, usize>,
    /// For each element property, the elements of the table of which it is not known; a rule fills it, see
    /// [`ElementProperty::filled`](crate::ElementProperty::filled).
    pub filled_facts: BTreeMap<String, Vec<Element>>,
    /// What else there is to know, such as an unexpected encoding.
    pub notes: Vec<String>,
}

impl fmt::Display for ReadSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))?;
        writeln!(f)?;
        self.write_columns(f)?;
        self.write_elements(f)?;
        self.write_structures(f)?;
        self.write_filled_facts(f)?;
        self.write_skipped(f)
    }
}

impl ReadSummary {
    /// The summary of a table of `n` rows that a program made.
    pub(super) fn of_program(n: usize) -> Self {
        Self {
            file: "table".to_string(),
            separator: None,
            n_rows: n,
            n_kept: n,
            n_duplicates: 0,
            columns: Vec::new(),
            skipped: Vec::new(),
            skipped_by_kind: BTreeMap::new(),
            elements: BTreeMap::new(),
            space_groups: BTreeMap::new(),
            prototypes: BTreeMap::new(),
            filled_facts: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// File, rows read, kept and skipped in one line.
    pub fn headline(&self) -> String {
        let (file, read, kept) = (&self.file, self.n_rows, self.n_kept);
        format!("{file}: {read} rows, {kept} kept, {} skipped", self.skipped.len())
    }

    /// The headline and, where something needs attention, how many rows were skipped for what, the first of
    /// them, and the notes.
    pub fn brief(&self) -> String {
        let mut lines = vec![self.headline()];
        lines.extend(self.left_out());
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines.join("\n")
    }

    /// What of the file did not get into the table, and the notes.
    pub fn remarks(&self) -> Vec<String> {
        self.left_out().chain(self.notes.iter().cloned()).collect()
    }

    /// Rows and columns that did not get into the table.
    fn left_out(&self) -> impl Iterator<Item = String> + '_ {
        let kinds = self.skipped_by_kind.iter().map(|(kind, n)| format!("{n} {kind}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let skipped = self.skipped.first().map(|first| format!("skipped: {kinds}; first: {first}"));
        skipped.into_iter().chain(self.columns_left_out())
    }

    /// Remarks on columns that are not modelled; those with one reason share a remark.
    fn columns_left_out(&self) -> Vec<String> {
        let mut groups: Vec<((&str, &str), Vec<String>)> = Vec::new();
        for column in &self.columns {
            let Some(why) = column.left_out() else { continue };
            let name = format!("`{}`", column.name);
            match groups.iter_mut().find(|(other, _)| *other == why) {
                Some((_, names)) => names.push(name),
                None => groups.push((why, vec![name])),
            }
        }
        let remark = |((verb, reason), names): ((&str, &str), Vec<String>)| match names.as_slice() {
            [name] => format!("column {name} is {verb}: {reason}"),
            names => format!("columns {} are {verb}: {reason}", names.join(", ")),
        };
        groups.into_iter().map(remark).collect()
    }

    fn write_elements(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.elements.is_empty() {
            return Ok(());
        }
        let mut found: Vec<(&Element, &usize)> = self.elements.iter().collect();
        found.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        let found: Vec<String> =
            found.iter().map(|(element, n)| format!("{element} {n}")).collect();
        writeln!(f, "\n{} elements, with the rows they are in: {}", found.len(), found.join(", "))
    }

    fn write_structures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prototypes.is_empty() {
            return Ok(());
        }
        let n: usize = self.space_groups.values().sum();
        let (groups, prototypes) =
            (most_frequent(&self.space_groups), most_frequent(&self.prototypes));
        let (n_groups, n_prototypes) = (self.space_groups.len(), self.prototypes.len());
        writeln!(
            f,
            "\n{n} structures in {n_groups} space groups, the most frequent with their structures: {groups}"
        )?;
        writeln!(
            f,
            "{n_prototypes} prototypes, the most frequent with their structures: {prototypes}"
        )
    }

    fn write_columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = [
            "column", "role", "n", "missing", "bad", "distinct", "min", "mean", "max", "unit",
            "reason",
        ];
        let mut lines = vec![header.map(str::to_string)];
        lines.extend(self.columns.iter().map(cells));
        let width = |i: usize| lines.iter().map(|line| line[i].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        for line in &lines {
            let aligned = line.iter().zip(&widths).enumerate().map(|(i, (cell, &width))| match i {
                2..=8 => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            });
            writeln!(f, "{}", aligned.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }

    fn write_filled_facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.filled_facts.is_empty() {
            writeln!(f, "\nfacts about elements that are not known and filled by a rule:")?;
        }
        self.filled_facts.iter().try_for_each(|(property, elements)| {
            let symbols: Vec<String> = elements.iter().map(Element::to_string).collect();
            writeln!(f, "  {property}: {}", symbols.join(" "))
        })
    }

    fn write_skipped(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.skipped.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nskipped rows: {}", self.skipped.len())?;
        for (kind, n) in &self.skipped_by_kind {
            writeln!(f, "{n:>8}  {kind}")?;
        }
        self.skipped.iter().take(SHOWN).try_for_each(|row| writeln!(f, "  {row}"))?;
        match self.skipped.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more; --json lists all of them"),
        }
    }
}

/// The ten most frequent, with their counts.
fn most_frequent<T: fmt::Display + Ord>(counts: &BTreeMap<T, usize>) -> String {
    let mut counted: Vec<(&T, &usize)> = counts.iter().collect();
    counted.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
    let shown: Vec<String> =
        counted.iter().take(SHOWN).map(|(name, n)| format!("{name} ({n})")).collect();
    shown.join(", ")
}

fn cells(column: &ColumnReport) -> [String; 11] {
    let number = |value: Option<f64>| value.map(short).unwrap_or_default();
    [
        column.name.clone(),
        column.role.word().to_string(),
        column.n.to_string(),
        column.missing.to_string(),
        column.bad.to_string(),
        column.distinct.to_string(),
        number(column.min),
        number(column.mean),
        number(column.max),
        column.unit.clone().unwrap_or_default(),
        column.reason.clone().unwrap_or_default(),
    ]
}

/// A number in about five digits.
fn short(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e6).contains(&size) {
        let decimals = (4 - size.max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
        let text = format!("{value:.decimals$}");
        match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            false => text,
        }
    } else {
        format!("{value:.4e}")
    }
}
