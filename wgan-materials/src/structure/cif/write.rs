//! From a structure to a CIF text.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::crystal::{Site, Structure};
use super::super::operation::Operation;
use super::super::vectors::IDENTITY;
use crate::element::Element;

/// What a CIF lists: sites that the operations repeat.
pub(in crate::structure) struct Listing<'a> {
    pub(in crate::structure) structure: &'a Structure,
    /// Number and Hermann-Mauguin symbol of the space group.
    pub(in crate::structure) space_group: (u16, &'a str),
    pub(in crate::structure) operations: &'a [Operation],
    /// Sites with their multiplicities.
    pub(in crate::structure) sites: Vec<(Site, usize)>,
}

impl Structure {
    /// A CIF text that lists all atoms, in space group P 1.
    ///
    /// Coordinates have ten decimals, so that reading gives them back to 1e-9 Å.
    ///
    /// # Example
    /// ```
    /// use wgan_materials::structure::{read_cif, Structure};
    ///
    /// let text = "data_NaCl
    /// _cell_length_a 5.64(1) _cell_length_b 5.64 _cell_length_c 5.64
    /// _cell_angle_alpha 90 _cell_angle_beta 90 _cell_angle_gamma 90
    /// _space_group_name_H-M_alt 'F m -3 m'
    /// loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
    /// Na1 0 0 0
    /// Cl1 0.5 0 0";
    /// let structure = read_cif(text)?.structure;
    /// assert_eq!(structure.n_sites(), 8);
    /// assert_eq!(read_cif(&structure.to_cif("again"))?.structure, structure);
    /// # Ok::<(), wgan_materials::structure::StructureError>(())
    /// ```
    pub fn to_cif(&self, name: &str) -> String {
        let identity = Operation { rotation: IDENTITY, translation: [0.0; 3] };
        let sites = self.sites().iter().map(|site| (*site, 1)).collect();
        let listing =
            Listing { structure: self, space_group: (1, "P 1"), operations: &[identity], sites };
        write_cif(name, &listing)
    }
}

/// A CIF text of a listing.
pub(in crate::structure) fn write_cif(name: &str, listing: &Listing) -> String {
    let mut text = format!("data_{}\n", block_name(name));
    let (number, symbol) = listing.space_group;
    let cell = listing.structure.lattice().parameters();
    let tags = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
    let mut line = |content: String| {
        text.push_str(&content);
        text.push('\n');
    };
    line(format!("_space_group_name_H-M_alt   '{symbol}'"));
    line(format!("_space_group_IT_number   {number}"));
    for (tag, value) in tags.iter().zip(cell) {
        line(format!("_cell_{tag}   {value:.10}"));
    }
    line(format!("_cell_volume   {:.6}", listing.structure.volume()));
    line(format!("_chemical_formula_sum   '{}'", formula(listing.structure)));
    line("loop_\n _space_group_symop_id\n _space_group_symop_operation_xyz".to_string());
    for (i, operation) in listing.operations.iter().enumerate() {
        line(format!("  {}  '{operation}'", i + 1));
    }
    line("loop_".to_string());
    for tag in [
        "type_symbol",
        "label",
        "site_symmetry_multiplicity",
        "fract_x",
        "fract_y",
        "fract_z",
        "occupancy",
    ] {
        line(format!(" _atom_site_{tag}"));
    }
    let mut counts: HashMap<Element, usize> = HashMap::new();
    for (site, multiplicity) in &listing.sites {
        let count = counts.entry(site.element).or_default();
        *count += 1;
        let [x, y, z] = site.position;
        let element = site.element;
        line(format!(
            "  {element}  {element}{count}  {multiplicity}  {x:.10}  {y:.10}  {z:.10}  1"
        ));
    }
    text
}

/// The atoms of the cell, such as `Na4 Cl4`.
fn formula(structure: &Structure) -> String {
    let mut text = String::new();
    for element in structure.composition().elements() {
        let n = structure.sites().iter().filter(|site| site.element == element).count();
        let _ = write!(text, "{}{element}{n}", if text.is_empty() { "" } else { " " });
    }
    text
}

/// A name without blanks, of printable ASCII, at most 75 characters as CIF has it.
fn block_name(name: &str) -> String {
    let clean = name.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' });
    let name: String = clean.take(70).collect();
    if name.is_empty() { "structure".to_string() } else { name }
}
