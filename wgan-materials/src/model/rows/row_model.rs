//! A fitted model of rows.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, Axis, concatenate};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use wgan_core::model::{check_size, load_weights, save_weights};
use wgan_core::train::{Checkpoints, History, Recorder, StopReason};
use wgan_core::{Fit, GradientPenalty, MlpConfig, Wgan, WganError, tensor_of};

use super::row_card::RowCard;
use super::{
    Anchors, Calibration, RowConfig, RowCritic, RowData, RowGenerator, RowGeneratorConfig,
    RowLayout, RowPrior,
};
use crate::error::MaterialsError;
use crate::features::{AttributeSpace, NumberCode};
use crate::table::Column;

/// A Wasserstein GAN of the rows of a table of numbers and classes.
///
/// # Example
/// ```no_run
/// use burn::tensor::Device;
/// use wgan_materials::{ReadOptions, RowConfig, RowModel, Table};
///
/// let table = Table::read("wine.csv", &ReadOptions::default())?;
/// let config = RowConfig::for_rows(table.len());
/// let model = RowModel::fit(&table.columns, None, &config, None, (), &Device::flex())?;
/// let made = model.sample(1000, 1)?; // columns as those of the table
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub struct RowModel {
    card: RowCard,
    generator: RowGenerator,
    prior: RowPrior,
    /// Coded conditions of the known rows, `[n, m]`.
    given: Option<Tensor<2>>,
    device: Device,
    /// What was measured while fitting; empty for a loaded model.
    pub history: History,
    /// Why fitting ended; none for a loaded model.
    pub reason: Option<StopReason>,
}

const WEIGHTS: &str = "row_weights.safetensors";

/// Rows per random stream.
const CHUNK: usize = 1024;

/// Rows with which the marginal laws are calibrated.
const N_CALIBRATION: usize = 16_384;

/// Rounds in which the shares of classes are brought to those of the table.
const N_BALANCES: usize = 3;

/// Times that a row is drawn anew whose sums leave the range of the table.
const MAX_REDRAWN: usize = 16;

/// Streams of random numbers beside that of the fit.
const ANCHOR_STREAM: u64 = 1;
const CALIBRATION_STREAM: u64 = 2;

impl RowModel {
    /// Fits a model to these columns, given the coded conditions `[n, m]` of their rows.
    ///
    /// The same seed gives the same model on any number of threads. With `checkpoints` it resumes from the newest one, and the result
    /// is the one an uninterrupted fit gives.
    ///
    /// # Shapes
    /// - `given`: `[n, m]`
    ///
    /// # Errors
    /// No columns or rows, a setting out of range, conditions for another number of rows, a checkpoint that cannot be read or
    /// written.
    pub fn fit(
        columns: &[Column],
        given: Option<Tensor<2>>,
        config: &RowConfig,
        checkpoints: Option<Checkpoints>,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        let training = config.training()?;
        let card = RowCard::new(columns, given.as_ref(), config)?;
        let (n, n_given) = (card.n_known(), card.n_given);
        let codes = card.space.encode(columns)?;
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
        let (generator, critic) = networks(&card.space, &codes, n_given, config, &mut rng, device)?;
        let prior = prior(&card.space, &codes, config, generator.layout());
        let data = RowData {
            x: features(generator.layout(), &codes, device),
            y: given.clone(),
            drawn: match &prior.anchors {
                Some(anchors) if given.is_some() => anchors.learnt().to_vec(),
                _ => (0..n).collect(),
            },
            withheld: config.withheld,
        };
        let strategy = GradientPenalty::one_sided(config.lambda);
        let wgan = Wgan::new(critic, generator, strategy, &training);
        let mut fit = Fit::new(&data, &prior, device, config.seed)?.with_recorder(recorder);
        if let Some(checkpoints) = checkpoints {
            fit = fit.with_checkpoints(checkpoints);
        }
        if let Some(plateau) = config.plateau {
            fit = fit.with_stop_rule(plateau);
        }
        let outcome = fit.run(wgan)?;
        let generator = outcome.wgan.averaged.valid();
        let (history, reason) = (outcome.history, Some(outcome.reason));
        let device = device.clone();
        let mut model = Self { card, generator, prior, given, device, history, reason };
        model.calibrate(&codes)?;
        Ok(model)
    }

    /// The coding of the rows.
    pub fn space(&self) -> &AttributeSpace {
        &self.card.space
    }

    /// Settings of the fit.
    pub fn config(&self) -> &RowConfig {
        &self.card.config
    }

    /// The generator, for latents of one's own.
    pub fn generator(&self) -> &RowGenerator {
        &self.generator
    }

    /// The law of the latents.
    pub fn prior(&self) -> &RowPrior {
        &self.prior
    }

    /// `n` new rows, with conditions as in the table.
    ///
    /// Each known row is departed from as often as any other, but for the last round, so that shares vary less than those of
    /// independent rows. The same seed gives the same rows on any number of threads.
    ///
    /// # Errors
    /// None that a fitted model can bring about.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Vec<Column>, MaterialsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let rows = self.spread(n, &mut rng);
        self.sample_near(&rows, self.given_of(&rows), seed)
    }

    /// One new row for each of these known ones, under these coded conditions.
    ///
    /// For a condition, take rows that meet it, or the nearest ones: a new row departs from its known one.
    ///
    /// # Shapes
    /// - `given`: `[n, m]`, for `n` rows
    ///
    /// # Errors
    /// A row that is not there; conditions for another number of rows, or of another width.
    pub fn sample_near(
        &self,
        rows: &[usize],
        given: Option<Tensor<2>>,
        seed: u64,
    ) -> Result<Vec<Column>, MaterialsError> {
        let (n, m) = (rows.len(), self.card.n_given);
        let got = given.as_ref().map_or(vec![n, 0], |given| given.dims().to_vec());
        if got != [n, m] {
            return Err(
                WganError::Shape { at: "conditions of rows", expected: vec![n, m], got }.into()
            );
        }
        if let Some(row) = rows.iter().find(|row| **row >= self.n_known()) {
            return Err(WganError::config("rows", "places of known rows", row).into());
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let chunks = rows.chunks(CHUNK).enumerate().map(|(i, rows)| {
            rng.set_stream(i as u64 + 1);
            rng.set_word_pos(0);
            let given = given.as_ref().map(|given| given.clone().narrow(0, i * CHUNK, rows.len()));
            self.parts(rows, given, &mut rng)
        });
        let parts: Vec<(Array2<f64>, Array2<f64>)> = chunks.collect();
        let scores: Vec<_> = parts.iter().map(|part| part.0.view()).collect();
        let entries: Vec<_> = parts.iter().map(|part| part.1.view()).collect();
        let (scores, entries) = match parts.is_empty() {
            true => (
                Array2::zeros((0, self.card.space.numbers().count())),
                Array2::zeros((0, self.card.space.n_entries())),
            ),
            false => (stacked(&scores)?, stacked(&entries)?),
        };
        Ok(self.card.space.columns_of(scores.view(), entries.view()))
    }

    /// Calibrated scores and one-hot entries; rows whose sums leave the range of the table are drawn anew.
    fn parts(
        &self,
        rows: &[usize],
        given: Option<Tensor<2>>,
        rng: &mut ChaCha8Rng,
    ) -> (Array2<f64>, Array2<f64>) {
        let (mut scores, mut entries) = self.drawn(rows, given.clone(), rng);
        let mut open: Vec<usize> = (0..rows.len()).collect();
        for _ in 0..MAX_REDRAWN {
            let of = |table: &Array2<f64>| table.select(Axis(0), &open);
            let made = self.card.space.columns_of(of(&scores).view(), of(&entries).view());
            let within = self.card.space.is_within_range(&made);
            open =
                open.into_iter().zip(within).filter(|(_, is_in)| !is_in).map(|(i, _)| i).collect();
            if open.is_empty() {
                break;
            }
            let again: Vec<usize> = open.iter().map(|&i| rows[i]).collect();
            let index = || index_tensor(&open, &self.device);
            let given = given.clone().map(|given| given.select(0, index()));
            let (new_scores, new_entries) = self.drawn(&again, given, rng);
            for (at, &i) in open.iter().enumerate() {
                scores.row_mut(i).assign(&new_scores.row(at));
                entries.row_mut(i).assign(&new_entries.row(at));
            }
        }
        (scores, entries)
    }

    fn drawn(
        &self,
        rows: &[usize],
        given: Option<Tensor<2>>,
        rng: &mut ChaCha8Rng,
    ) -> (Array2<f64>, Array2<f64>) {
        let mut latent = self.prior.sample(rows, given, rng, &self.device);
        let bias = self.card.calibration.bias().to_vec();
        latent.gumbel = latent.gumbel.map(|gumbel| {
            let n_entries = bias.len();
            gumbel + Tensor::<2>::from_data(TensorData::new(bias, [1, n_entries]), &self.device)
        });
        let (mut scores, entries) = self.generator.layout().parts(&self.generator.codes(&latent));
        self.card.calibration.apply(&mut scores);
        (scores, entries)
    }

    /// Makes the marginal laws of the numbers those of the table.
    fn calibrate(&mut self, codes: &Array2<f64>) -> Result<(), MaterialsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.card.config.seed);
        rng.set_stream(CALIBRATION_STREAM);
        let (coordinates, own_entries) =
            codes.view().split_at(Axis(1), self.card.space.coordinates().width());
        for _ in 0..N_BALANCES * usize::from(self.card.space.n_entries() > 0) {
            let rows = self.spread(N_CALIBRATION, &mut rng);
            let entries: Vec<_> = rows
                .chunks(CHUNK)
                .map(|rows| self.drawn(rows, self.given_of(rows), &mut rng).1)
                .collect();
            let views: Vec<_> = entries.iter().map(|entries| entries.view()).collect();
            self.card.calibration.balance(stacked(&views)?.view(), own_entries);
        }
        let mut made = Vec::new();
        for rows in self.spread(N_CALIBRATION, &mut rng).chunks(CHUNK) {
            let (mut scores, entries) = self.drawn(rows, self.given_of(rows), &mut rng);
            for (number, mut column) in self.card.space.numbers().zip(scores.columns_mut()) {
                if number.spike.is_some() {
                    column.mapv_inplace(|score| number.scores.beside_spike(score));
                }
            }
            made.push((scores, entries));
        }
        let scores: Vec<_> = made.iter().map(|part| part.0.view()).collect();
        let entries: Vec<_> = made.iter().map(|part| part.1.view()).collect();
        let (scores, entries) = (stacked(&scores)?, stacked(&entries)?);
        let own = self.card.space.coordinates().inverse(coordinates)?;
        let numbers: Vec<NumberCode> = self.card.space.numbers().cloned().collect();
        self.card.calibration = Calibration::fit(
            &numbers,
            (scores.view(), entries.view()),
            (own.view(), own_entries),
            self.card.calibration.bias().to_vec(),
            &mut rng,
        );
        Ok(())
    }

    /// Writes the model to the directory `folder`, weights last.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), MaterialsError> {
        std::fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
        self.card.write(folder)?;
        Ok(save_weights(&self.generator, &folder.join(WEIGHTS))?)
    }

    /// Whether `folder` holds a complete model.
    pub(super) fn is_saved(folder: &Path) -> bool {
        RowCard::is_in(folder) && folder.join(WEIGHTS).exists()
    }

    /// Loads the model of the directory `folder`.
    ///
    /// # Errors
    /// If a file is missing, damaged, of another version, of other shapes or not finite.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, MaterialsError> {
        let card = RowCard::read(folder)?;
        let weights = folder.join(WEIGHTS);
        check_size(&weights, card.n_weights())?;
        let codes = card.space.encode(&card.known)?;
        let (n, m) = (codes.nrows(), card.n_given);
        let mut rng = ChaCha8Rng::seed_from_u64(card.config.seed);
        let (generator, _) = networks(&card.space, &codes, m, &card.config, &mut rng, device)?;
        let prior = prior(&card.space, &codes, &card.config, generator.layout());
        let given = (m > 0).then(|| Array2::from_shape_vec((n, m), card.given.clone()));
        let given = given.transpose().map_err(|e| WganError::saved(folder, e))?;
        let given = given.map(|given| tensor_of(given.mapv(f64::from).view(), device));
        let generator = load_weights(generator, &weights)?;
        let (history, device) = (History::default(), device.clone());
        Ok(Self { card, generator, prior, given, device, history, reason: None })
    }

    /// `n` known rows in random order, each as often as any other but for the last round.
    fn spread(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let mut rows = Vec::with_capacity(n);
        while rows.len() < n {
            let mut order: Vec<usize> = (0..self.n_known()).collect();
            let (taken, _) = order.partial_shuffle(rng, n - rows.len());
            rows.extend_from_slice(taken);
        }
        rows
    }

    /// Known rows.
    pub(super) fn n_known(&self) -> usize {
        self.card.n_known()
    }

    /// Entries of a coded condition.
    pub(super) fn n_given(&self) -> usize {
        self.card.n_given
    }

    fn given_of(&self, rows: &[usize]) -> Option<Tensor<2>> {
        self.given.as_ref().map(|given| given.clone().select(0, index_tensor(rows, &self.device)))
    }
}

/// Generator and critic with their first weights.
fn networks(
    space: &AttributeSpace,
    codes: &Array2<f64>,
    n_given: usize,
    config: &RowConfig,
    rng: &mut ChaCha8Rng,
    device: &Device,
) -> Result<(RowGenerator, RowCritic), WganError> {
    let layout = RowLayout::new(space, device)?;
    let mlp = MlpConfig::new(layout.n_features(), 1).with_width(config.width).with_depth(2);
    let critic = RowCritic::new(&mlp, n_given, rng, device)?;
    let sizes =
        RowGeneratorConfig::new(config.noise, n_given, config.is_anchored).with_width(config.width);
    let (_, entries) = codes.view().split_at(Axis(1), space.coordinates().width());
    let frequencies = entries.mean_axis(Axis(0)).unwrap_or_default().to_vec();
    Ok((RowGenerator::new(layout, &sizes, &frequencies, rng, device)?, critic))
}

fn prior(
    space: &AttributeSpace,
    codes: &Array2<f64>,
    config: &RowConfig,
    layout: &RowLayout,
) -> RowPrior {
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed);
    rng.set_stream(ANCHOR_STREAM);
    let anchors = config.is_anchored.then(|| {
        let codes = codes.mapv(|entry| entry as f32);
        Anchors::new(codes, space.coordinates().width(), space.blocks().to_vec(), &mut rng)
    });
    RowPrior { anchors, noise: config.noise, n_entries: layout.n_entries() }
}

/// What the critic sees of the known rows, `[n, f]`.
fn features(layout: &RowLayout, codes: &Array2<f64>, device: &Device) -> Tensor<2> {
    let chunk = |part| layout.features(tensor_of(part, device));
    Tensor::cat(codes.axis_chunks_iter(Axis(0), CHUNK).map(chunk).collect(), 0)
}

fn stacked(parts: &[ndarray::ArrayView2<'_, f64>]) -> Result<Array2<f64>, WganError> {
    concatenate(Axis(0), parts)
        .map_err(|e| WganError::Decomposition { at: "rows", reason: e.to_string() })
}

fn index_tensor(rows: &[usize], device: &Device) -> Tensor<1, burn::tensor::Int> {
    let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
    let n = rows.len();
    Tensor::from_data(TensorData::new(rows, [n]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, StandardNormal};
    use wgan_core::points_of;
    use wgan_core::train::Plateau;

    /// Two correlated numbers, their sum, and a class that the first decides with noise; some cells are missing.
    fn table(n: usize) -> Vec<Column> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let rounded = |v: f64| (v * 1000.0).round() / 1000.0;
        let a: Vec<f64> = (0..n).map(|_| rounded(normal())).collect();
        let b: Vec<f64> = a.iter().map(|a| rounded(0.8 * a + 0.6 * normal())).collect();
        let class: Vec<Option<&str>> =
            a.iter().map(|a| Some(if a + 0.3 * normal() > 0.0 { "up" } else { "down" })).collect();
        let sum = a.iter().zip(&b).map(|(a, b)| Some(rounded(a + b))).collect();
        let holes = a.iter().enumerate().map(|(i, v)| (i % 5 > 0).then_some(v.powi(3)));
        vec![
            Column::numbers("a", a.iter().copied().map(Some).collect()),
            Column::numbers("b", b.into_iter().map(Some).collect()),
            Column::numbers("sum", sum),
            Column::classes("class", &class),
            Column::numbers("holes", holes.collect()),
        ]
    }

    fn config() -> RowConfig {
        RowConfig::new(30).with_batch_size(64).with_width(16).with_noise(4)
    }

    fn fitted(given: Option<Tensor<2>>) -> RowModel {
        RowModel::fit(&table(400), given, &config(), None, (), &Device::flex()).unwrap()
    }

    fn numbers(column: &Column) -> Vec<f64> {
        (0..column.len()).filter_map(|row| column.value(row)).collect()
    }

    fn correlation(x: &[f64], y: &[f64]) -> f64 {
        let n = x.len() as f64;
        let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
        let (mx, my) = (mean(x), mean(y));
        let dot = |u: &[f64], mu: f64, v: &[f64], mv: f64| -> f64 {
            u.iter().zip(v).map(|(u, v)| (u - mu) * (v - mv)).sum()
        };
        dot(x, mx, y, my) / (dot(x, mx, x, mx) * dot(y, my, y, my)).sqrt()
    }

    #[test]
    fn new_rows_follow_the_laws_of_the_table_and_are_new() {
        let (known, model) = (table(400), fitted(None));
        let made = model.sample(2000, 1).unwrap();
        let (a, b) = (numbers(&made[0]), numbers(&made[1]));
        // The truth is 0.8; four standard errors of 400 known rows are 0.07.
        assert!((correlation(&a, &b) - 0.8).abs() < 0.1, "{}", correlation(&a, &b));
        for row in 0..2000 {
            let value = |at: usize| made[at].value(row).unwrap();
            assert!((value(0) + value(1) - value(2)).abs() < 1.1e-3);
        }
        let share = |column: &Column| column.n_missing() as f64 / column.len() as f64;
        assert!((share(&made[4]) - 0.2).abs() < 0.06, "{}", share(&made[4]));
        let up = |columns: &[Column]| {
            let n = columns[3].len();
            (0..n).filter(|&row| columns[3].text(row).as_deref() == Some("up")).count() as f64
                / n as f64
        };
        assert!((up(&made) - up(&known)).abs() < 0.06);
        let known: Vec<f64> = numbers(&known[0]);
        let of_known = |v: &f64| known.contains(v);
        assert!(a.iter().filter(|v| of_known(v)).count() < 1000); // a is continuous, to three decimals
    }

    #[test]
    fn the_same_seed_gives_the_same_rows_and_another_does_not() {
        let (first, second) = (fitted(None), fitted(None));
        assert_eq!(first.sample(50, 3).unwrap(), second.sample(50, 3).unwrap());
        assert_ne!(first.sample(50, 3).unwrap(), first.sample(50, 4).unwrap());
        let mut rows = first.spread(800, &mut ChaCha8Rng::seed_from_u64(1));
        rows.sort_unstable();
        assert!(rows.iter().enumerate().all(|(i, row)| *row == i / 2)); // each of 400 rows twice
    }

    /// Stops at the first records after those that are transient.
    const AT_ONCE: Plateau = Plateau { window: 1, patience: 1, tolerance: 0.99 };

    fn last_step(model: &RowModel) -> usize {
        model.history.records.last().unwrap().step
    }

    #[test]
    fn a_fit_ends_where_the_estimate_stands_still() {
        let config = RowConfig { n_steps: 60, plateau: Some(AT_ONCE), ..config() };
        let model = RowModel::fit(&table(400), None, &config, None, (), &Device::flex()).unwrap();
        assert_eq!(model.reason, Some(StopReason::EarlyStop));
        assert!(last_step(&model) < 60);
    }

    #[test]
    fn a_fit_that_goes_on_from_a_checkpoint_ends_as_one_that_was_never_stopped() {
        let (folder, device) = (tempfile::tempdir().unwrap(), Device::flex());
        let fit = |config: &RowConfig, every| {
            let checkpoints = Checkpoints::new(folder.path(), every);
            RowModel::fit(&table(400), None, config, Some(checkpoints), (), &device).unwrap()
        };
        let config = RowConfig { n_steps: 60, ..config() };
        let whole = RowModel::fit(&table(400), None, &config, None, (), &device).unwrap();
        assert!(last_step(&fit(&config.clone().with_plateau(Some(AT_ONCE)), 10)) < 60);
        let resumed = fit(&config, 10);
        assert_eq!(last_step(&resumed), 60);
        assert_eq!(resumed.sample(50, 3).unwrap(), whole.sample(50, 3).unwrap());
    }

    #[test]
    fn a_model_survives_its_directory() {
        let folder = tempfile::tempdir().unwrap();
        let y: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let y = tensor_of(Array2::from_shape_vec((400, 1), y).unwrap().view(), &Device::flex());
        for given in [None, Some(y)] {
            let model = fitted(given);
            model.save(folder.path()).unwrap();
            let loaded = RowModel::load(folder.path(), &Device::flex()).unwrap();
            assert_eq!(loaded.sample(40, 7).unwrap(), model.sample(40, 7).unwrap());
        }
        std::fs::write(folder.path().join("rows.json"), "{}").unwrap();
        assert!(RowModel::load(folder.path(), &Device::flex()).is_err());
    }

    #[test]
    fn without_anchors_rows_come_from_noise_and_context() {
        let config = config().with_is_anchored(false);
        let model = RowModel::fit(&table(400), None, &config, None, (), &Device::flex()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let latent = model.prior().sample(&[0, 0], None, &mut rng, &Device::flex());
        assert!(latent.anchor.is_none());
        let codes = points_of(&model.generator().codes(&latent));
        assert_eq!(codes.dim(), (2, model.space().width()));
    }

    #[test]
    fn conditions_that_do_not_fit_are_refused() {
        let model = fitted(None);
        let y = Tensor::<2>::zeros([1, 2], &Device::flex());
        let message =
            model.sample_near(&[0], Some(y.clone()), 0).map(|_| ()).unwrap_err().to_string();
        assert_eq!(message, "conditions of rows: expected shape [1, 0], got [1, 2]");
        assert!(model.sample_near(&[400], None, 0).is_err());
        assert!(RowModel::fit(&table(400), Some(y), &config(), None, (), &Device::flex()).is_err());
        assert!(model.sample(0, 0).unwrap().iter().all(Column::is_empty));
    }
}
