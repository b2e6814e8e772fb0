//! The choice of axes, origin and representatives nearest to another structure of the prototype.

use super::super::crystal_system::CrystalSystem;
use super::super::error::StructureError;
use super::super::space_group::AxisChange;
use super::super::vectors::{Vector, dot, nearest};
use super::assignment::assignment;
use super::placed::{Orbit, Placed};
use super::{Embedding, free_cell};

/// Most choices of axes that are compared, those with the most similar cells.
const MAX_CHANGES: usize = 96;

/// Most pairs of sites that are tried as the common origin along polar axes.
const MAX_ANCHORS: usize = 64;

/// A choice and how far it is from the reference.
struct Aligned {
    /// Mean squared displacement of the atoms, Å², with that of the cell.
    cost: f64,
    cell: Vec<f64>,
    coordinates: Vec<f64>,
    /// Mean displacement along the three axes, fractions of the cell.
    drift: Vector,
}

impl Embedding {
    /// The same structure in the choice of axes, origin and representatives that is nearest to `reference`.
    ///
    /// Coordinates of the result are within half a cell of those of the reference, so that differences and means make sense. Elements stay
    /// in their slots. Nearest is what makes the mean squared displacement of the atoms, in the cell of the reference, plus that of the
    /// cell least; orbits of one kind are paired by an exact assignment.
    ///
    /// # Errors
    /// [`StructureError::Embedding`] for a reference of another prototype.
    pub fn aligned_to(&self, reference: &Self) -> Result<Self, StructureError> {
        if self.prototype != reference.prototype {
            return Err(StructureError::Embedding {
                what: "reference",
                expected: self.prototype.to_string(),
                got: reference.prototype.to_string(),
            });
        }
        let (own, target) = (self.placed()?, reference.placed()?);
        let mut best: Option<Aligned> = None;
        for placed in self.similar_cells(&own, reference) {
            for shift in shifts(&placed, &target) {
                let moved = placed.shifted(shift);
                let aligned = aligned(&moved, &target, reference);
                let again = along_polar(&placed, aligned.drift);
                let refined = again.iter().any(|x| x.abs() > 1e-12).then(|| {
                    let moved = moved.shifted(again);
                    self::aligned(&moved, &target, reference)
                });
                for candidate in [Some(aligned), refined].into_iter().flatten() {
                    if best.as_ref().is_none_or(|best| candidate.cost < best.cost - 1e-12) {
                        best = Some(candidate);
                    }
                }
            }
        }
        match best {
            Some(best) => Self::new(
                self.prototype.clone(),
                self.elements.clone(),
                best.cell,
                best.coordinates,
            ),
            None => Ok(self.clone()),
        }
    }

    pub(super) fn placed(&self) -> Result<Placed, StructureError> {
        let letters = self.prototype.slots().iter().enumerate();
        let kinds = letters.flat_map(|(slot, letters)| letters.iter().map(move |l| (slot, *l)));
        let orbit = |((slot, letter), site): ((usize, u8), Vector)| Orbit {
            element: self.elements[slot],
            letter,
            site,
        };
        Ok(Placed {
            group: self.prototype.group(),
            lattice: self.lattice()?,
            orbits: kinds.zip(self.representatives()).map(orbit).collect(),
        })
    }

    /// The structure in all choices of axes that keep the letters of each slot, those with a cell like that of the reference first.
    pub(super) fn similar_cells(&self, own: &Placed, reference: &Self) -> Vec<Placed> {
        let keeps_slots = |letters: &[u8]| {
            self.prototype.slots().iter().all(|slot| {
                let mut new: Vec<u8> = slot.iter().map(|l| letters[usize::from(*l)]).collect();
                new.sort_unstable();
                new == *slot
            })
        };
        let classes = own.group.normaliser().classes().iter();
        let kept = classes.filter(|(letters, _)| keeps_slots(letters));
        let changes = kept.flat_map(|(letters, class)| class.iter().map(move |c| (letters, c)));
        let mut all: Vec<(f64, Placed)> = changes
            .filter_map(|(letters, change): (&Vec<u8>, &AxisChange)| own.changed(letters, change))
            .map(|placed| (cell_cost(&placed, reference), placed))
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.into_iter().take(MAX_CHANGES).map(|(_, placed)| placed).collect()
    }
}

/// How different two cells are, Å²: squared relative differences of the lengths and differences of the angles, times the squared size
/// of an atom.
fn cell_cost(placed: &Placed, reference: &Embedding) -> f64 {
    let system = CrystalSystem::of_space_group(placed.group.number());
    let cell = free_cell(system, placed.lattice.parameters());
    let n_lengths = cell.len().min(3);
    let squared = |k: usize| {
        let (x, y) = (cell[k], reference.cell[k]);
        if k < n_lengths { (x / y).ln().powi(2) } else { (x - y).to_radians().powi(2) }
    };
    let size = reference.volume_per_atom().map_or(1.0, |v| v.powf(2.0 / 3.0));
    (0..cell.len()).map(squared).sum::<f64>() * size
}

/// Moves of the origin along the polar axes that bring a site onto one of the reference.
fn shifts(placed: &Placed, target: &Placed) -> Vec<Vector> {
    if placed.group.normaliser().polar().is_empty() {
        return vec![[0.0; 3]];
    }
    let kind = |i: usize| (target.orbits[i].element, target.orbits[i].letter);
    let n = |i: &usize| target.group_of(target.orbits[*i].element, kind(*i).1).len();
    let Some(rarest) = (0..target.orbits.len()).min_by_key(n) else {
        return vec![[0.0; 3]];
    };
    let members = members_like(target, placed, rarest);
    let position = &placed.group.positions()[usize::from(kind(rarest).1)];
    let mut found = Vec::new();
    for i in members {
        for free in placed.group.choices(usize::from(kind(rarest).1), placed.orbits[i].site) {
            let site = position.representative(&free);
            let goal = target.orbits[rarest].site;
            found.push(along_polar(placed, [0, 1, 2].map(|k| goal[k] - site[k])));
        }
    }
    found.truncate(MAX_ANCHORS);
    found
}

/// Orbits of `placed` of the kind that orbit `i` of `target` is; slots are told by their places, as the elements may differ.
fn members_like(target: &Placed, placed: &Placed, i: usize) -> Vec<usize> {
    let slot = slot_of(target, i);
    let is_like = |j: &usize| {
        placed.orbits[*j].letter == target.orbits[i].letter && slot_of(placed, *j) == slot
    };
    (0..placed.orbits.len()).filter(is_like).collect()
}

/// Slot of an orbit: how many elements come before it.
fn slot_of(placed: &Placed, i: usize) -> usize {
    placed.orbits[..=i].chunk_by(|a, b| a.element == b.element).count()
}

/// The part of a vector along the polar axes.
fn along_polar(placed: &Placed, x: Vector) -> Vector {
    let polar = placed.group.normaliser().polar();
    [0, 1, 2].map(|k| if polar.contains(&k) { x[k] } else { 0.0 })
}

/// Pairs the orbits of each kind and takes for each the choice nearest to its partner.
fn aligned(placed: &Placed, target: &Placed, reference: &Embedding) -> Aligned {
    let system = CrystalSystem::of_space_group(placed.group.number());
    let (mut cost, mut drift, mut n_atoms) = (0.0, [0.0; 3], 0.0);
    let mut coordinates: Vec<Vec<f64>> = vec![Vec::new(); target.orbits.len()];
    let mut is_done = vec![false; target.orbits.len()];
    let wanted: Vec<&[f64]> = reference.orbits().map(|(_, _, free)| free).collect();
    for first in 0..target.orbits.len() {
        if is_done[first] {
            continue;
        }
        let goals = members_like(target, target, first);
        let members = members_like(target, placed, first);
        goals.iter().for_each(|i| is_done[*i] = true);
        let pairs: Vec<Vec<Pair>> = members
            .iter()
            .map(|i| goals.iter().map(|j| Pair::new(placed, *i, target, wanted[*j])).collect())
            .collect();
        let costs: Vec<Vec<f64>> =
            pairs.iter().map(|row| row.iter().map(|pair| pair.squared).collect()).collect();
        let multiplicity =
            placed.group.positions()[usize::from(target.orbits[first].letter)].multiplicity as f64;
        for (row, column) in assignment(&costs).into_iter().enumerate() {
            let pair = &pairs[row][column];
            cost += multiplicity * pair.squared;
            n_atoms += multiplicity;
            (0..3).for_each(|k| drift[k] -= multiplicity * pair.displacement[k]);
            coordinates[goals[column]] = pair.free.clone();
        }
    }
    Aligned {
        cost: cost / n_atoms + cell_cost(placed, reference),
        cell: free_cell(system, placed.lattice.parameters()),
        coordinates: coordinates.concat(),
        drift: drift.map(|x| x / n_atoms),
    }
}

/// An orbit beside one of the reference.
struct Pair {
    /// Free coordinates, within half a cell of those of the reference.
    free: Vec<f64>,
    /// Difference of the representatives, fractions of the cell.
    displacement: Vector,
    /// Its squared length, Å².
    squared: f64,
}

impl Pair {
    /// Orbit `i` beside one with the free coordinates `goal`, in the cell of `target`.
    fn new(placed: &Placed, i: usize, target: &Placed, goal: &[f64]) -> Self {
        let letter = usize::from(placed.orbits[i].letter);
        let position = &placed.group.positions()[letter];
        let pair = |free: Vec<f64>| {
            let change: Vec<f64> = free.iter().zip(goal).map(|(x, y)| nearest(x - y)).collect();
            let displacement = position.direction(&change);
            let length = target.lattice.to_cartesian(displacement);
            let free = goal.iter().zip(&change).map(|(y, d)| y + d).collect();
            Self { free, displacement, squared: dot(length, length) }
        };
        let choices = placed.group.choices(letter, placed.orbits[i].site).into_iter();
        let nearest_choice = choices.map(pair).min_by(|a, b| a.squared.total_cmp(&b.squared));
        // Without a choice, which rounding alone could cause, the pair is as good as excluded.
        nearest_choice.unwrap_or(Self {
            free: goal.to_vec(),
            displacement: [0.0; 3],
            squared: 1e12,
        })
    }
}
