//! Checkpoints that survive a kill at any moment.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use burn::module::Module;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{History, Wgan};
use crate::error::WganError;
use crate::file::{temporary_name, write_atomically};

/// Where and how often a run is saved.
///
/// Each checkpoint is a folder `checkpoint-<step>` that is written under another name and renamed
/// when complete, so that one that can be seen can be loaded. The one before it is removed after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// Folder of the checkpoints; created if absent.
    pub folder: PathBuf,
    /// Steps between two of them, at least 1.
    pub every: usize,
}

/// Everything besides weights and optimisers that a resumed run needs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunState {
    pub step: usize,
    pub seconds: f64,
    pub rng: ChaCha8Rng,
    pub history: History,
}

/// The networks, and the state of the run they belong to if there was a checkpoint.
pub(super) type Restored<C, G, S> = (Wgan<C, G, S>, Option<RunState>);

const PREFIX: &str = "checkpoint-";
const STATE: &str = "state.json";

impl Checkpoints {
    /// Checkpoints in `folder` every `every` steps.
    pub fn new(folder: impl Into<PathBuf>, every: usize) -> Self {
        Self { folder: folder.into(), every }
    }

    /// Step of the newest complete checkpoint, if there is one.
    pub fn newest(&self) -> Option<usize> {
        self.steps().into_iter().max()
    }

    /// Removes every checkpoint, and the folder if nothing else is in it.
    ///
    /// # Errors
    /// [`WganError::Io`] if one cannot be removed.
    pub fn clear(&self) -> Result<(), WganError> {
        self.steps().into_iter().try_for_each(|step| self.remove(step))?;
        let _ = fs::remove_dir(&self.folder); // fails where the folder holds other files
        Ok(())
    }

    pub(super) fn save<C: Module, G: Module, S>(
        &self,
        wgan: &Wgan<C, G, S>,
        state: &RunState,
    ) -> Result<(), WganError> {
        let path = self.path(state.step);
        let growing = temporary_name(&path);
        let io = |source| WganError::io(&growing, source);
        write(wgan, state, &growing).inspect_err(|_| {
            let _ = fs::remove_dir_all(&growing); // so that a full disk is not fuller than before
        })?;
        if path.exists() {
            fs::remove_dir_all(&path).map_err(io)?;
        }
        fs::rename(&growing, &path).map_err(io)?;
        let older = self.steps().into_iter().filter(|&step| step != state.step);
        older.into_iter().try_for_each(|step| self.remove(step))
    }

    /// The newest checkpoint put into `wgan`, or `None` where there is none.
    pub(super) fn load<C: Module, G: Module, S>(
        &self,
        wgan: Wgan<C, G, S>,
    ) -> Result<Restored<C, G, S>, WganError> {
        let Some(step) = self.newest() else {
            return Ok((wgan, None));
        };
        let path = self.path(step);
        let state_path = path.join(STATE);
        let text = fs::read(&state_path).map_err(|source| WganError::io(&state_path, source))?;
        let state: RunState =
            serde_json::from_slice(&text).map_err(|e| WganError::saved(&state_path, e))?;
        Ok((load_weights(wgan, &path)?, Some(state)))
    }

    fn path(&self, step: usize) -> PathBuf {
        self.folder.join(format!("{PREFIX}{step}"))
    }

    fn remove(&self, step: usize) -> Result<(), WganError> {
        let path = self.path(step);
        fs::remove_dir_all(&path).map_err(|source| WganError::io(path, source))
    }

    fn steps(&self) -> Vec<usize> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let step = |name: &str| name.strip_prefix(PREFIX)?.parse().ok();
        entries.flatten().filter_map(|entry| step(entry.file_name().to_str()?)).collect()
    }
}

/// Writes a checkpoint to `folder`, which is empty before.
fn write<C: Module, G: Module, S>(
    wgan: &Wgan<C, G, S>,
    state: &RunState,
    folder: &Path,
) -> Result<(), WganError> {
    let io = |source| WganError::io(folder, source);
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(io)?;
    }
    fs::create_dir_all(folder).map_err(io)?;
    save_weights(wgan, folder)?;
    let text = serde_json::to_vec(state).map_err(|e| WganError::saved(folder, e))?;
    write_atomically(&folder.join(STATE), &text)
}

fn save_weights<C: Module, G: Module, S>(
    wgan: &Wgan<C, G, S>,
    folder: &Path,
) -> Result<(), WganError> {
    in_file(folder, "critic", |path| wgan.critic.clone().save_file(path))?;
    in_file(folder, "generator", |path| wgan.generator.clone().save_file(path))?;
    in_file(folder, "averaged", |path| wgan.averaged.clone().save_file(path))?;
    in_file(folder, "critic_optimizer", |path| wgan.critic_optimizer.save(path))?;
    in_file(folder, "generator_optimizer", |path| wgan.generator_optimizer.save(path))
}

fn load_weights<C: Module, G: Module, S>(
    mut wgan: Wgan<C, G, S>,
    folder: &Path,
) -> Result<Wgan<C, G, S>, WganError> {
    wgan.critic = in_file(folder, "critic", |path| wgan.critic.try_load_file(path))?;
    wgan.generator = in_file(folder, "generator", |path| wgan.generator.try_load_file(path))?;
    wgan.averaged = in_file(folder, "averaged", |path| wgan.averaged.try_load_file(path))?;
    wgan.critic_optimizer =
        in_file(folder, "critic_optimizer", |path| wgan.critic_optimizer.load(path))?;
    wgan.generator_optimizer =
        in_file(folder, "generator_optimizer", |path| wgan.generator_optimizer.load(path))?;
    Ok(wgan)
}

/// What `work` does with a file of weights; an error names it.
fn in_file<T, E: Display>(
    folder: &Path,
    name: &str,
    work: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, WganError> {
    let path = folder.join(name).with_extension("bpk");
    work(&path).map_err(|e| WganError::saved(&path, e))
}
