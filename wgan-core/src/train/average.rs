//! Running average of weights.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// `average ← decay · average + (1 − decay) · current`, parameter by parameter.
///
/// The average of a WGAN's generator over its last steps is better than any single one of them
/// (Yazıcı et al. 2019, The Unusual Effectiveness of Averaging in GAN Training, ICLR).
pub(super) fn update_average<M: Module>(average: M, current: &M, decay: f64) -> M {
    let mut weights = Weights(GradientsParams::new());
    current.visit(&mut weights);
    average.map(&mut Blend { current: weights.0, decay })
}

/// Weights by parameter; burn's gradient container is its map from parameters to tensors.
struct Weights(GradientsParams);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.register(param.id, param.val().inner());
    }
}

struct Blend {
    current: GradientsParams,
    decay: f64,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.current.remove::<D>(param.id) {
            Some(current) => {
                param.map(|average| average * self.decay + current * (1.0 - self.decay))
            }
            None => param,
        }
    }
}
