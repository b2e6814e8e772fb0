//! What the commands do with tables without formulas.

use std::path::Path;

use burn::tensor::Device;
use wgan_core::cli::{Progress, print, with_spinner};
use wgan_core::file::folder_of;
use wgan_core::train::Checkpoints;
use wgan_materials::{
    ConditionalRows, ModelCard, RowReport, RowsCard, Table, Target, evaluate_rows, write_frame,
};

use super::CliError;
use super::conditions::{ConditionArgs, RuleArgs, warn_of_extrapolation};
use super::features::VectorArgs;
use super::folder_lock::FolderLock;
use super::training::{TrainArgs, checkpoints, holds, steps, warn_of_early_end};

/// Refuses options that are about formulas.
pub fn refuse_chemistry(rules: &RuleArgs, neutral: bool) -> Result<(), CliError> {
    if rules.rules().is_empty() && !neutral {
        return Ok(());
    }
    let told = "rules on elements and --neutral need a table with formulas; this one has none";
    Err(CliError::Usage(told.to_owned()))
}

/// A model of the rows of `table`, given the columns of these names.
fn fit(
    table: &Table,
    names: &[String],
    (training, checkpoints): (&TrainArgs, Option<Checkpoints>),
    device: &Device,
) -> Result<ConditionalRows, CliError> {
    if !training.devices.is_empty() {
        let told = "--devices: a table without formulas is learnt on one device";
        return Err(CliError::Usage(told.to_owned()));
    }
    let config = training.row_config(table);
    let recorder = Progress::new();
    let model = ConditionalRows::fit(table, names, &config, checkpoints, recorder, device)?;
    warn_of_early_end(&model.rows().history, model.rows().reason);
    Ok(model)
}

/// The model of the directory `folder`: fitted now, resumed, or the one that is there if it was fitted to the same data with the
/// same settings.
pub fn fit_into(
    table: &Table,
    names: &[String],
    training: &TrainArgs,
    folder: &Path,
    resume: bool,
) -> Result<ConditionalRows, CliError> {
    let device = training.device.device()?;
    let _lock = FolderLock::new(folder)?;
    if ModelCard::read(folder)?.is_some() {
        return Err(CliError::Usage(format!(
            "{} holds a model of a table with formulas; name another directory or remove it",
            folder.display()
        )));
    }
    let card = RowsCard::new(table, names, &training.row_config(table))?;
    if let Some(present) = RowsCard::read(folder)?
        && holds(folder, card.difference(&present), ConditionalRows::is_saved(folder), resume)?
    {
        return Ok(ConditionalRows::load(folder, &device)?);
    }
    card.write(folder)?;
    let checkpoints = checkpoints(folder);
    let model = fit(table, names, (training, Some(checkpoints.clone())), &device)?;
    model.save(folder)?;
    checkpoints.clear()?;
    Ok(model)
}

/// Fits, draws, writes and reports.
pub fn generate(
    table: &Table,
    asked: &ConditionArgs,
    (training, model): (&TrainArgs, Option<&Path>),
    (out, vectors, n): (&Path, &VectorArgs, usize),
) -> Result<(), CliError> {
    let device = training.device.device()?;
    let targets = Target::of_table(&asked.conditions, table)?;
    warn_of_extrapolation(&targets);
    let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    let model = match model {
        Some(folder) => fit_into(table, &names, training, folder, true)?,
        None => fit(table, &names, (training, None), &device)?,
    };
    let (rows, compared) = draw(&model, &targets, table, (n, training.seed), &device)?;
    write_frame(out, rows.frame()?)?;
    eprintln!("{n} rows written to {}", out.display());
    vectors.write(table, &rows)?;
    let mut evaluation =
        with_spinner("comparing", || evaluate_rows(&compared, &rows, training.seed));
    evaluation.notes.extend(table.summary.remarks());
    evaluation.notes.extend(targets.iter().filter_map(Target::extrapolation));
    let (history, reason) = (&model.rows().history, model.rows().reason);
    let estimates = history.records.iter().map(|r| (r.step, r.estimate));
    let estimates: Vec<(usize, f64)> = estimates.collect();
    let config = model.rows().config();
    let mut settings = vec![
        ("rows".to_owned(), n.to_string()),
        ("seed".to_owned(), config.seed.to_string()),
        ("training steps".to_owned(), steps(config.n_steps, history, reason)),
        ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if !targets.is_empty() {
        let asked: Vec<String> = targets.iter().map(Target::to_string).collect();
        settings.push(("conditions".to_owned(), asked.join(", ")));
    }
    let report = RowReport {
        source: &table.summary.file,
        settings: &settings,
        reference: &compared,
        rows: &rows,
        evaluation: &evaluation,
        estimates: &estimates,
    };
    let folder = folder_of(out);
    report.write(folder)?;
    eprintln!("report written to {}", folder.join("report.html").display());
    Ok(print(&evaluation.to_string())?)
}

/// New rows, and the known rows that they are compared with: under conditions those that meet them, or come nearest.
fn draw(
    model: &ConditionalRows,
    targets: &[Target],
    table: &Table,
    (n, seed): (usize, u64),
    device: &Device,
) -> Result<(Table, Table), CliError> {
    if targets.is_empty() {
        return Ok((model.sample(n, seed)?, table.clone()));
    }
    let (rows, given) = model.sample_meeting(targets, n, seed, device)?;
    eprintln!("{} of {} known rows meet the conditions", given.n_meeting, table.len());
    Ok((rows, table.select(&given.rows)))
}

/// Writes rows of the saved model in `folder`.
pub fn sample(
    folder: &Path,
    asked: &ConditionArgs,
    (out, n, seed): (&Path, usize, u64),
    device: &Device,
) -> Result<(), CliError> {
    let model = ConditionalRows::load(folder, device)?;
    let columns = model.conditions().columns();
    if columns.is_empty() && !asked.conditions.is_empty() {
        let told = "this model takes no conditions; fit one with --condition NAME";
        return Err(CliError::Usage(told.to_owned()));
    }
    let targets = Target::of(&asked.conditions, columns)?;
    warn_of_extrapolation(&targets);
    let rows = match targets.is_empty() {
        true => model.sample(n, seed)?,
        false => model.sample_meeting(&targets, n, seed, device)?.0,
    };
    write_frame(out, rows.frame()?)?;
    eprintln!("{n} rows written to {}", out.display());
    Ok(())
}
