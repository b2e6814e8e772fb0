//! Space groups in their standard settings: operations, Wyckoff positions, changes of axes and origin.

mod normaliser;
pub(super) mod symbol;
mod wyckoff;

use std::sync::OnceLock;

use moyo::data::{HallNumber, Setting, hall_symbol_entry};

use super::crystal::Structure;
use super::operation::Operation;
use super::settings::{SettingOperations, setting_operations};
use super::vectors::{Vector, nearest, norm, sub};
pub(super) use normaliser::{AxisChange, Normaliser};
pub(super) use wyckoff::{WyckoffPosition, letter_index, letter_of};

/// Atoms of a standard cell nearer than this, Å, stand at the same place.
const SAME_PLACE: f64 = 0.02;

/// One of the 230 space groups in its standard setting.
pub(super) struct SpaceGroup {
    number: u16,
    full_symbol: &'static str,
    setting: SettingOperations,
    operations: Vec<Operation>,
    /// By letter.
    positions: Vec<WyckoffPosition>,
    normaliser: OnceLock<Normaliser>,
}

impl SpaceGroup {
    /// The group with this number; that with the nearest number outside 1..=230.
    pub(super) fn get(number: u16) -> &'static Self {
        static GROUPS: [OnceLock<SpaceGroup>; 230] = [const { OnceLock::new() }; 230];
        let number = number.clamp(1, 230);
        GROUPS[usize::from(number) - 1].get_or_init(|| Self::new(number))
    }

    fn new(number: u16) -> Self {
        let hall_number: HallNumber =
            Setting::Standard.hall_number(i32::from(number)).unwrap_or_default();
        let setting = setting_operations(hall_number);
        Self {
            number,
            full_symbol: hall_symbol_entry(hall_number).map_or("P 1", |entry| entry.hm_full),
            operations: setting.all(),
            positions: WyckoffPosition::all(hall_number, &setting),
            setting,
            normaliser: OnceLock::new(),
        }
    }

    pub(super) fn number(&self) -> u16 {
        self.number
    }

    pub(super) fn full_symbol(&self) -> &'static str {
        self.full_symbol
    }

    /// All operations, centring included; the identity comes first.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub(super) fn setting(&self) -> &SettingOperations {
        &self.setting
    }

    /// The Wyckoff positions, `a` first.
    pub(super) fn positions(&self) -> &[WyckoffPosition] {
        &self.positions
    }

    /// Changes of axes and origin that keep the group.
    pub(super) fn normaliser(&self) -> &Normaliser {
        self.normaliser.get_or_init(|| Normaliser::new(self))
    }

    /// The sites of a standard cell, by index, grouped into orbits.
    pub(super) fn orbits(&self, conventional: &Structure) -> Vec<Vec<usize>> {
        let sites = conventional.sites();
        let mut is_taken = vec![false; sites.len()];
        let mut orbits = Vec::new();
        for first in 0..sites.len() {
            if is_taken[first] {
                continue;
            }
            let mut orbit = vec![first];
            is_taken[first] = true;
            for operation in &self.operations {
                let image = operation.apply(sites[first].position);
                let is_there = |i: &usize| {
                    let difference = sub(sites[*i].position, image).map(nearest);
                    sites[*i].element == sites[first].element
                        && norm(conventional.lattice().to_cartesian(difference)) < SAME_PLACE
                };
                if let Some(i) = (first + 1..sites.len()).find(is_there)
                    && !is_taken[i]
                {
                    is_taken[i] = true;
                    orbit.push(i);
                }
            }
            orbits.push(orbit);
        }
        orbits
    }

    /// The Wyckoff position of this multiplicity on which a position stands: its index.
    pub(super) fn position_of(&self, x: Vector, multiplicity: usize) -> Option<usize> {
        let residual = |position: &WyckoffPosition| {
            let images = self.operations.iter().map(|operation| operation.apply(x));
            images.map(|image| position.residual(image)).fold(f64::INFINITY, f64::min)
        };
        let candidates = self.positions.iter().enumerate();
        let mut best = (wyckoff::ON_POSITION, None);
        for (i, position) in candidates.filter(|(_, p)| p.multiplicity == multiplicity) {
            let residual = residual(position);
            // Of two positions that fit equally well, the more special one.
            if residual < best.0 - 1e-9 {
                best = (residual, Some(i));
            }
        }
        best.1
    }

    /// Free coordinates of all images of `x` that stand on the representative of a Wyckoff position.
    pub(super) fn choices(&self, position: usize, x: Vector) -> Vec<Vec<f64>> {
        let position = &self.positions[position];
        let mut found: Vec<Vec<f64>> = Vec::new();
        for operation in &self.operations {
            let image = operation.apply(x);
            if position.residual(image) < wyckoff::ON_POSITION {
                let free = position.free_of(image);
                let is_same = |known: &Vec<f64>| {
                    known.iter().zip(&free).all(|(a, b)| nearest(a - b).abs() < 1e-7)
                };
                if !found.iter().any(is_same) {
                    found.push(free);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_point_of_each_position_is_found_on_it() {
        for number in 1..=230 {
            let group = SpaceGroup::get(number);
            for (i, position) in group.positions().iter().enumerate() {
                let free = &[0.1234, 0.2719, 0.3827][..position.n_free()];
                let sites = position.sites(free, group.setting());
                assert_eq!(sites.len(), position.multiplicity, "{number} {}", position.letter);
                let x = sites[sites.len() / 2];
                assert_eq!(group.position_of(x, position.multiplicity), Some(i), "{number}");
                let choices = group.choices(i, x);
                let is_ours = |choice: &Vec<f64>| {
                    choice.iter().zip(free).all(|(a, b)| nearest(a - b).abs() < 1e-9)
                };
                assert!(choices.iter().any(is_ours), "{number} {}", position.letter);
            }
        }
    }
}
