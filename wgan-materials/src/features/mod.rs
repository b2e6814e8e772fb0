//! Rows of a table as vectors of named features, and back.

mod attribute;
mod attribute_space;
mod composition_features;
mod coordinates;
mod feature_block;
mod feature_space;
mod linear_relations;
mod lookups;
mod normal_quantile;
mod normal_scores;

pub use attribute::NumberCode;
pub use attribute_space::AttributeSpace;
pub use composition_features::{feature_names, feature_rows, fraction_rows};
pub use coordinates::Coordinates;
pub use feature_block::Feature;
pub use feature_space::FeatureSpace;
pub use linear_relations::LinearRelation;
pub(crate) use normal_quantile::normal_quantile;
pub use normal_scores::NormalScores;
