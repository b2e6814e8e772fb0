//! Wyckoff positions: the sets of points with equal site symmetry.

use moyo::data::{HallNumber, iter_wyckoff_positions_from_hall_number};

use super::super::operation::{Operation, affine};
use super::super::settings::SettingOperations;
use super::super::vectors::{Matrix, Vector, add, apply, nearest, same_modulo_one, sub, wrap};

/// A position less than this from a Wyckoff position, in fractions of the cell, stands on it.
pub(super) const ON_POSITION: f64 = 2e-4;

/// A Wyckoff position: its representative is `origin + linear · (x, y, z)` over the free coordinates.
#[derive(Clone, Debug)]
pub(in crate::structure) struct WyckoffPosition {
    pub(in crate::structure) letter: char,
    /// Sites in the conventional cell.
    pub(in crate::structure) multiplicity: usize,
    linear: Matrix,
    origin: Vector,
    /// The free ones of x, y, z with the row that is this one alone, up to its sign.
    free: Vec<(usize, usize)>,
    /// The operations that give the sites of a primitive cell, each once.
    cosets: Vec<Operation>,
}

/// Place of a letter in the order a, b, …, z, A.
pub(in crate::structure) fn letter_index(letter: char) -> Option<usize> {
    match letter {
        'a'..='z' => Some(letter as usize - 'a' as usize),
        'A' => Some(26),
        _ => None,
    }
}

/// The letter at a place.
pub(in crate::structure) fn letter_of(index: usize) -> char {
    if index < 26 { (b'a' + index as u8) as char } else { 'A' }
}

impl WyckoffPosition {
    /// All positions of a setting, `a` first.
    pub(super) fn all(hall_number: HallNumber, setting: &SettingOperations) -> Vec<Self> {
        let entries = iter_wyckoff_positions_from_hall_number(hall_number);
        let mut all: Vec<Self> = entries
            .filter_map(|entry| {
                let (linear, origin) = affine(entry.coordinates)?;
                let (letter, multiplicity) = (entry.letter, entry.multiplicity);
                let free = free_rows(&linear);
                let new = Self { letter, multiplicity, linear, origin, free, cosets: Vec::new() };
                Some(new.with_cosets(setting))
            })
            .collect();
        all.sort_by_key(|position| letter_index(position.letter));
        all
    }

    fn with_cosets(mut self, setting: &SettingOperations) -> Self {
        let generic = self.representative(&[0.137_21, 0.271_93, 0.418_37][..self.n_free()]);
        let mut seen: Vec<Vector> = Vec::new();
        for operation in &setting.rotations {
            let image = operation.apply(generic);
            let is_same = |known: &Vector| {
                let shifts = setting.centrings.iter();
                shifts.map(|c| add(*known, *c)).any(|x| same_modulo_one(x, image, 1e-6))
            };
            if !seen.iter().any(is_same) {
                seen.push(image);
                self.cosets.push(*operation);
            }
        }
        self
    }

    /// Number of free coordinates, 0..=3.
    pub(in crate::structure) fn n_free(&self) -> usize {
        self.free.len()
    }

    /// The representative site, not wrapped.
    pub(in crate::structure) fn representative(&self, free: &[f64]) -> Vector {
        add(self.origin, self.direction(free))
    }

    /// How the representative moves when the free coordinates change by so much.
    pub(in crate::structure) fn direction(&self, change: &[f64]) -> Vector {
        let mut xyz = [0.0; 3];
        for ((variable, _), value) in self.free.iter().zip(change) {
            xyz[*variable] = *value;
        }
        apply(&self.linear, xyz)
    }

    /// All sites of the conventional cell, each in `[0, 1)`.
    pub(in crate::structure) fn sites(
        &self,
        free: &[f64],
        setting: &SettingOperations,
    ) -> Vec<Vector> {
        let primitive: Vec<Vector> = self.primitive_sites(free);
        let centred = |shift: &Vector| {
            let shift = *shift;
            primitive.iter().map(move |x| add(*x, shift).map(wrap)).collect::<Vec<_>>()
        };
        setting.centrings.iter().flat_map(centred).collect()
    }

    /// The sites of a primitive cell in conventional coordinates, not wrapped.
    pub(in crate::structure) fn primitive_sites(&self, free: &[f64]) -> Vec<Vector> {
        let representative = self.representative(free);
        self.cosets.iter().map(|operation| operation.apply(representative)).collect()
    }

    /// The free coordinates, in `[0, 1)`, of a site on the representative.
    pub(super) fn free_of(&self, x: Vector) -> Vec<f64> {
        let value = |&(variable, row): &(usize, usize)| {
            wrap(self.linear[row][variable] * (x[row] - self.origin[row]))
        };
        self.free.iter().map(value).collect()
    }

    /// Largest difference of a coordinate from the representative, modulo one.
    pub(super) fn residual(&self, x: Vector) -> f64 {
        let on_it = self.representative(&self.free_of(x));
        sub(x, on_it).into_iter().map(|d| nearest(d).abs()).fold(0.0, f64::max)
    }
}

/// The free variables, each with the row that is this one alone with the factor 1 or −1.
fn free_rows(linear: &Matrix) -> Vec<(usize, usize)> {
    let is_free = |variable: &usize| linear.iter().any(|row| row[*variable] != 0.0);
    let row_of = |variable: usize| {
        let is_alone = |row: &Vector| {
            (0..3).all(|k| if k == variable { row[k].abs() == 1.0 } else { row[k] == 0.0 })
        };
        linear.iter().position(is_alone).map(|row| (variable, row))
    };
    (0..3).filter(is_free).filter_map(row_of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::SpaceGroup;
    use super::*;

    #[test]
    fn every_free_coordinate_has_a_row_of_its_own() {
        for number in 1..=230 {
            let group = SpaceGroup::get(number);
            let general = group.positions().last().unwrap();
            assert_eq!((general.n_free(), general.multiplicity), (3, group.operations().len()));
            for (i, position) in group.positions().iter().enumerate() {
                assert_eq!(letter_index(position.letter), Some(i), "{number}");
                assert_eq!(letter_of(i), position.letter);
                let n_variables =
                    (0..3).filter(|k| position.linear.iter().any(|row| row[*k] != 0.0)).count();
                assert_eq!(position.n_free(), n_variables, "{number} {}", position.letter);
                let n_primitive = position.cosets.len() * group.setting().centrings.len();
                assert_eq!(n_primitive, position.multiplicity, "{number} {}", position.letter);
            }
        }
    }
}
