//! `sample`.

use std::collections::HashSet;
use std::path::PathBuf;

use burn::tensor::Device;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use wgan_core::cli::{DeviceChoice, on_interrupt, print, with_remote_devices};
use wgan_materials::{
    Candidate, CandidateParts, CandidateStream, Checker, ColumnSpec, Composition, ConditionalRows,
    Crystals, EnergyJudge, FrameWriter, MaterialsError, MaterialsModel, SampleRequest, Sampler,
    Table, Target, adherence, candidate_frame,
};

use super::conditions::{
    ConditionArgs, MOST_JUDGED, RuleArgs, StructureArgs, first_drawn, warn_of_extrapolation,
};
use super::energies::{Learnt, not_negative};
use super::output::check_output;
use super::training::at_least_one;
use super::{CliError, rows};

/// Candidates for each formula from which on they are few.
const FEW: usize = 5;

/// Options of `sample`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: the candidates in --out. Long lists grow in the folder FILE.parts, which is removed at the end.

Examples:
  wgan-materials sample --model model --n 100000 --out candidates.parquet
  wgan-materials sample --model model --condition 'band_gap=1.5±0.2' --out candidates.csv")]
pub struct Sample {
    /// Directory that `fit` or `generate --model` wrote.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Candidates to write, at least 1.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one)]
    n: usize,
    /// File for the candidates, in the order in which they are drawn: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed; the same seed gives the same candidates.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Make each candidate neutral in charge by usual oxidation states, with as little change as possible.
    ///
    /// Where that is impossible, another candidate is drawn. Peroxides play no part. With structures, amounts are never changed: what is not neutral
    /// is left out.
    #[arg(long)]
    neutral: bool,
    /// Continue an interrupted list from its last complete part.
    #[arg(long)]
    resume: bool,
    /// Energy above the hull, in eV/atom, at least 0, up to which a candidate counts as stable; for models with formation energies.
    ///
    /// The hull is the energy of the cheapest mixture of known compounds and elements with the same composition.
    #[arg(long, value_name = "ENERGY", default_value_t = 0.05, value_parser = not_negative)]
    stable_within: f64,
    /// Device that computes: flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT.
    ///
    /// Which of them there are is decided when the program is built. `remote` is a machine that runs `wgan-materials serve`.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
    #[command(flatten, next_help_heading = "What candidates have")]
    asked: ConditionArgs,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    structures: StructureArgs,
}

impl Sample {
    /// Writes candidates batch by batch; long lists part by part, so that they can be resumed.
    pub fn run(&self) -> Result<(), CliError> {
        let parts = CandidateParts::folder(&self.out);
        let kept = move || match parts.exists() {
            true => {
                format!("complete parts are kept in {}: add --resume to go on", parts.display())
            }
            false => "nothing is kept of a short list".to_owned(),
        };
        on_interrupt(kept.clone());
        with_remote_devices([&self.device], kept.clone(), || self.draw()).inspect_err(|error| {
            if matches!(error, CliError::Failed(_)) && CandidateParts::folder(&self.out).exists() {
                eprintln!("note: {}", kept());
            }
        })
    }

    fn draw(&self) -> Result<(), CliError> {
        let device = self.device.device()?;
        let _reserved = check_output(&self.out, &[])?;
        if ConditionalRows::is_saved(&self.model) {
            rows::refuse_chemistry(&self.rules, self.neutral)?;
            let output = (self.out.as_path(), self.n, self.seed);
            return rows::sample(&self.model, &self.asked, output, &device);
        }
        let parts = CandidateParts::folder(&self.out);
        if parts.exists() && !self.resume {
            return Err(CliError::Usage(format!(
                "{} holds an unfinished list; add --resume to continue it, or remove the folder",
                parts.display()
            )));
        }
        if !parts.exists() && self.resume {
            eprintln!("nothing to resume in {}; starting anew", parts.display());
        }
        let model = MaterialsModel::load(&self.model, &device)?;
        let targets = self.targets(&model)?;
        let mut sampler = model.sampler(&device)?;
        if !targets.is_empty() {
            sampler = sampler.aimed_at(&targets)?;
        }
        let structures = self.structures.rules(model.card().structures.is_some())?;
        sampler = sampler.with_rules(&self.rules.rules())?.with_structures(&structures)?;
        let specs = model.card().space.specs();
        let learnt = Learnt::saved(&self.model, model.card().materials(), self.seed)?;
        learnt.iter().for_each(Learnt::announce);
        let draw = Draw {
            energies: learnt.as_ref().map(|learnt| learnt.judge(self.stable_within, 0.0)),
            specs,
            stream: CandidateStream::new(&sampler, self.seed, self.neutral),
            checker: Checker::new(&model.card().known).with_prototypes(model.card().materials()),
            crystals: Crystals::of(model.card())?,
            bar: progress(self.n),
            variety: Variety::default(),
        };
        let list = FrameWriter::create(&self.out)?;
        let variety = if self.n <= CandidateParts::ROWS && !parts.exists() {
            self.short(draw, list)?
        } else {
            self.long(draw, list)?
        };
        eprintln!("{} candidates written to {}", self.n, self.out.display());
        variety.warn();
        self.judge(&model, &sampler, &targets, &device)
    }

    /// A list of less than a part.
    fn short(&self, mut draw: Draw, mut list: FrameWriter) -> Result<Variety, CliError> {
        let (mut left, mut n_barren) = (self.n, 0);
        while left > 0 {
            let drawn = draw.stream.next_chunk()?;
            let mut batch = draw.grown(drawn);
            batch.truncate(left);
            let n_written = draw.write(batch, &mut list)?;
            left -= n_written;
            n_barren = if n_written == 0 { n_barren + 1 } else { 0 };
            if n_barren == Crystals::PATIENCE {
                let n_drawn = Crystals::PATIENCE * Sampler::CHUNK;
                return Err(MaterialsError::NoCrystal { n_drawn }.into());
            }
        }
        draw.bar.finish_and_clear();
        list.finish()?;
        Ok(draw.variety)
    }

    fn long(&self, mut draw: Draw, list: FrameWriter) -> Result<Variety, CliError> {
        let mut parts = CandidateParts::open(&self.out, &self.request()?)?;
        draw.stream = draw.stream.starting_at(parts.next_chunks().start);
        draw.bar.set_position(parts.n_rows() as u64);
        draw.bar.reset_eta();
        while parts.n_rows() < self.n {
            let (mut part, mut n_rows) = (parts.next_part()?, 0);
            while draw.stream.position() < parts.next_chunks().end
                && parts.n_rows() + n_rows < self.n
            {
                let batch = draw.stream.chunk()?;
                let batch = draw.grown(batch);
                n_rows += draw.write(batch, &mut part)?;
            }
            if n_rows == 0 {
                drop(part);
                // Nothing that could be continued.
                if parts.n_rows() == 0 {
                    parts.remove()?;
                }
                let n_drawn = draw.stream.n_drawn;
                let is_crystal = draw.crystals.is_some();
                return Err(match is_crystal {
                    true => MaterialsError::NoCrystal { n_drawn }.into(),
                    false => MaterialsError::NoNeutral { n_drawn }.into(),
                });
            }
            parts.add(part, n_rows)?;
        }
        draw.bar.finish_and_clear();
        parts.join(list, self.n)?;
        Ok(draw.variety)
    }

    /// What is asked of a model that takes conditions.
    fn targets(&self, model: &MaterialsModel) -> Result<Vec<Target>, CliError> {
        let columns = model.card().conditions.columns();
        if columns.is_empty() && !self.asked.conditions.is_empty() {
            return Err(CliError::Usage(
                "this model takes no conditions; fit one with --condition NAME".to_owned(),
            ));
        }
        let targets = Target::of(&self.asked.conditions, columns)?;
        warn_of_extrapolation(&targets);
        Ok(targets)
    }

    /// Prints how far candidates have what was asked for.
    fn judge(
        &self,
        model: &MaterialsModel,
        sampler: &Sampler,
        targets: &[Target],
        device: &Device,
    ) -> Result<(), CliError> {
        if targets.is_empty() {
            return Ok(());
        }
        let card = model.card();
        let columns = card.conditions.columns().to_vec();
        let reference = Table::from_columns(Some(card.known.clone()), columns)?;
        let first = |sampler: &Sampler| first_drawn(sampler, self.n, self.seed, self.neutral);
        let (asked, unasked) = (first(sampler)?, first(&model.sampler(device)?)?);
        let found = adherence(&reference, &asked, &unasked, targets, self.seed)?;
        Ok(found.iter().try_for_each(|held| print(&held.to_string()))?)
    }

    fn request(&self) -> Result<SampleRequest, CliError> {
        Ok(SampleRequest {
            model: MaterialsModel::digest_of(&self.model)?,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            device: self.device.feature().to_owned(),
            seed: self.seed,
            is_neutral: self.neutral,
            conditions: self.asked.conditions.iter().map(ToString::to_string).collect(),
            rules: self.rules.rules(),
            structures: self.structures.rules(true)?.to_string(),
            stable_within: self.stable_within.to_string(),
            n: self.n,
        })
    }
}

/// What draws, checks and writes candidates.
struct Draw<'a> {
    specs: &'a [ColumnSpec],
    stream: CandidateStream<'a>,
    checker: Checker<'a>,
    crystals: Option<Crystals>,
    energies: Option<EnergyJudge<'a>>,
    bar: ProgressBar,
    variety: Variety,
}

impl Draw<'_> {
    /// Those that have a crystal, with it; all where there are no structures.
    fn grown(&self, batch: Vec<Candidate>) -> Vec<Candidate> {
        match &self.crystals {
            Some(crystals) => crystals.grown(batch),
            None => batch,
        }
    }

    /// Checks and writes candidates; how many.
    fn write(
        &mut self,
        batch: Vec<Candidate>,
        writer: &mut FrameWriter,
    ) -> Result<usize, CliError> {
        let n = batch.len();
        if n == 0 {
            return Ok(0);
        }
        self.bar.inc(n as u64);
        self.variety.see(&batch);
        let mut checked = self.checker.check_all(batch);
        if let Some(energies) = &self.energies {
            checked = energies.judged(checked)?;
        }
        writer.append(candidate_frame(&checked, self.specs)?)?;
        Ok(n)
    }
}

/// How many different formulas the first candidates have.
#[derive(Default)]
struct Variety {
    n_seen: usize,
    distinct: HashSet<Composition>,
}

impl Variety {
    fn see(&mut self, batch: &[Candidate]) {
        let new = &batch[..batch.len().min(MOST_JUDGED - self.n_seen)];
        self.n_seen += new.len();
        self.distinct.extend(new.iter().map(|candidate| candidate.composition.clone()));
    }

    /// Says so where there are few.
    fn warn(&self) {
        let n = self.distinct.len();
        if n * FEW < self.n_seen {
            eprintln!(
                "warning: the first {} candidates have only {n} different formulas; what is asked for leaves few",
                self.n_seen
            );
        }
    }
}

fn progress(n: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} candidates, {per_sec}, {eta} left");
    ProgressBar::new(n as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
