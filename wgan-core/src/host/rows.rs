//! Matrices in the memory of the process.

use burn::tensor::{Tensor, TensorData};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// `n` rows of `d` numbers, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) values: Vec<f32>,
    pub(super) n: usize,
    pub(super) d: usize,
}

impl Rows {
    pub(super) fn zeros(n: usize, d: usize) -> Self {
        Self { values: vec![0.0; n * d], n, d }
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
        let mut out = Self::zeros(a.nrows(), b.ncols());
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
        let values = self.values[from * self.d..to * self.d].to_vec();
        Self { values, n: to - from, d: self.d }
    }

    /// The rows of `self` followed by those of `other`.
    pub(super) fn followed_by(mut self, other: &Self) -> Self {
        self.values.extend_from_slice(&other.values);
        self.n += other.n;
        self
    }

    pub(super) fn into_tensor(self, device: &burn::tensor::Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(self.values, [self.n, self.d]), device)
    }
}
