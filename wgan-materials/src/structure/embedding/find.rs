//! The embedding of a structure: one choice among the equivalent ones.

use std::cmp::Ordering;

use super::super::crystal::{Site, Structure};
use super::super::crystal_system::CrystalSystem;
use super::super::error::StructureError;
use super::super::prototype::{Prototype, sorted};
use super::super::space_group::{AxisChange, SpaceGroup};
use super::super::symmetry::Symmetry;
use super::super::vectors::Vector;
use super::placed::{Orbit, Placed, squared_lengths};
use super::{Embedding, free_cell};
use crate::element::Element;
use crate::property::ElementProperty;

/// Coordinates are compared in steps of this fraction of the cell.
const STEP: f64 = 1e-4;

/// Most orbits that are tried as the origin along polar axes.
const MAX_ANCHORS: usize = 24;

impl Structure {
    /// The structure as a prototype with elements and free numbers, its symmetry found with `tolerance` Å.
    ///
    /// Of equivalent choices of axes, origin and representatives the one is taken whose letters, then elements by
    /// electronegativity, then cell, then coordinates come first. Nearly equal structures can fall on different sides of such a choice:
    /// [`aligned_to`](Embedding::aligned_to) brings them together.
    ///
    /// # Errors
    /// As [`Structure::symmetry`]; [`StructureError::Symmetry`] where the atoms do not fill Wyckoff positions.
    pub fn embedding(&self, tolerance: f64) -> Result<Embedding, StructureError> {
        let symmetry = self.symmetry(tolerance)?;
        symmetry.embedding().ok_or_else(|| StructureError::Symmetry {
            tolerance,
            reason: "the atoms do not fill whole Wyckoff positions".to_string(),
        })
    }
}

impl Symmetry {
    /// The embedding of the conventional cell; none where its atoms do not fill Wyckoff positions.
    pub fn embedding(&self) -> Option<Embedding> {
        let placed = self.placed()?;
        let (slots, changes) = canonical_changes(&placed);
        let prototype = Prototype::from_canonical(self.space_group, slots.letters);
        let lengths: Vec<f64> =
            changes.iter().map(|(_, change)| squared_lengths(&placed.lattice, change)).collect();
        let least = lengths.iter().copied().fold(f64::INFINITY, f64::min);
        let compact = changes.iter().zip(&lengths).filter(|(_, x)| **x <= least * (1.0 + 1e-4));
        let candidates = compact
            .filter_map(|((letters, change), _)| placed.changed(letters, change))
            .flat_map(|placed| at_all_origins(&placed, &slots.elements))
            .map(|placed| numbers(&placed, &slots.elements));
        let best = candidates.min_by(Numbers::compare)?;
        let Numbers { cell, coordinates } = best;
        Embedding::new(prototype, slots.elements, cell, coordinates).ok()
    }

    fn placed(&self) -> Option<Placed> {
        let group = SpaceGroup::get(self.space_group);
        let orbit = |(site, multiplicity): (Site, usize)| {
            let letter = group.position_of(site.position, multiplicity)? as u8;
            Some(Orbit { element: site.element, letter, site: site.position })
        };
        let orbits: Option<Vec<Orbit>> = self.representatives().into_iter().map(orbit).collect();
        Some(Placed { group, lattice: *self.conventional.lattice(), orbits: orbits? })
    }
}

/// Letters of each slot and the element in it.
#[derive(Clone, PartialEq)]
struct Slots {
    letters: Vec<Vec<u8>>,
    elements: Vec<Element>,
}

impl Slots {
    fn new(placed: &Placed, new_letters: &[u8]) -> Self {
        let mut elements: Vec<Element> = placed.orbits.iter().map(|orbit| orbit.element).collect();
        elements.sort_unstable();
        elements.dedup();
        let letters = |element: Element| {
            let own = placed.orbits.iter().filter(|orbit| orbit.element == element);
            let own = own.map(|orbit| orbit.letter).collect();
            sorted(&[own], new_letters).pop().unwrap_or_default()
        };
        let mut slots: Vec<_> = elements.into_iter().map(|e| (letters(e), rank(e), e)).collect();
        slots.sort_unstable();
        Self {
            elements: slots.iter().map(|(_, _, element)| *element).collect(),
            letters: slots.into_iter().map(|(letters, _, _)| letters).collect(),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let ranks =
            |slots: &Self| slots.elements.iter().map(|e| (rank(*e), *e)).collect::<Vec<_>>();
        self.letters.cmp(&other.letters).then_with(|| ranks(self).cmp(&ranks(other)))
    }
}

/// Rank of an element in formulas: by electronegativity.
fn rank(element: Element) -> u64 {
    (ElementProperty::Electronegativity.filled(element) * 1000.0).round() as u64
}

/// The first slots in order, and the changes of axes and origin that lead to them.
fn canonical_changes(placed: &Placed) -> (Slots, Vec<(&'static [u8], &'static AxisChange)>) {
    let mut best: Option<Slots> = None;
    let mut changes: Vec<(&'static [u8], &'static AxisChange)> = Vec::new();
    for (letters, class) in placed.group.normaliser().classes() {
        let slots = Slots::new(placed, letters);
        let order = best.as_ref().map_or(Ordering::Less, |best| slots.compare(best));
        if order == Ordering::Less {
            changes.clear();
            best = Some(slots);
        }
        if order != Ordering::Greater {
            changes.extend(class.iter().map(|change| (letters.as_slice(), change)));
        }
    }
    let empty = Slots { letters: Vec::new(), elements: Vec::new() };
    (best.unwrap_or(empty), changes)
}

/// The structure with the origin, where the group leaves it free, at each site of the least frequent kind.
fn at_all_origins(placed: &Placed, elements: &[Element]) -> Vec<Placed> {
    let polar = placed.group.normaliser().polar();
    if polar.is_empty() {
        return vec![placed.clone()];
    }
    let at_zero =
        |x: Vector| placed.shifted([0, 1, 2].map(|k| if polar.contains(&k) { -x[k] } else { 0.0 }));
    anchors(placed, elements).into_iter().map(at_zero).collect()
}

/// Sites of the orbits of the kind that has the fewest, the first in order of slots and letters.
fn anchors(placed: &Placed, elements: &[Element]) -> Vec<Vector> {
    let mut kinds: Vec<(usize, usize, u8)> = Vec::new();
    for orbit in &placed.orbits {
        let slot = elements.iter().position(|e| *e == orbit.element).unwrap_or(0);
        let n = placed.group_of(orbit.element, orbit.letter).len();
        kinds.push((n, slot, orbit.letter));
    }
    let Some((_, slot, letter)) = kinds.into_iter().min() else {
        return Vec::new();
    };
    let members = placed.group_of(elements[slot], letter).into_iter();
    let sites = members.flat_map(|i| {
        let position = &placed.group.positions()[usize::from(letter)];
        let choices = placed.group.choices(usize::from(letter), placed.orbits[i].site);
        choices.into_iter().map(|free| position.representative(&free)).collect::<Vec<_>>()
    });
    sites.take(MAX_ANCHORS).collect()
}

/// The free numbers of a structure.
struct Numbers {
    cell: Vec<f64>,
    coordinates: Vec<f64>,
}

impl Numbers {
    fn compare(&self, other: &Self) -> Ordering {
        let steps = |x: &[f64]| x.iter().map(|x| step(*x)).collect::<Vec<_>>();
        let cells = |x: &[f64]| x.iter().map(|x| (x / STEP).round() as i64).collect::<Vec<_>>();
        let by_coordinates = steps(&self.coordinates).cmp(&steps(&other.coordinates));
        by_coordinates.then_with(|| cells(&self.cell).cmp(&cells(&other.cell)))
    }
}

/// A coordinate in whole steps, modulo one.
fn step(x: f64) -> i64 {
    ((x / STEP).round() as i64).rem_euclid((1.0 / STEP).round() as i64)
}

/// Cell and coordinates, the first choice of each orbit and the first order of the orbits of a kind.
fn numbers(placed: &Placed, elements: &[Element]) -> Numbers {
    let system = CrystalSystem::of_space_group(placed.group.number());
    let cell = free_cell(system, placed.lattice.parameters());
    let mut orbits: Vec<(usize, u8, Vec<i64>, Vec<f64>)> = Vec::new();
    for orbit in &placed.orbits {
        let choices = placed.group.choices(usize::from(orbit.letter), orbit.site).into_iter();
        let with_steps = choices.map(|free| {
            let steps: Vec<i64> = free.iter().map(|x| step(*x)).collect();
            // A tiny negative coordinate is not wrapped to nearly one.
            let free = free
                .into_iter()
                .zip(&steps)
                .map(|(x, step)| if *step == 0 && x > 0.5 { x - 1.0 } else { x });
            (free.collect::<Vec<f64>>(), steps)
        });
        let (free, steps) = with_steps.min_by(|a, b| a.1.cmp(&b.1)).unwrap_or_default();
        let slot = elements.iter().position(|e| *e == orbit.element).unwrap_or(0);
        orbits.push((slot, orbit.letter, steps, free));
    }
    orbits.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    Numbers { cell, coordinates: orbits.into_iter().flat_map(|(_, _, _, free)| free).collect() }
}
