//! Latents that carry a condition.

use std::ops::Range;

use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::GaussianPrior;
use wgan_core::model::{Batch, Prior, Sample};

use crate::Labelled;

/// What a conditional generator starts from.
#[derive(Clone, Debug)]
pub struct ConditionalLatent {
    /// Noise, `[n, k]`.
    pub z: Tensor<2>,
    /// Coded conditions the samples are made for, `[n, m]`.
    pub y: Tensor<2>,
    /// Coded conditions the critic is shown, `[n, m]`: the same, unless the labels of the data are
    /// known to be wrong in a known way ([`NoisyLabelPrior`](crate::NoisyLabelPrior)).
    pub shown: Tensor<2>,
}

impl ConditionalLatent {
    /// Noise for conditions that are shown as they are.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`, `y`: `[n, m]`
    pub fn new(z: Tensor<2>, y: Tensor<2>) -> Self {
        Self { z, shown: y.clone(), y }
    }
}

impl Batch for ConditionalLatent {
    fn part(&self, rows: Range<usize>) -> Self {
        Self {
            z: self.z.part(rows.clone()),
            y: self.y.part(rows.clone()),
            shown: self.shown.part(rows),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            z: self.z.to_device(device),
            y: self.y.to_device(device),
            shown: self.shown.to_device(device),
        }
    }
}

/// `z ~ N(0, I)`, with the conditions of the real samples it is drawn for, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionalPrior {
    /// Dimension of the noise.
    pub dim: usize,
}

impl ConditionalPrior {
    /// One latent for each coded condition `[n, m]`.
    ///
    /// # Shapes
    /// - `y`: `[n, m]`
    pub fn sample<R: Rng>(&self, y: Tensor<2>, rng: &mut R, device: &Device) -> ConditionalLatent {
        let noise = GaussianPrior { dim: self.dim };
        ConditionalLatent::new(noise.sample(y.batch_size(), rng, device), y)
    }
}

impl Prior<Labelled> for ConditionalPrior {
    type Latent = ConditionalLatent;

    fn draw<R: Rng>(&self, real: &Labelled, rng: &mut R, device: &Device) -> ConditionalLatent {
        self.sample(real.y.clone(), rng, device)
    }
}
