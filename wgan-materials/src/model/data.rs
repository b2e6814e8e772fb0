//! Known materials as real samples.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;
use wgan_cond::Labelled;
use wgan_core::train::Dataset;

use super::alphabet::Slots;
use super::{Alphabet, ColumnSpace, Conditions, Featurizer, FeaturizerShape, Given};
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
        let balance = |c: &Composition| {
            alphabet.encode(c).map_or(0.0, |slots| featurizer.charge_balance_of(&slots))
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

    /// Filled slots of the given rows.
    fn slots(&self, rows: &[usize]) -> Vec<Slots> {
        let slots =
            |&row: &usize| self.alphabet.encode(&self.compositions[row]).unwrap_or_default();
        rows.iter().map(slots).collect()
    }

    /// Codes `[n, d]` of the given rows; one column of zeros where there are no properties.
    fn properties(&self, rows: &[usize]) -> Tensor<2> {
        if self.width == 0 {
            return Tensor::zeros([rows.len(), 1], &self.device);
        }
        let of = |row: &usize| &self.properties[row * self.width..(row + 1) * self.width];
        let values: Vec<f32> = rows.iter().flat_map(of).copied().collect();
        Tensor::from_data(TensorData::new(values, [rows.len(), self.width]), &self.device)
    }
}

impl Dataset for MaterialsData {
    type Sample = Labelled;

    fn len(&self) -> usize {
        self.compositions.len()
    }

    fn batch(&self, rows: &[usize]) -> Labelled {
        let balance: Vec<f32> = rows.iter().map(|&row| self.charge_balance[row]).collect();
        let balance = Tensor::from_data(TensorData::new(balance, [rows.len(), 1]), &self.device);
        let slots = self.slots(rows);
        let slots = || slots.iter().map(Vec::as_slice);
        let shape = self.featurizer.shape();
        self.featurizer.features(
            elements_tensor(slots(), shape, &self.device),
            amounts_tensor(slots(), shape.n_slots, &self.device),
            balance,
            self.properties(rows),
            self.given.codes(rows, &self.device),
        )
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
