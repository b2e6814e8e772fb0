//! Folders of structure files, alone or beside a table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame};

use crate::error::MaterialsError;

/// Endings of structure files, in lower case.
const ENDINGS: [&str; 5] = ["cif", "mcif", "vasp", "poscar", "contcar"];

/// Starts of the names of structure files without such an ending.
const NAMES: [&str; 2] = ["POSCAR", "CONTCAR"];

/// Bytes of a structure file, at most.
const MAX_BYTES: u64 = 1 << 24;

/// Texts of the structure files of a folder, by their names.
pub(super) struct StructureFiles {
    folder: PathBuf,
    texts: BTreeMap<String, String>,
    /// What of the folder was left out.
    pub(super) notes: Vec<String>,
}

impl StructureFiles {
    /// Whether a path is a structure file, by its name.
    pub(super) fn is_one(path: &Path) -> bool {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
            || name.is_some_and(|name| NAMES.iter().any(|start| name.starts_with(start)))
    }

    /// Reads all structure files of a folder, or the one file there is.
    ///
    /// # Errors
    /// A folder that cannot be read or has no structure file.
    pub(super) fn read(path: &Path) -> Result<Self, MaterialsError> {
        let unreadable = |reason: String| MaterialsError::Unreadable { path: path.into(), reason };
        let mut files = vec![path.to_path_buf()];
        if path.is_dir() {
            let entries = fs::read_dir(path).map_err(|e| unreadable(e.to_string()))?;
            let entry = |entry: std::io::Result<fs::DirEntry>| {
                entry.map(|entry| entry.path()).map_err(|e| unreadable(e.to_string()))
            };
            files = entries.map(entry).collect::<Result<_, _>>()?;
            files.sort();
        }
        let (mut folders, mut others, mut faults) = (0, 0, Vec::new());
        let mut texts = BTreeMap::new();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.is_dir() {
                folders += 1;
            } else if !Self::is_one(&file) {
                others += 1;
            } else {
                match text(&file) {
                    Ok(text) => {
                        texts.insert(name, text);
                    }
                    Err(reason) => faults.push(format!("{name}: {reason}")),
                }
            }
        }
        if texts.is_empty() {
            let first = faults.first().map_or(String::new(), |first| format!("; {first}"));
            return Err(MaterialsError::NotATable {
                path: path.to_path_buf(),
                expected: "structure files (.cif, .vasp, POSCAR)",
                found: format!("none, {folders} folders and {others} other files{first}"),
            });
        }
        let mut notes = Vec::new();
        if folders + others > 0 {
            notes.push(format!(
                "{}: {folders} folders and {others} files that are no structures are left out",
                path.display()
            ));
        }
        notes.extend(faults);
        Ok(Self { folder: path.to_path_buf(), texts, notes })
    }

    /// Names and texts as a frame.
    pub(super) fn frame(&self) -> Result<DataFrame, MaterialsError> {
        let names: Vec<&str> = self.texts.keys().map(String::as_str).collect();
        let texts: Vec<&str> = self.texts.values().map(String::as_str).collect();
        let columns = vec![
            Column::new("structure_file".into(), names),
            Column::new("structure".into(), texts),
        ];
        Ok(DataFrame::new(self.texts.len(), columns)?)
    }

    /// A frame with a column `structure` beside its own: the text of the file that a row names.
    ///
    /// Names stand in the column of which most cells are names of files, with or without their ending.
    ///
    /// # Errors
    /// A frame none of whose columns names a file.
    pub(super) fn joined(&self, frame: DataFrame) -> Result<DataFrame, MaterialsError> {
        let by_stem: BTreeMap<&str, &str> =
            self.texts.iter().map(|(name, text)| (stem(name), text.as_str())).collect();
        let of = |cell: &str| by_stem.get(stem(cell.trim())).copied();
        let mut best: Option<(usize, Vec<Option<&str>>)> = None;
        for column in frame.columns() {
            let Ok(cells) = column.cast(&polars::prelude::DataType::String) else { continue };
            let Ok(cells) = cells.str() else { continue };
            let found: Vec<Option<&str>> = cells.iter().map(|cell| cell.and_then(of)).collect();
            let n = found.iter().flatten().count();
            if n > best.as_ref().map_or(0, |(most, _)| *most) {
                best = Some((n, found));
            }
        }
        let Some((_, found)) = best else {
            return Err(MaterialsError::NotATable {
                path: self.folder.clone(),
                expected: "files that a column of the table names, as in `mp-149` for mp-149.cif",
                found: "none that any cell names".to_owned(),
            });
        };
        let mut columns = frame.columns().to_vec();
        columns.push(Column::new("structure".into(), found));
        Ok(DataFrame::new(frame.height(), columns)?)
    }
}

/// A name without the ending of a structure file.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if ENDINGS.contains(&ending.to_lowercase().as_str()) => stem,
        _ => name,
    }
}

fn text(file: &Path) -> Result<String, String> {
    let length = fs::metadata(file).map_err(|e| e.to_string())?.len();
    if length > MAX_BYTES {
        return Err(format!("{length} bytes, more than the {MAX_BYTES} of a structure file"));
    }
    let bytes = fs::read(file).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use polars::prelude::df;

    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in
            [("mp-1.cif", "data_a"), ("mp-2.CIF", "data_b"), ("POSCAR_3", "x"), ("notes.md", "-")]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::create_dir(folder.path().join("mp-4.cif")).unwrap();
        folder
    }

    #[test]
    fn structure_files_are_read_and_others_are_counted() {
        let folder = folder();
        let files = StructureFiles::read(folder.path()).unwrap();
        assert_eq!(files.frame().unwrap().height(), 3);
        assert!(
            files.notes[0].ends_with("1 folders and 1 files that are no structures are left out")
        );
        let empty = tempfile::tempdir().unwrap();
        let error = StructureFiles::read(empty.path()).err().unwrap().to_string();
        assert!(error.contains("expected structure files"), "{error}");
    }

    #[test]
    fn rows_find_their_files_by_name() {
        let folder = folder();
        let files = StructureFiles::read(folder.path()).unwrap();
        let frame = df!("id" => ["mp-2", "mp-9", "mp-1.cif"], "gap" => [1.0, 2.0, 3.0]).unwrap();
        let joined = files.joined(frame).unwrap();
        let texts: Vec<Option<&str>> =
            joined.column("structure").unwrap().str().unwrap().iter().collect();
        assert_eq!(texts, [Some("data_b"), None, Some("data_a")]);
        assert!(files.joined(df!("id" => ["a"]).unwrap()).is_err());
    }
}
