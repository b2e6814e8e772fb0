//! The only file that knows polars: scans into columns of text.

use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use crate::error::MaterialsError;

/// A named column of cells, all text or missing.
pub(super) struct TextColumn {
    /// The name in the header.
    pub(super) name: String,
    cells: StringChunked,
}

impl TextColumn {
    /// Number of cells.
    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    /// A cell, without the blanks around it; empty where it is missing.
    pub(super) fn get(&self, row: usize) -> &str {
        self.cells.get(row).unwrap_or("").trim()
    }
}

/// Scans separated values without a header; `n_rows` is what the scan has to find.
pub(super) fn from_csv(
    path: &Path,
    names: &[String],
    bytes: Vec<u8>,
    separator: u8,
    n_rows: usize,
) -> Result<Vec<TextColumn>, MaterialsError> {
    if n_rows == 0 {
        let empty =
            |name: &String| TextColumn { name: name.clone(), cells: StringChunked::default() };
        return Ok(names.iter().map(empty).collect());
    }
    let fields = names.iter().map(|name| Field::new(name.as_str().into(), DataType::String));
    let sources = ScanSources::Buffers(std::iter::once(bytes.into()).collect());
    let scan = LazyCsvReader::new_with_sources(sources)
        .with_has_header(false)
        .with_separator(separator)
        .with_schema(Some(Arc::new(Schema::from_iter(fields))))
        .with_missing_is_null(false)
        .finish();
    let columns: PolarsResult<Vec<_>> =
        collect(path, scan)?.columns().iter().map(text_column).collect();
    let columns = columns.map_err(|error| unreadable(path, &error.to_string()))?;
    match columns.first().map(TextColumn::len) {
        Some(n) if n == n_rows => Ok(columns),
        n => Err(unreadable(path, &format!("{n_rows} rows expected, {} read", n.unwrap_or(0)))),
    }
}

/// Names of the columns of a Parquet file whose cells can be read as text or numbers, and a note on each of the others.
pub(super) fn parquet_names(path: &Path) -> Result<(Vec<String>, Vec<String>), MaterialsError> {
    let (mut names, mut notes) = (Vec::new(), Vec::new());
    for column in collect(path, scan_parquet(path, 0, 1))?.columns() {
        match text_column(column) {
            Ok(column) => names.push(column.name),
            Err(_) => notes.push(format!(
                "column `{}` was left out: {} cannot be read as text or numbers",
                column.name(),
                column.dtype()
            )),
        }
    }
    Ok((names, notes))
}

/// Scans up to `n` rows of these columns of a Parquet file, from row `from` on; numbers, dates and categories become text.
pub(super) fn from_parquet(
    path: &Path,
    names: &[String],
    from: usize,
    n: usize,
) -> Result<Vec<TextColumn>, MaterialsError> {
    let wanted: Vec<Expr> = names.iter().map(|name| col(name.as_str())).collect();
    let scan = scan_parquet(path, from, n).map(|scan| scan.select(wanted));
    let text = |column: &Column| {
        text_column(column).map_err(|error| {
            let first = error.to_string();
            let first = first.lines().next().unwrap_or_default().to_string();
            unreadable(path, &format!("column `{}`: {first}", column.name()))
        })
    };
    collect(path, scan)?.columns().iter().map(text).collect()
}

fn scan_parquet(path: &Path, from: usize, n: usize) -> PolarsResult<LazyFrame> {
    let scan = PlRefPath::try_from_path(path)
        .and_then(|path| LazyFrame::scan_parquet(path, ScanArgsParquet::default()))?;
    Ok(scan.slice(from as i64, n as IdxSize))
}

fn collect(path: &Path, scan: PolarsResult<LazyFrame>) -> Result<DataFrame, MaterialsError> {
    scan.and_then(LazyFrame::collect).map_err(|error| unreadable(path, &error.to_string()))
}

fn text_column(column: &Column) -> PolarsResult<TextColumn> {
    let text = column.strict_cast(&DataType::String)?;
    Ok(TextColumn { name: column.name().to_string(), cells: text.str()?.rechunk().into_owned() })
}

fn unreadable(path: &Path, reason: &str) -> MaterialsError {
    let reason = reason.lines().next().unwrap_or_default().to_string();
    MaterialsError::Unreadable { path: path.to_path_buf(), reason }
}

#[cfg(test)]
mod tests {
    use super::super::{ReadOptions, Table};
    use super::*;

    #[test]
    fn parquet_is_read_with_its_numbers_and_holes() {
        let mut frame = df!(
            "Formula" => ["NaCl", "TiO2", "Xx", "NaN"],
            "gap_eV" => [Some(8.5), None, Some(1.0), Some(1e-10)],
            "n" => [3i64, 7, 5, 3],
            "word" => ["a", "b", "c", "d"],
        )
        .unwrap();
        let lists: Series = [1, 2, 3, 4]
            .iter()
            .map(|&n| Some(Series::new("".into(), [n])))
            .collect::<ListChunked>()
            .into_series();
        frame.with_column(lists.with_name("lists".into()).into()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.parquet");
        ParquetWriter::new(std::fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();

        let table = Table::read(&path, &ReadOptions::default()).unwrap();
        assert_eq!(table.rows, [1, 2, 4]);
        let gap = table.property("gap_eV").unwrap();
        assert_eq!(gap.values, [Some(8.5), None, Some(1e-10)]);
        assert_eq!(table.property("n").unwrap().values, [Some(3.0), Some(7.0), Some(3.0)]);
        assert_eq!(table.summary.skipped[0].row, 3);
        let note = &table.summary.notes[0];
        assert!(note.starts_with("column `lists` was left out: list"), "{note}");
    }
}
