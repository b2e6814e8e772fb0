//! Batches that can be parted and moved.

use std::fmt::Debug;
use std::ops::Range;

use burn::tensor::{Device, Tensor};

/// One row per sample: samples and latents, which several devices can share.
pub trait Batch: Clone + Debug + Send {
    /// Rows `rows` alone, in their order.
    #[must_use]
    fn part(&self, rows: Range<usize>) -> Self;

    /// The same values on `device`.
    #[must_use]
    fn to_device(self, device: &Device) -> Self;
}

/// Rows are the first dimension.
impl<const D: usize> Batch for Tensor<D> {
    fn part(&self, rows: Range<usize>) -> Self {
        self.clone().narrow(0, rows.start, rows.len())
    }

    fn to_device(self, device: &Device) -> Self {
        Tensor::to_device(self, device)
    }
}

impl<A: Batch, B: Batch> Batch for (A, B) {
    fn part(&self, rows: Range<usize>) -> Self {
        (self.0.part(rows.clone()), self.1.part(rows))
    }

    fn to_device(self, device: &Device) -> Self {
        (self.0.to_device(device), self.1.to_device(device))
    }
}

impl<B: Batch> Batch for Option<B> {
    fn part(&self, rows: Range<usize>) -> Self {
        self.as_ref().map(|batch| batch.part(rows))
    }

    fn to_device(self, device: &Device) -> Self {
        self.map(|batch| batch.to_device(device))
    }
}
