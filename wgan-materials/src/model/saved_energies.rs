//! Formation energies of the known materials of a saved model.

use std::path::Path;

use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;

use crate::error::MaterialsError;

/// Name of the file in a model directory.
pub(super) const ENERGIES: &str = "energies.json";

/// Formation energies of the known materials, kept beside a model so that those of its candidates can be predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedEnergies {
    /// The column they come from.
    pub column: String,
    /// One for each known material, eV/atom; none where it is not known.
    pub energies: Vec<Option<f64>>,
}

impl SavedEnergies {
    /// Writes them to the model directory `folder`.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), MaterialsError> {
        let path = folder.join(ENERGIES);
        let text = serde_json::to_vec(self).map_err(|e| WganError::saved(&path, e))?;
        Ok(write_atomically(&path, &text)?)
    }

    /// Those of the model directory `folder` with so many known materials; none if it has no such file.
    ///
    /// # Errors
    /// If the file cannot be read or belongs to other materials.
    pub fn read(folder: &Path, n_known: usize) -> Result<Option<Self>, MaterialsError> {
        let path = folder.join(ENERGIES);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|e| WganError::io(&path, e))?;
        let saved: Self = serde_json::from_str(&text).map_err(|e| WganError::saved(&path, e))?;
        if saved.energies.len() != n_known {
            let reason = format!("expected {n_known} energies, got {}", saved.energies.len());
            return Err(WganError::saved(&path, reason).into());
        }
        Ok(Some(saved))
    }

    /// Removes those of the model directory `folder`, if there are any.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn remove(folder: &Path) -> Result<(), MaterialsError> {
        let path = folder.join(ENERGIES);
        match path.exists() {
            true => Ok(std::fs::remove_file(&path).map_err(|e| WganError::io(&path, e))?),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_and_what_is_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let saved = SavedEnergies { column: "e".to_owned(), energies: vec![Some(-0.1), None] };
        assert_eq!(SavedEnergies::read(folder.path(), 2).unwrap(), None);
        saved.save(folder.path()).unwrap();
        assert_eq!(SavedEnergies::read(folder.path(), 2).unwrap(), Some(saved));
        let refused = SavedEnergies::read(folder.path(), 3).unwrap_err().to_string();
        assert!(refused.contains("expected 3 energies, got 2"), "{refused}");
        std::fs::write(folder.path().join(ENERGIES), "{").unwrap();
        assert!(SavedEnergies::read(folder.path(), 2).unwrap_err().to_string().contains(ENERGIES));
        SavedEnergies::remove(folder.path()).unwrap();
        assert_eq!(SavedEnergies::read(folder.path(), 2).unwrap(), None);
    }
}
