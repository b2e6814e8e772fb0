//! The generative model: compositions are generated, features are judged.

mod alphabet;
mod charge_balance;
mod column_space;
mod conditions;
mod config;
mod data;
mod element_rules;
mod explore;
mod featurizer;
mod generator;
mod materials_model;
mod prior;
mod rank_transform;
mod rows;
mod sampler;
mod saved_energies;

pub use alphabet::Alphabet;
pub use column_space::ColumnSpace;
pub use conditions::{Conditions, Given};
pub use config::MaterialsConfig;
pub use data::MaterialsData;
pub use element_rules::{ElementRules, SlotRules};
pub use featurizer::{Featurizer, FeaturizerShape};
use featurizer::{Filled, SampleRow, SlotGradients, filled_slots};
pub use generator::{Drawn, MaterialsGenerator, MaterialsGeneratorConfig};
pub use materials_model::{MaterialsModel, ModelCard};
pub use prior::{MaterialsLatent, MaterialsPrior};

pub use rank_transform::RankTransform;
pub use rows::{
    ConditionalRows, RowConfig, RowGenerator, RowGeneratorConfig, RowLatent, RowLayout, RowModel,
    RowPrior, RowsCard,
};
pub use sampler::{Candidate, Chunk, Sampler};
pub use saved_energies::SavedEnergies;
