//! From a table of known materials to new candidate materials, with a report of how good they are.
//!
//! A composition is a pattern of amounts (1 : 1 : 3) filled with elements, from the most to the least
//! electronegative. A generator fills patterns of the table and draws the properties of what came out; a critic
//! `f(x | c)`, 1-Lipschitz in the features `x` for each pattern `c` under a gradient penalty, tells generated from
//! known materials:
//!
//! `min_G max_f E f(x | c) − E f(G(z, c) | c)`, features `x`: elements, their chemical descriptors, charge balance,
//! properties by rank.
//!
//! Candidates are then judged by other means: charge neutrality, novelty, laws of elements and amounts, a
//! classifier two-sample test, the consistency of properties with compositions, each beside the figure of the
//! table itself ([`evaluate`]).
//!
//! # Example
//! ```no_run
//! use burn::tensor::Device;
//! use wgan_core::Progress;
//! use wgan_materials::{CandidateStream, Checker, MaterialsConfig, MaterialsModel, ReadOptions, Table};
//!
//! let table = Table::read("examples/data/compounds.csv", &ReadOptions::default())?;
//! let (config, device) = (MaterialsConfig::for_rows(table.len()), Device::flex());
//! let model = MaterialsModel::fit(&table, &config, None, Progress::new(), &device)?;
//! let sampler = model.sampler(&device)?;
//! let drawn = CandidateStream::new(&sampler, 0, false).next_chunk()?;
//! for found in Checker::new(&table.compositions).check_all(drawn) {
//!     println!("{} near {}", found.candidate.composition, found.checks.nearest_known);
//! }
//! # Ok::<(), wgan_materials::MaterialsError>(())
//! ```
//!
//! # Where things are
//! - reading: [`Table`], [`Composition`], [`Element`], [`ElementProperty`]
//! - features: [`feature_rows`], [`element_descriptors`]
//! - the model: [`MaterialsModel`], [`Sampler`], [`CandidateStream`]
//! - checks: [`Checker`], [`is_charge_neutral`], [`electronegativity_ok`], [`nearest_neutral`], [`NearestIndex`]
//! - properties asked for: [`Target`], [`Conditions`], [`adherence()`]
//! - proposing and ranking: [`Ranker`], [`Proposal`], [`rediscovery()`], [`substitution_list`], [`hidden_folds`]
//! - judging: [`evaluate`], [`Report`], [`Forest`]
//! - tables of any kind: [`MixedTable`], [`TableEncoder`], [`TableModel`], [`synthetic_score()`]
//!
//! The program `wgan-materials` is a command line over these.

#![warn(missing_docs)]

mod candidates;
mod checks;
mod composition;
mod descriptor;
mod discovery;
mod digest;
mod electronegativity;
mod element;
mod error;
mod evaluate;
mod featurizer;
mod forest;
mod formula;
mod impute;
mod mixed;
mod model;
mod nearest;
mod novelty;
mod oxidation;
mod parts;
mod property;
mod report;
#[cfg(test)]
mod shared_data;
mod stream;
mod table;
mod target;

pub use candidates::CandidateWriter;
pub use checks::{CheckedCandidate, Checker, Checks};
pub use composition::Composition;
pub use descriptor::element_descriptors;
pub use discovery::{
    HiddenFold, Hits, Proposal, Ranked, Ranker, Reachable, Rediscovery, ReliabilityBin, Source,
    element_similarity, hidden_by_value, hidden_folds, rediscovery, substitution_list,
};
pub use element::Element;
pub use error::MaterialsError;
pub use evaluate::{
    Adherence, ConditionalDistance, Evaluation, MaterialRows, PropertyColumn, PropertyDistance,
    adherence, evaluate, evaluate_asked,
};
pub use featurizer::{feature_names, feature_rows, fraction_rows};
pub use forest::{Forest, ForestConfig, ForestLearner, TriedColumns};
pub use mixed::{
    Component, MixedCells, MixedColumn, MixedTable, Mixture, TableEncoder, TableModel,
    TableModelConfig, TableRows, synthetic_score,
};
pub use model::{
    Alphabet, Candidate, Chunk, Conditions, Given, MaterialsConfig, MaterialsModel, ModelCard,
    Sampler,
};
pub use nearest::NearestIndex;
pub use oxidation::{
    electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed, nearest_neutral,
};
pub use parts::{CandidateParts, SampleRequest};
pub use property::ElementProperty;
pub use report::{REPORT_FILES, Report};
pub use stream::CandidateStream;
pub use table::{
    ColumnReport, ColumnRole, OnBadRow, OnRepeat, Property, PropertySelection, ReadOptions,
    ReadSummary, SkippedRow, Table,
};
pub use target::Target;
