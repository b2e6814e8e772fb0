//! Generator whose hidden layers are scaled and shifted by the condition.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rand::Rng;
use wgan_core::model::{Mlp, linear};
use wgan_core::{Generator, MlpConfig, WganError};

use super::ConditionalLatent;
use crate::Labelled;

/// Perceptron on `z` whose pre-activations become `(1 + γᵢ(y)) ⊙ a + βᵢ(y)` in each hidden layer,
/// with `γᵢ`, `βᵢ` linear in the coded condition.
///
/// # References
/// Perez et al. (2018), FiLM: visual reasoning with a general conditioning layer, AAAI, eq. 2.
/// With [layer norm](FilmGenerator::with_layer_norm): Ba, Kiros, Hinton (2016), whose gain and
/// shift the condition takes the place of.
#[derive(Module, Debug)]
pub struct FilmGenerator {
    mlp: Mlp,
    /// `y ↦ (γᵢ, βᵢ)`, `[n, m] → [n, 2·width]`, one per hidden layer.
    modulations: Vec<Linear>,
    #[module(skip)]
    is_normalised: bool,
}

impl FilmGenerator {
    /// Generator with host-drawn weights of noise of dimension `config.d_input`, for
    /// `n_conditions` condition entries.
    ///
    /// # Errors
    /// [`WganError::Config`] if a number is out of range.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        n_conditions: usize,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        if n_conditions == 0 {
            return Err(WganError::config("n_conditions", "at least 1", 0));
        }
        let mlp = config.init(rng, device)?;
        let modulations = (0..config.depth)
            .map(|_| linear(n_conditions, 2 * config.width, rng, device))
            .collect();
        Ok(Self { mlp, modulations, is_normalised: false })
    }

    /// The same generator with each row of pre-activations standardised before it is modulated:
    /// conditional layer norm.
    #[must_use]
    pub fn with_layer_norm(self) -> Self {
        Self { is_normalised: true, ..self }
    }

    /// Samples for noise `[n, k]` and coded conditions `[n, m]`.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`, `y`: `[n, m]`
    /// - returns: `[n, d]`
    pub fn forward(&self, z: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
        let width = self.mlp.width();
        self.mlp.forward_with(z, |i, a| {
            let modulation = self.modulations[i].forward(y.clone());
            let gain = modulation.clone().narrow(1, 0, width) + 1.0;
            let shift = modulation.narrow(1, width, width);
            let a = if self.is_normalised { standardised(a) } else { a };
            a * gain + shift
        })
    }
}

/// Rows with mean 0 and variance 1.
fn standardised(a: Tensor<2>) -> Tensor<2> {
    let centred = a.clone() - a.mean_dim(1);
    let variance = centred.clone().square().mean_dim(1);
    // 1e-5 as in burn's layer norm: keeps a constant row finite.
    centred / (variance + 1e-5).sqrt()
}

impl Generator for FilmGenerator {
    type Latent = ConditionalLatent;
    type Sample = Labelled;

    fn generate(&self, latent: &ConditionalLatent) -> Labelled {
        let x = self.forward(latent.z.clone(), latent.y.clone());
        Labelled { x, y: latent.shown.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConditionalPrior;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn standardised_rows_have_mean_zero_and_variance_one() {
        let rows = Tensor::<2>::from_floats([[1.0, 3.0], [-7.0, -7.0]], &Device::flex());
        let values: Vec<f32> = standardised(rows).into_data().iter::<f32>().collect();
        // ±1/√(1 + 1e-5); a constant row stays finite.
        assert!((values[0] + 1.0).abs() < 1e-5 && (values[1] - 1.0).abs() < 1e-5);
        assert_eq!(values[2..], [0.0, 0.0]);
    }

    #[test]
    fn each_sample_depends_on_its_own_condition_only() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let config = MlpConfig::new(4, 2).with_width(8);
        let plain = FilmGenerator::new(&config, 3, &mut rng, &device).unwrap();
        for generator in [plain.clone(), plain.with_layer_norm()] {
            let x = |second: [f32; 3]| -> Vec<f32> {
                let y = Tensor::from_floats([[1.0, 0.0, 0.0], second], &device);
                let latent = ConditionalPrior { dim: 4 }.sample(
                    y,
                    &mut ChaCha8Rng::seed_from_u64(1),
                    &device,
                );
                generator.generate(&latent).x.into_data().iter::<f32>().collect()
            };
            let (a, b) = (x([0.0, 1.0, 0.0]), x([0.0, 0.0, 1.0]));
            assert_eq!(a[..2], b[..2]);
            assert!((a[2] - b[2]).abs() > 1e-3 && (a[3] - b[3]).abs() > 1e-3);
        }
    }
}
