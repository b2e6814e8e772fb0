//! Generator of coded rows.

use std::ops::Range;

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_distr::{Distribution, Exp1};
use wgan_cond::{FilmGenerator, Labelled};
use wgan_core::model::{Batch, Prior, Sample};
use wgan_core::{GaussianPrior, Generator, MlpConfig, WganError};

use super::layout::Layout;

/// What a row is made from.
#[derive(Clone, Debug)]
pub(super) struct TableLatent {
    /// `N(0, I)`, `[n, k]`.
    z: Tensor<2>,
    /// Standard Gumbel, `[n, d]`: turns logits into draws.
    gumbel: Tensor<2>,
    /// Coded conditions, `[n, m]`.
    y: Tensor<2>,
}

impl Batch for TableLatent {
    fn part(&self, rows: Range<usize>) -> Self {
        Self {
            z: self.z.part(rows.clone()),
            gumbel: self.gumbel.part(rows.clone()),
            y: self.y.part(rows),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            z: self.z.to_device(device),
            gumbel: self.gumbel.to_device(device),
            y: self.y.to_device(device),
        }
    }
}

/// Law of the latents.
#[derive(Clone, Copy, Debug)]
pub(super) struct TablePrior {
    /// Dimension of the normal part.
    pub(super) dim: usize,
    /// Entries of a code.
    pub(super) width: usize,
}

impl TablePrior {
    /// One latent for each coded condition `[n, m]`.
    pub(super) fn sample<R: Rng>(&self, y: Tensor<2>, rng: &mut R, device: &Device) -> TableLatent {
        let n = y.dims()[0];
        let z = GaussianPrior { dim: self.dim }.sample(n, rng, device);
        // −ln E is standard Gumbel for E ~ Exp(1).
        let exponential = Exp1.sample_iter(rng).take(n * self.width);
        let gumbel: Vec<f32> = exponential.map(|e: f32| -e.max(f32::MIN_POSITIVE).ln()).collect();
        let gumbel = Tensor::from_data(TensorData::new(gumbel, [n, self.width]), device);
        TableLatent { z, gumbel, y }
    }
}

impl Prior<Labelled> for TablePrior {
    type Latent = TableLatent;

    fn draw<R: Rng>(&self, real: &Labelled, rng: &mut R, device: &Device) -> TableLatent {
        debug_assert!(real.batch_size() > 0);
        self.sample(real.y.clone().inner(), rng, device)
    }
}

/// A perceptron modulated by the condition gives a logit and an offset for each entry; classes and modes are drawn from
/// the logits, whose start are the frequencies of the data.
#[derive(Module, Debug)]
pub(super) struct TableGenerator {
    trunk: FilmGenerator,
    frequency: Param<Tensor<2>>,
    layout: Layout,
}

impl TableGenerator {
    /// Generator with host-drawn weights; `config` is that of a network from noise to codes of `config.d_output` entries.
    pub(super) fn new<R: Rng>(
        config: &MlpConfig,
        n_conditions: usize,
        frequency: Vec<f32>,
        layout: Layout,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let d = config.d_output;
        let both = MlpConfig { d_output: 2 * d, ..config.clone() };
        let trunk = FilmGenerator::new(&both, n_conditions, rng, device)?;
        let frequency = Param::from_data(TensorData::new(frequency, [1, d]), device);
        Ok(Self { trunk, frequency, layout })
    }

    /// Codes, `[n, d]`.
    pub(super) fn codes(&self, latent: &TableLatent) -> Tensor<2> {
        let d = latent.gumbel.dims()[1];
        let out = self.trunk.forward(latent.z.clone(), latent.y.clone()); // [n, 2d]
        let logits = out.clone().narrow(1, 0, d) + self.frequency.val();
        self.layout.draw(logits + latent.gumbel.clone(), out.narrow(1, d, d))
    }
}

impl Generator for TableGenerator {
    type Latent = TableLatent;
    type Sample = Labelled;

    fn generate(&self, latent: &TableLatent) -> Labelled {
        Labelled { x: self.layout.features(self.codes(latent)), y: latent.y.clone() }
    }
}
