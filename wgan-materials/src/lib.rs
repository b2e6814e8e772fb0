//! From a table of known materials to feature vectors and new candidate materials, with figures that say how good they are.
//!
//! A table is a polars frame with a role for each column: formulas, numbers, classes. A composition is a pattern of amounts
//! (1 : 1 : 3) filled with elements, from the most to the least electronegative. A generator fills patterns of the table and draws
//! numbers and classes of what came out; a critic `f(x | c)`, 1-Lipschitz in the features `x` for each pattern `c` under a
//! gradient penalty, tells generated from known materials:
//!
//! `min_G max_f E f(x | c) − E f(G(z, c) | c)`, features `x`: elements, their chemical descriptors, charge balance,
//! numbers by rank, classes.
//!
//! Candidates are then judged by other means: charge neutrality, novelty, laws of elements and amounts, a
//! classifier two-sample test, the consistency of numbers with compositions, each beside the figure of the
//! table itself ([`evaluate`]).
//!
//! # From a frame to candidates
//! ```
//! use wgan_materials::burn::tensor::Device;
//! use wgan_materials::polars::prelude::*;
//! use wgan_materials::{
//!     CandidateStream, Checker, MaterialsConfig, MaterialsModel, ReadOptions, Table, candidate_frame,
//! };
//!
//! let frame = df!(
//!     "formula" => ["NaCl", "KCl", "LiF", "NaF", "MgO", "CaO", "SrO", "TiO2", "SnO2", "CaTiO3"],
//!     "band_gap_eV" => [8.5, 8.4, 14.2, 11.5, 7.8, 7.0, 5.9, 3.0, 3.6, 3.5],
//!     "structure" => ["rock salt", "rock salt", "rock salt", "rock salt", "rock salt", "rock salt", "rock salt", "rutile",
//!         "rutile", "perovskite"],
//! )?;
//! let table = Table::from_frame(&frame, &ReadOptions::default())?;
//! let (config, device) = (MaterialsConfig::new(20), Device::flex());
//! let model = MaterialsModel::fit(&table, &config, None, (), &device)?;
//! let sampler = model.sampler(&device)?;
//! let drawn = CandidateStream::new(&sampler, 0, false).next_chunk()?;
//! let checked = Checker::new(table.formulas()).check_all(drawn);
//! let candidates: DataFrame = candidate_frame(&checked, model.card().space.specs())?;
//! assert_eq!(candidates.column("band_gap_eV")?.dtype(), &DataType::Float64);
//! assert_eq!(candidates.column("structure")?.null_count(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From numbers to feature vectors and back
//! ```
//! use wgan_materials::polars::prelude::*;
//! use wgan_materials::{FeatureSpace, ReadOptions, Table, Whitening};
//!
//! let frame = df!("density" => [2.7, 7.9, 8.9, 4.5, 2.3], "modulus_GPa" => [70, 211, 130, 116, 47])?;
//! let table = Table::from_frame(&frame, &ReadOptions::default())?;
//! let space = FeatureSpace::fit(&table, Some(Whitening::Pca))?;
//! let vectors = space.transform(&table)?; // [5, 2], covariance the identity
//! assert!((vectors.column(0).dot(&vectors.column(0)) / 4.0 - 1.0).abs() < 1e-9);
//! assert_eq!(space.inverse(vectors.view())?.frame()?, frame);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//! - tables: [`Table`], [`ReadOptions`], [`Column`]; chemistry: [`Composition`], [`Element`], [`ElementProperty`]
//! - features: [`FeatureSpace`], [`feature_rows`], [`element_descriptors`]
//! - the model: [`MaterialsModel`], [`Sampler`], [`CandidateStream`], rules on elements: [`ElementRules`]
//! - checks: [`Checker`], [`is_charge_neutral`], [`electronegativity_ok`], [`nearest_neutral`], [`NearestIndex`]
//! - conditions: [`Target`], [`Conditions`], [`adherence()`]
//! - stability: [`ConvexHull`], [`EnergyPredictor`]
//! - crystal structures, their symmetry and prototypes: [`structure`]
//! - judging: [`evaluate`], [`evaluate_rows`], [`synthetic_score()`], [`Report`], [`Forest`]
//! - proposing and ranking: [`Ranker`], [`Proposal`], [`rediscovery()`], [`substitution_list`], [`hidden_folds`]
//!
//! The program `wgan-materials` is a command line over these.

#![warn(missing_docs)]

pub use burn;
pub use polars;
pub use wgan_core::whitening::Whitening;

mod candidates;
mod checks;
mod composition;
mod crystals;
mod descriptor;
mod digest;
mod discovery;
mod electronegativity;
mod element;
mod error;
mod evaluate;
mod features;
mod forest;
mod formula;
mod frame_writer;
mod geometry;
mod impute;
mod like_table;
mod linear;
mod material;
mod model;
mod nearest;
mod novelty;
mod oxidation;
mod parts;
mod property;
mod ranked_list;
mod report;
#[cfg(test)]
mod shared_data;
mod stability;
mod stream;
pub mod structure;
mod table;
mod target;

pub use candidates::{candidate_frame, candidate_table};
pub use checks::{CheckedCandidate, Checker, Checks};
pub use composition::Composition;
pub use crystals::Crystals;
pub use descriptor::element_descriptors;
pub use discovery::{
    HiddenFold, Hits, Proposal, Ranked, Ranker, Reachable, Rediscovery, ReliabilityBin, Source,
    element_similarity, hidden_by_value, hidden_folds, rediscovery, substitution_list,
};
pub use element::Element;
pub use error::MaterialsError;
pub use evaluate::{
    Adherence, ClassDistance, ClosestRecord, ConditionalDistance, Evaluation, MaterialRows,
    PropertyColumn, PropertyDistance, RowEvaluation, StructureEvaluation, WithFloor, adherence,
    evaluate, evaluate_asked, evaluate_rows, evaluate_structures, synthetic_score,
};
pub use features::{
    AttributeSpace, Coordinates, Feature, FeatureSpace, LinearRelation, NormalScores, NumberCode,
    feature_names, feature_rows, fraction_rows,
};
pub use forest::{Forest, ForestConfig, ForestLearner, TreeVotes, TriedColumns};
pub use frame_writer::{FrameWriter, write_frame};
pub use geometry::{CandidateStructure, GeometryModel, StructureRules, VolumeModel};
pub use material::Material;
pub use model::{
    Alphabet, Candidate, Chunk, ConditionalRows, Conditions, ElementRules, Given, MaterialsConfig,
    MaterialsModel, ModelCard, RowConfig, RowGenerator, RowGeneratorConfig, RowLatent, RowLayout,
    RowModel, RowPrior, RowsCard, Sampler, SavedEnergies, SlotRules,
};
pub use nearest::NearestIndex;
pub use oxidation::{
    electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed, is_charge_neutral_usual,
    nearest_neutral,
};
pub use parts::{CandidateParts, SampleRequest};
pub use property::ElementProperty;
pub use ranked_list::{EnergyJudge, ListRequest, Listing, ordered, ranked_list};
pub use report::{CrystalReport, REPORT_FILES, Report, RowReport, ValidationReport};
pub use stability::{
    CandidateStability, ConvexHull, Decomposition, EnergyPredictor, EnergyPredictorConfig, HeldOut,
    KnownStability, PredictedEnergy, Product, candidate_stability_frame, energy_notes,
    formation_energies, formation_energy_column, known_stability_frame,
};
pub use stream::CandidateStream;
pub use table::{
    CellType, Cells, Column, ColumnReport, ColumnRole, ColumnSelection, ColumnSpec, OnBadRow,
    OnRepeat, ReadOptions, ReadSummary, SkippedRow, Table,
};
pub use target::{Target, Wanted};

/// Its program runs as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
