//! A model of known materials: fitted, saved, loaded.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use wgan_cond::ConcatCritic;
use wgan_core::file::write_atomically;
use wgan_core::model::{check_size, load_weights, save_weights};
use wgan_core::train::{Checkpoints, History, Recorder, StopReason};
use wgan_core::{Fit, GradientPenalty, MlpConfig, Wgan, WganError};

use super::saved_energies::ENERGIES;
use super::{
    Alphabet, ColumnSpace, Conditions, Featurizer, MaterialsConfig, MaterialsData,
    MaterialsGenerator, MaterialsGeneratorConfig, MaterialsPrior, Sampler,
};
use crate::composition::Composition;
use crate::digest::{Digest, is_same};
use crate::error::MaterialsError;
use crate::geometry::StructureColumns;
use crate::material::{Material, materials};
use crate::structure::Embedding;
use crate::table::{Column, Table};

/// Version of the layout of a model directory.
const SCHEMA: u32 = 6;
const CONFIG: &str = "config.json";
const KNOWN: &str = "known.csv";
const STRUCTURES: &str = "structures.json";
const WEIGHTS: &str = "weights.safetensors";
const HISTORY: &str = "history.csv";

/// Everything about a model but its weights; `config.json` of a model directory, and `known.csv` for the known materials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Version of the layout of the directory.
    pub schema: u32,
    /// Version of the crate that wrote it.
    pub crate_version: String,
    /// Settings of the fit.
    pub config: MaterialsConfig,
    /// Elements of the data.
    pub alphabet: Alphabet,
    /// Numbers and classes of the data.
    pub space: ColumnSpace,
    /// Digest of the known materials, formula by formula.
    pub known_digest: String,
    /// The known materials, one per row of the data; they have a file of their own, so a card from `config.json` alone has none.
    #[serde(skip, default = "none_known")]
    pub known: Arc<[Composition]>,
    /// Their crystal structures, where there are any; in a file of their own too.
    #[serde(skip)]
    pub structures: Option<Arc<[Embedding]>>,
    /// Digest of the file of structures, where there is one.
    pub structures_digest: Option<String>,
    /// Columns that follow from the structures.
    pub structure_columns: Option<StructureColumns>,
    /// The properties that are given, see [`MaterialsConfig::conditions`].
    pub conditions: Conditions,
    /// Digest of the data: formulas and properties, row by row.
    pub digest: String,
}

/// What says how to read the rest of a card.
#[derive(Deserialize)]
struct Layout {
    schema: u32,
}

/// The two networks of a model.
#[derive(Module, Debug)]
struct Networks {
    generator: MaterialsGenerator,
    critic: ConcatCritic,
}

/// A model fitted to a table of known materials.
pub struct MaterialsModel {
    card: ModelCard,
    networks: Networks,
    /// What was measured while fitting.
    pub history: History,
    /// Why fitting ended; `None` for a loaded model.
    pub reason: Option<StopReason>,
}

impl ModelCard {
    /// Card of a model of `table` with these settings.
    ///
    /// # Errors
    /// If a condition is no property of the table, or one that does not vary.
    pub fn new(table: &Table, config: &MaterialsConfig) -> Result<Self, MaterialsError> {
        let given: Result<Vec<Column>, MaterialsError> =
            config.conditions.iter().map(|name| table.column(name).cloned()).collect();
        Ok(Self {
            schema: SCHEMA,
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            config: config.clone(),
            alphabet: Alphabet::of(table.formulas()),
            space: ColumnSpace::fit(&table.columns),
            known_digest: digest_of_known(table.formulas()),
            known: known(table),
            structures_digest: table.structures.as_deref().map(digest_of_structures).transpose()?,
            structures: table.structures.clone(),
            structure_columns: StructureColumns::fit(table),
            conditions: Conditions::fit(given?)?,
            digest: digest(table),
        })
    }

    /// What makes a model with the card `other` a different one; none if nothing does.
    pub fn difference(&self, other: &Self) -> Option<String> {
        if self.crate_version != other.crate_version {
            return Some(format!("by version {} of this program", other.crate_version));
        }
        if self.config != other.config {
            return Some("with other settings".to_owned());
        }
        (self != other).then(|| "to other data".to_owned())
    }

    /// Card in the model directory `folder`, if there is one.
    ///
    /// # Errors
    /// If `config.json` cannot be read or was written by another version of the layout.
    pub fn read(folder: &Path) -> Result<Option<Self>, MaterialsError> {
        let path = folder.join(CONFIG);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|e| WganError::io(&path, e))?;
        let Layout { schema } =
            serde_json::from_str(&text).map_err(|e| WganError::saved(&path, e))?;
        if schema != SCHEMA {
            let reason = format!("expected schema {SCHEMA}, got {schema}");
            return Err(WganError::saved(&path, reason).into());
        }
        let card: Self = serde_json::from_str(&text).map_err(|e| WganError::saved(&path, e))?;
        let path = folder.join(KNOWN);
        let known = read_known(&path)?;
        if !is_same(&digest_of_known(&known), &card.known_digest) {
            let reason =
                format!("its {} formulas are not those that {CONFIG} belongs to", known.len());
            return Err(WganError::saved(&path, reason).into());
        }
        let structures =
            card.structures_digest.as_ref().map(|digest| read_structures(folder, digest));
        let card = Self { known, structures: structures.transpose()?, ..card };
        match card.fault() {
            Some(part) => {
                let reason = format!("its {part} cannot be that of a fitted model");
                Err(WganError::saved(folder.join(CONFIG), reason).into())
            }
            None => Ok(Some(card)),
        }
    }

    /// The first part that contradicts the others: a file says anything.
    fn fault(&self) -> Option<&'static str> {
        let (config, given, n) = (&self.config, self.conditions.columns(), self.known.len());
        let specs = self.space.specs();
        let is_column = |column: &Column| specs.contains(&column.spec());
        let has_structures = |n_structures: &usize| *n_structures == n;
        let n_structures = self.structures.as_ref().map(|structures| structures.len());
        let parts = [
            (
                "config",
                config.training().is_ok() && config.critic_width.min(config.generator_width) > 0,
            ),
            ("alphabet", n > 0 && self.alphabet == Alphabet::of(&self.known)),
            ("space", self.space.is_sound()),
            ("conditions", self.conditions.is_sound(n) && given.iter().all(is_column)),
            ("config.conditions", given.iter().map(|column| &column.name).eq(&config.conditions)),
            ("structures", n_structures.as_ref().is_none_or(has_structures)),
            (
                "structure_columns",
                self.structure_columns.is_some() == n_structures.is_some()
                    && self
                        .structure_columns
                        .as_ref()
                        .is_none_or(|columns| columns.is_sound(specs)),
            ),
        ];
        parts.into_iter().find_map(|(part, is_sound)| (!is_sound).then_some(part))
    }

    /// Weights of the largest matrices of the networks: no more than the file of weights has bytes for, so that a few digits in
    /// `config.json` cannot take all memory.
    fn n_weights(&self, device: &Device) -> u128 {
        let shape = Featurizer::new(&self.alphabet, &self.space, device)
            .with_given(&self.conditions, &self.space)
            .shape();
        let [critic, generator] =
            [self.config.critic_width, self.config.generator_width].map(|width| width as u128);
        critic * (critic + shape.n_features() as u128)
            + generator * (2 * generator + shape.n_elements as u128 + shape.n_given as u128)
    }

    /// What each known material is: its composition, in its prototype where there are structures.
    pub fn materials(&self) -> Vec<Material> {
        materials(&self.known, self.structures.as_deref())
    }

    /// Writes the card to the model directory `folder`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), MaterialsError> {
        let rows = self.known.iter().map(|composition| format!("{composition}\n"));
        let known: String = std::iter::once("formula\n".to_owned()).chain(rows).collect();
        write_atomically(&folder.join(KNOWN), known.as_bytes())?;
        if let Some(structures) = &self.structures {
            write_atomically(&folder.join(STRUCTURES), structures_json(structures)?.as_bytes())?;
        }
        let path = folder.join(CONFIG);
        let text = serde_json::to_vec_pretty(self).map_err(|e| WganError::saved(&path, e))?;
        Ok(write_atomically(&path, &text)?)
    }

    fn networks(&self, device: &Device) -> Result<Networks, WganError> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.config.seed);
        let featurizer = Featurizer::new(&self.alphabet, &self.space, device)
            .with_given(&self.conditions, &self.space);
        let shape = featurizer.shape();
        let slots = self.known.iter().filter_map(|c| self.alphabet.encode(c));
        let generator = MaterialsGeneratorConfig::new()
            .with_width(self.config.generator_width)
            .with_property_width(self.config.generator_width);
        let critic = MlpConfig::new(shape.n_features(), 1)
            .with_width(self.config.critic_width)
            .with_depth(2);
        Ok(Networks {
            generator: MaterialsGenerator::new(
                &generator,
                featurizer,
                self.space.clone(),
                slots,
                &mut rng,
                device,
            )?,
            critic: ConcatCritic::new(&critic, shape.n_conditions(), &mut rng, device)?,
        })
    }
}

fn known(table: &Table) -> Arc<[Composition]> {
    table.compositions.as_ref().map_or_else(none_known, Arc::clone)
}

fn none_known() -> Arc<[Composition]> {
    Arc::new([])
}

/// The compositions of a file with one formula a line below its header.
fn read_known(path: &Path) -> Result<Arc<[Composition]>, MaterialsError> {
    let file = std::fs::File::open(path).map_err(|e| WganError::io(path, e))?;
    let mut known = Vec::new();
    for (i, line) in BufReader::new(file).lines().enumerate().skip(1) {
        let line = line.map_err(|e| WganError::io(path, e))?;
        let refused = |e| WganError::saved(path, format!("line {}: {e}", i + 1));
        known.push(line.parse().map_err(|e: MaterialsError| refused(e))?);
    }
    Ok(known.into())
}

/// The structures, one a row of the data.
fn structures_json(structures: &[Embedding]) -> Result<String, MaterialsError> {
    let refused = |e: serde_json::Error| WganError::saved(Path::new(STRUCTURES), e);
    let lines = structures.iter().map(|crystal| serde_json::to_string(crystal).map_err(refused));
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

fn digest_of_structures(structures: &[Embedding]) -> Result<String, MaterialsError> {
    let mut digest = Digest::new();
    digest.add(structures_json(structures)?.as_bytes());
    Ok(digest.to_string())
}

/// The structures of a model directory.
fn read_structures(folder: &Path, expected: &str) -> Result<Arc<[Embedding]>, MaterialsError> {
    let path = folder.join(STRUCTURES);
    let text = std::fs::read_to_string(&path).map_err(|e| WganError::io(&path, e))?;
    let structures: Vec<Embedding> =
        serde_json::from_str(&text).map_err(|e| WganError::saved(&path, e))?;
    if !is_same(&digest_of_structures(&structures)?, expected) {
        let reason = format!("its structures are not those that {CONFIG} belongs to");
        return Err(WganError::saved(&path, reason).into());
    }
    Ok(structures.into())
}

/// Over formulas.
fn digest_of_known(known: &[Composition]) -> String {
    let mut digest = Digest::new();
    known.iter().for_each(|composition| digest.add(format!("{composition}\n").as_bytes()));
    digest.to_string()
}

/// Over formulas, numbers and classes.
fn digest(table: &Table) -> String {
    let mut digest = Digest::new();
    for column in &table.columns {
        digest.add(serde_json::to_string(&column.spec()).unwrap_or_default().as_bytes());
    }
    for i in 0..table.len() {
        if let Some(composition) = table.formulas().get(i) {
            digest.add(composition.to_string().as_bytes());
        }
        for column in &table.columns {
            digest.add(&column.value(i).map_or(u64::MAX, f64::to_bits).to_le_bytes());
        }
    }
    digest.to_string()
}

impl MaterialsModel {
    /// Fits a model to `table`.
    ///
    /// With `checkpoints` it resumes from the newest one, and the result is the one an
    /// uninterrupted fit gives.
    ///
    /// # Errors
    /// If a setting is out of range or a checkpoint cannot be read or written.
    pub fn fit(
        table: &Table,
        config: &MaterialsConfig,
        checkpoints: Option<Checkpoints>,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        Self::fit_on_devices(table, config, checkpoints, recorder, (device, &[]))
    }

    /// As [`MaterialsModel::fit`], with the batches shared by other devices: see [`Wgan::on_devices`].
    ///
    /// # Errors
    /// As [`MaterialsModel::fit`].
    pub fn fit_on_devices(
        table: &Table,
        config: &MaterialsConfig,
        checkpoints: Option<Checkpoints>,
        recorder: impl Recorder,
        (device, shared_by): (&Device, &[Device]),
    ) -> Result<Self, MaterialsError> {
        let card = ModelCard::new(table, config)?;
        let training = config.training()?;
        let networks = card.networks(device)?;
        let data = MaterialsData::new(
            known(table),
            &table.columns,
            &card.alphabet,
            &card.space,
            &card.conditions,
            device,
        )?;
        let prior = MaterialsPrior::new(data.shape());
        let strategy = GradientPenalty::two_sided(config.lambda);
        let wgan = Wgan::new(networks.critic, networks.generator, strategy, &training)
            .on_devices(shared_by);
        let mut fit = Fit::new(&data, &prior, device, config.seed)?.with_recorder(recorder);
        if let Some(checkpoints) = checkpoints {
            fit = fit.with_checkpoints(checkpoints);
        }
        if let Some(plateau) = config.plateau {
            fit = fit.with_stop_rule(plateau);
        }
        let outcome = fit.run(wgan)?;
        let networks =
            Networks { generator: outcome.wgan.averaged, critic: outcome.wgan.critic.valid() };
        Ok(Self { card, networks, history: outcome.history, reason: Some(outcome.reason) })
    }

    /// Writes the model to the directory `folder`, weights last, so that a directory with weights
    /// is complete.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), MaterialsError> {
        std::fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
        self.card.write(folder)?;
        self.history.write_csv(&folder.join(HISTORY))?;
        Ok(save_weights(&self.networks, &folder.join(WEIGHTS))?)
    }

    /// Whether `folder` holds a complete model.
    pub fn is_saved(folder: &Path) -> bool {
        [CONFIG, KNOWN, WEIGHTS].iter().all(|file| folder.join(file).exists())
    }

    /// Loads the model of the directory `folder`.
    ///
    /// # Errors
    /// If a file is missing, damaged, of another version, of other shapes or not finite.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, MaterialsError> {
        let Some(card) = ModelCard::read(folder)? else {
            let missing = std::io::Error::new(
                std::io::ErrorKind::NotFound,
                "expected a model directory with config.json, known.csv and weights.safetensors",
            );
            return Err(WganError::io(folder, missing).into());
        };
        let weights = folder.join(WEIGHTS);
        check_size(&weights, card.n_weights(device))?;
        let networks = load_weights(card.networks(device)?, &weights)?;
        let history = History::read_csv(&folder.join(HISTORY))?;
        Ok(Self { card, networks, history, reason: None })
    }

    /// Digest of the files of the model in the directory `folder` that candidates depend on.
    ///
    /// # Errors
    /// If its files cannot be read.
    pub fn digest_of(folder: &Path) -> Result<String, MaterialsError> {
        let mut digest = Digest::new();
        for file in [CONFIG, KNOWN, STRUCTURES, ENERGIES, WEIGHTS] {
            let path = folder.join(file);
            if [STRUCTURES, ENERGIES].contains(&file) && !path.exists() {
                continue;
            }
            digest.add(&std::fs::read(&path).map_err(|e| WganError::io(&path, e))?);
        }
        Ok(digest.to_string())
    }

    /// Settings and data of the model.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Sampler of candidates; what is given is drawn from the known materials.
    ///
    /// # Errors
    /// If the conditions cannot be coded, which fitted ones can.
    pub fn sampler(&self, device: &Device) -> Result<Sampler, MaterialsError> {
        let prototypes = self.card.materials().into_iter().filter_map(|m| m.prototype);
        Sampler::new(
            self.networks.generator.clone(),
            self.networks.critic.clone(),
            self.card.alphabet.clone(),
            self.card.space.clone(),
            (Arc::clone(&self.card.known), prototypes.collect()),
            self.card.conditions.clone(),
            device,
        )
    }
}
