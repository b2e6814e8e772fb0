//! What rows are made from.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1};
use wgan_core::GaussianPrior;
use wgan_core::model::{Batch, Prior};

use super::{Anchors, RowSample};

/// Latents of rows.
#[derive(Clone, Debug)]
pub struct RowLatent {
    /// Standard normal, `[n, noise]`.
    pub z: Tensor<2>,
    /// Standard Gumbel, `[n, e]`, which turns logits into draws; none where there are no one-hot entries.
    pub gumbel: Option<Tensor<2>>,
    /// Blurred codes of known rows, `[n, k + e]`; none where rows start from noise alone.
    pub anchor: Option<Tensor<2>>,
    /// Context or coded conditions, `[n, m]`.
    pub y: Option<Tensor<2>>,
    /// Places of the known rows, `[n]`.
    pub rows: Tensor<1, Int>,
}

impl Batch for RowLatent {
    fn part(&self, rows: Range<usize>) -> Self {
        Self {
            z: self.z.part(rows.clone()),
            gumbel: self.gumbel.part(rows.clone()),
            anchor: self.anchor.part(rows.clone()),
            y: self.y.part(rows.clone()),
            rows: self.rows.clone().narrow(0, rows.start, rows.len()),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            z: Batch::to_device(self.z, device),
            gumbel: Batch::to_device(self.gumbel, device),
            anchor: Batch::to_device(self.anchor, device),
            y: Batch::to_device(self.y, device),
            rows: self.rows.to_device(device),
        }
    }
}

/// Law of the latents.
#[derive(Clone, Debug)]
pub struct RowPrior {
    /// Known rows; none where rows start from noise alone.
    pub anchors: Option<Anchors>,
    /// Components of the noise.
    pub noise: usize,
    /// One-hot entries `e` of a code.
    pub n_entries: usize,
}

impl RowPrior {
    /// One latent for each of these known rows, with these conditions.
    ///
    /// # Shapes
    /// - `y`: `[n, m]`, for `n` rows
    pub fn sample<R: Rng>(
        &self,
        rows: &[usize],
        y: Option<Tensor<2>>,
        rng: &mut R,
        device: &Device,
    ) -> RowLatent {
        let n = rows.len();
        let z = GaussianPrior { dim: self.noise }.sample(n, rng, device);
        let gumbel = (self.n_entries > 0).then(|| {
            // −ln E is standard Gumbel for E ~ Exp(1).
            let draw = |_| -Distribution::<f32>::sample(&Exp1, rng).max(f32::MIN_POSITIVE).ln();
            let gumbel: Vec<f32> = (0..n * self.n_entries).map(draw).collect();
            Tensor::from_data(TensorData::new(gumbel, [n, self.n_entries]), device)
        });
        let anchor = self.anchors.as_ref().map(|anchors| {
            let codes: Vec<f32> = rows.iter().flat_map(|&row| anchors.blurred(row, rng)).collect();
            let width = codes.len() / n.max(1);
            Tensor::from_data(TensorData::new(codes, [n, width]), device)
        });
        let rows: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let rows = Tensor::from_data(TensorData::new(rows, [n]), device);
        RowLatent { z, gumbel, anchor, y, rows }
    }
}

impl Prior<RowSample> for RowPrior {
    type Latent = RowLatent;

    /// With conditions, the anchors are the real rows, which have them; without, any rows.
    fn draw<R: Rng>(&self, real: &RowSample, rng: &mut R, device: &Device) -> RowLatent {
        let mut rows: Vec<usize> =
            real.rows.clone().into_data().iter::<i64>().map(|row| row as usize).collect();
        if let (None, Some(anchors)) = (&real.y, &self.anchors) {
            let learnt = anchors.learnt();
            rows.iter_mut().for_each(|row| *row = learnt[rng.random_range(0..learnt.len())]);
        }
        let y = real.y.clone().map(Tensor::inner);
        RowLatent { rows: real.rows.clone(), ..self.sample(&rows, y, rng, device) }
    }
}
