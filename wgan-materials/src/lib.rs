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
//! use wgan_materials::{CandidateStream, Checker, MaterialsConfig, MaterialsModel, ReadOptions, Table};
//!
//! let table = Table::read("examples/data/compounds.csv", &ReadOptions::default())?;
//! let (config, device) = (MaterialsConfig::for_rows(table.len()), Device::flex());
//! let model = MaterialsModel::fit(&table, &config, None, (), &device)?;
//! let sampler = model.sampler(&device)?;
//! let drawn = CandidateStream::new(&sampler, 0, false).next_chunk()?;
//! for found in Checker::new(table.formulas()).check_all(drawn) {
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
//! - judging: [`evaluate`], [`Report`], [`Forest`]
//!
//! The program `wgan-materials` is a command line over these.

#![warn(missing_docs)]

pub use polars;
pub use wgan_core::Whitening;

mod candidates;
mod checks;
mod composition;
mod descriptor;
mod digest;
mod electronegativity;
mod element;
mod error;
mod evaluate;
mod features;
mod forest;
mod frame_writer;
mod formula;
mod impute;
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

pub use candidates::{candidate_frame, candidate_table};
pub use checks::{CheckedCandidate, Checker, Checks};
pub use composition::Composition;
pub use descriptor::element_descriptors;
pub use element::Element;
pub use error::MaterialsError;
pub use evaluate::{
    Adherence, ClassDistance, ClosestRecord, ConditionalDistance, Evaluation, MaterialRows,
    PropertyColumn, PropertyDistance, RowEvaluation, WithFloor, adherence, evaluate, evaluate_asked,
    evaluate_rows,
};
pub use features::{AttributeSpace, Coordinates, Feature, LinearRelation, NormalScores, NumberCode, FeatureSpace, feature_names, feature_rows, fraction_rows};
pub use frame_writer::{FrameWriter, write_frame};
pub use forest::{Forest, ForestConfig, ForestLearner, TriedColumns};
pub use model::{
    Alphabet, Candidate, Chunk, Conditions, ElementRules, Given, MaterialsConfig, MaterialsModel,
    ModelCard, RowConfig, RowGenerator, RowGeneratorConfig, RowLatent, RowLayout, RowModel, RowPrior, SlotRules,
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
    CellType, Cells, Column, ColumnReport, ColumnSpec, ColumnRole, ColumnSelection, OnBadRow, OnRepeat,
    ReadOptions, ReadSummary, SkippedRow, Table,
};
pub use target::{Target, Wanted};
