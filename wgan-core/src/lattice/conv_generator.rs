//! Convolutional generator of periodic images.

use burn::config::Config;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::TorusConv;
use crate::error::WganError;
use crate::model::Generator;
use crate::network::{Activation, BatchNorm, linear};

/// Shape of a [`ConvGenerator`].
#[derive(Config, Debug, PartialEq)]
pub struct ConvGeneratorConfig {
    /// Dimension of the latent, at least 1.
    pub d_latent: usize,
    /// Sites `L` along a side of the image. No default: it is that of the data.
    pub side: usize,
    /// Channels of the smallest image and of each one after it but the last.
    #[config(default = "vec![32, 16]")]
    pub channels: Vec<usize>,
    /// Channels of the output.
    #[config(default = 1)]
    pub n_outputs: usize,
    /// Sites along a side of the kernel, at least the stride (4: Radford et al. 2016).
    #[config(default = 4)]
    pub kernel: usize,
    /// Factor by which each layer makes the side longer (2: Radford et al. 2016).
    #[config(default = 2)]
    pub stride: usize,
    /// Activation of the hidden layers.
    #[config(default = "Activation::Relu")]
    pub activation: Activation,
    /// Whether hidden layers have [`BatchNorm`] before their activation.
    #[config(default = false)]
    pub has_batch_norm: bool,
}

impl ConvGeneratorConfig {
    /// Generator with host-drawn weights.
    ///
    /// # Errors
    /// [`WganError::Config`] if a number is zero, the side is not the smallest one times the strides, or an activation of pairs has an odd
    /// number of units.
    pub fn init<R: Rng>(&self, rng: &mut R, device: &Device) -> Result<ConvGenerator, WganError> {
        let Some(&first) = self.channels.first() else {
            return Err(WganError::config("channels", "at least those of one image", 0));
        };
        if self.d_latent == 0 || first == 0 {
            return Err(WganError::config("d_latent and channels", "at least 1", 0));
        }
        let is_paired = self.activation.is_paired();
        if let Some(odd) = self.channels.iter().find(|&&c| is_paired && c % 2 == 1) {
            return Err(WganError::config("channels", "even numbers for pairs", odd));
        }
        let growth = self.stride.pow(self.channels.len() as u32);
        if growth == 0 || self.side == 0 || !self.side.is_multiple_of(growth) {
            return Err(WganError::config(
                "side",
                "a multiple of the product of strides",
                self.side,
            ));
        }
        let smallest = self.side / growth;
        let mut channels = self.channels.clone();
        channels.push(self.n_outputs);
        let (mut layers, mut side) = (Vec::new(), smallest);
        for pair in channels.windows(2) {
            let shape = (self.kernel, self.stride);
            let conv = TorusConv::new_transposed((pair[0], pair[1]), shape, rng, device)?;
            side = conv.output_side(side)?;
            layers.push(conv);
        }
        let norms = self.channels.iter().filter(|_| self.has_batch_norm);
        Ok(ConvGenerator {
            first: linear(self.d_latent, first * smallest * smallest, rng, device),
            norms: norms.map(|&c| BatchNorm::new(c, device)).collect(),
            layers,
            activation: self.activation,
            smallest,
        })
    }
}

/// `G: R^k → R^(c·L²)`: a linear map to a small image, then transposed convolutions on a torus that make it larger (DCGAN).
///
/// The output is linear: what follows (`tanh`, a sign) belongs to the data. A sample is a row: channel by channel, line by line.
///
/// # References
/// Radford, Metz, Chintala (2016), Unsupervised Representation Learning with DCGANs, ICLR.
#[derive(Module, Debug)]
pub struct ConvGenerator {
    first: Linear,
    norms: Vec<BatchNorm>,
    layers: Vec<TorusConv>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    smallest: usize,
}

impl ConvGenerator {
    /// Output for a latent batch.
    ///
    /// # Shapes
    /// - `z`: `[n, k]`
    /// - returns: `[n, c·L²]`
    pub fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        let (n, side) = (z.dims()[0] as i64, self.smallest as i64);
        let mut h = self.first.forward(z).reshape([n, -1, side, side]);
        for (i, layer) in self.layers.iter().enumerate() {
            if let Some(norm) = self.norms.get(i) {
                h = norm.forward_images(h);
            }
            let shape = h.dims();
            let (out, _) = self.activation.apply(h.reshape([n, -1]));
            h = layer.forward(out.reshape(shape));
        }
        h.reshape([n, -1])
    }
}

impl Generator for ConvGenerator {
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.forward(z.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::points_of;
    use crate::model::GaussianPrior;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn images(config: &ConvGeneratorConfig, n: usize) -> Tensor<2> {
        let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
        let generator = config.init(&mut rng, &device).unwrap();
        generator.generate(&GaussianPrior { dim: config.d_latent }.sample(n, &mut rng, &device))
    }

    #[test]
    fn latents_become_images() {
        let config = ConvGeneratorConfig::new(5, 16).with_n_outputs(2);
        assert_eq!(images(&config, 3).dims(), [3, 2 * 16 * 16]);
        assert_eq!(images(&config.with_has_batch_norm(true), 3).dims(), [3, 2 * 16 * 16]);
    }

    #[test]
    fn a_batch_of_equal_latents_is_all_offset_under_batch_norm() {
        let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(1));
        let config =
            ConvGeneratorConfig::new(2, 8).with_channels(vec![4]).with_has_batch_norm(true);
        let generator = config.init(&mut rng, &device).unwrap();
        // One latent for the whole batch: only the sites differ.
        let z = Tensor::<2>::from_floats([[0.3, -2.0], [0.3, -2.0]], &device);
        let x = points_of(&generator.generate(&z));
        assert_eq!(x.row(0), x.row(1));
    }

    #[test]
    fn sides_that_do_not_fit_are_refused() {
        let message = |config: ConvGeneratorConfig| {
            config.init(&mut ChaCha8Rng::seed_from_u64(1), &Device::flex()).unwrap_err().to_string()
        };
        let expected = "side: expected a multiple of the product of strides, got 6";
        assert_eq!(message(ConvGeneratorConfig::new(5, 6)), expected);
        let expected = "channels: expected at least those of one image, got 0";
        assert_eq!(message(ConvGeneratorConfig::new(5, 8).with_channels(vec![])), expected);
        let expected = "d_latent and channels: expected at least 1, got 0";
        assert_eq!(message(ConvGeneratorConfig::new(0, 8)), expected);
    }
}
