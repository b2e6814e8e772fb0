//! `generate`.

use std::path::PathBuf;

use clap::Args;
use wgan_cond::Condition;
use wgan_core::cli::{Reserved, on_interrupt, print, with_remote_devices, with_spinner};
use wgan_core::file::folder_of;
use wgan_materials::{
    Adherence, CandidateStream, CheckedCandidate, Checker, Composition, CrystalReport, Crystals,
    ListRequest, Listing, MaterialsError, MaterialsModel, ModelCard, REPORT_FILES, Ranker, Report,
    Sampler, Table, Target, adherence, candidate_frame, candidate_table, evaluate_asked,
    evaluate_structures, ordered, ranked_list, write_frame,
};

use super::cif::write_cifs;
use super::conditions::{
    ConditionArgs, RuleArgs, StructureArgs, first_drawn, warn_of_extrapolation,
};
use super::data::{DataArgs, read_with_notes};
use super::energies::{EnergyArgs, KnownEnergies, Learnt, StableArgs, keep_energies, share};
use super::features::VectorArgs;
use super::output::check_output;
use super::training::{TrainArgs, at_least_one, kept, note_kept, steps};
use super::{CliError, rows};

/// Options of `generate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written:
  --out          the candidates
  report.html    how good they are, with pictures; in the folder of --out
  report.json    the same figures for programs; in the folder of --out
  --model DIR    the model
  --features     the feature vectors of the candidates
  --cif-dir DIR  a CIF file for each candidate
Printed: the figures of the report.

Examples:
  wgan-materials generate known.csv --out candidates.csv
  wgan-materials generate known.csv --out candidates.csv --contains Li --without Pb,Cd --n 200
  wgan-materials generate known.csv --out candidates.csv --condition 'band_gap=1.5±0.2'")]
pub struct Generate {
    /// File for the candidates, the most promising first: CSV or Parquet, by its ending.
    ///
    /// Without formulas in the table, it has new rows like those of the table, in no order.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Candidates to write, at least 1.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    n: usize,
    /// Directory to save the model in; one that is there is used again or continued.
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Make each candidate neutral in charge by usual oxidation states, with as little change as possible.
    ///
    /// Where that is impossible, another candidate is drawn. Peroxides play no part. With structures, amounts are never changed: what is not neutral
    /// is left out.
    #[arg(long)]
    neutral: bool,
    /// Share of candidates, 0 to 1, whose pattern of amounts, such as 1 : 1 : 3, is not in the table.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    new_patterns: f64,
    /// Folder for a CIF file of each candidate, such as 0001_NaCl_225.cif; for tables with structures.
    ///
    /// The name has the place in the list, the formula and the space group. Files of an earlier list in this folder are removed.
    #[arg(long, value_name = "DIR")]
    cif_dir: Option<PathBuf>,
    #[command(flatten)]
    vectors: VectorArgs,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten, next_help_heading = "What candidates have")]
    asked: ConditionArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    structures: StructureArgs,
    #[command(flatten, next_help_heading = "Stability")]
    energies: EnergyArgs,
    #[command(flatten)]
    stable: StableArgs,
    #[command(flatten, next_help_heading = "Training")]
    training: TrainArgs,
}

/// Candidates that are drawn for each one in the list: the order picks the best.
pub const OVERDRAW: usize = 2;

/// Chunks that are drawn at most; only where nearly none has a crystal is that reached.
const MAX_CHUNKS: usize = 10_000;

/// How far what was asked for holds.
#[derive(Default)]
struct Asked {
    /// The known rows that have it, without the properties that were given.
    compared: Option<Table>,
    adherence: Vec<Adherence>,
    notes: Vec<String>,
}

/// How an interrupted fit goes on.
const HOW: &str = "the same command again goes on";

impl Generate {
    /// Fits, draws, checks, writes and reports.
    pub fn run(&self) -> Result<(), CliError> {
        let model = self.model.clone();
        let kept = move || match &model {
            Some(folder) => kept(folder, HOW),
            None => "nothing is kept without --model".to_owned(),
        };
        on_interrupt(kept.clone());
        with_remote_devices(self.training.all_devices(), kept, || self.generate()).inspect_err(
            |error| {
                if let Some(folder) = &self.model {
                    note_kept(error, folder, HOW);
                }
            },
        )
    }

    fn generate(&self) -> Result<(), CliError> {
        let device = self.training.device.device()?;
        let _reserved = self.check_output()?;
        let table = read_with_notes(&self.data)?;
        if table.compositions.is_none() {
            rows::refuse_chemistry(&self.rules, self.neutral)?;
            let output = (self.out.as_path(), &self.vectors, self.n);
            let model = self.model.as_deref();
            return rows::generate(&table, &self.asked, (&self.training, model), output);
        }
        let structures = self.structures.rules(table.structures.is_some())?;
        let known = self.energies.known(&table)?;
        let saved = known.as_ref().map(KnownEnergies::to_saved);
        let energies = self.learnt(known)?;
        if self.cif_dir.is_some() && table.structures.is_none() {
            return Err(CliError::Usage("--cif-dir: the table has no structures".to_owned()));
        }
        let targets = Target::of_table(&self.asked.conditions, &table)?;
        warn_of_extrapolation(&targets);
        let names = targets.iter().map(|target| target.name.clone()).collect();
        let model = match &self.model {
            Some(folder) => {
                let model = self.training.fit_into(&table, names, folder, true)?;
                keep_energies(saved, folder)?;
                model
            }
            None => self.training.fit(&table, names)?,
        };
        let mut sampler = model.sampler(&device)?;
        if !targets.is_empty() {
            sampler = sampler.aimed_at(&targets)?;
        }
        sampler = sampler.with_rules(&self.rules.rules())?.with_structures(&structures)?;
        let mut stream = CandidateStream::new(&sampler, self.training.seed, self.neutral);
        let request = ListRequest {
            n: self.n,
            seed: self.training.seed,
            is_neutral: self.neutral,
            rules: self.rules.rules(),
            structures,
            new_patterns: self.new_patterns,
        };
        let candidates = self.candidates(
            &sampler,
            &mut stream,
            (&table, model.card(), energies.as_ref()),
            &request,
            targets.is_empty(),
        )?;
        write_frame(&self.out, candidate_frame(&candidates, model.card().space.specs())?)?;
        eprintln!("{} candidates written to {}", candidates.len(), self.out.display());
        if candidates.len() < self.n {
            eprintln!(
                "note: {} were asked for; no more have a crystal and meet what was asked",
                self.n
            );
        }
        if let Some(folder) = &self.cif_dir {
            let n = write_cifs(folder, &candidates)?;
            eprintln!("{n} CIF files written to {}", folder.display());
        }
        let mut asked = self.asked(&table, &model, &sampler, &targets, &candidates)?;
        if let Some(energies) = &energies {
            asked.notes.extend(energies.notes(self.stable.stable_within, &candidates));
        }
        self.report(&table, &model, &stream, &candidates, asked)
    }

    /// Neither the candidates nor the reports beside them may replace the table or each other.
    fn check_output(&self) -> Result<Vec<Reserved>, CliError> {
        let reports = REPORT_FILES.map(|name| folder_of(&self.out).join(name));
        let data = self.data.data.as_path();
        let list = check_output(&self.out, &[data, &reports[0], &reports[1]]);
        let vectors = self.vectors.check_output(&[data, &self.out, &reports[0], &reports[1]]);
        let others = reports.iter().map(|r| check_output(r, &[data])).chain(vectors.transpose());
        std::iter::once(list).chain(others).collect()
    }

    /// Checked candidates, best first. Under conditions all are drawn by the model; else compositions that are
    /// proposed from known compounds join them.
    fn candidates(
        &self,
        sampler: &Sampler,
        stream: &mut CandidateStream,
        (table, card, energies): (&Table, &ModelCard, Option<&Learnt>),
        request: &ListRequest,
        is_free: bool,
    ) -> Result<Vec<CheckedCandidate>, CliError> {
        let known = table.materials();
        let crystals = Crystals::of(card)?;
        if let Some(crystals) = &crystals {
            crystals.remarks().iter().for_each(|remark| eprintln!("note: {remark}"));
        }
        let is_picked = is_free || self.stable.stable_only.is_some();
        let n_drawn = if is_picked { OVERDRAW * self.n } else { self.n };
        let (mut drawn, mut n_barren) = (Vec::new(), 0);
        for _ in 0..MAX_CHUNKS {
            let chunk = stream.next_chunk()?;
            let grown = match &crystals {
                Some(crystals) if !is_free => crystals.grown(chunk),
                _ => chunk,
            };
            n_barren = if grown.is_empty() { n_barren + 1 } else { 0 };
            drawn.extend(grown);
            if drawn.len() >= n_drawn || n_barren == Crystals::PATIENCE {
                break;
            }
        }
        if drawn.is_empty() {
            return Err(MaterialsError::NoCrystal { n_drawn: stream.n_drawn }.into());
        }
        drawn.truncate(n_drawn);
        let seed = self.training.seed;
        let checker = Checker::new(table.formulas()).with_prototypes(known.clone());
        if known.windows(2).all(|pair| pair[0] == pair[1]) {
            eprintln!(
                "note: one known composition teaches no order; candidates are as they were drawn"
            );
            drawn.truncate(self.n);
            return Ok(checker.check_all(drawn));
        }
        let ranker =
            with_spinner("learning the order of candidates", || Ranker::fit(&known, seed))?;
        let listing = Listing {
            sampler,
            ranker: &ranker,
            checker: &checker,
            crystals: crystals.as_ref(),
            energies: self.stable.judge(energies)?,
            known: &known,
        };
        if !is_free {
            let mut list = ordered(listing, drawn)?;
            list.truncate(self.n);
            return Ok(list);
        }
        Ok(with_spinner("ranking candidates", || ranked_list(listing, drawn, request))?)
    }

    /// What was learnt from the formation energies of the table, where it has any.
    fn learnt(&self, known: Option<KnownEnergies>) -> Result<Option<Learnt>, CliError> {
        let seed = self.training.seed;
        let learnt = known.map(|known| self.energies.learnt(known, seed)).transpose()?.flatten();
        learnt.iter().for_each(Learnt::announce);
        self.stable.judge(learnt.as_ref())?;
        Ok(learnt)
    }

    /// What is to be said about the targets, none if nothing was asked for.
    fn asked(
        &self,
        table: &Table,
        model: &MaterialsModel,
        sampler: &Sampler,
        targets: &[Target],
        candidates: &[CheckedCandidate],
    ) -> Result<Asked, CliError> {
        if targets.is_empty() {
            return Ok(Asked::default());
        }
        let device = self.training.device.device()?;
        let unasked =
            first_drawn(&model.sampler(&device)?, self.n, self.training.seed, self.neutral)?;
        let found: Vec<Composition> =
            candidates.iter().map(|found| found.candidate.composition.clone()).collect();
        let adherence = adherence(table, &found, &unasked, targets, self.training.seed)?;
        let given = sampler.given();
        let mut notes: Vec<String> = targets.iter().filter_map(Target::extrapolation).collect();
        notes.push(format!(
            "{} of {} known rows meet the conditions; amounts and given values are those of {} rows, moved into the \
             intervals where they do not meet them",
            given.n_meeting,
            table.len(),
            given.rows.len()
        ));
        notes.push(format!(
            "shares, laws and the two-sample test compare with those {} rows; what is new is told by all known rows",
            given.rows.len()
        ));
        let mut compared = table.select(&given.rows);
        compared.columns.retain(|p| targets.iter().all(|target| target.name != p.name));
        Ok(Asked { compared: Some(compared), adherence, notes })
    }

    /// Evaluates the candidates, prints the figures and writes the report beside them.
    fn report(
        &self,
        table: &Table,
        model: &MaterialsModel,
        stream: &CandidateStream,
        candidates: &[CheckedCandidate],
        asked: Asked,
    ) -> Result<(), CliError> {
        let drawn = candidate_table(candidates, model.card().space.specs())?;
        self.vectors.write(table, &drawn)?;
        let rows = drawn.material_rows();
        let reference = table.material_rows();
        let compared = asked.compared.as_ref().unwrap_or(table).material_rows();
        let mut evaluation = evaluate_asked(&reference, &compared, &rows, self.training.seed);
        let share = |n: usize| Some(n as f64 / stream.n_drawn as f64);
        evaluation.charge_neutral_as_drawn = share(stream.n_neutral);
        evaluation.known_as_drawn = share(stream.n_known);
        evaluation.adherence = asked.adherence;
        let real = asked.compared.as_ref().unwrap_or(table);
        evaluation.structures = evaluate_structures(real, &drawn, self.training.seed);
        evaluation.notes.extend(asked.notes);
        evaluation.notes.extend(table.summary.remarks());
        let scores: Vec<f64> = candidates.iter().filter_map(|c| c.score).collect();
        let critic_scores: Vec<f64> = candidates.iter().map(|c| c.candidate.critic_score).collect();
        let known = asked.compared.as_ref().unwrap_or(table).structures.as_deref();
        let crystals = known.map(|known| CrystalReport {
            known,
            candidates: candidates.iter().filter_map(|c| c.candidate.crystal.as_deref()).collect(),
        });
        let records = &model.history.records;
        let estimates: Vec<(usize, f64)> = records.iter().map(|r| (r.step, r.estimate)).collect();
        let report = Report {
            source: &table.summary.file,
            settings: &self.settings(model),
            reference,
            compared,
            candidates: rows,
            scores: &scores,
            critic_scores: &critic_scores,
            stabilities: candidates.iter().filter_map(|c| c.stability.as_ref()).collect(),
            crystals,
            evaluation: &evaluation,
            estimates: &estimates,
        };
        let folder = folder_of(&self.out);
        report.write(folder)?;
        let page = folder.join("report.html");
        eprintln!("report written to {}; open it in a browser", page.display());
        Ok(print(&evaluation.to_string())?)
    }

    /// What the result depends on, for the report.
    fn settings(&self, model: &MaterialsModel) -> Vec<(String, String)> {
        let config = &model.card().config;
        let mut settings = vec![
            ("candidates", self.n.to_string()),
            ("seed", config.seed.to_string()),
            ("training steps", steps(model.card().config.n_steps, &model.history, model.reason)),
            ("rows per step", config.batch_size.to_string()),
            ("made neutral", if self.neutral { "yes" } else { "no" }.to_owned()),
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        if !self.asked.conditions.is_empty() {
            let asked: Vec<String> =
                self.asked.conditions.iter().map(Condition::to_string).collect();
            settings.push(("conditions", asked.join(", ")));
        }
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
