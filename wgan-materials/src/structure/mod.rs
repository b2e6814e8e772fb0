//! Crystal structures: reading, symmetry, prototypes, pictures.
//!
//! A [`Structure`] is a lattice and the atoms of its cell. Its [`Symmetry`] comes from the crate `moyo`. A [`Prototype`] is what
//! structures of a type share, a space group and its occupied Wyckoff positions; an [`Embedding`] is a structure as a prototype, the
//! element of each slot, and the numbers that are free. Embeddings of one prototype can be compared number by number, and any change of
//! elements, cell or free coordinates keeps the space group.
//!
//! ```
//! use wgan_materials::structure::{DEFAULT_TOLERANCE, read_structure};
//!
//! let poscar = "halite\n5.64\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n";
//! let halite = read_structure(poscar)?.structure;
//! let symmetry = halite.symmetry(DEFAULT_TOLERANCE)?;
//! assert_eq!((symmetry.space_group, symmetry.symbol.as_str()), (225, "F m -3 m"));
//! let embedding = halite.embedding(DEFAULT_TOLERANCE)?;
//! assert_eq!(embedding.prototype().to_string(), "225:a|b");
//! assert_eq!(embedding.structure()?.n_sites(), 8);
//! # Ok::<(), wgan_materials::structure::StructureError>(())
//! ```
//!
//! # Where things are
//! - texts: [`read_structure`], [`read_cif`], [`read_poscar`]; [`Structure::to_cif`], [`Symmetry::to_cif`], [`Structure::to_poscar`]
//! - distances: [`Structure::neighbours`], [`Structure::shortest_distance_ratio`], [`covalent_radius`]
//! - types: [`Structure::symmetry`], [`Prototype`], [`Structure::embedding`], [`Embedding::aligned_to`]
//! - pictures: [`picture`]

mod cif;
mod covalent_radius;
mod crystal;
mod crystal_system;
mod embedding;
mod error;
mod format;
mod lattice;
#[cfg(test)]
mod mutations;
mod neighbours;
mod operation;
mod orbit;
mod picture;
mod poscar;
mod prototype;
mod reading;
mod reduction;
mod settings;
mod space_group;
mod symmetry;
mod vectors;

pub use cif::read_cif;
pub use covalent_radius::covalent_radius;
pub use crystal::{MAX_SITES, Site, Structure};
pub use crystal_system::CrystalSystem;
pub use embedding::Embedding;
pub use error::StructureError;
pub use format::read_structure;
pub use lattice::Lattice;
pub use neighbours::Neighbour;
pub use operation::Operation;
pub use picture::picture;
pub use poscar::read_poscar;
pub use prototype::Prototype;
pub use reading::{Format, Reading};
pub use space_group::symbol::space_group_number;
pub use symmetry::{DEFAULT_TOLERANCE, Symmetry};
