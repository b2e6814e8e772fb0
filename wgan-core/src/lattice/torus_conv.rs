//! Convolution on a torus and its transpose.

use burn::module::{Module, Param};
use burn::tensor::module::{conv_transpose2d, conv2d};
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{Rng, RngExt};

use crate::error::WganError;
use crate::network::operator_norm;
use crate::norm::GroundNorm;

/// Convolution of periodic images, `y = P x W / √m + b`, where `P` cuts out the patch of each output site.
///
/// Opposite edges touch, so that every site is like every other: shifting the input by the stride shifts the output by one.
/// Each input site is in at most `m = ⌈k/s⌉²` patches, hence `‖P x‖₂ ≤ √m·‖x‖₂`; with the factor taken out, the layer's
/// Lipschitz constant is at most the largest singular value of `W`, which is what strategies for weight matrices work on.
///
/// The transpose [`TorusConv::transposed`] is the reverse sweep of a critic, and the layer of a generator that makes images larger.
///
/// # References
/// Dumoulin, Visin (2016), A guide to convolution arithmetic for deep learning.
#[derive(Module, Debug)]
pub struct TorusConv {
    /// Weights `W`, `[c_in·k², c_out]`.
    weight: Param<Tensor<2>>,
    /// Offset of each channel.
    bias: Param<Tensor<1>>,
    #[module(skip)]
    kernel: usize,
    #[module(skip)]
    stride: usize,
    #[module(skip)]
    is_transposed: bool,
}

impl TorusConv {
    /// Layer from `c_in` to `c_out` channels with a kernel of `k × k` sites and stride `s`.
    ///
    /// Weights `W/√m` and offsets are drawn on the host, uniform on `±r^(−½)` where `r = c_in·k²` numbers enter a site of the
    /// output.
    ///
    /// # Errors
    /// [`WganError::Config`] for no channels, no stride, or a kernel smaller than the stride.
    pub fn new<R: Rng>(
        (c_in, c_out): (usize, usize),
        (kernel, stride): (usize, usize),
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        check((c_in, c_out), (kernel, stride))?;
        let taps = kernel * kernel;
        let weight = [c_in * taps, c_out];
        let (weight, bias) = draw(weight, c_out, c_in * taps, overlap(kernel, stride), rng, device);
        Ok(Self { weight, bias, kernel, stride, is_transposed: false })
    }

    /// Layer from `c_in` to `c_out` channels that makes the sides of an image `s` times as long: the transpose of a
    /// convolution from `c_out` to `c_in` channels, with `r = c_in·m`.
    ///
    /// # Errors
    /// As [`TorusConv::new`].
    pub fn new_transposed<R: Rng>(
        (c_in, c_out): (usize, usize),
        (kernel, stride): (usize, usize),
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        check((c_in, c_out), (kernel, stride))?;
        let (m, taps) = (overlap(kernel, stride), kernel * kernel);
        let (weight, bias) = draw([c_out * taps, c_in], c_out, c_in * m * m, m, rng, device);
        Ok(Self { weight, bias, kernel, stride, is_transposed: true })
    }

    /// Side of the output for images of side `side`.
    ///
    /// # Errors
    /// [`WganError::Config`] unless the stride divides `side` and the kernel reaches no site twice.
    pub fn output_side(&self, side: usize) -> Result<usize, WganError> {
        let large = if self.is_transposed { side * self.stride } else { side };
        if side == 0 || !large.is_multiple_of(self.stride) {
            return Err(WganError::config("side", "a multiple of the stride", side));
        }
        if self.kernel > large {
            return Err(WganError::config("side", "at least the kernel", side));
        }
        Ok(if self.is_transposed { large } else { side / self.stride })
    }

    /// Output of the layer.
    ///
    /// # Shapes
    /// - `x`: `[n, c_in, h, w]`
    /// - returns: `[n, c_out, h′, w′]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = if self.is_transposed { self.scatter(x) } else { self.gather(x) };
        y + self.bias.val().reshape([1, -1, 1, 1])
    }

    /// The transpose of the layer's linear part, from gradients at its output to gradients at its input,
    /// `[n, c_out, h′, w′] → [n, c_in, h, w]`, as tracked operations.
    ///
    /// # Shapes
    /// - `g`: `[n, c_out, h′, w′]`
    /// - returns: `[n, c_in, h, w]`
    pub fn transposed(&self, g: Tensor<4>) -> Tensor<4> {
        if self.is_transposed { self.gather(g) } else { self.scatter(g) }
    }

    /// Bound on the Lipschitz constant in `ground`, in `f64`: for ℓ2 the largest singular value of `W`, for ℓ1 and ℓ∞ the
    /// sums over the kernel.
    ///
    /// # Errors
    /// [`WganError::Decomposition`] if a weight is not finite.
    pub(super) fn lipschitz_bound(&self, ground: GroundNorm) -> Result<f64, WganError> {
        let weight = self.weight.val();
        let scale = 1.0 / overlap(self.kernel, self.stride) as f64;
        match ground {
            GroundNorm::L2 => operator_norm(&weight, ground),
            GroundNorm::LInf => Ok(operator_norm(&weight, ground)? * scale),
            // All that leaves one input channel, whichever of the patches it is in.
            GroundNorm::L1 => {
                let [rows, c_out] = weight.dims();
                let taps = self.kernel * self.kernel;
                let of_channel = weight.reshape([rows / taps, taps * c_out]);
                Ok(operator_norm(&of_channel, ground)? * scale)
            }
        }
    }

    /// `[n, c_in, h, w] → [n, c_out, h/s, w/s]`.
    fn gather(&self, x: Tensor<4>) -> Tensor<4> {
        let stride = [self.stride; 2];
        let options = ConvOptions::new(stride, [0, 0], [1, 1], 1);
        conv2d(wrap(wrap(x, 2, self.halo()), 3, self.halo()), self.kernels(), None, options)
    }

    /// `[n, c_out, h, w] → [n, c_in, s·h, s·w]`.
    fn scatter(&self, g: Tensor<4>) -> Tensor<4> {
        let stride = [self.stride; 2];
        let options = ConvTransposeOptions::new(stride, [0, 0], [0, 0], [1, 1], 1);
        let wide = conv_transpose2d(g, self.kernels(), None, options);
        fold(fold(wide, 3, self.halo()), 2, self.halo())
    }

    /// `W/√m` as burn's kernels, `[c_out, c_in, k, k]`.
    fn kernels(&self) -> Tensor<4> {
        let [rows, c_out] = self.weight.val().dims();
        let (k, scale) = (self.kernel, overlap(self.kernel, self.stride) as f32);
        (self.weight.val().transpose() / scale).reshape([c_out, rows / (k * k), k, k])
    }

    /// Sites that patches reach beyond the first and the last one.
    fn halo(&self) -> (usize, usize) {
        let reach = self.kernel - self.stride;
        (reach / 2, reach - reach / 2)
    }
}

fn check((c_in, c_out): (usize, usize), (kernel, stride): (usize, usize)) -> Result<(), WganError> {
    for (field, value) in [("channels", c_in.min(c_out)), ("stride", stride)] {
        if value == 0 {
            return Err(WganError::config(field, "at least 1", value));
        }
    }
    if kernel < stride {
        return Err(WganError::config("kernel", "at least the stride", kernel));
    }
    Ok(())
}

/// Weights and offsets where `fan_in` numbers enter a site and `overlap` is `√m`.
fn draw<R: Rng>(
    shape: [usize; 2],
    c_out: usize,
    fan_in: usize,
    overlap: usize,
    rng: &mut R,
    device: &Device,
) -> (Param<Tensor<2>>, Param<Tensor<1>>) {
    let bound = (fan_in as f32).sqrt().recip();
    let mut uniform = |n: usize, bound: f32| -> Vec<f32> {
        (0..n).map(|_| rng.random_range(-bound..=bound)).collect()
    };
    let weight = TensorData::new(uniform(shape[0] * shape[1], bound * overlap as f32), shape);
    let bias = TensorData::new(uniform(c_out, bound), [c_out]);
    (Param::from_data(weight, device), Param::from_data(bias, device))
}

/// `√m = ⌈k/s⌉`: patches that a site is in, along one side.
fn overlap(kernel: usize, stride: usize) -> usize {
    kernel.div_ceil(stride)
}

/// The image with its last sites repeated before the first and its first sites after the last.
fn wrap(x: Tensor<4>, dim: usize, (before, after): (usize, usize)) -> Tensor<4> {
    let side = x.dims()[dim];
    let edge = |start, length| x.clone().narrow(dim, start, length);
    let mut parts = vec![x.clone()];
    if before > 0 {
        parts.insert(0, edge(side - before, before));
    }
    if after > 0 {
        parts.push(edge(0, after));
    }
    Tensor::cat(parts, dim)
}

/// The transpose of [`wrap`]: what lies beyond an edge is added at the opposite one.
fn fold(x: Tensor<4>, dim: usize, (before, after): (usize, usize)) -> Tensor<4> {
    let side = x.dims()[dim] - before - after;
    let part = |start, length| x.clone().narrow(dim, start, length);
    let inner = part(before, side);
    if before + after == 0 {
        return inner;
    }
    let mut shape = x.dims();
    shape[dim] = side - before - after;
    let mut beyond = vec![part(before + side, after), Tensor::zeros(shape, &x.device())];
    if before > 0 {
        beyond.push(part(0, before));
    }
    beyond.retain(|part| part.dims()[dim] > 0);
    inner + Tensor::cat(beyond, dim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn image(n: usize, c: usize, side: usize, seed: u64) -> Tensor<4> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let values: Vec<f32> =
            (0..n * c * side * side).map(|_| rng.random_range(-1.0..=1.0)).collect();
        Tensor::from_data(TensorData::new(values, [n, c, side, side]), &Device::flex())
    }

    fn layer(kernel: usize, stride: usize) -> TorusConv {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        TorusConv::new((2, 3), (kernel, stride), &mut rng, &Device::flex()).unwrap()
    }

    fn numbers(x: Tensor<4>) -> Vec<f64> {
        x.into_data().iter::<f32>().map(f64::from).collect()
    }

    fn inner_product(x: Tensor<4>, y: Tensor<4>) -> f64 {
        numbers(x).iter().zip(numbers(y)).map(|(a, b)| a * b).sum()
    }

    const SHAPES: [(usize, usize); 6] = [(3, 1), (4, 2), (2, 2), (1, 1), (5, 2), (6, 3)];

    #[test]
    fn it_is_the_sum_over_the_patch_written_out() {
        for (kernel, stride) in SHAPES {
            let (layer, side) = (layer(kernel, stride), 6);
            let x = image(1, 2, side, 2);
            let (pixels, w) = (numbers(x.clone()), layer.weight.val().into_data());
            let (w, b): (Vec<f32>, _) = (w.iter::<f32>().collect(), layer.bias.val().into_data());
            let b: Vec<f32> = b.iter::<f32>().collect();
            let (out, before) = (side / stride, (kernel - stride) / 2);
            let mut expected = Vec::new();
            for (c_out, y, x) in
                (0..3 * out * out).map(|k| (k / (out * out), k / out % out, k % out))
            {
                let mut sum = f64::from(b[c_out]);
                for row in 0..2 * kernel * kernel {
                    let (c, i, j) = (row / (kernel * kernel), row / kernel % kernel, row % kernel);
                    let at = |o: usize, i: usize| (o * stride + i + side - before) % side;
                    let pixel = pixels[(c * side + at(y, i)) * side + at(x, j)];
                    sum += pixel * f64::from(w[row * 3 + c_out]) / kernel.div_ceil(stride) as f64;
                }
                expected.push(sum);
            }
            for (ours, expected) in numbers(layer.forward(x)).iter().zip(&expected) {
                assert!((ours - expected).abs() < 1e-5, "{kernel} {stride}: {ours} {expected}");
            }
        }
    }

    #[test]
    fn the_transpose_has_the_same_inner_products() {
        for (kernel, stride) in SHAPES {
            let layer = layer(kernel, stride);
            let (x, g) = (image(2, 2, 6, 2), image(2, 3, 6 / stride, 3));
            let forward = inner_product(layer.gather(x.clone()), g.clone());
            let back = inner_product(x, layer.transposed(g));
            assert!((forward - back).abs() < 1e-4, "{kernel} {stride}: {forward} {back}");
        }
    }

    #[test]
    fn no_input_is_stretched_by_more_than_the_bound() {
        for (kernel, stride) in SHAPES {
            let layer = layer(kernel, stride);
            let mut x = image(1, 2, 6, 4);
            let mut stretch = 0.0;
            // Power iteration on the whole layer.
            for _ in 0..200 {
                let y = layer.gather(x.clone());
                let length = |x: &Tensor<4>| inner_product(x.clone(), x.clone()).sqrt();
                stretch = length(&y) / length(&x);
                let back = layer.transposed(y);
                let size = length(&back);
                x = back / size;
            }
            let bound = layer.lipschitz_bound(GroundNorm::L2).unwrap();
            assert!(stretch <= bound + 1e-5, "{kernel} {stride}: {stretch} > {bound}");
            assert!(stretch > 0.3 * bound, "{kernel} {stride}: {stretch} far below {bound}");
        }
    }

    #[test]
    fn transposed_layers_enlarge() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let layer = TorusConv::new_transposed((3, 2), (4, 2), &mut rng, &Device::flex()).unwrap();
        assert_eq!(layer.output_side(4).unwrap(), 8);
        assert_eq!(layer.forward(image(2, 3, 4, 6)).dims(), [2, 2, 8, 8]);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut message = |channels, kernel| {
            TorusConv::new(channels, kernel, &mut rng, &Device::flex()).unwrap_err().to_string()
        };
        assert_eq!(message((0, 1), (3, 1)), "channels: expected at least 1, got 0");
        assert_eq!(message((1, 1), (3, 0)), "stride: expected at least 1, got 0");
        assert_eq!(message((1, 1), (1, 2)), "kernel: expected at least the stride, got 1");
        let message = |side| layer(4, 2).output_side(side).unwrap_err().to_string();
        assert_eq!(message(5), "side: expected a multiple of the stride, got 5");
        assert_eq!(message(2), "side: expected at least the kernel, got 2");
    }
}
