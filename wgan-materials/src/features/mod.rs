//! Rows of a table as vectors of named features, and back.

mod composition_features;
mod feature_block;
mod feature_space;

pub use composition_features::{feature_names, feature_rows, fraction_rows};
pub use feature_space::{Feature, FeatureSpace};
