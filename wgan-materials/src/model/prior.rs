//! Latents of the materials generator.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1, StandardNormal};
use wgan_cond::Labelled;
use wgan_core::model::{Batch, Prior, Sample};

use super::{FeaturizerShape, SlotRules};

/// Normal components that steer the choice of elements.
pub(super) const ELEMENT_NOISE: usize = 32;
/// Normal components that steer the properties; two draws are taken, for the energy score.
pub(super) const PROPERTY_NOISE: usize = 8;

/// One latent per candidate: the amounts it shall have and the noise that picks the rest.
#[derive(Clone, Debug)]
pub struct MaterialsLatent {
    /// Amount in each slot, 0 in empty ones, `[n, k]`.
    pub amounts: Tensor<2>,
    /// Code of the given properties, `[n, m]`; none for `m = 0`.
    pub given: Option<Tensor<2>>,
    /// `N(0, I)`, `[n, 32]`.
    pub z: Tensor<2>,
    /// Standard Gumbel in used slots, `[n, k, e]`: turns logits into draws.
    pub gumbel: Tensor<3>,
    /// `N(0, I)`, `[n, 16]`.
    pub z_property: Tensor<2>,
    /// Standard Gumbel, one for each entry for classes; none where there are no classes.
    pub gumbel_class: Option<Tensor<2>>,
    /// Rules on the elements; none while a model is trained.
    pub rules: Option<Arc<SlotRules>>,
}

impl Batch for MaterialsLatent {
    fn part(&self, rows: Range<usize>) -> Self {
        Self {
            amounts: self.amounts.part(rows.clone()),
            given: self.given.part(rows.clone()),
            z: self.z.part(rows.clone()),
            gumbel: self.gumbel.part(rows.clone()),
            z_property: self.z_property.part(rows.clone()),
            gumbel_class: self.gumbel_class.part(rows),
            rules: self.rules.clone(),
        }
    }

    fn to_device(self, device: &Device) -> Self {
        Self {
            amounts: self.amounts.to_device(device),
            given: self.given.to_device(device),
            z: self.z.to_device(device),
            gumbel: self.gumbel.to_device(device),
            z_property: self.z_property.to_device(device),
            gumbel_class: self.gumbel_class.to_device(device),
            rules: self.rules,
        }
    }
}

/// Law of the latents: amounts as in the data, noise drawn on the host.
#[derive(Clone, Debug)]
pub struct MaterialsPrior {
    shape: FeaturizerShape,
}

impl MaterialsPrior {
    /// Prior for a model of these sizes.
    pub fn new(shape: FeaturizerShape) -> Self {
        Self { shape }
    }

    /// One latent for each row of amounts, `[n, k]`, and of given properties, `[n, m]`; no Gumbel noise is drawn for slots that
    /// are not used.
    pub fn latent<R: Rng>(
        &self,
        amounts: Tensor<2>,
        given: Option<Tensor<2>>,
        rng: &mut R,
        device: &Device,
    ) -> MaterialsLatent {
        let n = amounts.dims()[0];
        let (k, e) = (self.shape.n_slots, self.shape.n_elements);
        let used: Vec<f32> = amounts.clone().into_data().iter::<f32>().collect();
        let mut gumbel = vec![0.0; n * k * e];
        for (noise, _) in gumbel.chunks_exact_mut(e).zip(used).filter(|(_, amount)| *amount > 0.0) {
            fill_gumbel(noise, rng);
        }
        let mut latent = MaterialsLatent {
            amounts,
            given,
            z: normal([n, ELEMENT_NOISE], rng, device),
            gumbel: Tensor::from_data(TensorData::new(gumbel, [n, k, e]), device),
            z_property: normal([n, 2 * PROPERTY_NOISE], rng, device),
            gumbel_class: None,
            rules: None,
        };
        let c = self.shape.n_class_entries;
        if c > 0 {
            let mut noise = vec![0.0; n * c];
            fill_gumbel(&mut noise, rng);
            let noise = TensorData::new(noise, [n, c]);
            latent.gumbel_class = Some(Tensor::from_data(noise, device));
        }
        latent
    }
}

impl Prior<Labelled> for MaterialsPrior {
    type Latent = MaterialsLatent;

    /// Latents with the given properties of `real` and its amounts up to a factor: the condition holds fractions.
    fn draw<R: Rng>(&self, real: &Labelled, rng: &mut R, device: &Device) -> MaterialsLatent {
        debug_assert_eq!(real.y.dims()[1], self.shape.n_conditions());
        debug_assert!(real.batch_size() > 0);
        let FeaturizerShape { n_slots, n_given, .. } = self.shape;
        let condition = real.y.clone().inner();
        let amounts = condition.clone().narrow(1, 0, n_slots);
        let given = (n_given > 0).then(|| condition.narrow(1, 2 * n_slots, n_given));
        self.latent(amounts, given, rng, device)
    }

    /// The noise of the properties alone.
    fn draw_for_regularizer<R: Rng>(
        &self,
        real: &Labelled,
        rng: &mut R,
        device: &Device,
    ) -> MaterialsLatent {
        let n = real.batch_size();
        let nothing = || Tensor::zeros([n, 1], device);
        MaterialsLatent {
            amounts: real.y.clone().inner().narrow(1, 0, self.shape.n_slots),
            given: None,
            z: nothing(),
            gumbel: Tensor::zeros([n, 1, 1], device),
            z_property: normal([n, 2 * PROPERTY_NOISE], rng, device),
            gumbel_class: None,
            rules: None,
        }
    }
}

/// Standard Gumbel numbers: `−ln E` for `E ~ Exp(1)`.
fn fill_gumbel<R: Rng>(to: &mut [f32], rng: &mut R) {
    for number in to {
        let exponential: f32 = rng.sample(Exp1);
        *number = -exponential.max(f32::MIN_POSITIVE).ln();
    }
}

/// Standard normal numbers, drawn on the host.
fn normal<R: Rng>(dims: [usize; 2], rng: &mut R, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = StandardNormal.sample_iter(rng).take(dims[0] * dims[1]).collect();
    Tensor::from_data(TensorData::new(values, dims), device)
}
