//! Tables: a frame with a role for each of its columns.

mod cell;
mod column;
mod formula_column;
mod formula_style;
mod frame;
mod header;
mod input;
mod marks;
mod options;
mod role;
mod rows;
mod selection;
mod source;
mod structure_column;
mod structure_files;
mod summary;
mod survey;
mod text;
mod unit;

use std::path::Path;
use std::sync::Arc;

use polars::prelude::{Column as FrameColumn, DataFrame};

pub use column::{CellType, Cells, Column, ColumnSpec};
pub use options::{ColumnSelection, OnBadRow, OnRepeat, ReadOptions};
pub use summary::{ColumnReport, ColumnRole, ReadSummary, SkippedRow};

use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::material::{Material, materials};
use crate::structure::{Embedding, StructureError};
use input::Input;
use rows::RowReader;
use selection::MaterialColumns;
use source::Source;
use survey::Survey;

/// Rows of a frame: compositions, where it has a column of formulas, and columns of numbers and classes.
///
/// - **Formulas**: the column asked for; else, among the columns of which half the cells parse, those of which most parse, and of
///   these one named formula, composition, compound or material, or the one with most elements. A frame without one is a table
///   of feature vectors.
/// - **Structures**: the column of which half the cells are CIF or POSCAR texts. A row is skipped where its structure cannot
///   be read, has no symmetry that can be told, or disagrees with its formula; compositions are then those of the structures.
/// - **Numbers**: columns of which at least 80 % of the cells present are numbers.
/// - **Classes**: text, booleans, categories, and at most ten different whole numbers that repeat themselves.
/// - **Set aside**: identifiers (`id` and the like, numbers that count up, texts that all differ) and constants.
/// - **Ignored**: free text, dates, lists. [`ReadSummary::remarks`] has each with its reason; [`ReadOptions`] overrides.
/// - **Cells**: empty, `NA`, `n/a`, `NaN`, `null`, `None`, `-`, `?`, `.` are missing. `<1E-10`, `~3`, `3.2(1)`, `1-2`
///   and other text among numbers are bad, and so is a formula that does not parse.
/// - **Commas in numbers** are judged per column: decimal marks in `1,5` and `2,25`, marks between thousands in `987` and `1,250`; where
///   the cells do not agree or do not tell, cells with commas are bad.
/// - **Rows**: a row with a bad cell or a wrong number of cells is skipped, or ends the reading, or has its bad
///   cells blanked ([`OnBadRow`]). A row that repeats all cells of an earlier one is dropped or kept ([`OnRepeat`]). Rows that
///   share a formula only are all kept. The summary has every row left out, with its line and the reason.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Table {
    /// Name of the formula column, if there is one.
    pub formula_column: Option<String>,
    /// What each row is made of, where there are formulas; shared with the models that are fitted to the table.
    pub compositions: Option<Arc<[Composition]>>,
    /// Name of the column of structures, if there is one.
    pub structure_column: Option<String>,
    /// The crystal structure of each row, where there are structures.
    pub structures: Option<Arc<[Embedding]>>,
    /// Numbers and classes, in the order of the frame.
    pub columns: Vec<Column>,
    /// Line of the file on which each row starts; in a frame and in Parquet, the row from 1.
    pub rows: Vec<usize>,
    /// What was read and what was left out.
    pub summary: ReadSummary,
}

impl Table {
    /// Reads a frame; its types are kept.
    ///
    /// # Errors
    /// A column that is not there or cannot be what it was asked to be, a bad row under [`OnBadRow::Fail`], or no row that can
    /// be used.
    ///
    /// # Example
    /// ```
    /// use wgan_materials::polars::prelude::df;
    /// use wgan_materials::{ColumnRole, ReadOptions, Table};
    ///
    /// let frame = df!(
    ///     "formula" => ["NaCl", "KCl", "TiO2", "MgO"],
    ///     "gap_eV" => [8.5_f32, 8.4, 3.2, 7.8],
    ///     "is_oxide" => [false, false, true, true],
    /// )?;
    /// let table = Table::from_frame(&frame, &ReadOptions::default())?;
    /// let roles: Vec<ColumnRole> = table.summary.columns.iter().map(|column| column.role).collect();
    /// assert_eq!(roles, [ColumnRole::Formula, ColumnRole::Number, ColumnRole::Class]);
    /// assert_eq!(table.frame()?, frame);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_frame(frame: &DataFrame, options: &ReadOptions) -> Result<Self, MaterialsError> {
        Self::of(&Source::frame(frame), options)
    }

    /// Reads a CSV (comma, semicolon, tab, bar or blanks; UTF-8, else Latin-1) or Parquet file, or a folder of CIF and POSCAR files. Lines before the table that begin
    /// with `#` or `%` are comments.
    ///
    /// # Errors
    /// As [`from_frame`](Self::from_frame), and a file that cannot be read or is no table.
    ///
    /// # Example
    /// ```no_run
    /// use wgan_materials::{ReadOptions, Table};
    ///
    /// let table = Table::read("examples/data/compounds.csv", &ReadOptions::default())?;
    /// println!("{}", table.summary);
    /// # Ok::<(), wgan_materials::MaterialsError>(())
    /// ```
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, MaterialsError> {
        let source = Source::with_structures(path.as_ref(), options.structures.as_deref())?;
        Self::of(&source, options)
    }

    /// Reads the content of a CSV or Parquet file, as [`read`](Self::read) does the file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Example
    /// ```
    /// use wgan_materials::{ReadOptions, Table};
    ///
    /// let table = Table::from_bytes("formula,gap_eV\nNaCl,8.5\nTiO2,3.2\n", &ReadOptions::default())?;
    /// assert_eq!(table.formulas()[1].to_string(), "TiO2");
    /// # Ok::<(), wgan_materials::MaterialsError>(())
    /// ```
    pub fn from_bytes(
        bytes: impl Into<Vec<u8>>,
        options: &ReadOptions,
    ) -> Result<Self, MaterialsError> {
        Self::of(&Source::open(Input::held(bytes.into()))?, options)
    }

    fn of(source: &Source, options: &ReadOptions) -> Result<Self, MaterialsError> {
        let mut survey = Survey::of(source)?;
        let structure = structure_column::find(&survey.columns, options);
        let wanted = options.formula_column.as_deref();
        let (formula, note) = formula_column::find(&survey.columns, wanted)?;
        header::check_header(source, &survey.columns, formula)?;
        survey.notes.extend(note);
        let materials = MaterialColumns { formula, structure };
        let reports = selection::select(&survey.columns, materials, options)?;
        header::check_columns(source, materials.any(), &reports)?;
        let mut reader = RowReader::new(materials, &reports, &survey, options);
        source.for_each_part(|part| {
            reader.add(part);
            Ok(())
        })?;
        let kept = reader.finish();
        if let (OnBadRow::Fail, Some(bad)) = (options.on_bad_row, kept.first_bad()) {
            let SkippedRow { row, column, cell, reason, .. } = bad.clone();
            return Err(MaterialsError::BadRow { row, column, cell, reason });
        }
        kept.into_table(source, &survey, materials, reports)
    }

    /// A table of these compositions and columns, made by a program.
    ///
    /// # Errors
    /// No row, columns of different lengths or of one name, a number that is not finite.
    pub fn from_columns(
        compositions: Option<Arc<[Composition]>>,
        columns: Vec<Column>,
    ) -> Result<Self, MaterialsError> {
        let n = match (&compositions, columns.first()) {
            (Some(compositions), _) => compositions.len(),
            (None, Some(first)) => first.len(),
            (None, None) => 0,
        };
        if n == 0 {
            return Err(wgan_core::WganError::TooFew {
                at: "table",
                what: "rows",
                expected: 1,
                got: 0,
            }
            .into());
        }
        for (i, column) in columns.iter().enumerate() {
            let refused =
                |reason: String| MaterialsError::BadColumn { name: column.name.clone(), reason };
            if column.len() != n {
                return Err(refused(format!("{} rows where the table has {n}", column.len())));
            }
            if columns[..i].iter().any(|other| other.name == column.name) {
                return Err(refused("there are two columns of this name".to_owned()));
            }
            if let Cells::Numbers(values) = &column.cells
                && let Some(row) = values.iter().position(|v| v.is_some_and(|v| !v.is_finite()))
            {
                return Err(refused(format!("row {} is not a finite number", row + 1)));
            }
        }
        let summary = ReadSummary::of_program(n);
        let formula_column = compositions.is_some().then(|| "formula".to_owned());
        let rows = (1..=n).collect();
        let (structure_column, structures) = (None, None);
        Ok(Self {
            formula_column,
            compositions,
            structure_column,
            structures,
            columns,
            rows,
            summary,
        })
    }

    /// A table of these structures, their compositions and columns, made by a program.
    ///
    /// # Errors
    /// As [`from_columns`](Self::from_columns).
    pub fn from_structures(
        structures: Arc<[Embedding]>,
        columns: Vec<Column>,
    ) -> Result<Self, MaterialsError> {
        let compositions: Result<Vec<Composition>, MaterialsError> =
            structures.iter().map(Embedding::composition).collect();
        let table = Self::from_columns(Some(compositions?.into()), columns)?;
        let structure_column = Some("cif".to_owned());
        Ok(Self { structure_column, structures: Some(structures), ..table })
    }

    /// The formulas and the columns that are modelled, in the types they came in.
    ///
    /// # Errors
    /// A number that does not fit the type of its column, as none that was read does.
    pub fn frame(&self) -> Result<DataFrame, MaterialsError> {
        let formulas = self.formulas().iter().map(Composition::to_string);
        let formulas = self
            .formula_column
            .as_ref()
            .map(|name| FrameColumn::new(name.as_str().into(), formulas.collect::<Vec<String>>()));
        let structures = self.structure_column.as_ref().zip(self.structures.as_deref());
        let structures = structures.map(|(name, all)| {
            let texts = all.iter().map(Embedding::to_cif);
            let texts: Result<Vec<String>, StructureError> = texts.collect();
            Ok(FrameColumn::new(name.as_str().into(), texts?))
        });
        let columns = self.columns.iter().map(|column| Ok(column.to_polars()?));
        let columns = formulas.into_iter().map(Ok).chain(structures).chain(columns);
        let columns: Vec<FrameColumn> = columns.collect::<Result<_, MaterialsError>>()?;
        Ok(DataFrame::new(self.len(), columns)?)
    }

    /// The compositions; none where there are no formulas.
    pub fn formulas(&self) -> &[Composition] {
        self.compositions.as_deref().unwrap_or_default()
    }

    /// What each row is: its composition, in its prototype where there are structures; none where there are no formulas.
    pub fn materials(&self) -> Vec<Material> {
        materials(self.formulas(), self.structures.as_deref())
    }

    /// The column of this name; letter case matters only where two names differ by nothing else.
    ///
    /// # Errors
    /// [`MaterialsError::NoSuchColumn`] has the names there are.
    pub fn column(&self, name: &str) -> Result<&Column, MaterialsError> {
        let alike = |column: &&Column| column.name.eq_ignore_ascii_case(name);
        let exact = self.columns.iter().find(|column| column.name == name);
        let found = exact.or_else(|| self.columns.iter().find(alike));
        found.ok_or_else(|| MaterialsError::NoSuchColumn {
            name: name.to_owned(),
            columns: self.columns.iter().map(|column| column.name.clone()).collect(),
        })
    }

    /// The rows with these numbers, in this order; what was left out when reading is not told again.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |all: &Arc<[Composition]>| rows.iter().map(|&row| all[row].clone()).collect();
        Self {
            formula_column: self.formula_column.clone(),
            compositions: self.compositions.as_ref().map(pick),
            structure_column: self.structure_column.clone(),
            structures: self
                .structures
                .as_ref()
                .map(|all| rows.iter().map(|&row| all[row].clone()).collect()),
            columns: self.columns.iter().map(|column| column.select(rows)).collect(),
            rows: rows.iter().map(|&row| self.rows[row]).collect(),
            summary: self.summary.clone(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row, which is never so.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[cfg(test)]
mod misreadings;
#[cfg(test)]
mod tests;
