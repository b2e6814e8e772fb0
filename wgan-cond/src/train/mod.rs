//! Training data: which rows and conditions a batch is drawn from.

mod class_sampling;
mod data;
mod label_noise;
mod vicinity;
mod withhold;

pub use class_sampling::ClassSampling;
pub use data::ConditionalData;
pub use label_noise::{NoisyLabelPrior, NoisyLabels};
pub use vicinity::Vicinity;
pub use withhold::Withhold;
