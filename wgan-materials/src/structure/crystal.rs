//! A crystal: a lattice and the atoms in its cell.

use serde::{Deserialize, Serialize};

use super::error::StructureError;
use super::lattice::Lattice;
use super::vectors::wrap;
use crate::composition::Composition;
use crate::element::Element;
use crate::property::ElementProperty;

/// Most sites a structure may have; a text with more is refused.
pub const MAX_SITES: usize = 2000;

/// Grams per cubic centimetre of one atomic mass unit per Å³ (CODATA 2018).
const DENSITY_UNIT: f64 = 1.660_539_066_60;

/// An atom and its place in the cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// The element.
    pub element: Element,
    /// Fractional position; in a [`Structure`] each coordinate is in `[0, 1)`.
    pub position: [f64; 3],
}

/// A lattice and the sites of its cell; every site holds one whole atom.
///
/// # Example
/// ```
/// use wgan_materials::Element;
/// use wgan_materials::structure::{Lattice, Site, Structure};
///
/// let [cs, cl] = ["Cs", "Cl"].map(|symbol| Element::from_symbol(symbol).unwrap());
/// let lattice = Lattice::from_parameters([4.12, 4.12, 4.12, 90.0, 90.0, 90.0])?;
/// let sites = vec![
///     Site { element: cs, position: [0.0, 0.0, 0.0] },
///     Site { element: cl, position: [0.5, 0.5, 0.5] },
/// ];
/// let structure = Structure::new(lattice, sites)?;
/// assert_eq!(structure.composition().to_string(), "CsCl");
/// assert!((structure.density() - 4.0).abs() < 0.01); // g/cm³; measured 3.99
/// assert!((structure.shortest_distance() - 4.12 * 0.75_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), wgan_materials::structure::StructureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Structure {
    lattice: Lattice,
    sites: Vec<Site>,
    composition: Composition,
}

/// What a structure is written as.
#[derive(Clone, Serialize, Deserialize)]
struct Parts {
    lattice: Lattice,
    sites: Vec<Site>,
}

impl TryFrom<Parts> for Structure {
    type Error = StructureError;

    fn try_from(parts: Parts) -> Result<Self, StructureError> {
        Self::new(parts.lattice, parts.sites)
    }
}

impl From<Structure> for Parts {
    fn from(structure: Structure) -> Self {
        Self { lattice: structure.lattice, sites: structure.sites }
    }
}

impl Structure {
    /// From a lattice and sites; positions are brought into `[0, 1)`.
    ///
    /// Atoms may stand too close: [`shortest_distance_ratio`](Self::shortest_distance_ratio) tells.
    ///
    /// # Errors
    /// [`StructureError::Sites`] for no site, more than [`MAX_SITES`], or a position that is not finite.
    pub fn new(lattice: Lattice, mut sites: Vec<Site>) -> Result<Self, StructureError> {
        let fault = |expected, got: String| Err(StructureError::Sites { expected, got });
        if sites.is_empty() || sites.len() > MAX_SITES {
            return fault("1 to 2000 sites", sites.len().to_string());
        }
        for (i, site) in sites.iter_mut().enumerate() {
            // Beyond this a fractional coordinate has lost the digits that place the atom.
            if !site.position.iter().all(|x| x.abs() < 1e6) {
                let got = format!("{:?} for site {}, {}", site.position, i + 1, site.element);
                return fault("finite fractional coordinates", got);
            }
            site.position = site.position.map(wrap);
        }
        let amounts = sites.iter().map(|site| (site.element, 1.0));
        match Composition::from_amounts(amounts) {
            Ok(composition) => Ok(Self { lattice, sites, composition }),
            Err(error) => fault("a composition", error.to_string()),
        }
    }

    /// The lattice.
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// The sites of one cell.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// Number of atoms in the cell.
    pub fn n_sites(&self) -> usize {
        self.sites.len()
    }

    /// What the structure is made of, reduced.
    pub fn composition(&self) -> &Composition {
        &self.composition
    }

    /// Volume of the cell, Å³.
    pub fn volume(&self) -> f64 {
        self.lattice.volume()
    }

    /// Volume per atom, Å³.
    pub fn volume_per_atom(&self) -> f64 {
        self.volume() / self.n_sites() as f64
    }

    /// Mass density, g/cm³.
    pub fn density(&self) -> f64 {
        let weight = |site: &Site| ElementProperty::AtomicWeight.filled(site.element);
        self.sites.iter().map(weight).sum::<f64>() * DENSITY_UNIT / self.volume()
    }

    /// The same fractional positions in a cell of this volume per atom, Å³.
    ///
    /// # Errors
    /// [`StructureError::Lattice`] for a volume that makes no lattice.
    pub fn scaled_to_volume(&self, volume_per_atom: f64) -> Result<Self, StructureError> {
        let factor = (volume_per_atom / self.volume_per_atom()).cbrt();
        Ok(Self { lattice: self.lattice.scaled(factor)?, ..self.clone() })
    }

    /// The same places with other elements.
    ///
    /// # Errors
    /// [`StructureError::Sites`] if the elements make no composition.
    pub fn with_elements(
        &self,
        element: impl Fn(Element) -> Element,
    ) -> Result<Self, StructureError> {
        let place = |site: &Site| Site { element: element(site.element), ..*site };
        Self::new(self.lattice, self.sites.iter().map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    fn element(symbol: &str) -> Element {
        Element::from_symbol(symbol).unwrap()
    }

    fn silicon() -> Structure {
        let lattice = Lattice::from_parameters([3.84, 3.84, 3.84, 60.0, 60.0, 60.0]).unwrap();
        let site = |x| Site { element: element("Si"), position: [x; 3] };
        Structure::new(lattice, vec![site(-1.0), site(1.25)]).unwrap()
    }

    #[test]
    fn positions_are_wrapped_and_density_is_that_of_silicon() {
        let silicon = silicon();
        assert_eq!(silicon.sites()[0].position, [0.0; 3]);
        assert_eq!(silicon.sites()[1].position, [0.25; 3]);
        assert_abs_diff_eq!(silicon.density(), 2.33, epsilon = 0.01); // measured 2.329 g/cm³
        let swollen = silicon.scaled_to_volume(30.0).unwrap();
        assert_abs_diff_eq!(swollen.volume(), 60.0, epsilon = 1e-9);
        let germanium = silicon.with_elements(|_| element("Ge")).unwrap();
        assert_eq!(germanium.composition().to_string(), "Ge");
    }

    #[test]
    fn what_is_no_structure_is_refused() {
        let lattice = *silicon().lattice();
        assert!(Structure::new(lattice, Vec::new()).is_err());
        let site = Site { element: element("Si"), position: [0.0, f64::NAN, 0.0] };
        let message = Structure::new(lattice, vec![site]).unwrap_err().to_string();
        let expected =
            "sites: expected finite fractional coordinates, got [0.0, NaN, 0.0] for site 1, Si";
        assert_eq!(message, expected);
        assert!(silicon().scaled_to_volume(0.0).is_err());
    }

    #[test]
    fn json_gives_the_structure_back() {
        let text = serde_json::to_string(&silicon()).unwrap();
        assert_eq!(serde_json::from_str::<Structure>(&text).unwrap(), silicon());
        let empty = text.replace("{\"element\":\"Si\",\"position\":[0.0,0.0,0.0]},", "");
        assert_eq!(serde_json::from_str::<Structure>(&empty).unwrap().n_sites(), 1);
    }
}
