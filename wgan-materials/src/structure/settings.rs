//! The operations of the 530 settings of space groups.

use moyo::data::{HallNumber, HallSymbol};

use super::operation::Operation;
use super::vectors::{Vector, add};

/// The operations of one setting.
#[derive(Clone, Debug)]
pub(super) struct SettingOperations {
    /// One operation for each rotation; the identity comes first.
    pub(super) rotations: Vec<Operation>,
    /// Translations of the centred lattice; zero comes first.
    pub(super) centrings: Vec<Vector>,
    /// `A_conventional = A_primitive · M` for lattice vectors in columns.
    pub(super) from_primitive: [[i32; 3]; 3],
}

impl SettingOperations {
    /// All operations, centring included.
    pub(super) fn all(&self) -> Vec<Operation> {
        let centred = |shift: &Vector| {
            let shift = *shift;
            self.rotations.iter().map(move |operation| Operation {
                translation: add(operation.translation, shift).map(snapped),
                ..*operation
            })
        };
        self.centrings.iter().flat_map(centred).collect()
    }
}

/// The operations of a setting of the table of Hall symbols, 1..=530; those of P 1 for another number.
pub(super) fn setting_operations(hall_number: HallNumber) -> SettingOperations {
    let symbol = HallSymbol::from_hall_number(hall_number).or_else(|| HallSymbol::new("P 1"));
    let rotations = symbol.iter().flat_map(HallSymbol::traverse).map(|operation| Operation {
        rotation: operation.rotation_as_array(),
        translation: operation.translation_as_array().map(snapped),
    });
    let rotations = rotations.collect();
    let centrings = symbol.iter().flat_map(|symbol| symbol.centering.lattice_points());
    let linear = symbol.as_ref().map(|symbol| symbol.centering.linear());
    let entry = |i: usize, j: usize| linear.map_or(i32::from(i == j), |linear| linear[(i, j)]);
    SettingOperations {
        rotations,
        centrings: centrings.map(|shift| [shift[0], shift[1], shift[2]].map(snapped)).collect(),
        from_primitive: [0, 1, 2].map(|i| [0, 1, 2].map(|j| entry(i, j))),
    }
}

/// A translation in `[0, 1)`, on whole 24ths: all translations of space groups are.
fn snapped(x: f64) -> f64 {
    (x * 24.0).round().rem_euclid(24.0) / 24.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_as_many_operations_as_its_general_position() {
        for hall_number in 1..=530 {
            let operations = setting_operations(hall_number);
            let general =
                moyo::data::iter_wyckoff_positions_from_hall_number(hall_number).next().unwrap();
            assert_eq!(operations.all().len(), general.multiplicity, "{hall_number}");
            assert_eq!(operations.all()[0].to_string(), "x,y,z");
        }
    }
}
