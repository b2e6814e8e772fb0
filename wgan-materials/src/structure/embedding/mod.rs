//! A structure as a prototype, elements, and the numbers that are free.

mod align;
mod assignment;
mod find;
mod placed;

use serde::{Deserialize, Serialize};

use super::crystal::{Site, Structure};
use super::crystal_system::CrystalSystem;
use super::error::StructureError;
use super::lattice::Lattice;
use super::prototype::Prototype;
use super::vectors::{Vector, apply, float, inverse, multiply, transpose, wrap};
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;

/// A structure written as its prototype, the element of each slot, the free parameters of the cell and the free coordinates of the orbits.
///
/// Other elements, cells or coordinates give structures that have all operations of the space group by construction. Special values may add
/// some: with `c = a` a tetragonal structure can become cubic.
///
/// - **Cell**: what the crystal system leaves free of `a, b, c` (Å) and `α, β, γ` (degrees): `[a]` for cubic, `[a, c]` for tetragonal,
///   trigonal (hexagonal axes) and hexagonal, `[a, b, c]`, `[a, b, c, β]`, `[a, b, c, α, β, γ]`.
/// - **Coordinates**: for each orbit, in the order of the slots and their letters, the free ones of x, y, z of its representative.
///
/// # Example
/// ```
/// use wgan_materials::structure::{DEFAULT_TOLERANCE, read_cif};
/// use wgan_materials::Element;
///
/// let rutile = "data_rutile
/// _cell_length_a 4.594 _cell_length_b 4.594 _cell_length_c 2.959
/// _cell_angle_alpha 90 _cell_angle_beta 90 _cell_angle_gamma 90
/// _space_group_name_H-M_alt 'P 42/m n m'
/// loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
/// Ti1 0 0 0
/// O1 0.305 0.305 0";
/// let titania = read_cif(rutile)?.structure.embedding(DEFAULT_TOLERANCE)?;
/// assert_eq!(titania.prototype().to_string(), "136:a|f");
/// assert!((titania.coordinates()[0] - 0.305).abs() < 1e-6);
///
/// let [sn, o] = ["Sn", "O"].map(|symbol| Element::from_symbol(symbol).unwrap());
/// let cassiterite = titania.with_elements(vec![sn, o])?.with_cell(vec![4.737, 3.186])?;
/// let symmetry = cassiterite.structure()?.symmetry(DEFAULT_TOLERANCE)?;
/// assert_eq!(symmetry.space_group, 136);
/// # Ok::<(), wgan_materials::structure::StructureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Embedding {
    prototype: Prototype,
    elements: Vec<Element>,
    cell: Vec<f64>,
    coordinates: Vec<f64>,
}

/// What an embedding is written as.
#[derive(Clone, Serialize, Deserialize)]
struct Parts {
    prototype: Prototype,
    elements: Vec<Element>,
    cell: Vec<f64>,
    coordinates: Vec<f64>,
}

impl TryFrom<Parts> for Embedding {
    type Error = StructureError;

    fn try_from(parts: Parts) -> Result<Self, StructureError> {
        Self::new(parts.prototype, parts.elements, parts.cell, parts.coordinates)
    }
}

impl From<Embedding> for Parts {
    fn from(embedding: Embedding) -> Self {
        let Embedding { prototype, elements, cell, coordinates } = embedding;
        Self { prototype, elements, cell, coordinates }
    }
}

impl Embedding {
    /// From its parts.
    ///
    /// # Errors
    /// [`StructureError::Embedding`] where lengths do not fit the prototype, an element stands in two slots or a coordinate is not finite;
    /// [`StructureError::Lattice`] for a cell that is none.
    pub fn new(
        prototype: Prototype,
        elements: Vec<Element>,
        cell: Vec<f64>,
        coordinates: Vec<f64>,
    ) -> Result<Self, StructureError> {
        let lengths = [
            ("elements", prototype.n_slots(), elements.len()),
            ("cell", prototype.n_cell_parameters(), cell.len()),
            ("coordinates", prototype.n_coordinates(), coordinates.len()),
        ];
        for (what, expected, got) in lengths {
            if expected != got {
                let (expected, got) = (expected.to_string(), got.to_string());
                return Err(StructureError::Embedding { what, expected, got });
            }
        }
        let fault = |what, expected: &str, got| {
            Err(StructureError::Embedding { what, expected: expected.to_string(), got })
        };
        if (1..elements.len()).any(|i| elements[..i].contains(&elements[i])) {
            return fault("elements", "a different one in each slot", format!("{elements:?}"));
        }
        if let Some(x) = coordinates.iter().find(|x| !x.is_finite() || x.abs() > 1e6) {
            return fault("coordinates", "finite fractions of the cell", x.to_string());
        }
        let embedding = Self { prototype, elements, cell, coordinates };
        embedding.lattice()?;
        Ok(embedding)
    }

    /// The structure type.
    pub fn prototype(&self) -> &Prototype {
        &self.prototype
    }

    /// The element of each slot.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The free parameters of the conventional cell, Å and degrees.
    pub fn cell(&self) -> &[f64] {
        &self.cell
    }

    /// The free coordinates of the orbits, fractions of the cell.
    pub fn coordinates(&self) -> &[f64] {
        &self.coordinates
    }

    /// Slot and letter of each coordinate, and which of its orbit's coordinates it is, from 0.
    pub fn coordinate_names(&self) -> Vec<(usize, char, usize)> {
        let names = |(slot, position): (usize, &super::space_group::WyckoffPosition)| {
            let letter = position.letter;
            (0..position.n_free()).map(move |k| (slot, letter, k)).collect::<Vec<_>>()
        };
        self.prototype.positions().flat_map(names).collect()
    }

    /// The same with other elements, one for each slot.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn with_elements(&self, elements: Vec<Element>) -> Result<Self, StructureError> {
        let Self { prototype, cell, coordinates, .. } = self.clone();
        Self::new(prototype, elements, cell, coordinates)
    }

    /// The same in another cell.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn with_cell(&self, cell: Vec<f64>) -> Result<Self, StructureError> {
        let Self { prototype, elements, coordinates, .. } = self.clone();
        Self::new(prototype, elements, cell, coordinates)
    }

    /// The same with other free coordinates.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn with_coordinates(&self, coordinates: Vec<f64>) -> Result<Self, StructureError> {
        let Self { prototype, elements, cell, .. } = self.clone();
        Self::new(prototype, elements, cell, coordinates)
    }

    /// All lengths times `factor`.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn scaled(&self, factor: f64) -> Result<Self, StructureError> {
        let is_length = |k: usize| k < self.cell.len().min(3);
        let scaled = |(k, x): (usize, &f64)| if is_length(k) { x * factor } else { *x };
        self.with_cell(self.cell.iter().enumerate().map(scaled).collect())
    }

    /// The same shape with this volume per atom, Å³.
    ///
    /// # Errors
    /// As [`Embedding::new`].
    pub fn scaled_to_volume(&self, volume_per_atom: f64) -> Result<Self, StructureError> {
        self.scaled((volume_per_atom / self.volume_per_atom()?).cbrt())
    }

    /// Volume per atom, Å³.
    ///
    /// # Errors
    /// None for an embedding that could be made.
    pub fn volume_per_atom(&self) -> Result<f64, StructureError> {
        Ok(self.lattice()?.volume() / self.prototype.n_atoms_conventional() as f64)
    }

    /// The conventional cell with all its atoms, orbit by orbit.
    ///
    /// # Errors
    /// [`StructureError::Sites`] for more than [`MAX_SITES`](super::MAX_SITES) atoms.
    pub fn structure(&self) -> Result<Structure, StructureError> {
        let setting = self.prototype.group().setting();
        let sites = self.orbits().flat_map(|(element, position, free)| {
            position
                .sites(free, setting)
                .into_iter()
                .map(move |position| Site { element, position })
        });
        Structure::new(self.lattice()?, sites.collect())
    }

    /// A primitive cell with all its atoms, orbit by orbit.
    ///
    /// # Errors
    /// As [`Embedding::structure`].
    pub fn primitive_structure(&self) -> Result<Structure, StructureError> {
        // Columns: A_primitive = A_conventional · M⁻¹, x_primitive = M · x_conventional.
        let to_primitive = float(&self.prototype.group().setting().from_primitive);
        let rows = multiply(&transpose(&inverse(&to_primitive)), &self.lattice()?.rows());
        let sites = self.orbits().flat_map(|(element, position, free)| {
            position
                .primitive_sites(free)
                .into_iter()
                .map(move |x| Site { element, position: apply(&to_primitive, x).map(wrap) })
        });
        Structure::new(Lattice::new(rows)?, sites.collect())
    }

    /// Element, Wyckoff position and free coordinates of each orbit.
    fn orbits(
        &self,
    ) -> impl Iterator<Item = (Element, &'static super::space_group::WyckoffPosition, &[f64])> {
        let mut rest = self.coordinates.as_slice();
        self.prototype.positions().map(move |(slot, position)| {
            let (free, after) = rest.split_at(position.n_free());
            rest = after;
            (self.elements[slot], position, free)
        })
    }

    /// Representative site of each orbit.
    fn representatives(&self) -> Vec<Vector> {
        self.orbits().map(|(_, position, free)| position.representative(free)).collect()
    }

    fn lattice(&self) -> Result<Lattice, StructureError> {
        Lattice::from_parameters(full_cell(self.prototype.crystal_system(), &self.cell))
    }
}

/// All six parameters from the free ones.
fn full_cell(system: CrystalSystem, cell: &[f64]) -> [f64; 6] {
    let at = |k: usize| cell.get(k).copied().unwrap_or(f64::NAN);
    match system {
        CrystalSystem::Cubic => [at(0), at(0), at(0), 90.0, 90.0, 90.0],
        CrystalSystem::Tetragonal => [at(0), at(0), at(1), 90.0, 90.0, 90.0],
        CrystalSystem::Trigonal | CrystalSystem::Hexagonal => {
            [at(0), at(0), at(1), 90.0, 90.0, 120.0]
        }
        CrystalSystem::Orthorhombic => [at(0), at(1), at(2), 90.0, 90.0, 90.0],
        CrystalSystem::Monoclinic => [at(0), at(1), at(2), 90.0, at(3), 90.0],
        CrystalSystem::Triclinic => [0, 1, 2, 3, 4, 5].map(at),
    }
}

/// The free parameters of a cell.
fn free_cell(system: CrystalSystem, [a, b, c, alpha, beta, gamma]: [f64; 6]) -> Vec<f64> {
    match system {
        CrystalSystem::Cubic => vec![(a + b + c) / 3.0],
        CrystalSystem::Tetragonal | CrystalSystem::Trigonal | CrystalSystem::Hexagonal => {
            vec![(a + b) / 2.0, c]
        }
        CrystalSystem::Orthorhombic => vec![a, b, c],
        CrystalSystem::Monoclinic => vec![a, b, c, beta],
        CrystalSystem::Triclinic => vec![a, b, c, alpha, beta, gamma],
    }
}

#[cfg(test)]
mod tests;

impl Embedding {
    /// What the crystal is made of.
    ///
    /// # Errors
    /// As [`Composition::from_amounts`].
    pub fn composition(&self) -> Result<Composition, MaterialsError> {
        let amounts = self.prototype.amounts().into_iter().map(|n| n as f64);
        Composition::from_amounts(self.elements.iter().copied().zip(amounts))
    }

    /// The crystal as CIF text: the conventional cell with its symmetry operations.
    ///
    /// # Errors
    /// A cell or coordinates that are no crystal, and a symmetry that cannot be found in it.
    pub fn to_cif(&self) -> Result<String, StructureError> {
        let structure = self.structure()?;
        let symmetry = structure.symmetry(super::symmetry::DEFAULT_TOLERANCE)?;
        Ok(symmetry.to_cif(&structure.composition().to_string()))
    }
}
