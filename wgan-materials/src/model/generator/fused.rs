//! Samples and gradients of a materials generator without a tape.
//!
//! The batch is cut into chunks of rows that run side by side; what they add to the gradients is summed in their order, so the
//! result is the same for any number of threads. It equals the tracked computation up to rounding.

use std::borrow::Cow;

use burn::optim::GradientsParams;
use burn::tensor::Device;
use rayon::prelude::*;
use wgan_cond::Labelled;
use wgan_core::fused::copied;
use wgan_core::model::{Critic, GeneratorLoss};
use wgan_core::train::{Engine, GeneratorStep, Objective};

use super::MaterialsGenerator;
use super::attributes::{AttributeNetworks, AttributeShares, Attributes};
use super::latent_rows::LatentRows;
use super::slots::{Filling, SlotNetworks, SlotShares};
use crate::model::{Featurizer, Filled, MaterialsLatent, SampleRow, SlotGradients};

/// Rows per task. Fixed, so that sums are taken in the same order for any number of threads.
const CHUNK: usize = 64;

/// A [`MaterialsGenerator`] in the memory of the process.
pub(super) struct Fused<'a> {
    generator: &'a MaterialsGenerator,
    slots: SlotNetworks,
    attributes: AttributeNetworks<'a>,
}

/// Elements and codes of a batch.
pub struct Drawn {
    /// Elements of the used slots of each row, by their place in the alphabet.
    pub chosen: Vec<Vec<usize>>,
    /// Codes of numbers, not snapped, and one-hot classes, `[n, d]`, row by row.
    pub codes: Vec<f32>,
}

/// What a pass forward over some rows leaves.
struct Forward {
    latent: LatentRows,
    filled: Vec<Box<Filled>>,
    filling: Filling,
    attributes: Attributes,
    /// The codes with those of numbers snapped.
    snapped: Vec<f32>,
}

impl Forward {
    fn sample(&self, row: usize) -> SampleRow<'_> {
        let d = self.snapped.len() / self.latent.n;
        SampleRow {
            filled: Cow::Borrowed(&self.filled[row]),
            charge_balance: None,
            codes: &self.snapped[row * d..][..d],
            given: self.latent.given(row),
        }
    }
}

impl<'a> Fused<'a> {
    /// None where the weights lie outside the memory of the process.
    pub(super) fn of(generator: &'a MaterialsGenerator) -> Option<Self> {
        let (slots, attributes) = (SlotNetworks::of(generator)?, AttributeNetworks::of(generator)?);
        Some(Self { generator, slots, attributes })
    }

    /// Elements and codes of these latents.
    pub(super) fn draw(&self, latent: &MaterialsLatent) -> Option<Drawn> {
        let mut drawn = Drawn { chosen: Vec::new(), codes: Vec::new() };
        for forward in self.forward(&LatentRows::of(latent)?) {
            drawn.chosen.extend(forward.filling.chosen);
            drawn.codes.extend(forward.attributes.codes);
        }
        Some(drawn)
    }

    /// Codes of the compositions `filled` under the first noise of the latents, `[n, d]`.
    pub(super) fn codes(
        &self,
        filled: &[Box<Filled>],
        latent: &MaterialsLatent,
    ) -> Option<Vec<f32>> {
        let latent = LatentRows::of(latent)?;
        let inputs = self.inputs(filled, &latent);
        Some(self.attributes.draw(&inputs, &latent).codes)
    }

    /// Samples of these latents.
    pub(super) fn generate(&self, latent: &MaterialsLatent, device: &Device) -> Option<Labelled> {
        Some(self.samples(&self.forward(&LatentRows::of(latent)?), device))
    }

    /// Gradients of `−E f(G(z))` and the regulariser; none for other objectives, and for critics that have no pull back.
    pub(super) fn loss_gradients<C: Critic<Sample = Labelled>>(
        &self,
        loss: &GeneratorLoss<'_, C>,
        real: &Labelled,
        latent: &MaterialsLatent,
    ) -> Option<(GradientsParams, GeneratorStep)> {
        if loss.objective != Objective::Wasserstein {
            return None;
        }
        let rows = LatentRows::of(latent)?;
        let n = rows.n;
        let forward = self.forward(&rows);
        let device = real.x.clone().inner().device();
        let fake = self.samples(&forward, &device);
        let (scores, pulled) = loss.critic.pull_back(&fake, -1.0 / n as f32)?;
        let scores: Vec<f32> = scores.into_data().try_into_vec().ok()?;
        let pulled: Vec<f32> = pulled.into_data().try_into_vec().ok()?;
        let width = pulled.len() / n;
        let chunks = forward.into_par_iter().zip(pulled.par_chunks(CHUNK * width));
        let shares: Vec<(SlotShares, AttributeShares)> =
            chunks.map(|(forward, pulled)| self.pull(forward, pulled)).collect();
        let (of_slots, mut of_attributes): (Vec<_>, Vec<_>) = shares.into_iter().unzip();
        let (regularizer, of_scores) = real_scores(self.generator, &self.attributes, real, latent)?;
        of_attributes.extend(of_scores);
        let mut params = GradientsParams::new();
        self.slots.register(self.generator, of_slots, &mut params);
        self.attributes.register(self.generator, of_attributes, &mut params);
        let sum = |part: &[f32]| part.iter().copied().map(f64::from).sum::<f64>();
        let loss = regularizer - scores.chunks(CHUNK).map(sum).sum::<f64>() / n as f64;
        Some((params, GeneratorStep { loss, engine: Engine::Fused }))
    }

    fn forward(&self, latent: &LatentRows) -> Vec<Forward> {
        let starts: Vec<usize> = (0..latent.n).step_by(CHUNK).collect();
        let chunk = |from: usize| {
            let latent = latent.part(from..(from + CHUNK).min(latent.n));
            let filling = self.slots.fill(&latent);
            let rows = filling.chosen.iter().enumerate();
            let filled: Vec<_> = rows.map(|(row, chosen)| latent.filled(row, chosen)).collect();
            let inputs = self.inputs(&filled, &latent);
            let attributes = self.attributes.draw(&inputs, &latent);
            let mut snapped = attributes.codes.clone();
            self.generator.space.snap_rows(&mut snapped);
            Forward { latent, filled, filling, attributes, snapped }
        };
        starts.into_par_iter().map(chunk).collect()
    }

    /// What the networks of numbers and classes see: statistics and used slots, `[n, e + 2p + k]`.
    fn inputs(&self, filled: &[Box<Filled>], latent: &LatentRows) -> Vec<f32> {
        let mut inputs = Vec::new();
        for (row, filled) in filled.iter().enumerate() {
            self.generator.featurizer.append_statistics(filled, &mut inputs);
            inputs.extend(latent.used(row));
        }
        inputs
    }

    /// What the critic sees.
    fn samples(&self, forward: &[Forward], device: &Device) -> Labelled {
        let n = forward.iter().map(|forward| forward.latent.n).sum();
        let row = |row: usize| forward[row / CHUNK].sample(row % CHUNK);
        self.generator.featurizer.samples(n, row, device)
    }

    /// Shares of the gradients of a function whose gradient in the samples is `pulled`.
    fn pull(&self, forward: Forward, pulled: &[f32]) -> (SlotShares, AttributeShares) {
        let Forward { latent, filled, filling, attributes, snapped } = forward;
        let featurizer = &self.generator.featurizer;
        let shape = featurizer.shape();
        let (n, stride) = (latent.n, shape.n_slots * shape.n_elements);
        let (width, d) = (pulled.len() / n, attributes.codes.len() / n);
        let mut in_elements = vec![0.0; n * stride];
        let descriptors = shape.n_slots * shape.n_descriptors;
        let mut in_descriptors = vec![0.0; n * descriptors];
        let mut in_codes = vec![0.0; n * d];
        for row in 0..n {
            let sample = (&*filled[row], &snapped[row * d..][..d], latent.given(row));
            let mut slots = SlotGradients {
                elements: &mut in_elements[row * stride..][..stride],
                descriptors: &mut in_descriptors[row * descriptors..][..descriptors],
            };
            let pulled = &pulled[row * width..][..width];
            featurizer.pull_sample(sample, pulled, &mut slots, &mut in_codes[row * d..][..d]);
        }
        let (in_inputs, of_attributes) = self.attributes.pull(n, attributes, &in_codes);
        let s = in_inputs.len() / n;
        for (row, filled) in filled.iter().enumerate() {
            let mut slots = SlotGradients {
                elements: &mut in_elements[row * stride..][..stride],
                descriptors: &mut in_descriptors[row * descriptors..][..descriptors],
            };
            if s > 0 {
                let in_statistics = &in_inputs[row * s..][..shape.n_statistics()];
                featurizer.pull_statistics(filled, in_statistics, &mut slots);
            }
            featurizer.pull_descriptors(filled.len(), slots);
        }
        (self.slots.pull(&latent, filling, &mut in_elements), of_attributes)
    }
}

/// Gradients of the regulariser alone; none where the weights lie outside the memory of the process.
pub(super) fn regularizer_gradients(
    generator: &MaterialsGenerator,
    real: &Labelled,
    latent: &MaterialsLatent,
) -> Option<GradientsParams> {
    let attributes = AttributeNetworks::of(generator)?;
    let (_, shares) = real_scores(generator, &attributes, real, latent)?;
    let mut params = GradientsParams::new();
    attributes.register(generator, shares, &mut params);
    Some(params)
}

/// The regulariser and the shares of its gradients.
fn real_scores(
    generator: &MaterialsGenerator,
    attributes: &AttributeNetworks<'_>,
    real: &Labelled,
    latent: &MaterialsLatent,
) -> Option<(f64, Vec<AttributeShares>)> {
    let shape = generator.featurizer.shape();
    if shape.n_properties == 0 {
        return Some((0.0, Vec::new()));
    }
    let n = real.x.dims()[0];
    let (fractions, codes) = generator.featurizer.known_of(real)?;
    let z = copied(latent.z_property.clone())?;
    let (e, d, w) = (shape.n_elements, shape.n_properties, z.len() / n);
    let starts: Vec<usize> = (0..n).step_by(CHUNK).collect();
    let chunk = |from: usize| {
        let rows = from..(from + CHUNK).min(n);
        let (mut inputs, mut truth) = (Vec::new(), Vec::new());
        for row in rows.clone() {
            let filled = Featurizer::filled_of(&fractions[row * e..][..e]);
            generator.featurizer.append_statistics(&filled, &mut inputs);
            let used = (0..shape.n_slots).map(|slot| f32::from(u8::from(slot < filled.len())));
            inputs.extend(used);
            truth.extend_from_slice(&codes[row * d..][..d]);
        }
        let z = &z[rows.start * w..rows.end * w];
        attributes.scores((&inputs, &truth, z), (rows.len(), n))
    };
    let parts: Vec<(f64, AttributeShares)> = starts.into_par_iter().map(chunk).collect();
    let (sums, shares): (Vec<f64>, Vec<AttributeShares>) = parts.into_iter().unzip();
    Some((sums.iter().sum::<f64>() / n as f64, shares))
}
