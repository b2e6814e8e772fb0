//! Features of single samples, as numbers, and the gradients of a function of them.
//!
//! A composition fills few of the slots with one element each, so its features are written down from these alone.

use std::borrow::Cow;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use wgan_cond::Labelled;
use wgan_core::fused::copied;

use super::{DESCRIPTOR_WEIGHT, FRACTION_WEIGHT, Featurizer, FeaturizerShape, GIVEN_WEIGHT};
use crate::model::charge_balance::ChargeBalance;

/// The element in each used slot, by its place in the alphabet, and its fraction.
pub(in crate::model) type Filled = [(usize, f32)];

/// What a sample is made of.
pub(in crate::model) struct SampleRow<'a> {
    pub(in crate::model) filled: Cow<'a, Filled>,
    /// 1 where the charges balance, else 0; none where it is to be worked out.
    pub(in crate::model) charge_balance: Option<f32>,
    /// Codes of numbers and classes, `[d]`.
    pub(in crate::model) codes: &'a [f32],
    /// Code of what is given, `[m]`.
    pub(in crate::model) given: &'a [f32],
}

/// Gradients in what fills the slots of a sample.
pub(in crate::model) struct SlotGradients<'a> {
    /// In the elements, `[k, e]`.
    pub(in crate::model) elements: &'a mut [f32],
    /// In their descriptors, `[k, p]`.
    pub(in crate::model) descriptors: &'a mut [f32],
}

/// The used slots of a composition.
pub(in crate::model) fn filled_slots(slots: &[(usize, f64)]) -> Box<Filled> {
    let total: f32 = slots.iter().map(|&(_, amount)| amount as f32).sum();
    slots.iter().map(|&(element, amount)| (element, amount as f32 / total)).collect()
}

/// Samples per task.
const CHUNK: usize = 64;

impl Featurizer {
    /// Samples and conditions of `n` rows, as [`Featurizer::features`] has them.
    pub(in crate::model) fn samples<'a>(
        &self,
        n: usize,
        row: impl Fn(usize) -> SampleRow<'a> + Sync,
        device: &Device,
    ) -> Labelled {
        let (width, m) = (self.shape.n_features(), self.shape.n_conditions());
        let (mut x, mut y) = (vec![0.0_f32; n * width], vec![0.0_f32; n * m]);
        let chunks = x.par_chunks_mut(CHUNK * width).zip(y.par_chunks_mut(CHUNK * m));
        chunks.enumerate().for_each(|(chunk, (x, y))| {
            for (i, (x, y)) in x.chunks_mut(width).zip(y.chunks_mut(m)).enumerate() {
                let row = row(chunk * CHUNK + i);
                self.write_sample(&row, x);
                self.write_condition(&row, y);
            }
        });
        let tensor = |values, d| Tensor::from_data(TensorData::new(values, [n, d]), device);
        Labelled { x: tensor(x, width), y: tensor(y, m) }
    }

    /// Writes a sample into zeros, `[n_features]`.
    fn write_sample(&self, row: &SampleRow<'_>, x: &mut [f32]) {
        let SampleRow { filled, codes, given, .. } = row;
        let parts = self.parts(x.len());
        let (e, p) = (self.shape.n_elements, self.shape.n_descriptors);
        let slot_scale = self.slot_scale();
        for (slot, &(element, fraction)) in filled.iter().enumerate() {
            let descriptors = self.descriptors_of(element);
            x[slot * e + element] = 1.0;
            let own = &mut x[parts.described + slot * p..][..p];
            own.iter_mut().zip(descriptors).for_each(|(x, d)| *x = d * slot_scale);
            x[parts.fractions + element] += fraction * FRACTION_WEIGHT;
            let mean = &mut x[parts.mean..][..p];
            mean.iter_mut().zip(descriptors).for_each(|(x, d)| *x += d * fraction);
        }
        let balance = row.charge_balance;
        x[parts.balance] =
            balance.unwrap_or_else(|| self.charge_balance.value(&millionths(filled)));
        for (column, deviation) in self.deviations_of(codes, given).enumerate() {
            x[parts.balance + 1 + column] = deviation.value(codes, given);
        }
        x[parts.properties..].copy_from_slice(&codes[..self.shape.n_properties]);
    }

    /// Writes a condition into zeros, `[2k + m]`.
    fn write_condition(&self, row: &SampleRow<'_>, y: &mut [f32]) {
        let k = self.shape.n_slots;
        for (slot, &(_, fraction)) in row.filled.iter().enumerate() {
            (y[slot], y[k + slot]) = (fraction * FRACTION_WEIGHT, 1.0);
        }
        y[2 * k..].copy_from_slice(row.given);
    }

    /// Weighted fractions of the elements, `[n, e]`, and codes, `[n, d]`, of samples of materials; none if they are not `f32`.
    pub(in crate::model) fn known_of(&self, sample: &Labelled) -> Option<(Vec<f32>, Vec<f32>)> {
        let parts = self.parts(self.shape.n_features());
        let columns = |from, width| copied(sample.x.clone().inner().narrow(1, from, width));
        let fractions = columns(parts.fractions, self.shape.n_elements)?;
        Some((fractions, columns(parts.properties, self.shape.n_properties)?))
    }

    /// The filled composition with these weighted fractions, `[e]`.
    pub(in crate::model) fn filled_of(fractions: &[f32]) -> Vec<(usize, f32)> {
        let filled = fractions.iter().enumerate().filter(|(_, fraction)| **fraction > 0.0);
        filled.map(|(element, fraction)| (element, fraction / FRACTION_WEIGHT)).collect()
    }

    /// Adds the gradient of a function whose gradient in the sample is `g` to those in the slots and in the codes, `[d]`.
    pub(in crate::model) fn pull_sample(
        &self,
        (filled, codes, given): (&Filled, &[f32], &[f32]),
        g: &[f32],
        slots: &mut SlotGradients<'_>,
        in_codes: &mut [f32],
    ) {
        let parts = self.parts(g.len());
        let (e, p) = (self.shape.n_elements, self.shape.n_descriptors);
        let slot_scale = self.slot_scale();
        for (slot, &(_, fraction)) in filled.iter().enumerate() {
            let row = &mut slots.elements[slot * e..][..e];
            let (own, all) = (&g[slot * e..][..e], &g[parts.fractions..][..e]);
            for ((to, own), all) in row.iter_mut().zip(own).zip(all) {
                *to += own + all * (fraction * FRACTION_WEIGHT);
            }
            let (own, mean) = (&g[parts.described + slot * p..][..p], &g[parts.mean..][..p]);
            let described = &mut slots.descriptors[slot * p..][..p];
            for ((to, own), mean) in described.iter_mut().zip(own).zip(mean) {
                *to += own * slot_scale + mean * fraction;
            }
        }
        let of_balance = g[parts.balance];
        if of_balance != 0.0 {
            self.charge_balance.pull(&millionths(filled), e, of_balance, slots.elements);
        }
        for (column, deviation) in self.deviations_of(codes, given).enumerate() {
            deviation.pull(codes, given, g[parts.balance + 1 + column], in_codes);
        }
        let direct = &g[parts.properties..];
        in_codes.iter_mut().zip(direct).for_each(|(to, g)| *to += g);
    }

    /// Appends the statistics of a composition, `[e + 2p]`, as [`Featurizer::statistics`] has them.
    pub(in crate::model) fn append_statistics(&self, filled: &Filled, to: &mut Vec<f32>) {
        let (e, p) = (self.shape.n_elements, self.shape.n_descriptors);
        let start = to.len();
        to.resize(start + self.shape.n_statistics(), 0.0);
        let (fractions, moments) = to[start..].split_at_mut(e);
        let (mean, deviation) = moments.split_at_mut(p);
        for &(element, fraction) in filled {
            fractions[element] += fraction * FRACTION_WEIGHT;
            let descriptors = self.descriptors_of(element);
            mean.iter_mut().zip(descriptors).for_each(|(x, d)| *x += d * fraction);
        }
        for &(element, fraction) in filled {
            let parts = deviation.iter_mut().zip(mean.iter()).zip(self.descriptors_of(element));
            parts.for_each(|((x, mean), d)| *x += (d - mean).abs() * fraction);
        }
    }

    /// Adds the gradient of a function whose gradient in the statistics is `g` to that in the slots.
    pub(in crate::model) fn pull_statistics(
        &self,
        filled: &Filled,
        g: &[f32],
        slots: &mut SlotGradients<'_>,
    ) {
        let (e, p) = (self.shape.n_elements, self.shape.n_descriptors);
        let (in_fractions, moments) = g.split_at(e);
        let (in_mean, in_deviation) = moments.split_at(p);
        let mut mean = vec![0.0; p];
        for &(element, fraction) in filled {
            let parts = mean.iter_mut().zip(self.descriptors_of(element));
            parts.for_each(|(x, d)| *x += d * fraction);
        }
        // Σ fᵢ |dᵢ − mean| falls by Σ fᵢ sign(dᵢ − mean) as the mean rises.
        let mut in_all = in_mean.to_vec();
        for &(element, fraction) in filled {
            for (j, d) in self.descriptors_of(element).iter().enumerate() {
                in_all[j] -= fraction * sign(d - mean[j]) * in_deviation[j];
            }
        }
        for (slot, &(element, fraction)) in filled.iter().enumerate() {
            let described = &mut slots.descriptors[slot * p..][..p];
            for (j, d) in self.descriptors_of(element).iter().enumerate() {
                let own = sign(d - mean[j]) * in_deviation[j];
                described[j] += (in_all[j] + own) * fraction;
            }
            let parts = slots.elements[slot * e..][..e].iter_mut().zip(in_fractions);
            parts.for_each(|(to, g)| *to += g * (fraction * FRACTION_WEIGHT));
        }
    }

    /// Adds what the gradients in the descriptors of the first `n` slots are in their elements, `D g`.
    pub(in crate::model) fn pull_descriptors(&self, n: usize, slots: SlotGradients<'_>) {
        let (e, p) = (self.shape.n_elements, self.shape.n_descriptors);
        let both = slots.elements.chunks_exact_mut(e).zip(slots.descriptors.chunks_exact(p));
        for (elements, g) in both.take(n) {
            for (to, descriptors) in elements.iter_mut().zip(self.host_descriptors.chunks_exact(p))
            {
                *to += descriptors.iter().zip(g).map(|(d, g)| d * g).sum::<f32>();
            }
        }
    }

    fn descriptors_of(&self, element: usize) -> &[f32] {
        let p = self.shape.n_descriptors;
        &self.host_descriptors[element * p..][..p]
    }

    fn slot_scale(&self) -> f32 {
        DESCRIPTOR_WEIGHT / (self.shape.n_slots as f32).sqrt()
    }

    /// Where the parts of a sample of this width begin.
    fn parts(&self, width: usize) -> Parts {
        let FeaturizerShape { n_slots: k, n_elements: e, n_descriptors: p, .. } = self.shape;
        let (described, fractions) = (k * e, k * (e + p));
        let properties = width - self.shape.n_properties;
        Parts { described, fractions, mean: fractions + e, balance: fractions + e + p, properties }
    }

    /// How the codes deviate from what is given, column by column; nothing where nothing is given.
    fn deviations_of(&self, codes: &[f32], given: &[f32]) -> impl Iterator<Item = Deviation> + '_ {
        debug_assert!(codes.len() >= self.shape.n_properties);
        debug_assert_eq!(given.len(), self.shape.n_given);
        let FeaturizerShape { n_given: m, n_held: g, .. } = self.shape;
        let mut start = m - g - self.held.iter().map(std::ops::Range::len).sum::<usize>();
        self.held.iter().enumerate().map(move |(column, entries)| {
            let expected = start;
            start += entries.len();
            Deviation { entries: entries.clone(), expected, is_known: m - g + column }
        })
    }
}

/// Where the parts of a sample begin.
struct Parts {
    described: usize,
    fractions: usize,
    mean: usize,
    balance: usize,
    properties: usize,
}

/// How far a drawn number or class is from the given one.
struct Deviation {
    /// Entries in the codes.
    entries: std::ops::Range<usize>,
    /// First of as many entries in what is given.
    expected: usize,
    /// Entry in what is given that is 1 where it is known.
    is_known: usize,
}

impl Deviation {
    fn differences<'a>(
        &'a self,
        codes: &'a [f32],
        given: &'a [f32],
    ) -> impl Iterator<Item = f32> + 'a {
        codes[self.entries.clone()].iter().zip(&given[self.expected..]).map(|(a, b)| a - b)
    }

    fn value(&self, codes: &[f32], given: &[f32]) -> f32 {
        let differences = self.differences(codes, given);
        let deviation = match self.entries.len() {
            1 => differences.sum::<f32>(),
            _ => differences.map(f32::abs).sum::<f32>() * 0.5,
        };
        deviation * given[self.is_known] * GIVEN_WEIGHT
    }

    fn pull(&self, codes: &[f32], given: &[f32], g: f32, in_codes: &mut [f32]) {
        let weight = g * given[self.is_known] * GIVEN_WEIGHT;
        let is_number = self.entries.len() == 1;
        for (to, difference) in
            in_codes[self.entries.clone()].iter_mut().zip(self.differences(codes, given))
        {
            *to += if is_number { weight } else { weight * 0.5 * sign(difference) };
        }
    }
}

/// −1, 0 or 1.
fn sign(x: f32) -> f32 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// Elements and fractions in millionths.
fn millionths(filled: &Filled) -> Vec<(usize, i64)> {
    filled.iter().map(|&(e, fraction)| (e, ChargeBalance::millionths(fraction))).collect()
}
