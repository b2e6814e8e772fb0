//! Batch normalisation for generators.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

/// Added to the variance (Ioffe, Szegedy 2015).
const EPSILON: f32 = 1e-5;

/// `y = γ·(x − μ)/√(σ² + ε) + β` per feature, with mean and variance of the batch at hand.
///
/// Always of the batch at hand, in training and when sampling: there is no running average that would have to be kept in
/// step with an averaged generator, and nothing depends on what was generated before. The price is that the samples of one
/// batch are not quite independent, and that a batch of one is all offset `β`: sample in batches as large as those of training.
///
/// For generators only. In a critic it would couple the samples whose slopes are penalised one by one.
///
/// # References
/// Ioffe, Szegedy (2015), Batch Normalization, ICML, Algorithm 1.
#[derive(Module, Debug)]
pub struct BatchNorm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
}

impl BatchNorm {
    /// For `n_features` features, with `γ = 1` and `β = 0`.
    pub fn new(n_features: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([n_features], device)),
            beta: Param::from_tensor(Tensor::zeros([n_features], device)),
        }
    }

    /// Features of a batch of rows.
    ///
    /// # Shapes
    /// - `x`, returns: `[n, d]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let centred = x.clone() - x.mean_dim(0); // [n, d] − [1, d]
        let variance = centred.clone().square().mean_dim(0);
        let unit = centred / (variance + EPSILON).sqrt();
        unit * self.gamma.val().unsqueeze_dim::<2>(0) + self.beta.val().unsqueeze_dim::<2>(0)
    }

    /// Channels of a batch of images, over batch and sites.
    ///
    /// # Shapes
    /// - `x`, returns: `[n, c, h, w]`
    pub fn forward_images(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, c, h, w] = x.dims();
        let rows = x.permute([0, 2, 3, 1]).reshape([n * h * w, c]);
        self.forward(rows).reshape([n, h, w, c]).permute([0, 3, 1, 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_mean_zero_and_variance_one() {
        let x = Tensor::<2>::from_floats([[1.0, -50.0], [3.0, 50.0]], &Device::flex());
        let y: Vec<f32> =
            BatchNorm::new(2, &Device::flex()).forward(x).into_data().iter().collect();
        for (ours, expected) in y.iter().zip([-1.0_f32, -1.0, 1.0, 1.0]) {
            assert!((ours - expected).abs() < 1e-4, "{ours}");
        }
    }

    #[test]
    fn channels_of_images_are_normalised_over_batch_and_sites() {
        let values =
            Tensor::<1>::from_floats([0.0, 2.0, 7.0, 7.0, 4.0, 2.0, 7.0, 9.0], &Device::flex());
        let x = values.reshape([2, 2, 1, 2]); // channel 0: 0, 2, 4, 2; channel 1: 7, 7, 7, 9
        let y = BatchNorm::new(2, &Device::flex()).forward_images(x);
        let y: Vec<f32> = y.into_data().iter().collect();
        let (a, b) = (2f32.sqrt().recip() * 2.0, 0.75f32.sqrt());
        for (ours, expected) in
            y.iter().zip([-a, 0.0, -0.5 / b, -0.5 / b, a, 0.0, -0.5 / b, 1.5 / b])
        {
            assert!((ours - expected).abs() < 1e-4, "{ours} {expected}");
        }
    }
}
