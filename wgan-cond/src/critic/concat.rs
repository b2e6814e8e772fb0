//! Critic that sees sample and condition side by side.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use wgan_core::{Critic, InputGradient, Mlp, MlpConfig, WganError};

use super::ConditionPath;
use super::sample_path::replace_values;
use crate::Labelled;

/// `f(x | y)` as one perceptron on `(x, y)`, differentiated in `x` only.
///
/// For a fixed `y` the rows of the first weight that belong to it only shift its bias, so they are
/// free under every constraint on slopes in `x`.
#[derive(Module, Debug)]
pub struct ConcatCritic {
    mlp: Mlp,
    /// Leading inputs that are the sample.
    #[module(skip)]
    d_sample: usize,
}

impl ConcatCritic {
    /// Critic with host-drawn weights; `config.d_input` counts sample and condition together.
    ///
    /// # Errors
    /// [`WganError::Config`] if `config` is out of range or has more than one output.
    pub fn new<R: Rng>(
        config: &MlpConfig,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        if config.d_output != 1 {
            return Err(WganError::config("d_output", "1 for a critic", config.d_output));
        }
        Ok(Self { mlp: config.init(rng, device)?, d_sample: config.d_input })
    }

    /// The critic whose first `d` inputs are the sample, which [`OnSamplePath`](crate::OnSamplePath)
    /// needs to know; until told, it takes all inputs for the sample and constrains them all.
    #[must_use]
    pub fn with_sample_width(self, d: usize) -> Self {
        Self { d_sample: d, ..self }
    }
}

/// Sample and condition side by side, `[n, d + m]`.
fn joined(sample: &Labelled) -> Tensor<2> {
    Tensor::cat(vec![sample.x.clone(), sample.y.clone()], 1)
}

impl Critic for ConcatCritic {
    type Sample = Labelled;

    fn score(&self, sample: &Labelled) -> Tensor<1> {
        self.mlp.forward(joined(sample)).squeeze_dim::<1>(1) // [n, 1] → [n]
    }
}

impl InputGradient for ConcatCritic {
    fn input_gradient(&self, sample: &Labelled) -> Tensor<2> {
        let d = sample.x.dims()[1];
        self.mlp.input_gradient(joined(sample)).narrow(1, 0, d) // [n, d + m] → [n, d]
    }
}

impl ConditionPath for ConcatCritic {
    fn without_condition_path(self) -> Self {
        let d_sample = self.d_sample;
        self.map(&mut FirstWeight(Some(|w: Tensor<2>| w.clone() * sample_rows(&w, d_sample))))
    }

    fn with_condition_path_of(self, source: &Self) -> Self {
        let d_sample = self.d_sample;
        let mut first = FirstFound(None);
        source.mlp.visit(&mut first);
        let Some(original) = first.0 else { return self };
        self.map(&mut FirstWeight(Some(|w: Tensor<2>| {
            let of_sample = sample_rows(&w, d_sample);
            original.clone() + (w - original) * of_sample
        })))
    }
}

/// 1 for each of the first `d` rows of `w`, else 0, `[rows, 1]`.
fn sample_rows(w: &Tensor<2>, d: usize) -> Tensor<2> {
    let n = w.dims()[0];
    let is_sample = (0..n).map(|row| f32::from(u8::from(row < d))).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(is_sample, [n, 1]), &w.device())
}

/// Changes the first matrix of a module, `[d + m, width]` of a perceptron.
struct FirstWeight<F>(Option<F>);

impl<F: FnOnce(Tensor<2>) -> Tensor<2>> ModuleMapper for FirstWeight<F> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 2 {
            return param;
        }
        let Some(change) = self.0.take() else { return param };
        replace_values(param, |w| {
            let shape = w.dims();
            change(w.reshape([shape[0], shape[1]])).reshape(shape)
        })
    }
}

/// The first matrix of a module, without a tape.
struct FirstFound(Option<Tensor<2>>);

impl ModuleVisitor for FirstFound {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D == 2 && self.0.is_none() {
            let w = param.val().inner();
            let shape = w.dims();
            self.0 = Some(w.reshape([shape[0], shape[1]]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_gradient_in_the_condition_is_absent() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let config = MlpConfig::new(5, 1).with_width(8);
        let critic = ConcatCritic::new(&config, &mut rng, &device).unwrap();
        let sample =
            Labelled { x: Tensor::ones([3, 2], &device), y: Tensor::ones([3, 3], &device) };
        assert_eq!(critic.input_gradient(&sample).dims(), [3, 2]);
    }
}
