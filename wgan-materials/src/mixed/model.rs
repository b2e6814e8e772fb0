//! Conditional models of tables.

use burn::config::Config;
use burn::module::Module;
use burn::tensor::Device;
use ndarray::{Array2, Axis, concatenate};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_cond::{
    ClassSampling, Condition, ConditionColumn, ConditionalData, Extrapolation, Given,
    ProjectionCritic, Schema, Value,
};
use wgan_core::train::{History, Recorder, Schedule, StopReason};
use wgan_core::{
    Fit, GradientPenalty, MlpConfig, OptimizerConfig, TrainConfig, Wgan, WganError, points_of,
    tensor_of,
};

use super::generator::{TableGenerator, TablePrior};
use super::layout::{Layout, log_frequencies};
use super::{MixedCells, MixedColumn, MixedTable, TableEncoder};
use crate::error::MaterialsError;
use crate::target::classes;

/// Settings of a [`TableModel`].
#[derive(Config, Debug, PartialEq)]
pub struct TableModelConfig {
    /// Columns that are given, at least one.
    pub conditions: Vec<String>,
    /// Generator steps, at least 1.
    #[config(default = 2000)]
    pub n_steps: usize,
    /// Rows per update, at least 1.
    #[config(default = 256)]
    pub batch_size: usize,
    /// Critic updates per generator update, at least 1.
    #[config(default = 2)]
    pub n_critic: usize,
    /// Weight of the one-sided gradient penalty.
    #[config(default = 5.0)]
    pub lambda: f64,
    /// Step size of both optimisers.
    #[config(default = 1e-3)]
    pub learning_rate: f64,
    /// Decay per step of the running average that becomes the generator.
    #[config(default = 0.998)]
    pub ema_decay: f64,
    /// Units per hidden layer of both networks.
    #[config(default = 128)]
    pub width: usize,
    /// Hidden layers of both networks.
    #[config(default = 2)]
    pub depth: usize,
    /// Normal components of the noise.
    #[config(default = 64)]
    pub noise: usize,
    /// Components of the mixture of a column of numbers, at most.
    #[config(default = 5)]
    pub most_modes: usize,
    /// How often each combination of given classes is trained on. As in the data for rows like those of the table; the
    /// others where rare classes are asked for.
    #[config(default = "ClassSampling::AsInData")]
    pub class_sampling: ClassSampling,
    /// Seed of everything that is drawn while fitting.
    #[config(default = 0)]
    pub seed: u64,
}

/// A conditional Wasserstein GAN of the rows of a table.
///
/// The rows are coded by a [`TableEncoder`]. The generator draws classes and modes by the Gumbel-max trick, starting from
/// their frequencies in the table; the critic sees the codes and, for each number, its place among the values of its
/// column. One-sided gradient penalty in the row, nothing in the condition.
///
/// # Example
/// ```no_run
/// use burn::tensor::Device;
/// use wgan_cond::Given;
/// use wgan_materials::{MixedTable, TableModel, TableModelConfig};
///
/// let table = MixedTable::read("adult.csv")?;
/// let config = TableModelConfig::new(vec!["income".into()]);
/// let model = TableModel::fit(&table, &config, (), &Device::flex())?;
/// let rich = model.sample(1000, "income=>50K".parse::<wgan_cond::Condition>()?, 0)?;
/// rich.rows.write_csv("rich.csv")?;
/// let alike = model.sample(table.len(), Given::Marginal, 0)?;
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
///
/// # References
/// Xu, Skoularidou, Cuesta-Infante, Veeramachaneni (2019), Modeling tabular data using conditional GAN, NeurIPS, which
/// also conditions on columns that were not asked for.
pub struct TableModel {
    generator: TableGenerator,
    prior: TablePrior,
    encoder: TableEncoder,
    schema: Schema,
    training: Vec<Condition>,
    names: Vec<String>,
    device: Device,
    /// What was measured while fitting.
    pub history: History,
    /// Why fitting ended.
    pub reason: StopReason,
}

/// Rows that were made, and what was unusual about their conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct TableRows {
    /// The rows, with the columns of the table that the model was fitted to; what was given stands as it was asked
    /// for, numbers from intervals as they were drawn.
    pub rows: MixedTable,
    /// Conditions that the table does not cover.
    pub extrapolations: Vec<Extrapolation>,
}

/// Features of the critic that the condition weighs.
const N_FEATURES: usize = 64;

/// Rows per random stream.
const CHUNK: usize = 1024;

impl TableModel {
    /// Fits a model of the other columns given [`TableModelConfig::conditions`].
    ///
    /// A given column of numbers counts as classes if it has at most ten different ones, all whole; any other is
    /// given by its rank.
    ///
    /// The same seed gives the same model on any number of threads.
    ///
    /// # Errors
    /// No such column, a given one that misses a cell, is constant or is named twice, none given or none left; a
    /// setting out of range.
    pub fn fit(
        table: &MixedTable,
        config: &TableModelConfig,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        if config.conditions.is_empty() {
            return Err(WganError::config("conditions", "at least one column", "none").into());
        }
        let training = conditions(table, &config.conditions)?;
        let schema = schema(table, &config.conditions, &training)?;
        let others = table.columns().iter().filter(|c| !config.conditions.contains(&c.name));
        let others = MixedTable::new(others.cloned().collect())?;
        others.columns().iter().try_for_each(refuse_texts)?;
        let encoder = TableEncoder::fit(&others, config.most_modes);
        let codes = encoder.encode(&others)?;
        let layout = Layout::new(&encoder, device);
        let rows = points_of(&layout.features(tensor_of(codes.view(), device)));
        let data = ConditionalData::new(rows.view(), &training, &schema, device)?
            .with_class_sampling(config.class_sampling);
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        let (d, m) = (encoder.width(), schema.width());
        let mlp = |d_in, d_out| {
            MlpConfig::new(d_in, d_out).with_width(config.width).with_depth(config.depth)
        };
        let features = mlp(layout.n_features(), N_FEATURES);
        let critic = ProjectionCritic::seeing_conditions(&features, m, &mut rng, device)?;
        let frequency = log_frequencies(&codes, &encoder);
        let generator =
            TableGenerator::new(&mlp(config.noise, d), m, frequency, layout, &mut rng, device)?;
        let training_config = config.training()?;
        let strategy = GradientPenalty::one_sided(config.lambda);
        let wgan = Wgan::new(critic, generator, strategy, &training_config);
        let prior = TablePrior { dim: config.noise, width: d };
        let outcome =
            Fit::new(&data, &prior, device, config.seed)?.with_recorder(recorder).run(wgan)?;
        Ok(Self {
            generator: outcome.wgan.averaged.valid(),
            prior,
            encoder,
            schema,
            training,
            names: table.columns().iter().map(|column| column.name.clone()).collect(),
            device: device.clone(),
            history: outcome.history,
            reason: outcome.reason,
        })
    }

    /// `n` rows for each given condition, or for conditions drawn from the table.
    ///
    /// The same seed gives the same rows on any number of threads.
    ///
    /// # Errors
    /// What [`Schema::encode`] refuses: a given column without a value, a class that the table does not have, text for
    /// a number. A number outside the table is no error, but reported.
    pub fn sample(
        &self,
        n: usize,
        given: impl Into<Given>,
        seed: u64,
    ) -> Result<TableRows, MaterialsError> {
        if n == 0 {
            return Err(WganError::config("n", "at least one row", 0).into());
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let wanted: Vec<Condition> = match given.into() {
            Given::Each(conditions) => {
                let repeated = conditions.iter().flat_map(|c| std::iter::repeat_n(c, n));
                repeated.map(|condition| condition.drawn(&mut rng)).collect()
            }
            Given::Marginal => {
                let pick = |_| self.training[rng.random_range(0..self.training.len())].clone();
                (0..n).map(pick).collect()
            }
            Given::Nothing => vec![Condition::new(); n],
        };
        let encoded = self.schema.encode(&wanted)?;
        let codes: Vec<Array2<f64>> = encoded
            .y
            .axis_chunks_iter(Axis(0), CHUNK)
            .enumerate()
            .map(|(i, y)| {
                rng.set_stream(i as u64 + 1);
                rng.set_word_pos(0);
                self.codes(y.mapv(f64::from), &mut rng)
            })
            .collect();
        let views: Vec<_> = codes.iter().map(|part| part.view()).collect();
        let codes = concatenate(Axis(0), &views).unwrap_or_default();
        let made = self.encoder.decode(codes.view())?;
        let column = |name: &String| match made.column(name) {
            Ok(column) => column.clone(),
            Err(_) => given_column(name, &wanted, &self.training),
        };
        let rows = MixedTable::new(self.names.iter().map(column).collect())?;
        Ok(TableRows { rows, extrapolations: encoded.extrapolations })
    }

    fn codes<R: Rng>(&self, y: Array2<f64>, rng: &mut R) -> Array2<f64> {
        let latent = self.prior.sample(tensor_of(y.view(), &self.device), rng, &self.device);
        points_of(&self.generator.codes(&latent))
    }
}

impl TableModelConfig {
    fn training(&self) -> Result<TrainConfig, WganError> {
        let config = TrainConfig::new(self.batch_size, self.n_steps)
            .with_n_critic(self.n_critic)
            .with_critic_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_generator_optimizer(OptimizerConfig::adam(self.learning_rate))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(self.ema_decay);
        config.check()?;
        Ok(config)
    }
}

/// Most classes of a column that is modelled: a code has an entry for each.
const MOST_TEXTS: usize = 1000;

/// Refuses names, identifiers and numbers that a typing error made classes.
fn refuse_texts(column: &MixedColumn) -> Result<(), MaterialsError> {
    let MixedCells::Classes(cells) = &column.cells else { return Ok(()) };
    let texts: std::collections::BTreeSet<&String> = cells.iter().flatten().collect();
    if texts.len() <= MOST_TEXTS {
        return Ok(());
    }
    let odd = cells.iter().flatten().find(|cell| cell.parse::<f64>().is_err());
    let reason = format!(
        "{} different texts where at most {MOST_TEXTS} classes can be modelled; leave the column out, or mend it if it should \
         hold numbers (`{}` is none)",
        texts.len(),
        odd.map_or("", String::as_str)
    );
    Err(MaterialsError::MixedColumn { name: column.name.clone(), reason })
}

/// The values of the given columns, row by row.
pub(super) fn conditions(
    table: &MixedTable,
    names: &[String],
) -> Result<Vec<Condition>, MaterialsError> {
    let mut rows = vec![Condition::new(); table.len()];
    for name in names {
        let column = table.column(name)?;
        for (row, condition) in rows.iter_mut().enumerate() {
            let value = match &column.cells {
                MixedCells::Numbers(values) => values[row].map(Value::from),
                MixedCells::Classes(values) => values[row].clone().map(Value::from),
            };
            let Some(value) = value else {
                let reason = format!("row {} misses it, so it cannot be given", row + 1);
                return Err(MaterialsError::MixedColumn { name: name.clone(), reason });
            };
            *condition = std::mem::take(condition).with(name, value);
        }
    }
    Ok(rows)
}

pub(super) fn schema(
    table: &MixedTable,
    names: &[String],
    rows: &[Condition],
) -> Result<Schema, MaterialsError> {
    let column = |name: &String| match table.column(name).map(|column| &column.cells) {
        Ok(MixedCells::Numbers(values)) if classes(values).is_none() => {
            ConditionColumn::number(name, "").by_rank()
        }
        _ => ConditionColumn::categories(name),
    };
    Ok(Schema::fit(&names.iter().map(column).collect::<Vec<_>>(), rows)?)
}

/// What was asked for, of the kind that the column has in the table.
fn given_column(name: &str, rows: &[Condition], training: &[Condition]) -> MixedColumn {
    let number = |row: &Condition| match row.get(name) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    };
    let class = |row: &Condition| row.get(name).map(Value::to_string);
    let is_number = training.iter().chain(rows).all(|row| number(row).is_some());
    let cells = if is_number {
        MixedCells::Numbers(rows.iter().map(number).collect())
    } else {
        MixedCells::Classes(rows.iter().map(class).collect())
    };
    MixedColumn { name: name.to_owned(), cells }
}
