//! Known materials as real samples.

use burn::tensor::{Device, Tensor, TensorData};
use wgan_cond::Labelled;
use wgan_core::Dataset;

use super::alphabet::Slots;
use super::{Alphabet, Featurizer, FeaturizerShape, Given, PropertySpace};
use crate::composition::Composition;
use crate::table::Property;

/// Rows whose charge balance is worked out at once.
const BALANCED_AT_ONCE: usize = 1024;

/// Known materials, turned into samples batch by batch.
pub struct MaterialsData {
    rows: Vec<Slots>,
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
    /// Samples of these compositions, all of whose elements are in `alphabet`, their properties and what is given
    /// of them.
    pub fn new(
        compositions: &[Composition],
        properties: &[Property],
        alphabet: &Alphabet,
        space: &PropertySpace,
        given: Given,
        device: &Device,
    ) -> Self {
        let mut data = Self {
            rows: compositions.iter().filter_map(|c| alphabet.encode(c)).collect(),
            charge_balance: Vec::with_capacity(compositions.len()),
            properties: space.encode(properties),
            width: space.width(),
            featurizer: Featurizer::new(alphabet, space.width(), device)
                .with_given(given.width(), space.places(&given.properties)),
            given,
            device: device.clone(),
        };
        let all: Vec<usize> = (0..data.rows.len()).collect();
        for rows in all.chunks(BALANCED_AT_ONCE) {
            let balance = data.featurizer.charge_balance(data.elements(rows), data.amounts(rows));
            data.charge_balance.extend(balance.into_data().iter::<f32>());
        }
        data
    }

    /// Sizes of everything.
    pub fn shape(&self) -> FeaturizerShape {
        self.featurizer.shape()
    }

    /// One-hot elements `[n, k, e]` of the given rows.
    fn elements(&self, rows: &[usize]) -> Tensor<3> {
        let rows = rows.iter().map(|&row| self.rows[row].as_slice());
        elements_tensor(rows, self.featurizer.shape(), &self.device)
    }

    /// Amounts `[n, k]` of the given rows.
    fn amounts(&self, rows: &[usize]) -> Tensor<2> {
        let amounts = rows.iter().map(|&row| self.rows[row].as_slice());
        amounts_tensor(amounts, self.featurizer.shape().n_slots, &self.device)
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
        self.rows.len()
    }

    fn batch(&self, rows: &[usize]) -> Labelled {
        let balance: Vec<f32> = rows.iter().map(|&row| self.charge_balance[row]).collect();
        let balance = Tensor::from_data(TensorData::new(balance, [rows.len(), 1]), &self.device);
        let elements = self.elements(rows);
        let given = self.given.codes(rows, &self.device);
        self.featurizer.features(
            elements,
            self.amounts(rows),
            balance,
            self.properties(rows),
            given,
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
