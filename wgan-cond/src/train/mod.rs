//! Training data: which rows and conditions a batch is drawn from.

mod class_sampling;
mod condition_dropout;
mod data;
mod label_noise;
mod vicinity;

pub use class_sampling::ClassSampling;
pub use condition_dropout::ConditionDropout;
pub use data::ConditionalData;
pub use label_noise::{NoisyLabelPrior, NoisyLabels};
pub use vicinity::Vicinity;
