//! Models of node laws as files. What is read back is checked.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;

use super::contexts::{Contexts, Levels};
use super::mixture::Mixture;
use super::{Counts, LawTraining, NodeLawModel};
use crate::error::GraphError;
use crate::network::Network;

/// Written first in every file.
const FORMAT: &str = "wgan-graph node law 1";

/// A model as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredLaw {
    format: String,
    contexts: Contexts,
    mixture: Mixture,
    training: Option<LawTraining>,
    /// Per cell of the contexts.
    observations: Vec<Counts>,
    network: Network,
}

impl NodeLawModel {
    /// The file of a model directory.
    pub fn file(directory: &Path) -> PathBuf {
        directory.join("law.json")
    }

    /// Writes the model to `law.json` in `directory`, which is made if it is not there. The file is complete or
    /// absent.
    ///
    /// # Errors
    /// [`WganError::Io`] if it cannot be written.
    pub fn save(&self, directory: &Path) -> Result<(), GraphError> {
        fs::create_dir_all(directory).map_err(|source| WganError::io(directory, source))?;
        let stored = StoredLaw {
            format: FORMAT.to_owned(),
            contexts: self.contexts.clone(),
            mixture: self.mixture.clone(),
            training: self.training,
            observations: self.counts.clone(),
            network: self.network.clone(),
        };
        let path = Self::file(directory);
        let bytes =
            serde_json::to_vec(&stored).map_err(|error| WganError::io(&path, error.into()))?;
        Ok(write_atomically(&path, &bytes)?)
    }

    /// Reads a model back.
    ///
    /// # Errors
    /// [`GraphError::Unreadable`] names the file that is not there, not a model, or contradicts itself.
    pub fn load(directory: &Path) -> Result<Self, GraphError> {
        let path = Self::file(directory);
        let unreadable = |reason: String| GraphError::Unreadable { path: path.clone(), reason };
        let bytes = fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
        let stored: StoredLaw =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        stored.check().map_err(|reason| unreadable(format!("no sound model: {reason}")))?;
        let StoredLaw { contexts, mixture, training, observations, network, .. } = stored;
        network.require_connected()?;
        Ok(Self { network, contexts, counts: observations, mixture, training })
    }
}

impl StoredLaw {
    fn check(&self) -> Result<(), &'static str> {
        let n = self.network.n_nodes() as u32;
        let is_count = |&(v, mass): &(u32, f64)| v < n && mass > 0.0 && mass.is_finite();
        let levels: Vec<usize> = self.contexts.columns.iter().map(|c| c.n_levels()).collect();
        let is_key = |key: &Vec<usize>| {
            key.len() == levels.len() && key.iter().zip(&levels).all(|(level, n)| level < n)
        };
        let is_ordered = |levels: &Levels| match levels {
            Levels::Numbers(values) => {
                values.iter().all(|x| x.is_finite()) && values.windows(2).all(|w| w[0] < w[1])
            }
            Levels::Classes(names) => names.windows(2).all(|w| w[0] < w[1]),
        };
        let checks = [
            (self.format == FORMAT, "another format or version"),
            (self.mixture.is_sound(), "its weights are no law"),
            (self.contexts.columns.iter().all(|c| is_ordered(&c.levels)), "levels without order"),
            (self.contexts.cells.iter().all(is_key), "a context that has no such level"),
            (self.contexts.cells.windows(2).all(|w| w[0] < w[1]), "contexts without order"),
            (self.contexts.cells.len() == self.observations.len(), "observations without context"),
            (self.observations.iter().flatten().all(is_count), "an observation on no node"),
            (self.observations.iter().any(|counts| !counts.is_empty()), "no observations"),
        ];
        checks.iter().find(|check| !check.0).map_or(Ok(()), |check| Err(check.1))
    }
}
