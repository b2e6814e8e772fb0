//! Orbits of a standard cell under a change of axes and origin.

use super::super::lattice::Lattice;
use super::super::space_group::{AxisChange, SpaceGroup};
use super::super::vectors::{Vector, dot, float, inverse_int, multiply, transpose};
use crate::element::Element;

/// An orbit by one of its sites.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orbit {
    pub(super) element: Element,
    /// Index of the Wyckoff position.
    pub(super) letter: u8,
    pub(super) site: Vector,
}

/// A structure in a standard setting of its group.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) group: &'static SpaceGroup,
    pub(super) lattice: Lattice,
    pub(super) orbits: Vec<Orbit>,
}

impl Placed {
    /// The same structure in other coordinates; none where the new cell is out of range.
    pub(super) fn changed(&self, letters: &[u8], change: &AxisChange) -> Option<Self> {
        let orbit = |orbit: &Orbit| Orbit {
            letter: letters[usize::from(orbit.letter)],
            site: change.apply(orbit.site),
            ..*orbit
        };
        Some(Self {
            group: self.group,
            lattice: new_lattice(&self.lattice, change)?,
            orbits: self.orbits.iter().map(orbit).collect(),
        })
    }

    /// The same with the origin moved along the polar axes.
    pub(super) fn shifted(&self, shift: Vector) -> Self {
        let site = |x: Vector| [0, 1, 2].map(|k| x[k] + shift[k]);
        let orbits = self.orbits.iter().map(|orbit| Orbit { site: site(orbit.site), ..*orbit });
        Self { orbits: orbits.collect(), ..self.clone() }
    }

    /// Orbits of one element and letter.
    pub(super) fn group_of(&self, element: Element, letter: u8) -> Vec<usize> {
        let is_member =
            |i: &usize| self.orbits[*i].element == element && self.orbits[*i].letter == letter;
        (0..self.orbits.len()).filter(is_member).collect()
    }
}

/// `A′ = A·P⁻¹` for lattice vectors in columns.
fn new_lattice(lattice: &Lattice, change: &AxisChange) -> Option<Lattice> {
    let inverse = transpose(&float(&inverse_int(&change.linear)));
    Lattice::new(multiply(&inverse, &lattice.rows())).ok()
}

/// Sum of the squared lengths of the new lattice vectors, Å²: least for the most compact cell.
pub(super) fn squared_lengths(lattice: &Lattice, change: &AxisChange) -> f64 {
    new_lattice(lattice, change)
        .map_or(f64::INFINITY, |new| new.rows().into_iter().map(|row| dot(row, row)).sum())
}
