//! Weight clipping.

use burn::module::{ModuleMapper, Param};
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::LipschitzStrategy;
use crate::model::Critic;

/// Clamps every weight to `[−c, c]` after each update.
///
/// The critic is K-Lipschitz with an unknown K, so its estimate has no unit. The historical
/// baseline.
///
/// # References
/// Arjovsky, Chintala, Bottou (2017), Wasserstein GAN, ICML, Algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeightClip {
    /// The bound `c` (0.01: Arjovsky et al. 2017).
    pub clip_bound: f64,
}

impl Default for WeightClip {
    fn default() -> Self {
        Self { clip_bound: 0.01 }
    }
}

impl<C: Critic> LipschitzStrategy<C> for WeightClip {
    fn attach(&self, critic: C) -> C {
        LipschitzStrategy::<C>::project(self, critic)
    }

    fn project(&self, critic: C) -> C {
        critic.map(&mut Clamp(self.clip_bound))
    }
}

struct Clamp(f64);

impl ModuleMapper for Clamp {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        super::replace_values(param, |w| w.clamp(-self.0, self.0))
    }
}
