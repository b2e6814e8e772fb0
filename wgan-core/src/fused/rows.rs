//! Matrices in the memory of the process.

use burn::tensor::{Device, Tensor, TensorData};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::buffers;

/// `n` rows of `d` numbers, one after the other.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) values: Vec<f32>,
    pub(super) n: usize,
    pub(super) d: usize,
}

impl Rows {
    /// Rows to be written over, with any values.
    pub(super) fn blank(n: usize, d: usize) -> Self {
        Self { values: buffers::take(n * d), n, d }
    }

    /// Rows of one value.
    pub(super) fn filled(n: usize, d: usize, value: f32) -> Self {
        let mut rows = Self::blank(n, d);
        rows.values.fill(value);
        rows
    }

    /// The values of `tensor: [n, d]`; none if they are not `f32`.
    pub(super) fn of(tensor: Tensor<2>) -> Option<Self> {
        let [n, d] = tensor.dims();
        Some(Self { values: tensor.into_data().try_into_vec().ok()?, n, d })
    }

    pub(super) fn as_ref(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.values, self.n, self.d)
    }

    fn as_mut(&mut self) -> MatMut<'_, f32> {
        MatMut::from_row_major_slice_mut(&mut self.values, self.n, self.d)
    }

    /// `self ← a·b`.
    pub(super) fn set_product(&mut self, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
        matmul(self.as_mut(), Accum::Replace, a, b, 1.0, Par::Seq);
    }

    /// `self ← self + a·b`.
    pub(super) fn add_product(&mut self, a: MatRef<'_, f32>, b: MatRef<'_, f32>) {
        matmul(self.as_mut(), Accum::Add, a, b, 1.0, Par::Seq);
    }

    /// `a·b`.
    pub(super) fn product(a: MatRef<'_, f32>, b: MatRef<'_, f32>) -> Self {
        let mut out = Self::blank(a.nrows(), b.ncols());
        out.set_product(a, b);
        out
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(x, y)| *x += y);
    }

    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.d)
    }

    /// Rows `from..to`, copied.
    pub(super) fn part(&self, from: usize, to: usize) -> Self {
        let mut part = Self::blank(to - from, self.d);
        part.values.copy_from_slice(&self.values[from * self.d..to * self.d]);
        part
    }

    /// The rows of all `parts`, which are `d` wide.
    pub(super) fn stacked(parts: &[Self], d: usize) -> Self {
        let mut all = Self::blank(parts.iter().map(|part| part.n).sum(), d);
        let mut from = 0;
        for part in parts {
            all.values[from..from + part.values.len()].copy_from_slice(&part.values);
            from += part.values.len();
        }
        all
    }

    pub(super) fn into_tensor(mut self, device: &Device) -> Tensor<2> {
        let values = std::mem::take(&mut self.values);
        Tensor::from_data(TensorData::new(values, [self.n, self.d]), device)
    }
}

impl Clone for Rows {
    fn clone(&self) -> Self {
        self.part(0, self.n)
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        buffers::put_back(std::mem::take(&mut self.values));
    }
}
