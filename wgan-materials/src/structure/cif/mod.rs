//! CIF texts: reading and writing.

mod block;
mod read;
mod sites;
mod space_group;
mod tokens;
mod write;

pub use read::read_cif;
pub(super) use sites::element;
pub(super) use write::{Listing, write_cif};

#[cfg(test)]
mod tests;
