//! From a table of known materials to new candidate materials.

#![warn(missing_docs)]

mod composition;
mod electronegativity;
mod element;
mod error;
mod formula;
mod impute;
mod property;
#[cfg(test)]
mod shared_data;

pub use composition::Composition;
pub use element::Element;
pub use error::MaterialsError;
pub use property::ElementProperty;
