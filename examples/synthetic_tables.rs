//! A model of a table of numbers and classes: do generated rows teach a forest what real rows teach it?
//!
//! Known answer: with rows of the same law the two forests are equally often right on rows that neither has seen. Give it
//! any CSV or Parquet file and the column to predict.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use clap::Parser;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use wgan_core::cli::Progress;
use wgan_examples::Failure;
use wgan_materials::{
    ConditionalRows, OnRepeat, ReadOptions, RowConfig, Table, synthetic_score, write_frame,
};

#[derive(Parser)]
struct Arguments {
    /// CSV or Parquet file.
    data: PathBuf,
    /// The column that forests predict.
    label: String,
    /// CSV file for the generated rows, as many as there are rows to learn from.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Seed of the split, the model, the rows and the forests.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Generator steps.
    #[arg(long)]
    steps: Option<usize>,
    /// Keep rows that repeat an earlier one: a forest that has seen the one recalls the other.
    #[arg(long)]
    keep_repeats: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { data, label, out, seed, steps, keep_repeats } = arguments;
    let on_repeat = if keep_repeats { OnRepeat::Keep } else { OnRepeat::Drop };
    let table = Table::read(&data, &ReadOptions::default().with_on_repeat(on_repeat))?;
    let mut order: Vec<usize> = (0..table.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let (test, train) = order.split_at(table.len() / 5);
    let (test, train) = (table.select(test), table.select(train));
    println!("{} rows to learn from, {} to test on", train.len(), test.len());

    let config = steps.map_or_else(|| RowConfig::for_rows(train.len()), RowConfig::new);
    let config = config.with_seed(seed);
    let started = Instant::now();
    let model = ConditionalRows::fit(&train, &[], &config, None, Progress::new(), &Device::flex())?;
    println!("{} steps in {:.0} s", config.n_steps, started.elapsed().as_secs_f64());

    let made = model.sample(train.len(), seed)?;
    if let Some(out) = out {
        write_frame(&out, made.frame()?)?;
        println!("{} rows written to {}", made.len(), out.display());
    }
    let score = synthetic_score(&label, &made, &train, &test, seed)?;
    println!(
        "`{label}` of the test rows: share of right classes, or mean absolute error of a number"
    );
    println!("  forest trained on real rows       {:.4}", score.real);
    println!("  forest trained on generated rows  {:.4}", score.synthetic);
    Ok(())
}
