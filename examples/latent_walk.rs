//! A walk between two compounds through the latents of a model, and a climb on its critic.
//!
//! Known answer: the walk starts and ends at the two compounds, and the best point of the climb scores higher than its start.

use std::path::Path;
use std::process::ExitCode;

use wgan_core::cli::Progress;
use wgan_examples::{Experiment, Failure, Panel, device, save};
use wgan_materials::{
    Candidate, Composition, Element, MaterialsConfig, MaterialsModel, ReadOptions, Table,
};

const PROBLEM: &str = "A walk between two compounds through the latents of a model, and a climb on its critic.\n\
    Known answer: the walk starts and ends at the compounds, and the climb finds a higher score.";

/// Steps of the walk.
const N: usize = 41;

/// Elements whose fractions are drawn.
const SHOWN: [&str; 6] = ["Ba", "Ti", "O", "K", "F", "Na"];

fn main() -> Result<ExitCode, Failure> {
    let mut experiment = Experiment::start("latent_walk", PROBLEM)?;
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/compounds.csv");
    let table = Table::read(data, &ReadOptions::default())?;
    let config = MaterialsConfig::new(experiment.size(200, 60)).with_seed(experiment.seed);
    let model = MaterialsModel::fit(&table, &config, None, Progress::new(), &device())?;
    let sampler = model.sampler(&device())?;
    let (from, to): (Composition, Composition) = ("BaTiO3".parse()?, "KF".parse()?);

    let walk = sampler.walk(&from, &to, N, experiment.seed)?;
    for step in walk.iter().step_by(5) {
        println!("{:>24}  critic {:.3}", step.composition.to_string(), step.critic_score);
    }
    let is_at = |step: &Candidate, end: &Composition| f64::from(u8::from(step.composition == *end));
    experiment.near("the walk starts at BaTiO3", 1.0, 0.0, is_at(&walk[0], &from));
    experiment.near("the walk ends at KF", 1.0, 0.0, is_at(&walk[N - 1], &to));

    let climb = sampler.climb(&from, experiment.size(60, 20), 0.2, experiment.seed)?;
    let best = climb.iter().map(|step| step.critic_score).fold(f64::MIN, f64::max);
    experiment.at_least("best score of the climb", climb[0].critic_score, best);

    let position = |i: usize| i as f64 / (N - 1) as f64;
    let mut fractions = Panel::new("Composition", "position", "atomic fraction");
    for symbol in SHOWN {
        let element: Element = symbol.parse()?;
        let line = walk.iter().enumerate();
        let line = line.map(|(i, step)| (position(i), step.composition.fraction(element)));
        fractions = fractions.line(symbol, line.collect());
    }
    let gap = model.card().space.specs().iter().position(|spec| spec.name == "band_gap_ev");
    let gap = gap.ok_or("the table has no band gaps")?;
    let gaps =
        walk.iter().enumerate().filter_map(|(i, step)| Some((position(i), step.values[gap]?)));
    let scores = |steps: &[Candidate]| -> Vec<(f64, f64)> {
        let last = (steps.len() - 1) as f64;
        let point = |(i, step): (usize, &Candidate)| (i as f64 / last, step.critic_score);
        steps.iter().enumerate().map(point).collect()
    };
    let panels = [
        fractions,
        Panel::new("Generated band gap", "position", "band gap (eV)").line("walk", gaps.collect()),
        Panel::new("Critic", "position", "score")
            .line("walk", scores(&walk))
            .line("climb from BaTiO3", scores(&climb)),
    ];
    save(&experiment.path("walk.svg"), 3, &panels)?;
    Ok(experiment.finish())
}
