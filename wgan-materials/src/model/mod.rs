//! The generative model: compositions are generated, features are judged.

mod alphabet;
mod data;
mod featurizer;
mod generator;
mod prior;
mod property_space;
mod rank_transform;

pub use alphabet::Alphabet;
pub use data::MaterialsData;
pub use featurizer::{Featurizer, FeaturizerShape};
pub use generator::{MaterialsGenerator, MaterialsGeneratorConfig};
pub use prior::{MaterialsLatent, MaterialsPrior};
pub use property_space::PropertySpace;
pub use rank_transform::RankTransform;
