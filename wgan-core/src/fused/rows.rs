//! Batches as rows.

use burn::tensor::{Device, Tensor, TensorData};

use super::panels::Panels;
use super::perceptron::CHUNK;

/// `n` rows of `d` numbers, one after the other.
pub(super) struct Rows {
    values: Vec<f32>,
    pub(super) n: usize,
    pub(super) d: usize,
}

impl Rows {
    /// The values of `tensor: [n, d]`; none if they are not `f32`.
    pub(super) fn of(tensor: Tensor<2>) -> Option<Self> {
        let [n, d] = tensor.dims();
        Some(Self { values: tensor.into_data().try_into_vec().ok()?, n, d })
    }

    /// Rows `from..to`.
    pub(super) fn part(&self, from: usize, to: usize) -> &[f32] {
        &self.values[from * self.d..to * self.d]
    }

    /// The rows in chunks of [`CHUNK`].
    pub(super) fn chunks(&self) -> Vec<Panels> {
        let chunks = self.values.chunks(CHUNK * self.d);
        chunks.map(|rows| Panels::of_inputs(rows, self.d)).collect()
    }

    /// The first `d` numbers of the rows of all `chunks`, as a tensor.
    pub(super) fn joined(chunks: &[Panels], d: usize, device: &Device) -> Tensor<2> {
        let n: usize = chunks.iter().map(|chunk| chunk.n).sum();
        let mut values = Vec::with_capacity(n * d);
        chunks.iter().for_each(|chunk| chunk.append_columns(d, &mut values));
        Tensor::from_data(TensorData::new(values, [n, d]), device)
    }
}
