//! What the entries of a coded row mean, as matrices.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use wgan_core::tensor_of;

use super::coding::{ColumnCoding, Kind, WIDTH};
use super::{Component, TableEncoder};

/// Logits of entries that no row has.
const RAREST: f64 = 1e-4;

/// Where a code of `d` entries has its one-hot blocks, its offsets and its numbers.
#[derive(Module, Debug)]
pub(super) struct Layout {
    /// First entry and number of entries of each one-hot block.
    #[module(skip)]
    blocks: Vec<(usize, usize)>,
    /// 1 for one-hot entries, `[1, d]`.
    is_entry: Tensor<2>,
    /// One-hot entries by block, `[d, blocks]`.
    membership: Tensor<2>,
    /// From modes with a width to the offset of their column, `[d, d]`.
    offset_of: Tensor<2>,
    /// Place of the middle of each mode, by number, `[d, numbers]`; none without numbers.
    places: Option<[Tensor<2>; 3]>,
}

impl Layout {
    pub(super) fn new(encoder: &TableEncoder, device: &Device) -> Self {
        let d = encoder.width();
        let columns = encoder.columns();
        let is_number = |column: &&ColumnCoding| matches!(column.kind, Kind::Numbers(_));
        let n_numbers = columns.iter().filter(is_number).count();
        let (mut is_entry, mut membership) =
            (Array2::zeros((1, d)), Array2::zeros((d, columns.len())));
        let mut offset_of = Array2::zeros((d, d));
        let mut places = [(); 3].map(|()| Array2::zeros((d, n_numbers)));
        let (mut blocks, mut start, mut number) = (Vec::new(), 0, 0);
        for (block, column) in columns.iter().enumerate() {
            let offset = start + column.n_entries();
            for entry in start..offset {
                is_entry[[0, entry]] = 1.0;
                membership[[entry, block]] = 1.0;
            }
            if let Kind::Numbers(numbers) = &column.kind {
                let modes: Vec<Component> = numbers.modes().collect();
                for (k, mode) in modes.iter().enumerate() {
                    places[0][[start + k, number]] = place(&modes, mode.mean);
                    if mode.sd > 0.0 {
                        offset_of[[start + k, offset]] = 1.0;
                        let ends = [1.0, -1.0].map(|s| place(&modes, mode.mean + s * mode.sd));
                        places[1][[start + k, number]] = WIDTH * (ends[0] - ends[1]) / 2.0;
                    }
                }
                if column.has_offset() {
                    places[2][[offset, number]] = 1.0;
                }
                number += 1;
            }
            blocks.push((start, column.n_entries()));
            start += column.width();
        }
        Self {
            blocks,
            is_entry: tensor_of(is_entry.view(), device),
            membership: tensor_of(membership.view(), device),
            offset_of: tensor_of(offset_of.view(), device),
            places: (n_numbers > 0).then(|| places.map(|matrix| tensor_of(matrix.view(), device))),
        }
    }

    /// Entries of the features of a row.
    pub(super) fn n_features(&self) -> usize {
        let n_numbers = self.places.as_ref().map_or(0, |[middle, ..]| middle.dims()[1]);
        self.is_entry.dims()[1] + n_numbers
    }

    /// What the critic sees of codes `[n, d]`: the codes, then the place of each number among the values of its column, on
    /// a scale of one, `[n, d + numbers]`.
    ///
    /// Two numbers that go together do so across their modes; by place, that is one slope for a critic.
    pub(super) fn features(&self, codes: Tensor<2>) -> Tensor<2> {
        let Some([middle, slope, offset]) = &self.places else { return codes };
        let within = codes.clone().matmul(slope.clone()) * codes.clone().matmul(offset.clone());
        let place = codes.clone().matmul(middle.clone()) + within;
        Tensor::cat(vec![codes, place], 1)
    }

    /// Codes from logits with Gumbel noise added and an offset for each mode, all `[n, d]`.
    ///
    /// One-hot entries are drawn; the gradient passes straight through to their softmax (Bengio, Léonard, Courville 2013;
    /// Jang, Gu, Poole 2017).
    pub(super) fn draw(&self, noisy: Tensor<2>, offsets: Tensor<2>) -> Tensor<2> {
        let (hard, largest) = self.chosen(noisy.clone());
        // Offsets have no logit: zero there, lest an infinite exponential times zero be no number.
        let e = ((noisy - largest) * self.is_entry.clone()).exp() * self.is_entry.clone();
        let sums =
            e.clone().matmul(self.membership.clone()).matmul(self.membership.clone().transpose());
        let soft = e / (sums - self.is_entry.clone() + 1.0);
        let entries = soft.clone() + (hard - soft.inner());
        entries.clone() + (entries * offsets).matmul(self.offset_of.clone())
    }

    /// One-hot of the largest logit of each block, and that logit in all entries of the block; as constants.
    fn chosen(&self, noisy: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let [n, d] = noisy.dims();
        let device = noisy.device();
        let values: Vec<f32> = noisy.inner().into_data().iter::<f32>().collect();
        let (mut hard, mut largest) = (vec![0.0_f32; n * d], vec![0.0_f32; n * d]);
        for (row, values) in values.chunks(d).enumerate() {
            for &(start, len) in &self.blocks {
                let block = &values[start..start + len];
                let larger = |best: usize, i: usize| if block[i] > block[best] { i } else { best };
                let best = (0..len).fold(0, larger);
                hard[row * d + start + best] = 1.0;
                largest[row * d + start..][..len].fill(block[best]);
            }
        }
        let constant = |values| Tensor::from_data(TensorData::new(values, [n, d]), &device);
        (constant(hard), constant(largest))
    }
}

/// `ln` of the share of the rows with each one-hot entry, 0 for offsets.
pub(super) fn log_frequencies(codes: &Array2<f64>, encoder: &TableEncoder) -> Vec<f32> {
    let mean = |entry: usize| codes.column(entry).mean().unwrap_or(0.0);
    let mut logs = Vec::with_capacity(encoder.width());
    for column in encoder.columns() {
        let start = logs.len();
        let log = |entry: usize| mean(start + entry).max(RAREST).ln() as f32;
        logs.extend((0..column.n_entries()).map(log));
        logs.resize(start + column.width(), 0.0);
    }
    logs
}

/// `√12·(F(v) − ½)` with the distribution function of the modes, logistic instead of normal: an increasing function on
/// a scale of one is all that is needed.
fn place(modes: &[Component], value: f64) -> f64 {
    let below = |mode: &Component| {
        if mode.sd > 0.0 {
            // The logistic curve nearest to a normal one has 1.702 times its argument.
            mode.weight / (1.0 + (-1.702 * (value - mode.mean) / mode.sd).exp())
        } else {
            mode.weight
                * (0.5
                    + 0.5
                        * (value - mode.mean).partial_cmp(&0.0).map_or(0.0, |o| f64::from(o as i8)))
        }
    };
    12_f64.sqrt() * (modes.iter().map(below).sum::<f64>() - 0.5)
}
