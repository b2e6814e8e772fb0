//! The images of a position under symmetry operations.

use super::lattice::Lattice;
use super::operation::Operation;
use super::vectors::{Vector, add, nearest, norm, scale, sub, wrap};

/// The distinct images of a position, each in `[0, 1)`; those within `tolerance` Å are one, at their mean.
pub(super) fn images(
    lattice: &Lattice,
    operations: &[Operation],
    position: Vector,
    tolerance: f64,
) -> Vec<Vector> {
    // First image, sum of the differences from it, how many.
    let mut found: Vec<(Vector, Vector, f64)> = Vec::new();
    for operation in operations {
        let image = operation.apply(position);
        let difference = |known: &Vector| sub(image, *known).map(nearest);
        let is_near = |known: &(Vector, Vector, f64)| {
            norm(lattice.to_cartesian(difference(&known.0))) < tolerance
        };
        match found.iter_mut().find(|known| is_near(known)) {
            Some((known, sum, n)) => {
                *sum = add(*sum, difference(known));
                *n += 1.0;
            }
            None => found.push((image, [0.0; 3], 1.0)),
        }
    }
    let mean = |(first, sum, n): (Vector, Vector, f64)| add(first, scale(sum, 1.0 / n)).map(wrap);
    found.into_iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_near_a_special_position_are_one_atom_on_it() {
        let lattice = Lattice::from_parameters([4.0, 4.0, 4.0, 90.0, 90.0, 90.0]).unwrap();
        let operations = ["x,y,z", "-x,-y,-z"].map(|text| text.parse().unwrap());
        let special = images(&lattice, &operations, [0.5001, 0.0, -0.0001], 0.1);
        assert_eq!(special, [[0.5, 0.0, 0.0]]);
        assert_eq!(images(&lattice, &operations, [0.1, 0.2, 0.3], 0.1).len(), 2);
    }
}
