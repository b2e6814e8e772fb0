//! Generator of the codes of rows.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::Rng;
use wgan_core::model::{Mlp, linear};
use wgan_core::{Generator, MlpConfig, WganError};

use super::{RowLatent, RowLayout, RowSample};

/// Sizes of a [`RowGenerator`].
#[derive(Config, Debug, PartialEq)]
pub struct RowGeneratorConfig {
    /// Components of the noise `z`, at least 1.
    pub noise: usize,
    /// Entries `m` of the context; 0 for none.
    pub n_context: usize,
    /// Whether rows depart from anchors.
    pub is_anchored: bool,
    /// Units per hidden layer, at least 1.
    #[config(default = 128)]
    pub width: usize,
}

/// Draws codes `[n, k + e]` from `(context, anchor, z)`.
///
/// A perceptron with two hidden layers gives numbers and logits. Numbers are added to those of the anchor. Logits are added to
/// the logarithms of the frequencies in the table, or of a mixture of these with the anchor's classes; classes are drawn from them
/// by the Gumbel-max trick.
#[derive(Module, Debug)]
pub struct RowGenerator {
    trunk: Mlp,
    head: Linear,
    /// Logarithms of the frequencies of the one-hot entries, `[1, e]`.
    frequency: Param<Tensor<2>>,
    layout: RowLayout,
}

/// Weight of the frequencies in the classes of an anchored row.
const SMOOTHING: f32 = 0.02;

/// Factor of the head's first weights where there are anchors, so that the first rows are these.
const START: f32 = 0.1;

/// Frequency of entries that no row has.
const RAREST: f64 = 1e-4;

impl RowGenerator {
    /// Generator with host-drawn weights; `frequencies` are those of the one-hot entries, `e` of them.
    ///
    /// # Errors
    /// [`WganError::Config`] if a size is zero, [`WganError::Shape`] if there are not `e` frequencies.
    pub fn new<R: Rng>(
        layout: RowLayout,
        config: &RowGeneratorConfig,
        frequencies: &[f64],
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let (width, e) = (layout.width(), layout.n_entries());
        if frequencies.len() != e {
            let (expected, got) = (vec![e], vec![frequencies.len()]);
            return Err(WganError::Shape { at: "frequencies", expected, got });
        }
        let anchor = if config.is_anchored { width } else { 0 };
        let trunk = MlpConfig::new(config.noise + config.n_context + anchor, config.width)
            .with_width(config.width)
            .with_depth(1)
            .init(rng, device)?;
        let mut head = linear(config.width, width, rng, device);
        if config.is_anchored {
            head.weight = Param::from_tensor(head.weight.val() * START);
            head.bias = head.bias.map(|bias| Param::from_tensor(bias.val() * START));
        }
        let logs: Vec<f32> = frequencies.iter().map(|f| f.max(RAREST).ln() as f32).collect();
        // Tensors cannot be empty.
        let logs = if e > 0 { logs } else { vec![0.0] };
        let shape = [1, logs.len()];
        let frequency = Param::from_data(TensorData::new(logs, shape), device);
        Ok(Self { trunk, head, frequency, layout })
    }

    /// The parts of a code.
    pub fn layout(&self) -> &RowLayout {
        &self.layout
    }

    /// Codes, `[n, k + e]`.
    ///
    /// # Shapes
    /// - `context`: `[n, m]`; `anchor`: `[n, k + e]`; none where the generator was made without
    /// - `z`: `[n, noise]`, standard normal; `gumbel`: `[n, e]`, standard Gumbel
    pub fn forward(
        &self,
        context: Option<Tensor<2>>,
        anchor: Option<Tensor<2>>,
        z: Tensor<2>,
        gumbel: Option<Tensor<2>>,
    ) -> Tensor<2> {
        let (n, k, e) = (z.dims()[0], self.layout.n_coordinates(), self.layout.n_entries());
        let inputs = std::iter::once(z).chain(context).chain(anchor.clone());
        let hidden = self.trunk.forward(Tensor::cat(inputs.collect(), 1));
        let out = self.head.forward(activation::leaky_relu(hidden, 0.2)); // [n, k + e]
        let mut code = Vec::new();
        if k > 0 {
            let numbers = out.clone().narrow(1, 0, k);
            code.push(match &anchor {
                Some(anchor) => anchor.clone().narrow(1, 0, k) + numbers,
                None => numbers,
            });
        }
        if e > 0 {
            let base = match &anchor {
                Some(anchor) => {
                    let known = anchor.clone().narrow(1, k, e) * (1.0 - SMOOTHING);
                    (known + self.frequency.val().exp() * SMOOTHING).log()
                }
                None => self.frequency.val().expand([n, e]),
            };
            let logits = base + out.narrow(1, k, e);
            code.push(self.layout.draw(gumbel.map_or(logits.clone(), |gumbel| logits + gumbel)));
        }
        Tensor::cat(code, 1)
    }

    /// Codes of these latents.
    ///
    /// # Shapes
    /// - returns: `[n, k + e]`
    pub fn codes(&self, latent: &RowLatent) -> Tensor<2> {
        let RowLatent { z, gumbel, anchor, y, .. } = latent.clone();
        self.forward(y, anchor, z, gumbel)
    }
}

impl Generator for RowGenerator {
    type Latent = RowLatent;
    type Sample = RowSample;

    fn generate(&self, latent: &RowLatent) -> RowSample {
        let x = self.layout.features(self.codes(latent));
        RowSample { x, y: latent.y.clone(), rows: latent.rows.clone() }
    }
}
