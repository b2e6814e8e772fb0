//! `fit`: a model that is kept.

use std::path::PathBuf;

use clap::Args;
use wgan_core::cli::{on_interrupt, with_remote_devices};
use wgan_materials::{ModelCard, RowsCard, Target};

use super::data::{DataArgs, read_with_notes};
use super::energies::{EnergyArgs, KnownEnergies, keep_energies};
use super::training::{TrainArgs, kept, note_kept};
use super::{CliError, rows};

/// Options of `fit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written in the directory --model:
  config.json          settings
  known.csv            known materials
  structures.json      their crystals, where there are any
  energies.json        their formation energies, where there are any
  weights.safetensors  the networks
  history.csv          the course of training
  checkpoints          the state of a fit that is not finished
For tables without formulas: rows.json, row_weights.safetensors and conditions.json.

Examples:
  wgan-materials fit known.csv --model model
  wgan-materials fit known.csv --model model --condition band_gap
  wgan-materials fit known.csv --model model --resume")]
pub struct Fit {
    /// Directory for the model; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Column that `sample --condition` can ask for; may be given several times.
    #[arg(long = "condition", value_name = "NAME")]
    conditions: Vec<String>,
    /// Continue an interrupted fit from its last checkpoint.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten, next_help_heading = "Stability")]
    energies: EnergyArgs,
    #[command(flatten, next_help_heading = "Training")]
    training: TrainArgs,
}

/// How an interrupted fit goes on.
const HOW: &str = "add --resume to go on";

impl Fit {
    /// Fits and saves a model.
    pub fn run(&self) -> Result<(), CliError> {
        let model = self.model.clone();
        on_interrupt(move || kept(&model, HOW));
        let table = read_with_notes(&self.data)?;
        if self.resume
            && ModelCard::read(&self.model)?.is_none()
            && RowsCard::read(&self.model)?.is_none()
        {
            eprintln!("nothing to resume in {}; starting anew", self.model.display());
        }
        if let Some(given) = self.conditions.iter().find(|name| name.contains('=')) {
            return Err(CliError::Usage(format!(
                "--condition {given}: fit takes the name of a property; its value is for sample"
            )));
        }
        let conditions = Target::names(&self.conditions, &table)?;
        if table.compositions.is_none() {
            rows::fit_into(&table, &conditions, &self.training, &self.model, self.resume)
                .inspect_err(|error| note_kept(error, &self.model, HOW))?;
            self.say_saved();
            return Ok(());
        }
        let energies = self.energies.known(&table)?;
        if let Some(KnownEnergies { column, notes, .. }) = &energies {
            eprintln!("note: formation energies in column `{column}` are kept for `sample`");
            notes.iter().for_each(|note| eprintln!("note: {note}"));
        }
        let work = || self.training.fit_into(&table, conditions, &self.model, self.resume);
        with_remote_devices(self.training.all_devices(), || kept(&self.model, HOW), work)
            .inspect_err(|error| note_kept(error, &self.model, HOW))?;
        keep_energies(energies.as_ref().map(KnownEnergies::to_saved), &self.model)?;
        self.say_saved();
        Ok(())
    }

    fn say_saved(&self) {
        let at = self.model.display();
        eprintln!("model saved in {at}; next: wgan-materials sample --model {at} --out FILE");
    }
}
