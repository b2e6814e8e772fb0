//! What can go wrong, with where it happened and what was expected.

use std::path::PathBuf;

/// Every error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaterialsError {
    /// A text that is not a chemical formula.
    #[error("formula `{formula}`, position {position}: expected {expected}, found {found}")]
    Formula {
        /// The text as given.
        formula: String,
        /// Where, counted in characters from 1.
        position: usize,
        /// What could stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// Amounts that do not make a composition.
    #[error("composition: expected {expected}, got {got}")]
    Composition {
        /// What an amount has to be.
        expected: &'static str,
        /// The offending amount or set.
        got: String,
    },
    /// A text or a set of sites that is no crystal structure.
    #[error("structure: {reason}")]
    Structure {
        /// What is wrong, with its line where there is one.
        reason: String,
    },
    /// A structure type that no known material has.
    #[error("no known material that meets the conditions has {asked}")]
    NoPrototype {
        /// What was asked for.
        asked: String,
    },
    /// A symbol that names no element.
    #[error("`{symbol}` is not the symbol of an element")]
    UnknownElement {
        /// The symbol as given.
        symbol: String,
    },
    /// A file that cannot be opened or read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the decoder said.
        reason: String,
    },
    /// A file whose content is not a table.
    #[error("{}: expected {expected}, found {found}", path.display())]
    NotATable {
        /// The file.
        path: PathBuf,
        /// What a table has there.
        expected: &'static str,
        /// What the file has there.
        found: String,
    },
    /// A column asked for by name that the table does not have.
    #[error("there is no column `{name}`; the columns are {}", quoted(columns))]
    NoSuchColumn {
        /// The name asked for.
        name: String,
        /// The names the table has.
        columns: Vec<String>,
    },
    /// A property asked for by name that the table or the model does not have.
    #[error("there is no property `{name}`; the properties are {}", quoted(properties))]
    NoSuchProperty {
        /// The name asked for.
        name: String,
        /// The names there are.
        properties: Vec<String>,
    },
    /// A condition that cannot be met by any candidate.
    #[error("condition `{name}`: {reason}")]
    NoCondition {
        /// The property.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Rules on elements that no candidate can meet.
    #[error("elements of candidates: {reason}")]
    ElementRules {
        /// What is in the way.
        reason: String,
    },
    /// Conditions that no known row is near to.
    #[error("no known row is near {}: none has these classes and a value of each", targets.join(", "))]
    NoneMeets {
        /// The conditions.
        targets: Vec<String>,
    },
    /// A table without formulas where they are needed.
    #[error(
        "no column holds formulas: expected one named formula, composition, compound or material, \
         or one where half of the cells parse; the columns are {}",
        quoted(columns)
    )]
    NoFormulaColumn {
        /// The names the table has.
        columns: Vec<String>,
    },
    /// A column asked for by name that cannot be modelled, or not in the way asked for.
    #[error("column `{name}` cannot be used: {reason}")]
    NotModelled {
        /// The column.
        name: String,
        /// What is in the way.
        reason: String,
    },
    /// A column of numbers and classes that cannot be used as it is.
    #[error("column `{name}`: {reason}")]
    BadColumn {
        /// The column.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A cell unlike any of the column an encoder was fitted to.
    #[error("column `{name}`, row {row}: {got} did not occur when the table was fitted")]
    UnseenValue {
        /// The column.
        name: String,
        /// The row, from 1.
        row: usize,
        /// What the cell holds.
        got: String,
    },
    /// A row that cannot be used, when such rows are to stop the reading.
    #[error("row {row}, column `{column}`: {cell:?}: {reason}")]
    BadRow {
        /// The row of the file as a spreadsheet counts: the header is row 1.
        row: usize,
        /// The column.
        column: String,
        /// The offending text.
        cell: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A report that cannot be drawn or written.
    #[error("report, {what}: {reason}")]
    Report {
        /// The chart or file.
        what: String,
        /// What the drawing library or the system said.
        reason: String,
    },
    /// A forest that cannot be grown or asked.
    #[error("forest, {what}: expected {expected}, got {got}")]
    Forest {
        /// Which input.
        what: &'static str,
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// A table of which no row can be used.
    #[error("{}: none of the {rows} rows can be used: {reason}", path.display())]
    NoUsableRow {
        /// The file.
        path: PathBuf,
        /// Rows below the header.
        rows: usize,
        /// The first problem found.
        reason: String,
    },
    /// No neutral candidate was found.
    #[error("none of {n_drawn} candidates can be made charge neutral")]
    NoNeutral {
        /// Candidates drawn.
        n_drawn: usize,
    },
    /// No candidate has a crystal that can be written.
    #[error(
        "none of the last {n_drawn} candidates has a crystal with the intended symmetry and no atoms too close; ask for other \
         structures or elements"
    )]
    NoCrystal {
        /// Candidates drawn in vain.
        n_drawn: usize,
    },
    /// A frame that cannot be made.
    #[error("frame: {0}")]
    Frame(#[from] polars::error::PolarsError),
    /// Energies or compositions that no statement about stability can be made of.
    #[error("stability, {what}: expected {expected}, got {got}")]
    Stability {
        /// Which input.
        what: String,
        /// What it has to be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// Training, saving or loading failed.
    #[error(transparent)]
    Wgan(#[from] wgan_core::WganError),
    /// A condition cannot be coded.
    #[error(transparent)]
    Condition(#[from] wgan_cond::CondError),
}

/// `` `a`, `b` `` for a list of names.
fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
