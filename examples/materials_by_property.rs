//! Compounds with a band gap that was asked for: does asking give more of them than filtering what was not asked?
//!
//! Known answer: by chance, a candidate has the gap as often as one that was not asked for it. Known compounds of that gap
//! show how often the forests that judge recognise it in rows that they have not seen.

use std::path::Path;
use std::process::ExitCode;

use wgan_core::cli::Progress;
use wgan_examples::{Experiment, Failure, Panel, device, save};
use wgan_materials::{
    Adherence, Candidate, CandidateStream, Composition, ForestConfig, MaterialsConfig,
    MaterialsModel, ReadOptions, Sampler, Table, Target, adherence, feature_rows,
};

const PROBLEM: &str = "Compounds with a band gap that was asked for: does asking give more of them than filtering?\n\
    Known answer: more often than by chance; known compounds show how often the forests that judge recognise it.";

/// Candidates of each kind.
const N: usize = 1000;

const GAP: &str = "band_gap_ev";

/// What is asked for, each with a name for the table of verdicts.
const ASKED: [(&str, &str); 3] = [
    ("gap 0.5 ± 0.5 eV", "band_gap_ev=0.5±0.5"),
    ("gap 5.5 ± 1.5 eV", "band_gap_ev=5.5±1.5"),
    ("gap 2 ± 1 eV, density 6 ± 1 g/cm³", "band_gap_ev=2±1, density_g_cm3=6±1"),
];

fn main() -> Result<ExitCode, Failure> {
    let mut experiment = Experiment::start("materials_by_property", PROBLEM)?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/compounds.csv");
    let table = Table::read(data, &ReadOptions::default())?;
    let device = device();
    let config = MaterialsConfig::new(experiment.size(200, 120))
        .with_seed(experiment.seed)
        .with_conditions(vec![GAP.to_owned(), "density_g_cm3".to_owned()]);
    let model = MaterialsModel::fit(&table, &config, None, Progress::new(), &device)?;

    let free = draw(&model.sampler(&device)?, N, experiment.seed)?;
    let judge = Judge::new(&table, experiment.seed)?;
    let mut panel = Panel::new("Predicted band gap", "band gap (eV)", "Candidates (%)").histogram(
        "not asked",
        &judge.gaps(&free)?,
        (0.0, 9.0),
        18,
    );
    for (name, condition) in ASKED {
        let targets = Target::of_table(&[condition.parse()?], &table)?;
        let made = draw(&model.sampler(&device)?.aimed_at(&targets)?, N, experiment.seed)?;
        let found = adherence(&table, &made, &free, &targets, experiment.seed)?;
        let Some(all) = found.last() else { continue };
        verdicts(&mut experiment, name, all);
        if targets.len() == 1 {
            panel = panel.histogram(name, &judge.gaps(&made)?, (0.0, 9.0), 18);
        }
    }
    save(&experiment.path("gaps.svg"), 1, &[panel])?;
    Ok(experiment.finish())
}

/// Asking for a gap against not asking for it.
fn verdicts(experiment: &mut Experiment, name: &str, found: &Adherence) {
    let share = |share: Option<f64>| 100.0 * share.unwrap_or(0.0);
    let (chance, real) = (share(found.within_unasked), share(found.real));
    let asked = share(found.within);
    experiment.note(&format!("{name}: have it without asking, %"), chance);
    experiment.note(&format!("{name}: known rows, %"), real);
    // Two standard deviations of a share.
    let error = 200.0 * (chance / 100.0 * (1.0 - chance / 100.0) / N as f64).sqrt();
    experiment.at_least(&format!("{name}: have it, %"), chance + error, asked);
    if let Some(distance) = found.w1 {
        experiment
            .note(&format!("{name}: W1 / floor to {} known rows", distance.n), distance.ratio());
    }
    if let Some(distance) = found.filtered_w1 {
        experiment
            .note(&format!("{name}: the same, filtered, {} rows", distance.n), distance.ratio());
    }
}

/// `n` compositions of this sampler.
fn draw(sampler: &Sampler, n: usize, seed: u64) -> Result<Vec<Composition>, Failure> {
    let mut stream = CandidateStream::new(sampler, seed, false);
    let mut drawn = Vec::new();
    while drawn.len() < n {
        drawn.extend(stream.next_chunk()?);
    }
    drawn.truncate(n);
    Ok(drawn.into_iter().map(|candidate: Candidate| candidate.composition).collect())
}

/// A forest that has learnt the band gap from the known compounds, for the picture.
struct Judge(wgan_materials::Forest);

impl Judge {
    fn new(table: &Table, seed: u64) -> Result<Self, Failure> {
        let gaps = table.column(GAP)?;
        let known = table.formulas().iter().enumerate();
        let (compositions, gaps): (Vec<Composition>, Vec<f64>) =
            known.filter_map(|(row, found)| Some((found.clone(), gaps.number(row)?))).unzip();
        Ok(Self(ForestConfig::numbers(seed).fit(feature_rows(&compositions).view(), &gaps)?))
    }

    fn gaps(&self, compositions: &[Composition]) -> Result<Vec<f64>, Failure> {
        Ok(self.0.predict(feature_rows(compositions).view())?)
    }
}
