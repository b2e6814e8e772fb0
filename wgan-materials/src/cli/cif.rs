//! `--cif-dir`.

use std::path::Path;

use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_materials::{CheckedCandidate, MaterialsError};

use super::CliError;

/// Writes a CIF file of each candidate that has a crystal, as `0001_NaCl_225.cif`; how many.
///
/// Files of an earlier list, by their names, are removed first: two lists in one folder could not be told apart.
pub fn write_cifs(folder: &Path, candidates: &[CheckedCandidate]) -> Result<usize, CliError> {
    std::fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
    remove_earlier(folder)?;
    let digits = candidates.len().to_string().len().max(4);
    let mut n = 0;
    for (i, found) in candidates.iter().enumerate() {
        let Some(crystal) = &found.candidate.crystal else { continue };
        let group = crystal.embedding.prototype().space_group();
        let name = format!("{:0digits$}_{}_{group}.cif", i + 1, found.candidate.composition);
        let text = crystal.embedding.to_cif().map_err(MaterialsError::from)?;
        write_atomically(&folder.join(name), text.as_bytes())?;
        n += 1;
    }
    Ok(n)
}

fn remove_earlier(folder: &Path) -> Result<(), CliError> {
    for entry in std::fs::read_dir(folder).map_err(|e| WganError::io(folder, e))? {
        let path = entry.map_err(|e| WganError::io(folder, e))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if path.is_file() && name.is_some_and(|name| is_ours(&name)) {
            std::fs::remove_file(&path).map_err(|e| WganError::io(&path, e))?;
        }
    }
    Ok(())
}

/// Whether a file is named as [`write_cifs`] names them: place, formula, space group.
fn is_ours(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parts: Option<Vec<&str>> = name.strip_suffix(".cif").map(|stem| stem.split('_').collect());
    match parts.as_deref() {
        Some([place, formula, group]) => {
            place.len() >= 4 && is_number(place) && !formula.is_empty() && is_number(group)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_files_of_a_list_are_taken_for_such() {
        assert!(is_ours("0001_NaCl_225.cif") && is_ours("12345_CaTiO3_62.cif"));
        for name in
            ["NaCl.cif", "1_NaCl_225.cif", "0001_NaCl_225.txt", "0001__225.cif", "mp_1_2.cif"]
        {
            assert!(!is_ours(name), "{name}");
        }
    }
}
