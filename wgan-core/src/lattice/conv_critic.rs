//! Convolutional critic on periodic images.

use burn::config::Config;
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::Rng;

use super::TorusConv;
use super::sample_norm::{NormSlope, SampleNorm};
use crate::error::WganError;
use crate::model::{Critic, InputGradient, LipschitzBound};
use crate::network::{Activation, Mlp, MlpConfig, Slope};
use crate::norm::GroundNorm;

/// Shape of a [`ConvCritic`].
#[derive(Config, Debug, PartialEq)]
pub struct ConvCriticConfig {
    /// Sites `L` along a side of the image. No default: it is that of the data.
    pub side: usize,
    /// Channels of the input.
    #[config(default = 1)]
    pub n_inputs: usize,
    /// Channels of each convolution, from input to output.
    #[config(default = "vec![16, 32]")]
    pub channels: Vec<usize>,
    /// Sites along a side of the kernel, at least the stride (4: Radford et al. 2016).
    #[config(default = 4)]
    pub kernel: usize,
    /// Stride of each convolution (2: Radford et al. 2016).
    #[config(default = 2)]
    pub stride: usize,
    /// Units of the hidden layer between the channel sums and the score.
    #[config(default = 32)]
    pub width: usize,
    /// Activation after each convolution and in the head.
    #[config(default = "Activation::LeakyRelu")]
    pub activation: Activation,
    /// Whether each convolution but the first is followed by layer norm.
    #[config(default = false)]
    pub has_layer_norm: bool,
}

impl ConvCriticConfig {
    /// Critic with host-drawn weights.
    ///
    /// # Errors
    /// [`WganError::Config`] if a number is zero, the image is too small for the convolutions or its side is not a multiple of their strides, or
    /// an activation of pairs has an odd number of units.
    pub fn init<R: Rng>(&self, rng: &mut R, device: &Device) -> Result<ConvCritic, WganError> {
        let mut channels = vec![self.n_inputs];
        channels.extend(&self.channels);
        let Some(&last) = self.channels.last() else {
            return Err(WganError::config("channels", "at least one convolution", 0));
        };
        let is_paired = self.activation.is_paired();
        if let Some(odd) = self.channels.iter().find(|&&c| is_paired && c % 2 == 1) {
            return Err(WganError::config("channels", "even numbers for pairs", odd));
        }
        let (mut layers, mut side) = (Vec::new(), self.side);
        for (i, pair) in channels.windows(2).enumerate() {
            let shape = (self.kernel, self.stride);
            let conv = TorusConv::new((pair[0], pair[1]), shape, rng, device)?;
            side = conv.output_side(side)?;
            let norms = Vec::from_iter(
                (self.has_layer_norm && i > 0).then(|| SampleNorm::new(pair[1], device)),
            );
            layers.push(Layer { conv, norms, activation: self.activation });
        }
        let head = MlpConfig::new(last, 1).with_width(self.width).with_depth(1);
        let head = head.with_activation(self.activation).init(rng, device)?;
        Ok(ConvCritic { layers, head, side: self.side })
    }
}

/// `f: R^(c·L²) → R`: convolutions on a torus, the sum of each channel over the sites, `p = Σ h / √(number of sites)`, and a
/// perceptron on these sums.
///
/// The score does not change when an image is shifted by the product of the strides along a side, as befits a law that is the same
/// everywhere. A sample is a row: channel by channel, line by line.
///
/// Every strategy works: the weights of the convolutions are matrices whose largest singular value bounds the slope of their
/// layer ([`TorusConv`]), so that [`SpectralNorm`](crate::lipschitz::SpectralNorm) bounds that of the critic by 1; with layer norm only penalties and
/// clipping make sense, and the bound of an audit is infinite.
///
/// # References
/// Radford, Metz, Chintala (2016), Unsupervised Representation Learning with DCGANs, ICLR, for strided convolutions; Gulrajani et
/// al. (2017), section 4, for layer norm in a penalised critic.
#[derive(Module, Debug)]
pub struct ConvCritic {
    layers: Vec<Layer>,
    head: Mlp,
    #[module(skip)]
    side: usize,
}

/// Convolution, at most one norm, activation.
#[derive(Module, Debug)]
struct Layer {
    conv: TorusConv,
    norms: Vec<SampleNorm>,
    #[module(skip)]
    activation: Activation,
}

/// What the reverse sweep through a layer needs.
struct LayerSlope {
    norm: Option<NormSlope>,
    activation: Slope,
    /// Shape of the output, `[n, c, h, w]`.
    shape: [usize; 4],
}

impl Layer {
    fn apply(&self, x: Tensor<4>) -> (Tensor<4>, LayerSlope) {
        let mut a = self.conv.forward(x);
        let mut norm_slope = None;
        for norm in &self.norms {
            let (normed, slope) = norm.apply(a);
            (a, norm_slope) = (normed, Some(slope));
        }
        let shape = a.dims();
        let (h, activation) = self.activation.apply(a.reshape([shape[0] as i64, -1]));
        (h.reshape(shape), LayerSlope { norm: norm_slope, activation, shape })
    }

    /// From the gradient at the output to that at the input.
    fn reverse(&self, g: Tensor<4>, slope: &LayerSlope) -> Tensor<4> {
        let g = slope.activation.reverse(g.reshape([slope.shape[0] as i64, -1]));
        let g = g.reshape(slope.shape);
        let g = match self.norms.first().zip(slope.norm.as_ref()) {
            Some((norm, slope)) => norm.reverse(g, slope),
            None => g,
        };
        self.conv.transposed(g)
    }
}

impl ConvCritic {
    /// Sums over the sites `[n, c]`, and the slopes of the layers before.
    fn sums(&self, x: Tensor<2>) -> (Tensor<2>, Vec<LayerSlope>) {
        let (n, side) = (x.dims()[0] as i64, self.side as i64);
        let mut h = x.reshape([n, -1, side, side]);
        let mut slopes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let (out, slope) = layer.apply(h);
            h = out;
            slopes.push(slope);
        }
        let [n, c, height, width] = h.dims();
        let sums = h.reshape([n, c, height * width]).sum_dim(2).reshape([n, c]);
        (sums / ((height * width) as f32).sqrt(), slopes)
    }

    /// Whether the slopes are constants, for which no tape is needed.
    fn has_constant_slopes(&self) -> bool {
        let is_linear =
            |layer: &Layer| layer.norms.is_empty() && layer.activation.is_piecewise_linear();
        self.layers.iter().all(is_linear)
    }

    fn gradient_with(&self, (sums, slopes): (Tensor<2>, Vec<LayerSlope>)) -> Tensor<2> {
        let g = self.head.input_gradient(sums); // [n, c]
        let [n, c, height, width] = slopes[slopes.len() - 1].shape;
        let g = g.reshape([n, c, 1, 1]) / ((height * width) as f32).sqrt();
        let g = g.expand([n, c, height, width]);
        let layers = self.layers.iter().zip(&slopes).rev();
        let g = layers.fold(g, |g, (layer, slope)| layer.reverse(g, slope));
        g.reshape([n as i64, -1])
    }
}

impl Critic for ConvCritic {
    type Sample = Tensor<2>;

    fn score(&self, x: &Tensor<2>) -> Tensor<1> {
        self.head.forward(self.sums(x.clone()).0).squeeze_dim::<1>(1) // [n, 1] → [n]
    }
}

impl InputGradient for ConvCritic {
    /// Forward keeping the slope of every layer, then the reverse sweep with transposed convolutions.
    fn input_gradient(&self, x: &Tensor<2>) -> Tensor<2> {
        if self.has_constant_slopes() {
            self.gradient_with(self.valid().sums(x.clone().inner()))
        } else {
            self.gradient_with(self.sums(x.clone()))
        }
    }
}

impl LipschitzBound for ConvCritic {
    /// The product over the layers; infinite with layer norm.
    fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        let mut bound = self.head.lipschitz_bound(ground)?;
        let mut side = self.side;
        for layer in &self.layers {
            if !layer.norms.is_empty() {
                return Ok(f64::INFINITY);
            }
            bound *= layer.conv.lipschitz_bound(ground)? * layer.activation.lipschitz_constant();
            side = layer.conv.output_side(side)?;
        }
        // x ↦ Σ x / √P over the P = side² sites.
        let of_sums = match ground {
            GroundNorm::L1 => 1.0 / side as f64,
            GroundNorm::L2 => 1.0,
            GroundNorm::LInf => side as f64,
        };
        Ok(bound * of_sums)
    }
}
