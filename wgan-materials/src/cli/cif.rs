//! `--cif-dir`.

use std::path::Path;

use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_materials::{CheckedCandidate, MaterialsError};

use super::CliError;

/// Writes a CIF file of each candidate that has a crystal, as `0001_NaCl_225.cif`; how many.
pub fn write_cifs(folder: &Path, candidates: &[CheckedCandidate]) -> Result<usize, CliError> {
    std::fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
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
