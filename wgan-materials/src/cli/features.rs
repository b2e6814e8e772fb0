//! `features`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wgan_core::cli::{Reserved, with_spinner};
use wgan_materials::{FeatureSpace, Table, Whitening, write_frame};

use super::CliError;
use super::data::{DataArgs, read_with_notes};
use super::output::check_output;

/// Options of `features`.
#[derive(Debug, Args)]
#[command(after_help = "\
Written: --out has one row for each row of the table and one column for each feature. --space has what it takes to compute the same features of another \
table, and their units.

Example:
  wgan-materials features known.csv --out vectors.parquet --whiten pca --space space.json")]
pub struct Features {
    /// File for the feature vectors: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Linear change of coordinates after which columns have mean 0, variance 1 and no correlation.
    #[arg(long, value_enum, default_value_t = WhitenArg::None)]
    whiten: WhitenArg,
    /// JSON file for the feature space, which the library reads again.
    #[arg(long, value_name = "FILE")]
    space: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

/// Choices of `--whiten`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WhitenArg {
    /// Features as they are, with their units.
    None,
    /// Principal components, scaled to variance 1.
    Pca,
    /// The coordinates that stay closest to the standardised features.
    Zca,
    /// Each feature without what the features before it say.
    Cholesky,
}

impl WhitenArg {
    /// The whitening, if there is one.
    pub fn whitening(self) -> Option<Whitening> {
        match self {
            Self::None => None,
            Self::Pca => Some(Whitening::Pca),
            Self::Zca => Some(Whitening::Zca),
            Self::Cholesky => Some(Whitening::Cholesky),
        }
    }
}

/// Where the feature vectors of candidates go.
#[derive(Debug, Args)]
pub struct VectorArgs {
    /// File for the feature vectors of the candidates, in their order and with the features of `features`: CSV or Parquet, by its ending.
    #[arg(long, value_name = "FILE")]
    features: Option<PathBuf>,
    /// Linear change of coordinates of the vectors in --features; it is that of the table.
    #[arg(long, value_enum, default_value_t = WhitenArg::None, requires = "features")]
    whiten: WhitenArg,
}

impl VectorArgs {
    /// Refuses a file that is one of the others, and keeps other programs from it.
    pub fn check_output(&self, others: &[&Path]) -> Result<Option<Reserved>, CliError> {
        self.features.as_ref().map(|path| check_output(path, others)).transpose()
    }

    /// Writes the vectors of `candidates` in the feature space of `table`, if they are asked for.
    pub fn write(&self, table: &Table, candidates: &Table) -> Result<(), CliError> {
        let Some(path) = &self.features else { return Ok(()) };
        let frame = with_spinner("features", || {
            FeatureSpace::fit(table, self.whiten.whitening())?.frame(candidates)
        })?;
        write_frame(path, frame)?;
        eprintln!("feature vectors written to {}", path.display());
        Ok(())
    }
}

impl Features {
    /// Writes the vectors.
    pub fn run(&self) -> Result<(), CliError> {
        let data = self.data.data.as_path();
        let _reserved = check_output(&self.out, &[data])?;
        let space = self.space.as_ref();
        let _space = space.map(|space| check_output(space, &[data, &self.out])).transpose()?;
        let table = read_with_notes(&self.data)?;
        let (space, frame) = with_spinner("features", || {
            let space = FeatureSpace::fit(&table, self.whiten.whitening())?;
            let frame = space.frame(&table)?;
            Ok::<_, CliError>((space, frame))
        })?;
        let (n, k) = (frame.height(), frame.width());
        write_frame(&self.out, frame)?;
        eprintln!("{n} vectors of {k} features written to {}", self.out.display());
        if let Some(whitener) = space.whitener() {
            let (d, rank) = (whitener.n_inputs(), whitener.rank());
            eprintln!(
                "{d} features vary in {rank} directions: {} are constant, {} follow from others",
                whitener.constant_columns().len(),
                whitener.n_dependent()
            );
        }
        if let Some(path) = &self.space {
            space.save(path)?;
            eprintln!("feature space saved in {}", path.display());
        }
        Ok(())
    }
}
