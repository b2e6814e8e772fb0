//! From a table of known materials to new candidate materials.

#![warn(missing_docs)]

mod candidates;
mod checks;
mod composition;
mod descriptor;
mod electronegativity;
mod element;
mod error;
mod evaluate;
mod featurizer;
mod forest;
mod formula;
mod impute;
mod model;
mod nearest;
mod novelty;
mod oxidation;
mod property;
mod report;
#[cfg(test)]
mod shared_data;
mod stream;
mod table;

pub use candidates::CandidateWriter;
pub use checks::{CheckedCandidate, Checker, Checks};
pub use composition::Composition;
pub use descriptor::element_descriptors;
pub use element::Element;
pub use error::MaterialsError;
pub use evaluate::{Evaluation, MaterialRows, PropertyColumn, PropertyDistance, evaluate};
pub use featurizer::{feature_names, feature_rows, fraction_rows};
pub use forest::{Forest, ForestConfig, TriedColumns};
pub use model::{Alphabet, Candidate, Chunk, MaterialsConfig, MaterialsModel, ModelCard, Sampler};
pub use nearest::NearestIndex;
pub use oxidation::{
    electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed, nearest_neutral,
};
pub use property::ElementProperty;
pub use report::Report;
pub use stream::CandidateStream;
pub use table::{
    ColumnReport, ColumnRole, OnBadRow, OnRepeat, Property, PropertySelection, ReadOptions,
    ReadSummary, SkippedRow, Table,
};
