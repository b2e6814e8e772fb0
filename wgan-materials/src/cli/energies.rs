//! Options about formation energies, and what is read of them.

use std::path::Path;

use clap::Args;
use wgan_core::cli::with_spinner;
use wgan_materials::{
    CheckedCandidate, Column, Composition, EnergyJudge, EnergyPredictor, EnergyPredictorConfig,
    Material, MaterialsError, SavedEnergies, Table, energy_notes, formation_energies,
    formation_energy_column,
};

use super::CliError;

/// What `--energy` takes for no energies.
const NONE: &str = "none";

/// Where formation energies are.
#[derive(Clone, Debug, Args)]
pub struct EnergyArgs {
    /// Column of formation energies in eV/atom, or `none` to predict no energies [default: found by its name].
    ///
    /// By default it is the one column named formation_energy, e_form or the like.
    #[arg(long, value_name = "COLUMN")]
    pub energy: Option<String>,
    /// The column has total energies in eV/atom; each element's lowest one is taken off.
    #[arg(long)]
    total_energy: bool,
}

/// What counts as stable, and which candidates are kept.
#[derive(Clone, Debug, Args)]
pub struct StableArgs {
    /// Energy above the hull, in eV/atom, at least 0, up to which a candidate counts as stable.
    ///
    /// The hull is the energy of the cheapest mixture of known compounds and elements with the same composition.
    #[arg(long, value_name = "ENERGY", default_value_t = 0.05, value_parser = not_negative)]
    pub stable_within: f64,
    /// Least probability of being stable that a candidate needs, 0 to 1; needs formation energies [default: no limit].
    #[arg(long, value_name = "PROBABILITY", value_parser = share)]
    pub stable_only: Option<f64>,
}

/// Known materials with their formation energies.
pub struct KnownEnergies {
    pub column: String,
    pub materials: Vec<Material>,
    /// One for each material, eV/atom; none where it is not known.
    rows: Vec<Option<f64>>,
    pub notes: Vec<String>,
}

impl KnownEnergies {
    /// Materials and energies where these are known.
    fn known(&self) -> (Vec<Material>, Vec<f64>) {
        let rows = self.materials.iter().zip(&self.rows);
        rows.filter_map(|(material, energy)| Some((material.clone(), (*energy)?))).unzip()
    }

    /// Compositions and energies where these are known.
    pub fn compositions(&self) -> (Vec<Composition>, Vec<f64>) {
        let (materials, energies) = self.known();
        (materials.into_iter().map(|material| material.composition).collect(), energies)
    }

    /// Learns from them.
    pub fn predictor(&self, seed: u64) -> Result<EnergyPredictor, MaterialsError> {
        let (materials, energies) = self.known();
        with_spinner(&format!("learning from {} energies", energies.len()), || {
            EnergyPredictorConfig::new(seed).fit(&materials, &energies)
        })
    }

    /// What is kept of them beside a model.
    pub fn to_saved(&self) -> SavedEnergies {
        SavedEnergies { column: self.column.clone(), energies: self.rows.clone() }
    }
}

impl EnergyArgs {
    /// The energies in the column that is asked for, or that is named like one; none where there is none.
    ///
    /// A column that was only found by its name and cannot be used is noted.
    pub fn known(&self, table: &Table) -> Result<Option<KnownEnergies>, CliError> {
        match &self.energy {
            Some(name) if name.eq_ignore_ascii_case(NONE) => Ok(None),
            Some(name) => self.in_column(table, name).map(Some),
            None => {
                let Some(name) = found_by_name(table) else {
                    return Ok(None);
                };
                let known = self.in_column(table, &name);
                Ok(known.map_err(|error| say_unused(&name, &error)).ok())
            }
        }
    }

    /// What was learnt from energies; none, and a note, where they were only found by name and are too few.
    pub fn learnt(&self, known: KnownEnergies, seed: u64) -> Result<Option<Learnt>, CliError> {
        match known.predictor(seed) {
            Ok(predictor) => Ok(Some(Learnt { known, predictor })),
            Err(error) if self.energy.is_none() => {
                say_unused(&known.column, &error);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The energies in a column of the table.
    pub fn in_column(&self, table: &Table, name: &str) -> Result<KnownEnergies, CliError> {
        let column = in_table(table, name)?;
        let rows: Vec<Option<f64>> = match column.is_class() {
            true => Vec::new(),
            false => (0..table.len()).map(|row| column.number(row)).collect(),
        };
        if rows.iter().all(Option::is_none) {
            let told = format!("column `{name}`: expected formation energies, got no number");
            return Err(CliError::Usage(told));
        }
        let (column, materials) = (column.name.clone(), table.materials());
        let mut known = KnownEnergies { column, materials, rows, notes: Vec::new() };
        if self.total_energy {
            let (compositions, energies) = known.compositions();
            let mut energies = formation_energies(&compositions, &energies)?.into_iter();
            known.rows.iter_mut().flatten().zip(&mut energies).for_each(|(to, from)| *to = from);
        }
        let (compositions, energies) = known.compositions();
        known.notes = energy_notes(&known.column, &compositions, &energies)
            .map_err(|error| with_advice(error, &known.column))?;
        Ok(known)
    }
}

/// The column of a name; why it is not modelled, where that is so.
fn in_table<'a>(table: &'a Table, name: &str) -> Result<&'a Column, CliError> {
    table.column(name).map_err(|error| {
        let mut reports = table.summary.columns.iter();
        let report = reports.find(|column| column.name.eq_ignore_ascii_case(name));
        match report.and_then(|report| report.reason.as_ref()) {
            Some(reason) => CliError::Usage(format!(
                "column `{name}`: expected formation energies, but it is left out: {reason}"
            )),
            None => error.into(),
        }
    })
}

/// Keeps energies beside the model in `folder`, or none.
pub fn keep_energies(saved: Option<SavedEnergies>, folder: &Path) -> Result<(), CliError> {
    match saved {
        Some(saved) => Ok(saved.save(folder)?),
        None => Ok(SavedEnergies::remove(folder)?),
    }
}

/// Known energies and what was learnt from them.
pub struct Learnt {
    known: KnownEnergies,
    predictor: EnergyPredictor,
}

impl Learnt {
    /// Of the energies that were saved with a model of these materials; none where none were.
    pub fn saved(
        folder: &Path,
        materials: Vec<Material>,
        seed: u64,
    ) -> Result<Option<Self>, CliError> {
        let Some(saved) = SavedEnergies::read(folder, materials.len())? else {
            return Ok(None);
        };
        let (column, rows) = (saved.column, saved.energies);
        let known = KnownEnergies { column, materials, rows, notes: Vec::new() };
        match known.predictor(seed) {
            Ok(predictor) => Ok(Some(Self { known, predictor })),
            Err(error) => {
                say_unused(&known.column, &error);
                Ok(None)
            }
        }
    }

    /// What judges candidates by it.
    pub fn judge(&self, stable_within: f64, min_probability: f64) -> EnergyJudge<'_> {
        EnergyJudge { predictor: &self.predictor, stable_within, min_probability }
    }

    /// Says where energies come from.
    pub fn announce(&self) {
        eprintln!("note: energies of candidates are predicted from column `{}`", self.known.column);
        self.known.notes.iter().for_each(|note| eprintln!("note: {note}"));
    }

    /// What a report says about the energies of candidates.
    pub fn notes(&self, within: f64, candidates: &[CheckedCandidate]) -> Vec<String> {
        let probability = |found: &CheckedCandidate| found.stability.as_ref()?.probability;
        let n_likely = candidates.iter().filter_map(probability).filter(|p| *p >= 0.5).count();
        let told = format!(
            "formation energies of candidates are predicted from column `{}`; {n_likely} of {} candidates are probably (one half \
             or more) within {within} eV/atom of the hull of the table",
            self.known.column,
            candidates.len()
        );
        let mut notes = vec![told, self.predictor.held_out(within).to_string()];
        notes.extend(self.known.notes.iter().cloned());
        notes
    }
}

impl StableArgs {
    /// Judges candidates with what was learnt, if anything was.
    pub fn judge<'a>(
        &self,
        learnt: Option<&'a Learnt>,
    ) -> Result<Option<EnergyJudge<'a>>, CliError> {
        if learnt.is_none() && self.stable_only.is_some() {
            let told = "--stable-only: no formation energies are known; give --energy COLUMN";
            return Err(CliError::Usage(told.to_owned()));
        }
        let min_probability = self.stable_only.unwrap_or(0.0);
        Ok(learnt.map(|learnt| learnt.judge(self.stable_within, min_probability)))
    }
}

/// A share from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a share from 0 to 1".to_owned())
}

/// The one column of numbers that is named like a formation energy.
pub fn found_by_name(table: &Table) -> Option<String> {
    formation_energy_column(&numbers(table)).map(str::to_owned)
}

/// Names of the columns of numbers.
pub fn numbers(table: &Table) -> Vec<&str> {
    let numbers = table.columns.iter().filter(|column| !column.is_class());
    numbers.map(|column| column.name.as_str()).collect()
}

fn say_unused(column: &str, error: &dyn std::fmt::Display) {
    eprintln!("note: no energies are predicted from column `{column}`: {error}");
}

fn with_advice(error: MaterialsError, column: &str) -> CliError {
    match error {
        MaterialsError::Stability { .. } => {
            CliError::Usage(format!("column `{column}`: {error}; give --total-energy if so"))
        }
        other => other.into(),
    }
}

pub fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(energy) if energy >= 0.0 && energy.is_finite() => Ok(energy),
        _ => Err("expected an energy in eV/atom, at least 0".to_owned()),
    }
}
