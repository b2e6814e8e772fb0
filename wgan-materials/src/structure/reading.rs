//! What comes of reading a text.

use super::crystal::Structure;

/// A format of structure texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Crystallographic information file, CIF 1.1.
    Cif,
    /// Input or output of VASP.
    Poscar,
}

/// A structure that was read, and what has to be said about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The structure, all atoms of the cell.
    pub structure: Structure,
    /// What was decided on the way: which of several blocks was read, what was left out.
    pub notes: Vec<String>,
    /// Name of the block, or title.
    pub name: Option<String>,
    /// Number of the space group as the text says; 1 also where a program listed all atoms without looking for symmetry.
    pub space_group: Option<u16>,
    /// The format the text was read as.
    pub format: Format,
}
