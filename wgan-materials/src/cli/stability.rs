//! `stability`.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_materials::{
    CandidateStability, ColumnSelection, ConvexHull, EnergyPredictor, HeldOut, KnownStability,
    Material, MaterialsError, ReadOptions, Table, candidate_stability_frame, known_stability_frame,
    write_frame,
};

use super::CliError;
use super::energies::{EnergyArgs, KnownEnergies, found_by_name, not_negative, numbers};
use super::output::check_output;

/// Options of `stability`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row per compound, with energies in eV/atom. For known compounds: formation energy, decomposition energy, energy above the hull \
and what the compound decomposes into. For candidates: predicted formation energy with its 90 % interval, decomposition energy, the probability of being \
stable, and what the candidate decomposes into.
Printed: a summary, and how good predictions are on compounds that were hidden from them.

Examples:
  wgan-materials stability known.csv --out stability.csv
  wgan-materials stability known.csv --candidates candidates.csv --out stability.csv")]
pub struct Stability {
    /// CSV or Parquet file of known compounds with their formation energies.
    data: PathBuf,
    /// File for the results: CSV or Parquet, by its ending.
    ///
    /// With `--candidates` it has the candidates, the most probably stable first. Without, it has the known compounds.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// CSV or Parquet file of candidates whose energies are predicted.
    #[arg(long, value_name = "FILE")]
    candidates: Option<PathBuf>,
    /// Energy above the hull, in eV/atom, at least 0, up to which a compound counts as stable.
    ///
    /// The hull is the energy of the cheapest mixture of known compounds and elements with the same composition.
    #[arg(long, value_name = "ENERGY", default_value_t = 0.05, value_parser = not_negative)]
    stable_within: f64,
    /// Column of the formulas in both files, by its name [default: found by name and content].
    #[arg(long, value_name = "NAME")]
    formula_column: Option<String>,
    /// Seed of the predictions; the same seed gives the same ones.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    energies: EnergyArgs,
}

/// What came out.
#[derive(Debug, Serialize)]
struct Outcome {
    /// The column of energies.
    energy_column: String,
    /// Different known compounds.
    compounds: usize,
    /// Of them, those on the hull; none where candidates were judged.
    on_hull: Option<usize>,
    /// Of them, those within the limit of the hull.
    within: Option<usize>,
    stable_within: f64,
    /// How good predictions are; none without candidates.
    held_out: Option<HeldOut>,
    /// Different candidates.
    candidates: Option<usize>,
    /// Candidates that are known, candidates that are stable with probability one half or more.
    known_candidates: Option<usize>,
    likely_stable: Option<usize>,
    notes: Vec<String>,
}

impl Stability {
    /// Writes the stabilities and prints a summary.
    pub fn run(&self) -> Result<(), CliError> {
        let inputs: Vec<_> =
            [Some(self.data.as_path()), self.candidates.as_deref()].into_iter().flatten().collect();
        let _reserved = check_output(&self.out, &inputs)?;
        let known = self.known()?;
        known.notes.iter().for_each(|note| eprintln!("note: {note}"));
        let candidates =
            self.candidates.as_ref().map(|path| self.read_candidates(path)).transpose()?;
        let outcome = match candidates {
            None => self.judge_known(known)?,
            Some(candidates) => self.judge_candidates(known, candidates)?,
        };
        eprintln!("stabilities written to {}", self.out.display());
        Ok(print(&if self.json { to_json(&outcome)? } else { outcome.to_string() })?)
    }

    /// Reads the table and makes formation energies of it.
    fn known(&self) -> Result<KnownEnergies, CliError> {
        let asked = self.energies.energy.iter().cloned();
        let columns = match &self.energies.energy {
            Some(name) => ColumnSelection::Named(vec![name.clone()]),
            None => ColumnSelection::All,
        };
        let options = ReadOptions { columns, numbers: asked.collect(), ..self.options() };
        let table = read(&self.data, &options)?;
        eprintln!("{}", table.summary.brief());
        match self.energies.energy.clone().or_else(|| found_by_name(&table)) {
            Some(name) => self.energies.in_column(&table, &name),
            None => Err(self.no_column(&table)),
        }
    }

    fn no_column(&self, table: &Table) -> CliError {
        let names = numbers(table);
        CliError::Usage(format!(
            "{}: no one column is named like a formation energy; give --energy COLUMN; columns of numbers: {}",
            self.data.display(),
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        ))
    }

    fn options(&self) -> ReadOptions {
        ReadOptions { formula_column: self.formula_column.clone(), ..ReadOptions::default() }
    }

    /// Different candidates, in the order of the file.
    fn read_candidates(&self, path: &Path) -> Result<Vec<Material>, CliError> {
        let table = read(path, &ReadOptions { columns: ColumnSelection::None, ..self.options() })?;
        let mut seen = HashSet::new();
        let all = table.materials().into_iter();
        Ok(all.filter(|material| seen.insert(material.clone())).collect())
    }

    fn judge_known(&self, known: KnownEnergies) -> Result<Outcome, CliError> {
        let (compositions, energies) = known.compositions();
        let hull = ConvexHull::new(&compositions, &energies)?;
        let bar = progress(hull.n_compounds());
        let rows = hull.known_stabilities(|n| bar.inc(n as u64))?;
        bar.finish_and_clear();
        write_frame(&self.out, known_stability_frame(&rows)?)?;
        let n_within = |limit: f64| {
            let above = |row: &&KnownStability| {
                row.decomposition.decomposition_energy(row.formation_energy) <= limit
            };
            rows.iter().filter(above).count()
        };
        Ok(Outcome {
            on_hull: Some(n_within(0.0)),
            within: Some(n_within(self.stable_within)),
            ..self.outcome(known, hull.n_compounds())
        })
    }

    fn judge_candidates(
        &self,
        mut known: KnownEnergies,
        candidates: Vec<Material>,
    ) -> Result<Outcome, CliError> {
        if candidates.iter().any(|material| material.prototype.is_none()) {
            let alone = known.materials.iter().map(|material| (&material.composition).into());
            known.materials = alone.collect();
        }
        let predictor = known.predictor(self.seed)?;
        let mut rows = with_spinner(&format!("judging {} candidates", candidates.len()), || {
            predictor.assess(&candidates, self.stable_within)
        })?;
        let unseen = unseen_note(&candidates, &predictor);
        unseen.iter().for_each(|note| eprintln!("note: {note}"));
        rows.sort_by(|a, b| {
            b.probability.unwrap_or(-1.0).total_cmp(&a.probability.unwrap_or(-1.0))
        });
        write_frame(&self.out, candidate_stability_frame(&rows)?)?;
        let is_likely = |row: &&CandidateStability| row.probability.is_some_and(|p| p >= 0.5);
        let mut outcome = Outcome {
            held_out: Some(predictor.held_out(self.stable_within)),
            candidates: Some(rows.len()),
            known_candidates: Some(rows.iter().filter(|row| row.is_known).count()),
            likely_stable: Some(rows.iter().filter(is_likely).count()),
            ..self.outcome(known, predictor.hull().n_compounds())
        };
        outcome.notes.extend(unseen);
        Ok(outcome)
    }

    fn outcome(&self, known: KnownEnergies, compounds: usize) -> Outcome {
        Outcome {
            energy_column: known.column,
            compounds,
            on_hull: None,
            within: None,
            stable_within: self.stable_within,
            held_out: None,
            candidates: None,
            known_candidates: None,
            likely_stable: None,
            notes: known.notes,
        }
    }
}

/// A table with formulas.
fn read(path: &Path, options: &ReadOptions) -> Result<Table, MaterialsError> {
    let table =
        with_spinner(&format!("reading {}", path.display()), || Table::read(path, options))?;
    match table.compositions {
        Some(_) => Ok(table),
        None => Err(MaterialsError::NoFormulaColumn {
            columns: table.summary.columns.into_iter().map(|column| column.name).collect(),
        }),
    }
}

/// Says which elements nothing is known about.
fn unseen_note(candidates: &[Material], predictor: &EnergyPredictor) -> Option<String> {
    let of = |material: &Material| predictor.unseen(&material.composition);
    let n = candidates.iter().filter(|material| !of(material).is_empty()).count();
    let mut elements: Vec<_> = candidates.iter().flat_map(of).collect();
    elements.sort_unstable();
    elements.dedup();
    let symbols: Vec<String> = elements.iter().map(ToString::to_string).collect();
    let have = if n == 1 { "candidate has" } else { "candidates have" };
    (n > 0).then(|| {
        format!(
            "{n} {have} an element that no known compound has, and no energy is predicted: {}",
            symbols.join(", ")
        )
    })
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} known compounds with a formation energy (`{}`)",
            self.compounds, self.energy_column
        )?;
        if let (Some(on_hull), Some(within)) = (self.on_hull, self.within) {
            writeln!(
                f,
                "{on_hull} are on the hull, {within} within {} eV/atom of it",
                self.stable_within
            )?;
        }
        if let (Some(n), Some(known), Some(likely)) =
            (self.candidates, self.known_candidates, self.likely_stable)
        {
            let within = self.stable_within;
            writeln!(f, "{n} candidates, of which {known} are known compounds")?;
            writeln!(
                f,
                "{likely} are probably (one half or more) within {within} eV/atom of the hull"
            )?;
        }
        if let Some(held_out) = &self.held_out {
            writeln!(f, "{held_out}")?;
            writeln!(
                f,
                "These figures hold for candidates that are as like the table as its own compounds are."
            )?;
        }
        Ok(())
    }
}

fn progress(n: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("hull {wide_bar} {pos}/{len} {eta}");
    ProgressBar::new(n as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
