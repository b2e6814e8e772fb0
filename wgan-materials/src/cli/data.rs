//! Options about the table of known materials.

use std::path::{Path, PathBuf};

use super::CliError;

use clap::{Args, ValueEnum};
use wgan_core::cli::with_spinner;
use wgan_materials::{
    Column, ColumnRole, ColumnSelection, MaterialsError, OnBadRow, OnRepeat, ReadOptions, Table,
};

/// Which table to read, and how.
#[derive(Clone, Debug, Args)]
pub struct DataArgs {
    /// Table of known materials: a CSV or Parquet file, or a folder of CIF or POSCAR files.
    pub data: PathBuf,
    #[command(flatten, next_help_heading = "Reading the table")]
    pub reading: ReadArgs,
}

/// How to read a table.
#[derive(Clone, Debug, Args)]
pub struct ReadArgs {
    /// Column of the formulas, by its name [default: found by content].
    ///
    /// By default it is the column whose cells are mostly formulas. Of several, one named formula, composition, compound or material is taken, or else
    /// the one with most elements. In `evaluate` it is a column of the reference.
    #[arg(long, value_name = "NAME")]
    pub formula_column: Option<String>,
    /// Columns to use besides the formulas: names separated by commas, `all` numbers and classes, or `none`.
    #[arg(long, value_name = "A,B", default_value = "all")]
    pub properties: ColumnSelection,
    /// Columns to take as numbers, whatever they look like, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub numbers: Vec<String>,
    /// Columns to take as classes, such as a phase, whatever they look like, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Columns to leave out, separated by commas.
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Folder of CIF or POSCAR files, of which a column of the table names one in each row.
    ///
    /// Names are those of the files, with or without the ending.
    #[arg(long, value_name = "DIR")]
    pub structures: Option<PathBuf>,
    /// Distance in Å, 0.000001 to 1, up to which positions count as the same when symmetry is looked for [default: 0.1].
    #[arg(long, value_name = "Å", value_parser = tolerance)]
    pub tolerance: Option<f64>,
    /// What to do with a row that cannot be used.
    #[arg(long, value_enum, default_value_t = BadRow::Skip)]
    pub on_bad_row: BadRow,
}

/// Choices of `--on-bad-row`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BadRow {
    /// Leave it out and say so.
    Skip,
    /// End with an error that names it.
    Fail,
}

impl ReadArgs {
    fn options(&self) -> ReadOptions {
        ReadOptions {
            formula_column: self.formula_column.clone(),
            columns: self.properties.clone(),
            numbers: self.numbers.clone(),
            classes: self.classes.clone(),
            ignore: self.ignore.clone(),
            on_bad_row: match self.on_bad_row {
                BadRow::Skip => OnBadRow::Skip,
                BadRow::Fail => OnBadRow::Fail,
            },
            on_repeat: None,
            structures: self.structures.clone(),
            tolerance: self.tolerance,
        }
    }

    /// Reads the table at `path`.
    pub fn read(&self, path: &Path) -> Result<Table, MaterialsError> {
        with_spinner(&format!("reading {}", path.display()), || Table::read(path, &self.options()))
    }

    /// Reads the candidates at `path` with those columns of `reference` that they have too.
    ///
    /// Repeated rows are kept, and what is no number in a property is missing: both tell on the
    /// candidates.
    pub fn read_candidates(&self, path: &Path, reference: &Table) -> Result<Table, MaterialsError> {
        let on_bad_row = match self.on_bad_row {
            BadRow::Skip => OnBadRow::Blank,
            BadRow::Fail => OnBadRow::Fail,
        };
        let role = |column: &Column| match column.is_class() {
            true => (column.name.clone(), ColumnRole::Class),
            false => (column.name.clone(), ColumnRole::Number),
        };
        let roles = reference.columns.iter().map(role).collect();
        let options = ReadOptions { tolerance: self.tolerance, ..ReadOptions::default() }
            .with_on_bad_row(on_bad_row)
            .with_on_repeat(OnRepeat::Keep)
            .with_columns(ColumnSelection::Like(roles));
        let told = format!("reading {}", path.display());
        let table = with_spinner(&told, || Table::read(path, &options))?;
        match (&reference.compositions, &table.compositions) {
            (Some(_), None) => Err(MaterialsError::NoFormulaColumn {
                columns: table.summary.columns.into_iter().map(|column| column.name).collect(),
            }),
            _ => Ok(table),
        }
    }
}

impl DataArgs {
    /// Reads the table.
    pub fn read(&self) -> Result<Table, MaterialsError> {
        self.reading.read(&self.data)
    }
}

fn tolerance(text: &str) -> Result<f64, String> {
    let tolerance: Option<f64> = text.parse().ok().filter(|x| (1e-6..=1.0).contains(x));
    tolerance.ok_or_else(|| "expected a distance from 1e-6 to 1 Å".to_owned())
}

/// Reads the table and says on standard error what was left out of it.
pub fn read_with_notes(data: &DataArgs) -> Result<Table, CliError> {
    let table = data.read()?;
    eprintln!("{}", table.summary.brief());
    Ok(table)
}
