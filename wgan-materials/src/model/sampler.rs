//! Candidates from a trained generator, in chunks that can be made in any order.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_cond::ConcatCritic;
use wgan_core::Critic;

use super::alphabet::Slots;
use super::data::amounts_tensor;
use super::{
    Alphabet, ColumnSpace, Conditions, Drawn, ElementRules, Featurizer, Given, MaterialsGenerator,
    MaterialsLatent, MaterialsPrior, SampleRow, SlotRules, filled_slots,
};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::geometry::{CandidateStructure, StructureRules};
use crate::material::Material;
use crate::novelty::Known;
use crate::structure::Prototype;
use crate::target::Target;

/// A generated material.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What it is made of.
    pub composition: Composition,
    /// Its numbers, and the places of its classes, in the order of the columns.
    pub values: Vec<Option<f64>>,
    /// The critic's `f`: higher is closer to the known materials.
    pub critic_score: f64,
    /// Its structure type, where the known materials have structures.
    pub prototype: Option<Arc<Prototype>>,
    /// Its crystal, once it has been made, see [`GeometryModel::crystal`](crate::GeometryModel::crystal).
    pub crystal: Option<Arc<CandidateStructure>>,
}

impl Candidate {
    /// Composition and prototype.
    pub fn material(&self) -> Material {
        Material { composition: self.composition.clone(), prototype: self.prototype.clone() }
    }
}

/// Candidates that were drawn together.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk {
    /// The candidates.
    pub candidates: Vec<Candidate>,
    /// How many compositions were known when first drawn.
    pub n_known: usize,
}

/// Draws candidates.
///
/// Each chunk has a random stream of its own, numbered by the chunk: the same seed gives the same
/// candidates whatever the number of threads and however many are asked for.
pub struct Sampler {
    pub(super) generator: MaterialsGenerator,
    pub(super) critic: ConcatCritic,
    pub(super) prior: MaterialsPrior,
    featurizer: Featurizer,
    pub(super) alphabet: Alphabet,
    space: ColumnSpace,
    pub(super) known: Arc<[Composition]>,
    /// Prototypes of the known materials; none where they have no structures.
    prototypes: Vec<Arc<Prototype>>,
    conditions: Conditions,
    pub(super) given: Given,
    /// Whether candidates are drawn under conditions of their own.
    is_targeted: bool,
    rules: Option<Arc<SlotRules>>,
    same: Known,
    pub(super) device: Device,
}

impl Sampler {
    /// Candidates per chunk. Properties follow their law within each chunk, so it is fixed.
    pub const CHUNK: usize = 1024;

    /// Sampler of trained networks; amounts, prototypes and what is given are drawn from the rows of `known`.
    ///
    /// # Errors
    /// If the conditions cannot be coded, which fitted ones can.
    pub fn new(
        generator: MaterialsGenerator,
        critic: ConcatCritic,
        alphabet: Alphabet,
        space: ColumnSpace,
        (known, prototypes): (Arc<[Composition]>, Vec<Arc<Prototype>>),
        conditions: Conditions,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        let featurizer = Featurizer::new(&alphabet, &space, device).with_given(&conditions, &space);
        let given = if conditions.width() == 0 {
            Given::nothing(known.len())
        } else {
            conditions.given()?
        };
        Ok(Self {
            generator: generator.valid(),
            critic: critic.valid(),
            prior: MaterialsPrior::new(featurizer.shape()),
            same: Known::new(&known),
            known,
            prototypes,
            featurizer,
            alphabet,
            space,
            conditions,
            given,
            is_targeted: false,
            rules: None,
            device: device.clone(),
        })
    }

    /// The sampler whose candidates take amounts and given properties from the known materials that meet the
    /// targets, or from the nearest ones, see [`Conditions::meeting`].
    ///
    /// # Errors
    /// [`MaterialsError::NoneMeets`] if no known material is near.
    pub fn aimed_at(self, targets: &[Target]) -> Result<Self, MaterialsError> {
        Ok(Self { given: self.conditions.meeting(targets)?, is_targeted: true, ..self })
    }

    /// The sampler whose candidates all meet these rules on their elements; after any conditions.
    ///
    /// # Errors
    /// Rules that contradict each other or that no pattern of amounts can meet.
    pub fn with_rules(self, rules: &ElementRules) -> Result<Self, MaterialsError> {
        if rules.is_empty() {
            return Ok(self);
        }
        let slots = SlotRules::new(rules, &self.alphabet)?;
        let rows = slots.rows(&self.given.rows, &self.known, &self.alphabet)?;
        let mut given = self.given;
        given.rows = rows;
        Ok(Self { given, rules: Some(Arc::new(slots)), ..self })
    }

    /// The sampler whose candidates all have prototypes that these rules allow; after any conditions.
    ///
    /// # Errors
    /// [`MaterialsError::NoPrototype`] if no known material that meets the conditions has such a prototype.
    pub fn with_structures(self, rules: &StructureRules) -> Result<Self, MaterialsError> {
        if rules.is_empty() {
            return Ok(self);
        }
        let is_allowed = |&row: &usize| self.prototypes.get(row).is_some_and(|p| rules.allow(p));
        let rows: Vec<usize> = self.given.rows.iter().copied().filter(is_allowed).collect();
        if rows.is_empty() {
            return Err(MaterialsError::NoPrototype { asked: rules.to_string() });
        }
        let mut given = self.given;
        given.rows = rows;
        Ok(Self { given, ..self })
    }

    /// What is given: known materials that candidates take their amounts from, and how many met the targets.
    pub fn given(&self) -> &Given {
        &self.given
    }

    /// Chunk number `index` of the stream of `seed`.
    ///
    /// A composition that has come before in the chunk is drawn again, with the same amounts, up
    /// to eight times, and one that is known up to three times: a list of candidates should not repeat
    /// itself or the data. Where nearly everything possible is known, known ones remain.
    ///
    /// # Errors
    /// If a generated composition is empty, which no trained generator produces.
    pub fn chunk(&self, seed: u64, index: u64) -> Result<Chunk, MaterialsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index + 1); // stream 0 trained the model
        let places = stratified_rows(self.given.rows.len(), Self::CHUNK, &mut rng);
        let rows: Vec<usize> = places.into_iter().map(|place| self.given.rows[place]).collect();
        let mut draws = self.draw(&rows, &mut rng)?;
        let n_known = draws.iter().filter(|d| self.same.has(&d.composition)).count();
        for round in 0..REPEAT_REDRAWS {
            let places = self.unwanted(&draws, round < KNOWN_REDRAWS);
            let again: Vec<usize> = places.iter().map(|&i| rows[i]).collect();
            for (i, draw) in places.into_iter().zip(self.draw(&again, &mut rng)?) {
                draws[i] = draw;
            }
        }
        let codes: Vec<f32> = draws.iter().flat_map(|draw| draw.codes.iter().copied()).collect();
        let columns = self.columns(&codes, &rows);
        let scores = self.scores(&draws, codes, self.given.codes(&rows, &self.device));
        let mut candidates = assembled(draws, &columns, &scores);
        for (candidate, row) in candidates.iter_mut().zip(&rows) {
            candidate.prototype = self.prototypes.get(*row).cloned();
        }
        Ok(Chunk { candidates, n_known })
    }

    /// Numbers and classes of the draws, column by column: those of the rows where they are given, else decoded.
    fn columns(&self, codes: &[f32], rows: &[usize]) -> Vec<Vec<Option<f64>>> {
        let mut decoded = if self.is_targeted {
            self.space.decode_each(codes)
        } else {
            self.space.decode(codes, rows.len())
        };
        for column in &self.given.columns {
            let place = self.space.specs().iter().position(|spec| spec.name == column.name);
            if let Some(values) = place.map(|place| &mut decoded[place]) {
                *values = rows.iter().map(|&row| column.value(row)).collect();
            }
        }
        decoded
    }

    /// The critic's `f` of each draw; `codes` are those of the draws, row by row.
    fn scores(&self, draws: &[Draw], codes: Vec<f32>, given: Option<Tensor<2>>) -> Vec<f32> {
        let mut codes = codes;
        self.space.snap_rows(&mut codes);
        let d = codes.len() / draws.len();
        let given = given.map(host).unwrap_or_default();
        let m = given.len() / draws.len();
        let row = |i: usize| SampleRow {
            filled: Cow::Owned(filled_slots(&draws[i].slots).into_vec()),
            charge_balance: None,
            codes: &codes[i * d..][..d],
            given: &given[i * m..][..m],
        };
        host(self.critic.score(&self.featurizer.samples(draws.len(), row, &self.device)))
    }

    /// Candidates of these materials: numbers and classes drawn for each composition, and the critic's score. Nothing else is
    /// given.
    ///
    /// Numbers follow the law of the data over all of them together.
    ///
    /// # Errors
    /// An element that no known material has, or more of them than any has.
    pub fn complete(
        &self,
        materials: &[Material],
        seed: u64,
    ) -> Result<Vec<Candidate>, MaterialsError> {
        let compositions: Vec<Composition> =
            materials.iter().map(|material| material.composition.clone()).collect();
        let (mut draws, mut all_codes) = (Vec::with_capacity(compositions.len()), Vec::new());
        let mut scores = Vec::with_capacity(compositions.len());
        if compositions.is_empty() {
            return Ok(Vec::new());
        }
        for (index, chunk) in compositions.chunks(Self::CHUNK).enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(COMPLETED | index as u64);
            let patterns: Result<Vec<Slots>, MaterialsError> =
                chunk.iter().map(|composition| self.slots_of(composition)).collect();
            let patterns = patterns?;
            let slots = patterns.iter().map(Vec::as_slice);
            let amounts = amounts_tensor(slots, self.alphabet.n_slots(), &self.device);
            let width = self.given.width();
            let nothing = (width > 0).then(|| Tensor::zeros([chunk.len(), width], &self.device));
            let latent = self.prior.latent(amounts, nothing, &mut rng, &self.device);
            let codes = self.generator.codes_of(&patterns, &latent);
            let d = codes.len() / chunk.len();
            let draw = |(i, composition): (usize, &Composition)| Draw {
                composition: composition.clone(),
                codes: codes[i * d..(i + 1) * d].to_vec(),
                slots: patterns[i].clone(),
            };
            let drawn: Vec<Draw> = chunk.iter().enumerate().map(draw).collect();
            scores.extend(self.scores(&drawn, codes.clone(), latent.given));
            draws.extend(drawn);
            all_codes.extend(codes);
        }
        let columns = self.space.decode(&all_codes, compositions.len());
        let mut candidates = assembled(draws, &columns, &scores);
        for (candidate, material) in candidates.iter_mut().zip(materials) {
            candidate.prototype.clone_from(&material.prototype);
        }
        Ok(candidates)
    }

    /// Whether all elements are known and there are no more than in a known material.
    pub fn can_describe(&self, composition: &Composition) -> bool {
        self.slots_of(composition).is_ok()
    }

    /// A composition as filled slots.
    pub(super) fn slots_of(&self, composition: &Composition) -> Result<Slots, MaterialsError> {
        let slots = self.alphabet.encode(composition);
        slots.filter(|slots| slots.len() <= self.alphabet.n_slots()).ok_or_else(|| {
            MaterialsError::NoCondition {
                name: composition.to_string(),
                reason: "it has elements, or a number of them, that no known material has".into(),
            }
        })
    }

    /// Candidates of latents with these patterns of amounts, each by its own code.
    ///
    /// # Errors
    /// If a generated composition is empty, which no trained generator produces.
    pub(super) fn candidates_of(
        &self,
        latent: &MaterialsLatent,
        patterns: &[Slots],
    ) -> Result<Vec<Candidate>, MaterialsError> {
        let draws = self.draws_of(latent, patterns)?;
        let codes: Vec<f32> = draws.iter().flat_map(|draw| draw.codes.iter().copied()).collect();
        let columns = self.space.decode_each(&codes);
        let scores = self.scores(&draws, codes, latent.given.clone());
        Ok(assembled(draws, &columns, &scores))
    }

    /// Positions of the draws whose composition stands further ahead or, on request, is known.
    fn unwanted(&self, draws: &[Draw], is_known_unwanted: bool) -> Vec<usize> {
        let mut seen = HashSet::new();
        (0..draws.len())
            .filter(|&i| {
                let composition = &draws[i].composition;
                let is_known = is_known_unwanted && self.same.has(composition);
                is_known || !seen.insert(composition)
            })
            .collect()
    }

    /// One draw for each of these rows of known amounts.
    fn draw<R: Rng>(&self, rows: &[usize], rng: &mut R) -> Result<Vec<Draw>, MaterialsError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let slots = |&row: &usize| self.alphabet.encode(&self.known[row]).unwrap_or_default();
        let known: Vec<Slots> = rows.iter().map(slots).collect();
        let slots = known.iter().map(Vec::as_slice);
        let amounts = amounts_tensor(slots, self.alphabet.n_slots(), &self.device);
        let given = self.given.codes(rows, &self.device);
        let latent = self.prior.latent(amounts, given, rng, &self.device);
        let latent = MaterialsLatent { rules: self.rules.clone(), ..latent };
        self.draws_of(&latent, &known)
    }

    /// The draws of latents with these patterns of amounts.
    fn draws_of(
        &self,
        latent: &MaterialsLatent,
        patterns: &[Slots],
    ) -> Result<Vec<Draw>, MaterialsError> {
        let Drawn { chosen, codes } = self.generator.draw(latent);
        let d = codes.len() / patterns.len();
        let draw = |(i, pattern): (usize, &Slots)| {
            let amounts = pattern.iter().map(|&(_, amount)| amount);
            let slots: Slots = chosen[i].iter().copied().zip(amounts).collect();
            Ok(Draw {
                composition: self.alphabet.decode(&slots)?,
                codes: codes[i * d..(i + 1) * d].to_vec(),
                slots,
            })
        };
        patterns.iter().enumerate().map(draw).collect()
    }
}

/// Random streams of [`Sampler::complete`]: those of chunks are far below.
const COMPLETED: u64 = 1 << 62;

/// Times a repeated composition is drawn again.
const REPEAT_REDRAWS: usize = 8;
/// Times a known composition is drawn again.
const KNOWN_REDRAWS: usize = 3;

/// A candidate whose properties are still codes.
struct Draw {
    composition: Composition,
    codes: Vec<f32>,
    slots: Slots,
}

/// The draws with their numbers and classes, column by column, and scores.
fn assembled(draws: Vec<Draw>, columns: &[Vec<Option<f64>>], scores: &[f32]) -> Vec<Candidate> {
    let candidate = |(i, draw): (usize, Draw)| Candidate {
        composition: draw.composition,
        values: columns.iter().map(|values| values[i]).collect(),
        critic_score: f64::from(scores[i]),
        prototype: None,
        crystal: None,
    };
    draws.into_iter().enumerate().map(candidate).collect()
}

/// `n` row numbers, each row as often as any other.
///
/// Rows are taken without replacement, again from the start when all have been used, so the amounts
/// of a chunk follow the data more closely than independent draws would.
fn stratified_rows<R: Rng>(n_known: usize, n: usize, rng: &mut R) -> Vec<usize> {
    let mut rows = Vec::with_capacity(n);
    while rows.len() < n {
        let mut order: Vec<usize> = (0..n_known).collect();
        let (taken, _) = order.partial_shuffle(rng, n - rows.len());
        rows.extend_from_slice(taken);
    }
    rows
}

/// Values of a tensor on the host, row by row.
fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
