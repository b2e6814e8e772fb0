//! Critics of samples with conditions, `f(x | y)`.

mod concat;
mod first_weight;
mod projection;
mod sample_path;

use burn::tensor::Tensor;

use crate::labelled::Labelled;

pub use concat::ConcatCritic;
pub use projection::ProjectionCritic;
pub use sample_path::{ConditionPath, OnSamplePath};

/// Sample and condition side by side, `[n, d + m]`.
fn joined(sample: &Labelled) -> Tensor<2> {
    Tensor::cat(vec![sample.x.clone(), sample.y.clone()], 1)
}
