//! Settings of the training, and the fits they make.

use std::path::Path;

use burn::tensor::Device;
use clap::{Args, ValueEnum};
use wgan_core::cli::{DeviceChoice, Progress};
use wgan_core::train::{Checkpoints, History, Plateau, StopReason};
use wgan_materials::{
    ConditionalRows, MaterialsConfig, MaterialsModel, ModelCard, RowConfig, RowsCard, Table,
};

use super::CliError;
use super::folder_lock::FolderLock;

/// Steps between two checkpoints: about ten seconds of work.
const CHECKPOINT_EVERY: usize = 50;

/// Settings of the training.
#[derive(Clone, Debug, Args)]
pub struct TrainArgs {
    /// Seed of every random number; the same seed and data give the same result.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Training steps of the generator, at least 1 [default: a quarter of the rows, 150 to 600].
    ///
    /// For tables without formulas, the default is half of the rows, 200 to 2,000.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub steps: Option<usize>,
    /// When to end training early [default: never].
    #[arg(long, value_enum)]
    pub stop: Option<Stop>,
    /// Device that has the model: flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT.
    ///
    /// Which of them there are is decided when the program is built. `remote` is a machine that runs `serve`.
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    /// Devices that share the work of each step in equal parts, separated by commas [default: that of --device].
    #[arg(long, value_name = "DEVICE,DEVICE", value_delimiter = ',')]
    pub devices: Vec<DeviceChoice>,
}

/// When `--stop plateau` ends training.
const PLATEAU: Plateau = Plateau { window: 20, patience: 50, tolerance: 0.01 };

/// Choices of `--stop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stop {
    /// When the smoothed estimate has not fallen by 1 % in 50 steps.
    Plateau,
}

impl TrainArgs {
    /// Model settings of these options.
    fn config(&self, table: &Table, conditions: Vec<String>) -> MaterialsConfig {
        let config = match self.steps {
            Some(n_steps) => MaterialsConfig::new(n_steps),
            None => MaterialsConfig::for_rows(table.len()),
        };
        config
            .with_seed(self.seed)
            .with_conditions(conditions)
            .with_plateau(self.stop.map(|Stop::Plateau| PLATEAU))
    }

    /// Settings of a model of rows.
    pub fn row_config(&self, table: &Table) -> RowConfig {
        let config = match self.steps {
            Some(n_steps) => RowConfig::new(n_steps),
            None => RowConfig::for_rows(table.len()),
        };
        config.with_seed(self.seed).with_plateau(self.stop.map(|Stop::Plateau| PLATEAU))
    }

    /// A model that is kept in memory only.
    pub fn fit(&self, table: &Table, conditions: Vec<String>) -> Result<MaterialsModel, CliError> {
        let (device, shared) = self.reached()?;
        let config = self.config(table, conditions);
        train(table, &config, None, (&device, &shared))
    }

    /// Where the model lives, and the devices that share its batches.
    fn reached(&self) -> Result<(Device, Vec<Device>), CliError> {
        let shared = self.devices.iter().map(DeviceChoice::device).collect::<Result<_, _>>()?;
        Ok((self.device.device()?, shared))
    }

    /// Every device that is used.
    pub fn all_devices(&self) -> impl Iterator<Item = &DeviceChoice> {
        self.devices.iter().chain([&self.device])
    }

    /// The model of the directory `folder`: fitted now, resumed, or the one that is there if it was
    /// fitted to the same data with the same settings.
    pub fn fit_into(
        &self,
        table: &Table,
        conditions: Vec<String>,
        folder: &Path,
        resume: bool,
    ) -> Result<MaterialsModel, CliError> {
        // Before anything is written: a device that is not there leaves no unfinished fit.
        let (device, shared) = self.reached()?;
        let _lock = FolderLock::new(folder)?;
        let checkpoints = checkpoints(folder);
        let config = self.config(table, conditions);
        let card = ModelCard::new(table, &config)?;
        if RowsCard::read(folder)?.is_some() {
            return Err(CliError::Usage(format!(
                "{} holds a model of a table without formulas; name another directory or remove it",
                folder.display()
            )));
        }
        if let Some(present) = ModelCard::read(folder)?
            && holds(folder, card.difference(&present), MaterialsModel::is_saved(folder), resume)?
        {
            return Ok(MaterialsModel::load(folder, &device)?);
        }
        card.write(folder)?;
        let model = train(table, &config, Some(checkpoints.clone()), (&device, &shared))?;
        model.save(folder)?;
        checkpoints.clear()?;
        Ok(model)
    }
}

fn train(
    table: &Table,
    config: &MaterialsConfig,
    checkpoints: Option<Checkpoints>,
    devices: (&Device, &[Device]),
) -> Result<MaterialsModel, CliError> {
    let recorder = Progress::new();
    let model = MaterialsModel::fit_on_devices(table, config, checkpoints, recorder, devices)?;
    warn_of_early_end(&model.history, model.reason);
    Ok(model)
}

/// Whether a directory that has the card of a model has all of the model that is to be fitted. `different` says what makes its model
/// another one.
pub fn holds(
    folder: &Path,
    different: Option<String>,
    is_complete: bool,
    resume: bool,
) -> Result<bool, CliError> {
    let at = folder.display();
    if let Some(difference) = different {
        return Err(CliError::Usage(format!(
            "{at} holds a model fitted {difference}; name another directory or remove it"
        )));
    }
    if is_complete {
        eprintln!("{at} already holds this model; using it");
        return Ok(true);
    }
    if !resume {
        return Err(CliError::Usage(format!(
            "{at} holds an unfinished fit at step {}; add --resume to continue it, or remove the directory",
            checkpoints(folder).newest().unwrap_or(0)
        )));
    }
    Ok(false)
}

/// Steps that were done, and why there were no more.
pub fn steps(asked: usize, history: &History, reason: Option<StopReason>) -> String {
    let done = history.records.last().map_or(asked, |record| record.step);
    match reason {
        Some(StopReason::EarlyStop) => format!("{done} of {asked}: the estimate no longer fell"),
        Some(StopReason::NonFinite) => format!("{done} of {asked}: a loss was not finite"),
        _ => asked.to_string(),
    }
}

/// Checkpoints of the fit into `folder`.
pub fn checkpoints(folder: &Path) -> Checkpoints {
    Checkpoints::new(folder.join("checkpoints"), CHECKPOINT_EVERY)
}

/// What is left of an interrupted fit into `folder`, and how to go on.
pub fn kept(folder: &Path, how: &str) -> String {
    let at = folder.display();
    match checkpoints(folder).newest() {
        _ if MaterialsModel::is_saved(folder) || ConditionalRows::is_saved(folder) => {
            format!("the model is complete in {at}")
        }
        Some(step) => format!("the checkpoint of step {step} is kept in {at}: {how}"),
        None => format!("there was no checkpoint in {at} yet; {how}"),
    }
}

/// Says what a failed fit into `folder` leaves to go on from, if it left anything.
pub fn note_kept(error: &CliError, folder: &Path, how: &str) {
    if matches!(error, CliError::Failed(_)) && checkpoints(folder).newest().is_some() {
        eprintln!("note: {}", kept(folder, how));
    }
}

/// Says where training ended before its last step, and why.
pub fn warn_of_early_end(history: &History, reason: Option<StopReason>) {
    let step = history.records.last().map_or(0, |record| record.step);
    match reason {
        Some(StopReason::NonFinite) => eprintln!(
            "warning: a loss was not finite; training ended early with the last good model, after {step} steps"
        ),
        Some(StopReason::EarlyStop) => {
            eprintln!("note: training ended at step {step}: the estimate no longer fell");
        }
        _ => {}
    }
}

pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".to_owned()),
        Ok(n) => Ok(n),
        Err(_) => Err("expected a whole number".to_owned()),
    }
}
