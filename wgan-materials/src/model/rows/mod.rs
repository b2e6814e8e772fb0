//! A model of rows of numbers and classes.
//!
//! A row is coded by an [`AttributeSpace`](crate::AttributeSpace). The generator departs from an *anchor*: a known row, blurred
//! along the directions in which its neighbours differ from it, until it lies about as far from the known rows as these from one
//! another. The generator moves the numbers and draws the classes anew; the critic compares the outcome with the table.
//! Without anchors the same generator starts from noise alone, given a context such as the features of a composition.

mod anchors;
mod calibration;
mod conditional_rows;
mod neighbours;
mod row_card;
mod row_config;
mod row_critic;
mod row_data;
mod row_generator;
mod row_layout;
mod row_model;
mod row_prior;
mod row_sample;

pub use anchors::Anchors;
pub use calibration::Calibration;
pub use conditional_rows::{ConditionalRows, RowsCard};
pub use row_config::RowConfig;
pub use row_critic::RowCritic;
pub use row_data::RowData;
pub use row_generator::{RowGenerator, RowGeneratorConfig};
pub use row_layout::RowLayout;
pub use row_model::RowModel;
pub use row_prior::{RowLatent, RowPrior};
pub use row_sample::RowSample;
