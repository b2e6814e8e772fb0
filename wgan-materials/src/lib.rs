//! From a table of known materials to new candidate materials.

#![warn(missing_docs)]

mod composition;
mod electronegativity;
mod element;
mod error;
mod formula;
mod impute;
mod oxidation;
mod property;
#[cfg(test)]
mod shared_data;

pub use composition::Composition;
pub use element::Element;
pub use error::MaterialsError;
pub use oxidation::{
    electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed, nearest_neutral,
};
pub use property::ElementProperty;
