//! Candidates from a trained generator, in chunks that can be made in any order.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_cond::ConcatCritic;
use wgan_core::Critic;

use super::alphabet::Slots;
use super::{Alphabet, Featurizer, MaterialsGenerator, MaterialsPrior, PropertySpace};
use crate::composition::Composition;
use crate::error::MaterialsError;

/// A generated material.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What it is made of.
    pub composition: Composition,
    /// Its properties, in the order of the columns.
    pub properties: Vec<Option<f64>>,
    /// The critic's `f`: higher is closer to the known materials.
    pub critic_score: f64,
}

/// Draws candidates.
///
/// Each chunk has a random stream of its own, numbered by the chunk: the same seed gives the same
/// candidates whatever the number of threads and however many are asked for.
pub struct Sampler {
    generator: MaterialsGenerator,
    critic: ConcatCritic,
    prior: MaterialsPrior,
    featurizer: Featurizer,
    alphabet: Alphabet,
    space: PropertySpace,
    known: Vec<Slots>,
    device: Device,
}

impl Sampler {
    /// Candidates per chunk. Properties follow their law within each chunk, so it is fixed.
    pub const CHUNK: usize = 1024;

    /// Sampler of trained networks; amounts are drawn from the rows of `known`.
    pub fn new(
        generator: MaterialsGenerator,
        critic: ConcatCritic,
        alphabet: Alphabet,
        space: PropertySpace,
        known: &[Composition],
        device: &Device,
    ) -> Self {
        let featurizer = Featurizer::new(&alphabet, space.width(), device);
        Self {
            generator: generator.valid(),
            critic: critic.valid(),
            prior: MaterialsPrior::new(featurizer.shape()),
            known: known.iter().filter_map(|c| alphabet.encode(c)).collect(),
            featurizer,
            alphabet,
            space,
            device: device.clone(),
        }
    }

    /// Chunk number `index` of the stream of `seed`.
    ///
    /// # Errors
    /// If a generated composition is empty, which no trained generator produces.
    pub fn chunk(&self, seed: u64, index: u64) -> Result<Vec<Candidate>, MaterialsError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index + 1); // stream 0 trained the model
        let n = Self::CHUNK;
        let (latent, rows) = self.prior.stratified(&self.known, n, &mut rng, &self.device);
        let generated = self.generator.forward(&latent);
        let codes: Vec<f32> = generated.codes.clone().into_data().iter::<f32>().collect();
        let properties = self.space.decode(&codes, n);
        let elements = generated.elements.clone();
        let snapped = self.space.snap(generated.codes);
        let sample = self.featurizer.features(elements, latent.amounts, snapped);
        let scores: Vec<f32> = self.critic.score(&sample).into_data().iter::<f32>().collect();
        let chosen = indices(generated.elements);
        let k = self.alphabet.n_slots();
        (0..n)
            .map(|i| {
                let amounts = &self.known[rows[i]];
                let slots: Slots = chosen[i * k..]
                    .iter()
                    .zip(amounts)
                    .map(|(&element, &(_, amount))| (element, amount))
                    .collect();
                Ok(Candidate {
                    composition: self.alphabet.decode(&slots)?,
                    properties: properties.iter().map(|values| values[i]).collect(),
                    critic_score: f64::from(scores[i]),
                })
            })
            .collect()
    }
}

/// Chosen element of each slot, row by row.
fn indices(elements: Tensor<3>) -> Vec<usize> {
    elements.argmax(2).into_data().iter::<i64>().map(|i| i as usize).collect()
}
