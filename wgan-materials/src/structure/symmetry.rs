//! Space group, Wyckoff positions and standard cell of a structure, by the crate `moyo`.

use super::cif::{Listing, write_cif};
use super::crystal::{Site, Structure};
use super::crystal_system::CrystalSystem;
use super::error::StructureError;
use super::lattice::Lattice;
use super::operation::Operation;
use super::space_group::SpaceGroup;
use crate::element::Element;
use moyo::MoyoDataset;
use moyo::base::{AngleTolerance, Cell, Position};
use moyo::data::{
    GeometricCrystalClass, Setting, arithmetic_crystal_class_entry, hall_symbol_entry,
};

/// Tolerance of the symmetry search where nothing else is asked for, Å: that of the Materials Project.
pub const DEFAULT_TOLERANCE: f64 = 0.01;

/// The symmetry of a structure.
///
/// The conventional cell is in the standard setting of the International Tables: unique axis b and cell choice 1 for monoclinic groups,
/// hexagonal axes for rhombohedral ones, origin at a centre of inversion where there is one. Its atoms are moved, by less
/// than the tolerance, to where the symmetry holds exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetry {
    /// Number of the space group, 1..=230.
    pub space_group: u16,
    /// Short Hermann-Mauguin symbol, such as `F m -3 m`.
    pub symbol: String,
    /// Crystal system.
    pub crystal_system: CrystalSystem,
    /// Point group, such as `m-3m`.
    pub point_group: String,
    /// Wyckoff letter of each site of the structure, in the setting of [`conventional`](Self::conventional).
    pub wyckoffs: Vec<char>,
    /// For each site of the structure the index of the first one equivalent to it.
    pub orbits: Vec<usize>,
    /// The conventional cell.
    pub conventional: Structure,
    /// The primitive cell.
    pub primitive: Structure,
}

impl Structure {
    /// Finds the symmetry; two positions count as equal if they are less than `tolerance` Å apart ([`DEFAULT_TOLERANCE`]: 0.01).
    ///
    /// # Errors
    /// [`StructureError::Symmetry`] where no consistent group is found, which happens for atoms that nearly coincide.
    pub fn symmetry(&self, tolerance: f64) -> Result<Symmetry, StructureError> {
        let fault = |reason: String| StructureError::Symmetry { tolerance, reason };
        if !(tolerance > 0.0 && tolerance < 1.0) {
            return Err(fault("the tolerance has to be above 0 and below 1 Å".to_string()));
        }
        let found = MoyoDataset::new(
            &to_moyo(self),
            tolerance,
            AngleTolerance::Default,
            Setting::Standard,
            true,
        )
        .map_err(|error| fault(error.to_string().to_lowercase()))?;
        let number =
            u16::try_from(found.number).map_err(|_| fault("no space group".to_string()))?;
        Ok(Symmetry {
            space_group: number,
            symbol: found.hm_symbol.clone(),
            crystal_system: CrystalSystem::of_space_group(number),
            point_group: point_group(found.hall_number),
            wyckoffs: found.wyckoffs.clone(),
            orbits: found.orbits.clone(),
            conventional: from_moyo(&found.std_cell)?,
            primitive: from_moyo(&found.prim_std_cell)?,
        })
    }
}

impl Symmetry {
    /// The operations of the conventional cell, centring included; the identity comes first.
    pub fn operations(&self) -> &'static [Operation] {
        SpaceGroup::get(self.space_group).operations()
    }

    /// A CIF text with the space group, its operations and one site of each orbit of the conventional cell.
    pub fn to_cif(&self, name: &str) -> String {
        let group = SpaceGroup::get(self.space_group);
        let listing = Listing {
            structure: &self.conventional,
            space_group: (self.space_group, group.full_symbol()),
            operations: group.operations(),
            sites: self.representatives(),
        };
        write_cif(name, &listing)
    }

    /// The first site of each orbit of the conventional cell with the number of sites in the orbit.
    pub(super) fn representatives(&self) -> Vec<(Site, usize)> {
        let group = SpaceGroup::get(self.space_group);
        let sites = self.conventional.sites();
        let orbits = group.orbits(&self.conventional);
        let of = |orbit: &Vec<usize>| Some((sites[*orbit.first()?], orbit.len()));
        orbits.iter().filter_map(of).collect()
    }
}

fn point_group(hall_number: i32) -> String {
    let class = hall_symbol_entry(hall_number)
        .and_then(|entry| arithmetic_crystal_class_entry(entry.arithmetic_number))
        .map(|entry| entry.geometric_crystal_class);
    class.map_or(String::new(), |class: GeometricCrystalClass| class.to_string())
}

fn to_moyo(structure: &Structure) -> Cell {
    let position = |site: &Site| Position::from(site.position);
    Cell::new(
        moyo::base::Lattice::from_basis(structure.lattice().rows()),
        structure.sites().iter().map(position).collect(),
        structure.sites().iter().map(|site| site.element.atomic_number() as i32).collect(),
    )
}

fn from_moyo(cell: &Cell) -> Result<Structure, StructureError> {
    let lattice = Lattice::new(cell.lattice.basis_as_array())?;
    let elements = cell.numbers.iter().map(|number| Element::from_atomic_number(*number as usize));
    let sites = elements.zip(cell.positions_as_arrays());
    let sites = sites.filter_map(|(element, position)| Some(Site { element: element?, position }));
    Structure::new(lattice, sites.collect())
}

#[cfg(test)]
mod tests {
    use super::super::format::read_structure;
    use super::*;

    #[test]
    fn the_primitive_cell_of_fluorite_has_its_symmetry() {
        let text = "CaF2\n5.46\n0 .5 .5\n.5 0 .5\n.5 .5 0\nF Ca\n2 1\nDirect\n.25 .25 .25\n.75 .75 .75\n0 0 0\n";
        let fluorite = read_structure(text).unwrap().structure;
        let symmetry = fluorite.symmetry(DEFAULT_TOLERANCE).unwrap();
        assert_eq!((symmetry.space_group, symmetry.symbol.as_str()), (225, "F m -3 m"));
        assert_eq!(
            (symmetry.point_group.as_str(), symmetry.crystal_system.name()),
            ("m-3m", "cubic")
        );
        assert_eq!(symmetry.wyckoffs, ['c', 'c', 'a']);
        assert_eq!(symmetry.orbits, [0, 0, 2]);
        assert_eq!((symmetry.conventional.n_sites(), symmetry.primitive.n_sites()), (12, 3));
        assert_eq!(symmetry.operations().len(), 192);
        let multiplicities: Vec<usize> =
            symmetry.representatives().into_iter().map(|(_, n)| n).collect();
        assert_eq!(multiplicities, [8, 4]);
    }

    #[test]
    fn a_displacement_counts_from_the_tolerance_on() {
        let text = "CsCl\n4.12\n1 0 0\n0 1 0\n0 0 1\nCs Cl\n1 1\nDirect\n0 0 0\n.5 .5 .505\n"; // 0.02 Å
        let structure = read_structure(text).unwrap().structure;
        let group = |tolerance| structure.symmetry(tolerance).unwrap().space_group;
        assert_eq!([group(0.005), group(0.05)], [99, 221]);
        for tolerance in [0.0, -1.0, f64::NAN, 2.0] {
            let message = structure.symmetry(tolerance).unwrap_err().to_string();
            assert!(
                message.ends_with("the tolerance has to be above 0 and below 1 Å"),
                "{message}"
            );
        }
    }
}
