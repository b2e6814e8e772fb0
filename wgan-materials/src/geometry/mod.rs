//! Crystal structures of candidates: cell and coordinates of known members of the prototype, at the predicted volume.

mod assignment;
mod columns;
mod model;
mod rules;
mod volume;

pub use columns::StructureColumns;
pub use model::{CandidateStructure, GeometryModel};
pub use rules::StructureRules;
pub use volume::VolumeModel;
