//! Known materials as real samples.

use std::borrow::Cow;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use wgan_cond::Labelled;
use wgan_core::train::Dataset;

use super::{
    Alphabet, ColumnSpace, Conditions, Featurizer, FeaturizerShape, Given, SampleRow, filled_slots,
};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::table::Column;

/// Known materials, turned into samples batch by batch.
pub struct MaterialsData {
    compositions: Arc<[Composition]>,
    alphabet: Alphabet,
    /// 1 for neutral rows, else 0; it does not change, and is dear for many elements.
    charge_balance: Vec<f32>,
    /// `n × width` codes, row by row.
    properties: Vec<f32>,
    width: usize,
    given: Given,
    featurizer: Featurizer,
    device: Device,
}

impl MaterialsData {
    /// Samples of these compositions, all of whose elements are in `alphabet`, their numbers and classes, and what is given
    /// of them.
    ///
    /// # Errors
    /// If the conditions cannot be coded, which fitted ones can.
    pub fn new(
        compositions: Arc<[Composition]>,
        columns: &[Column],
        alphabet: &Alphabet,
        space: &ColumnSpace,
        conditions: &Conditions,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        let given = match conditions.width() {
            0 => Given::nothing(compositions.len()),
            _ => conditions.given()?,
        };
        let featurizer = Featurizer::new(alphabet, space, device).with_given(conditions, space);
        let balance = |composition: &Composition| {
            let slots = alphabet.encode(composition).unwrap_or_default();
            featurizer.charge_balance_of(&slots)
        };
        Ok(Self {
            charge_balance: compositions.par_iter().map(balance).collect(),
            compositions,
            alphabet: alphabet.clone(),
            properties: space.encode(columns),
            width: space.width(),
            given,
            featurizer,
            device: device.clone(),
        })
    }

    /// Sizes of everything.
    pub fn shape(&self) -> FeaturizerShape {
        self.featurizer.shape()
    }
}

impl Dataset for MaterialsData {
    type Sample = Labelled;

    fn len(&self) -> usize {
        self.compositions.len()
    }

    fn batch(&self, rows: &[usize]) -> Labelled {
        let row = |i: usize| {
            let row = rows[i];
            // Filled slots of millions of rows would take more memory than anything else.
            let slots = self.alphabet.encode(&self.compositions[row]).unwrap_or_default();
            SampleRow {
                filled: Cow::Owned(filled_slots(&slots).into_vec()),
                charge_balance: Some(self.charge_balance[row]),
                codes: &self.properties[row * self.width..][..self.width],
                given: self.given.code(row),
            }
        };
        self.featurizer.samples(rows.len(), row, &self.device)
    }
}

/// One-hot elements `[n, k, e]` of filled slots, 0 in empty ones.
pub(super) fn elements_tensor<'a>(
    rows: impl ExactSizeIterator<Item = &'a [(usize, f64)]>,
    shape: FeaturizerShape,
    device: &Device,
) -> Tensor<3> {
    let (n, stride) = (rows.len(), shape.n_slots * shape.n_elements);
    let mut values = vec![0.0_f32; n * stride];
    for (sample, row) in values.chunks_mut(stride).zip(rows) {
        for (slot, &(element, _)) in row.iter().enumerate() {
            sample[slot * shape.n_elements + element] = 1.0;
        }
    }
    Tensor::from_data(TensorData::new(values, [n, shape.n_slots, shape.n_elements]), device)
}

/// Amounts `[n, k]` of filled slots, 0 in empty ones.
pub(super) fn amounts_tensor<'a>(
    rows: impl ExactSizeIterator<Item = &'a [(usize, f64)]>,
    n_slots: usize,
    device: &Device,
) -> Tensor<2> {
    let n = rows.len();
    let mut values = vec![0.0_f32; n * n_slots];
    for (amounts, row) in values.chunks_mut(n_slots).zip(rows) {
        for (amount, slot) in amounts.iter_mut().zip(row) {
            *amount = slot.1 as f32;
        }
    }
    Tensor::from_data(TensorData::new(values, [n, n_slots]), device)
}
