//! Text files of rows and columns: commas, semicolons, tabs or blanks, comments, a header or none; edge lists in formats of graphs.

mod edge_table;
mod graph_ml;
mod matrix_market;
mod separator;
mod text;

use std::path::{Path, PathBuf};

use csv::StringRecord;

pub use edge_table::{edge_table_of, read_edge_table};
pub use separator::Blanks;

use crate::error::GraphError;
use separator::Separator;

/// Whether the first line of a file names its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// It does.
    #[default]
    First,
    /// It is a row; columns are named `1`, `2`, `3`, ….
    Absent,
}

/// A file as text cells.
pub struct Table {
    /// Where it was read from.
    pub path: PathBuf,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<StringRecord>,
    /// What separates the cells, in words.
    pub separator: &'static str,
    /// Lines before the table that begin with `#` or `%`.
    pub n_comments: usize,
    /// Cells of the last comment, where they could be the names of the columns.
    commented_header: Option<Vec<String>>,
}

/// An edge list, and what a format of graphs says besides.
pub struct EdgeTable {
    /// One row per edge.
    pub table: Table,
    /// Nodes that are named apart from the edges.
    pub nodes: Vec<String>,
    /// Whether each row is an arc, where the format says so.
    pub is_directed: Option<bool>,
}

/// Reads a file whose rows all have the same number of cells, as it is or compressed by gzip.
///
/// The separator is found from the first lines ([`Separator::detect`]). Lines before the table that
/// begin with `#` or `%` are comments.
///
/// # Errors
/// [`GraphError::Unreadable`] if it cannot be opened, is no text or has a row of another length.
pub fn read_table(path: &Path, header: Header, blanks: Blanks) -> Result<Table, GraphError> {
    let unreadable = |error: std::io::Error| GraphError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let text = text::text_of(path, std::fs::read(path).map_err(unreadable)?)?;
    table_of(path, &text, header, blanks)
}

/// As [`read_table`], of a text.
fn table_of(path: &Path, text: &str, header: Header, blanks: Blanks) -> Result<Table, GraphError> {
    let unreadable = |reason: String| GraphError::Unreadable { path: path.to_owned(), reason };
    if let Some(kind) = edge_table::graph_format(text) {
        return Err(unreadable(format!("it is {}, expected rows of cells", kind.name())));
    }
    let comments = Comments::of(text);
    let separator = Separator::detect(comments.rest, blanks);
    let in_words = |error: csv::Error| unreadable(in_words(&error, comments.n_lines));
    let mut rows = separator.rows(comments.rest).map_err(in_words)?;
    if rows.is_empty() {
        return Err(unreadable("the file is empty, expected a header line".to_owned()));
    }
    if let Some(row) = rows.iter().position(|row| row.len() != rows[0].len()) {
        let (got, expected) = (rows[row].len(), rows[0].len());
        return Err(unreadable(format!("row {row} has {got} cells, the first line {expected}")));
    }
    let header: Vec<String> = match header {
        Header::First => rows.remove(0).iter().map(str::to_owned).collect(),
        Header::Absent => (1..=rows[0].len()).map(|column| column.to_string()).collect(),
    };
    let commented_header = comments.header(separator, header.len());
    Ok(Table {
        path: path.to_owned(),
        header,
        rows,
        separator: separator.name(),
        n_comments: comments.n,
        commented_header,
    })
}

/// An error of the crate csv with the line of the file.
fn in_words(error: &csv::Error, lines_before: usize) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos: Some(at), expected_len, len } => {
            let line = at.line() as usize + lines_before;
            format!("line {line} has {len} cells, the first one {expected_len}")
        }
        _ => error.to_string(),
    }
}

/// Comments and empty lines before a table.
struct Comments<'a> {
    n: usize,
    n_lines: usize,
    last: &'a str,
    rest: &'a str,
}

impl<'a> Comments<'a> {
    fn of(text: &'a str) -> Self {
        let mut comments = Self { n: 0, n_lines: 0, last: "", rest: text };
        for line in text.split_inclusive('\n') {
            let is_comment = line.starts_with(['#', '%']);
            if !is_comment && !line.trim().is_empty() {
                break;
            }
            if is_comment {
                comments.n += 1;
                comments.last = line.trim_start_matches(['#', '%']).trim();
            }
            comments.n_lines += 1;
            comments.rest = &comments.rest[line.len()..];
        }
        comments
    }

    /// The last comment as names of `n` columns, if it could be that: as SNAP writes them.
    fn header(&self, separator: Separator, n: usize) -> Option<Vec<String>> {
        let row = separator.rows(self.last).ok()?.into_iter().next()?;
        let is_name = |cell: &str| !cell.is_empty() && cell.parse::<f64>().is_err();
        (separator != Separator::Blanks && row.len() == n && n > 1 && row.iter().all(is_name))
            .then(|| row.iter().map(str::to_owned).collect())
    }
}

impl Table {
    /// Takes the names of the columns from the last comment, and the first line for a row; `false`
    /// where no comment could name them.
    pub fn name_by_comment(&mut self) -> bool {
        let Some(names) = self.commented_header.take() else { return false };
        let first = std::mem::replace(&mut self.header, names);
        self.rows.insert(0, StringRecord::from(first));
        true
    }

    /// Columns whose cells are all numbers.
    pub fn number_columns(&self) -> impl Iterator<Item = usize> + '_ {
        let is_number = |cell: &str| cell.parse::<f64>().is_ok_and(f64::is_finite);
        let holds = move |column: &usize| {
            self.rows.iter().all(|row| row.get(*column).is_some_and(is_number))
        };
        (0..self.header.len()).filter(move |column| !self.rows.is_empty() && holds(column))
    }

    /// The refusal of a first line that is data.
    pub fn no_header(&self, expected: &'static str) -> GraphError {
        GraphError::NoHeader { path: self.path.clone(), line: self.header.join(","), expected }
    }

    /// Position of the column with this name.
    ///
    /// # Errors
    /// [`GraphError::Unreadable`] where two have it.
    pub fn column(&self, name: &str) -> Result<Option<usize>, GraphError> {
        self.only(name, |column| column == name)
    }

    /// Position of the column with this name in whatever case.
    ///
    /// # Errors
    /// [`GraphError::Unreadable`] where two have it.
    pub fn column_in_any_case(&self, name: &str) -> Result<Option<usize>, GraphError> {
        self.only(name, |column| column.eq_ignore_ascii_case(name))
    }

    fn only(&self, name: &str, is_it: impl Fn(&str) -> bool) -> Result<Option<usize>, GraphError> {
        let mut found = (0..self.header.len()).filter(|&i| is_it(&self.header[i]));
        let first = found.next();
        match found.next() {
            Some(_) => Err(self.unreadable(format!("two columns are named `{name}`"))),
            None => Ok(first),
        }
    }

    /// That there is no column with this name.
    pub fn missing(&self, name: &str) -> GraphError {
        GraphError::NoColumn {
            path: self.path.clone(),
            name: name.to_owned(),
            columns: self.header.clone(),
        }
    }

    /// What is wrong with the file as a whole.
    pub fn unreadable(&self, reason: String) -> GraphError {
        GraphError::Unreadable { path: self.path.clone(), reason }
    }

    /// Position of a column that must be there.
    ///
    /// # Errors
    /// [`GraphError::NoColumn`].
    pub fn require(&self, name: &str) -> Result<usize, GraphError> {
        self.column(name)?.ok_or_else(|| self.missing(name))
    }

    /// Id in `column` of `row`.
    ///
    /// # Errors
    /// [`GraphError::Cell`] if it is empty.
    pub fn id(&self, row: usize, column: usize) -> Result<&str, GraphError> {
        match self.rows[row].get(column) {
            Some(id) if !id.is_empty() => Ok(id),
            _ => Err(self.cell(row, column, "an id")),
        }
    }

    /// Numbers of the column `name`, each accepted by `accept`.
    ///
    /// # Errors
    /// [`GraphError::NoColumn`], and [`GraphError::Cell`] for the first cell that is not accepted.
    pub fn numbers(
        &self,
        name: &str,
        expected: &'static str,
        accept: impl Fn(f64) -> Option<f64>,
    ) -> Result<Vec<f64>, GraphError> {
        let column = self.require(name)?;
        let number = |row: usize| {
            let value = self.rows[row].get(column).and_then(|cell| cell.parse().ok());
            value.and_then(&accept).ok_or_else(|| self.cell(row, column, expected))
        };
        (0..self.rows.len()).map(number).collect()
    }

    /// The error for a cell that cannot be used.
    pub fn cell(&self, row: usize, column: usize, expected: &'static str) -> GraphError {
        GraphError::Cell {
            path: self.path.clone(),
            row: row + 1,
            column: self.header.get(column).cloned().unwrap_or_default(),
            got: self.rows[row].get(column).unwrap_or_default().to_owned(),
            expected,
        }
    }
}
