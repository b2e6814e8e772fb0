//! Latents as numbers.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::Tensor;
use wgan_core::fused::copied;

use crate::model::{Filled, MaterialsLatent, SlotRules};

/// The rows of a [`MaterialsLatent`], or some of them.
pub(super) struct LatentRows {
    /// Number of rows.
    pub(super) n: usize,
    /// Used slots of each row.
    pub(super) counts: Vec<usize>,
    all: Arc<Values>,
    /// The first row among all.
    start: usize,
}

/// What all rows of a batch are.
struct Values {
    n: usize,
    k: usize,
    e: usize,
    /// Fraction in each slot, `[n, k]`.
    fractions: Vec<f32>,
    given: Vec<f32>,
    z: Vec<f32>,
    gumbel: Vec<f32>,
    z_property: Vec<f32>,
    gumbel_class: Vec<f32>,
    rules: Option<Arc<SlotRules>>,
}

impl LatentRows {
    /// All rows; none where they are tracked or not `f32`.
    ///
    /// Used slots come before empty ones.
    pub(super) fn of(latent: &MaterialsLatent) -> Option<Self> {
        let [n, k] = latent.amounts.dims();
        let [_, _, e] = latent.gumbel.dims();
        if latent.z.is_autodiff() || latent.z_property.is_autodiff() {
            return None;
        }
        let mut fractions = copied(latent.amounts.clone().inner())?;
        let mut counts = Vec::with_capacity(n);
        for row in fractions.chunks_exact_mut(k) {
            counts.push(row.iter().filter(|&&amount| amount > 0.0).count());
            let total: f32 = row.iter().sum();
            row.iter_mut().for_each(|amount| *amount /= total);
        }
        let optional = |tensor: Option<Tensor<2>>| match tensor {
            Some(tensor) => copied(tensor.inner()),
            None => Some(Vec::new()),
        };
        let all = Values {
            n,
            k,
            e,
            fractions,
            given: optional(latent.given.clone())?,
            z: copied(latent.z.clone())?,
            gumbel: copied(latent.gumbel.clone())?,
            z_property: copied(latent.z_property.clone())?,
            gumbel_class: optional(latent.gumbel_class.clone())?,
            rules: latent.rules.clone(),
        };
        Some(Self { n, counts, all: Arc::new(all), start: 0 })
    }

    /// Rows `rows` alone.
    pub(super) fn part(&self, rows: Range<usize>) -> Self {
        Self {
            n: rows.len(),
            counts: self.counts[rows.clone()].to_vec(),
            all: Arc::clone(&self.all),
            start: self.start + rows.start,
        }
    }

    /// These rows of a matrix of all.
    fn rows<'a>(&self, values: &'a [f32]) -> &'a [f32] {
        let width = values.len() / self.all.n;
        &values[self.start * width..(self.start + self.n) * width]
    }

    /// A row of a matrix of all.
    fn row<'a>(&self, values: &'a [f32], row: usize) -> &'a [f32] {
        let width = values.len() / self.all.n;
        &values[(self.start + row) * width..][..width]
    }

    /// Noise of the properties, `[n, 16]`.
    pub(super) fn z_property(&self) -> &[f32] {
        self.rows(&self.all.z_property)
    }

    /// Noise of the classes, `[n, c]`; empty where there are none.
    pub(super) fn gumbel_class(&self) -> &[f32] {
        self.rows(&self.all.gumbel_class)
    }

    /// The rows that use more than `n` slots.
    pub(super) fn rows_with_more_than(&self, n: usize) -> Vec<usize> {
        (0..self.n).filter(|&row| self.counts[row] > n).collect()
    }

    /// Twice the fraction in a slot: what the networks see.
    pub(super) fn fraction(&self, row: usize, slot: usize) -> f32 {
        self.fractions(row)[slot] * 2.0
    }

    /// Fraction in each slot of a row, `[k]`.
    pub(super) fn fractions(&self, row: usize) -> &[f32] {
        self.row(&self.all.fractions, row)
    }

    /// Code of the given properties of a row, `[m]`.
    pub(super) fn given(&self, row: usize) -> &[f32] {
        self.row(&self.all.given, row)
    }

    /// Gumbel noise of a slot, `[e]`.
    pub(super) fn gumbel(&self, row: usize, slot: usize) -> &[f32] {
        &self.row(&self.all.gumbel, row)[slot * self.all.e..][..self.all.e]
    }

    /// The used slots of a row with these elements.
    pub(super) fn filled(&self, row: usize, elements: &[usize]) -> Box<Filled> {
        elements.iter().copied().zip(self.fractions(row).iter().copied()).collect()
    }

    /// Bars the elements that must not fill slot `slot` of a row with `count` used slots after `last`.
    pub(super) fn bar(&self, slot: usize, count: usize, last: Option<usize>, logits: &mut [f32]) {
        match &self.all.rules {
            None => {
                // Indices rise, and later slots need room.
                let allowed = last.map_or(0, |last| last + 1)..=self.all.e + slot - count;
                let barred = logits.iter_mut().enumerate().filter(|(i, _)| !allowed.contains(i));
                barred.for_each(|(_, logit)| *logit = f32::NEG_INFINITY);
            }
            Some(rules) => {
                let mut is_allowed = vec![false; self.all.e];
                rules.choices(count - slot, last).for_each(|element| is_allowed[element] = true);
                let barred = logits.iter_mut().zip(is_allowed).filter(|(_, allowed)| !allowed);
                barred.for_each(|(logit, _)| *logit = f32::NEG_INFINITY);
            }
        }
    }

    /// What the first layer sees of each row: latent, fractions, logarithms of the amounts, used slots, given properties.
    pub(super) fn pattern_inputs(&self) -> Vec<f32> {
        let Values { z, k, given, .. } = &*self.all;
        let width = (z.len() + given.len()) / self.all.n + 3 * k;
        let mut inputs = Vec::with_capacity(self.n * width);
        for row in 0..self.n {
            inputs.extend_from_slice(self.row(z, row));
            let fractions = || self.fractions(row).iter().map(|fraction| fraction * 2.0);
            inputs.extend(fractions());
            inputs.extend(fractions().map(|fraction| match fraction > 0.0 {
                true => ((fraction + 1e-9).ln().clamp(-5.0, 1.0) + 1.0) * 0.5,
                false => 0.0,
            }));
            inputs.extend(self.used(row));
            inputs.extend_from_slice(self.given(row));
        }
        inputs
    }

    /// 1 in used slots, 0 in empty ones.
    pub(super) fn used(&self, row: usize) -> impl Iterator<Item = f32> {
        let count = self.counts[row];
        (0..self.all.k).map(move |slot| f32::from(u8::from(slot < count)))
    }
}
