//! Critics of samples with conditions, `f(x | y)`.

mod concat;
mod projection;
mod sample_path;

pub use concat::ConcatCritic;
pub use projection::ProjectionCritic;
pub use sample_path::{ConditionPath, OnSamplePath};
