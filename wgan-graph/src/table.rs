//! Comma separated files with a header line.

use std::path::{Path, PathBuf};

use crate::error::GraphError;

/// A file as text cells.
pub struct Table {
    /// Where it was read from.
    pub path: PathBuf,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<csv::StringRecord>,
}

/// Reads a comma separated file whose rows all have as many cells as its header.
///
/// # Errors
/// [`GraphError::Unreadable`] if it cannot be opened, is not UTF-8 or has a row of another length.
pub fn read_table(path: &Path) -> Result<Table, GraphError> {
    let unreadable =
        |e: csv::Error| GraphError::Unreadable { path: path.to_owned(), reason: e.to_string() };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?;
    let header: Vec<String> =
        header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    if header.is_empty() {
        let reason = "the file is empty, expected a header line".to_owned();
        return Err(GraphError::Unreadable { path: path.to_owned(), reason });
    }
    let rows = reader.records().collect::<Result<_, _>>().map_err(unreadable)?;
    Ok(Table { path: path.to_owned(), header, rows })
}

impl Table {
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
