//! Changes of axes and origin that leave the operations of a space group as they are.

use std::collections::{BTreeMap, HashMap};

use super::super::crystal_system::CrystalSystem;
use super::super::vectors::{
    IDENTITY, IntMatrix, Vector, add, apply, determinant_int, float, inverse_int, multiply_int,
};
use super::SpaceGroup;

/// Origins are tried on this grid: all shifts between equivalent origins are whole 24ths, as the translations of the groups are.
const GRID: i32 = 24;

/// New coordinates `x′ = P·x + p` in which the operations of the group look the same.
#[derive(Clone, Debug)]
pub(in crate::structure) struct AxisChange {
    /// `P`, rows; its determinant is 1, or −1 where the structure is described by its mirror image.
    pub(in crate::structure) linear: IntMatrix,
    /// `p`.
    pub(in crate::structure) shift: Vector,
}

impl AxisChange {
    /// The new coordinates of a position.
    pub(in crate::structure) fn apply(&self, x: Vector) -> Vector {
        add(apply(&float(&self.linear), x), self.shift)
    }
}

/// The changes of axes and origin that keep a space group, up to operations of the group itself.
///
/// This is the affine normaliser: for orthorhombic groups it exchanges axes of different lengths, for monoclinic and triclinic ones it has
/// the other choices of a cell, with the entries of `P` at most 2 and 1 in size; those reach every permutation of Wyckoff letters.
/// Shifts along polar axes, which move no letter, are left out and listed as directions.
pub(in crate::structure) struct Normaliser {
    /// Changes by what they do to the Wyckoff positions: `letters[i]` is the new index of position `i`. The identity comes first.
    classes: Vec<(Vec<u8>, Vec<AxisChange>)>,
    /// Axes along which the origin is free.
    polar: Vec<usize>,
}

impl Normaliser {
    pub(super) fn new(group: &SpaceGroup) -> Self {
        let rotations = Rotations::new(group);
        let polar: Vec<usize> = (0..3).filter(|k| rotations.fix_axis(*k)).collect();
        let shifts = rotations.shifts(&IDENTITY, &polar, usize::MAX);
        let mut by_letters: BTreeMap<Vec<u8>, Vec<AxisChange>> = BTreeMap::new();
        for linear in rotations.distinct(linear_parts(group.number())) {
            let Some(first) = rotations.shifts(&linear, &polar, 1).first().copied() else {
                continue;
            };
            for shift in &shifts {
                let change = AxisChange { linear, shift: add(first, *shift) };
                by_letters.entry(letters(group, &change)).or_default().push(change);
            }
        }
        Self { classes: by_letters.into_iter().collect(), polar }
    }

    /// Changes by what they do to the Wyckoff positions.
    pub(in crate::structure) fn classes(&self) -> &[(Vec<u8>, Vec<AxisChange>)] {
        &self.classes
    }

    /// Axes along which the origin is free.
    pub(in crate::structure) fn polar(&self) -> &[usize] {
        &self.polar
    }
}

/// New indices of the Wyckoff positions.
fn letters(group: &SpaceGroup, change: &AxisChange) -> Vec<u8> {
    let new = |position: &super::WyckoffPosition| {
        let x = position.representative(&[0.137_21, 0.271_93, 0.418_37][..position.n_free()]);
        group.position_of(change.apply(x), position.multiplicity).map_or(u8::MAX, |i| i as u8)
    };
    group.positions().iter().map(new).collect()
}

/// The operations of a group in whole 24ths.
struct Rotations {
    all: Vec<(IntMatrix, [i32; 3])>,
    translation: HashMap<IntMatrix, [i32; 3]>,
    centrings: Vec<[i32; 3]>,
}

fn whole(x: Vector) -> [i32; 3] {
    x.map(|x| (x * f64::from(GRID)).round() as i32)
}

impl Rotations {
    fn new(group: &SpaceGroup) -> Self {
        let setting = group.setting();
        let all: Vec<_> =
            setting.rotations.iter().map(|op| (op.rotation, whole(op.translation))).collect();
        let centrings = setting.centrings.iter().map(|c| whole(*c)).collect();
        Self { translation: all.iter().copied().collect(), all, centrings }
    }

    fn fix_axis(&self, k: usize) -> bool {
        self.all.iter().all(|(rotation, _)| (0..3).all(|i| rotation[i][k] == IDENTITY[i][k]))
    }

    /// One of each set of linear parts that differ by rotations of the group; those that do not keep the lattice or the point group are
    /// left out.
    fn distinct(&self, candidates: Vec<IntMatrix>) -> Vec<IntMatrix> {
        let mut seen = std::collections::HashSet::new();
        let mut kept = Vec::new();
        for linear in candidates {
            if seen.contains(&linear) || !self.keeps(&linear) {
                continue;
            }
            seen.extend(self.all.iter().map(|(rotation, _)| multiply_int(&linear, rotation)));
            kept.push(linear);
        }
        kept
    }

    fn keeps(&self, linear: &IntMatrix) -> bool {
        let inverse = inverse_int(linear);
        let is_centring = |x: [i32; 3]| self.is_lattice(x);
        let conjugate = |rotation| multiply_int(&multiply_int(linear, rotation), &inverse);
        self.centrings.iter().all(|c| is_centring(times(linear, *c)))
            && self
                .all
                .iter()
                .all(|(rotation, _)| self.translation.contains_key(&conjugate(rotation)))
    }

    fn is_lattice(&self, x: [i32; 3]) -> bool {
        self.centrings.iter().any(|c| (0..3).all(|k| (x[k] - c[k]).rem_euclid(GRID) == 0))
    }

    /// Shifts `p`, at most so many, with `(P, p)·G·(P, p)⁻¹ = G`: for each operation `(W, w)` with the image `(W′, w′)`,
    /// `(1 − W′)·p + P·w − w′` is a lattice vector. Shifts that differ by a lattice vector count once.
    fn shifts(&self, linear: &IntMatrix, polar: &[usize], most: usize) -> Vec<Vector> {
        let inverse = inverse_int(linear);
        let conditions: Vec<(IntMatrix, [i32; 3])> = self
            .all
            .iter()
            .filter_map(|(rotation, translation)| {
                let image = multiply_int(&multiply_int(linear, rotation), &inverse);
                let target = self.translation.get(&image)?;
                let moved = times(linear, *translation);
                Some((image, [0, 1, 2].map(|k| moved[k] - target[k])))
            })
            .collect();
        let holds = |p: [i32; 3]| {
            conditions.iter().all(|(image, offset)| {
                let turned = times(image, p);
                self.is_lattice([0, 1, 2].map(|k| p[k] - turned[k] + offset[k]))
            })
        };
        let range = |k: usize| if polar.contains(&k) { 0..1 } else { 0..GRID };
        let mut found: Vec<[i32; 3]> = Vec::new();
        for x in range(0) {
            for y in range(1) {
                for z in range(2) {
                    let p = [x, y, z];
                    let is_new =
                        |known: &[i32; 3]| !self.is_lattice([0, 1, 2].map(|k| p[k] - known[k]));
                    if found.len() < most && holds(p) && found.iter().all(is_new) {
                        found.push(p);
                    }
                }
            }
        }
        found.into_iter().map(|p| p.map(|x| f64::from(x) / f64::from(GRID))).collect()
    }
}

fn times(matrix: &IntMatrix, x: [i32; 3]) -> [i32; 3] {
    matrix.map(|row| row[0] * x[0] + row[1] * x[1] + row[2] * x[2])
}

/// Linear parts that may keep a group of this number; the identity comes first, those with determinant 1 before the others.
fn linear_parts(number: u16) -> Vec<IntMatrix> {
    let mut parts = match CrystalSystem::of_space_group(number) {
        CrystalSystem::Triclinic => matrices(1, |_, _| true),
        CrystalSystem::Monoclinic => matrices(2, |i, j| (i == 1) == (j == 1)),
        CrystalSystem::Trigonal | CrystalSystem::Hexagonal => generated(&[
            [[1, -1, 0], [1, 0, 0], [0, 0, 1]],
            [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
            [[1, 0, 0], [0, 1, 0], [0, 0, -1]],
        ]),
        CrystalSystem::Tetragonal => generated(&[
            [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
            [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
            [[1, 0, 0], [0, 1, 0], [0, 0, -1]],
        ]),
        CrystalSystem::Orthorhombic | CrystalSystem::Cubic => generated(&[
            [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
            [[0, 1, 0], [1, 0, 0], [0, 0, 1]],
            [[-1, 0, 0], [0, 1, 0], [0, 0, 1]],
        ]),
    };
    parts.sort_by_key(|p| (*p != IDENTITY, -determinant_int(p)));
    parts
}

/// All products of these matrices.
fn generated(generators: &[IntMatrix]) -> Vec<IntMatrix> {
    let mut all = vec![IDENTITY];
    let mut next = 0;
    while let Some(matrix) = all.get(next).copied() {
        for generator in generators {
            let product = multiply_int(&matrix, generator);
            if !all.contains(&product) {
                all.push(product);
            }
        }
        next += 1;
    }
    all
}

/// All matrices with determinant 1 or −1 and entries from `−most` to `most`, zero where `may_differ` says no.
fn matrices(most: i32, may_differ: impl Fn(usize, usize) -> bool) -> Vec<IntMatrix> {
    let places: Vec<(usize, usize)> =
        (0..9).map(|k| (k / 3, k % 3)).filter(|(i, j)| may_differ(*i, *j)).collect();
    let n = (2 * most + 1).pow(places.len() as u32);
    let matrix = |code: i32| {
        let (mut code, mut matrix) = (code, [[0; 3]; 3]);
        for (i, j) in &places {
            matrix[*i][*j] = code % (2 * most + 1) - most;
            code /= 2 * most + 1;
        }
        matrix
    };
    // Small entries first: the changes found first are the simplest.
    let mut all: Vec<IntMatrix> =
        (0..n).map(matrix).filter(|m| determinant_int(m).abs() == 1).collect();
    all.sort_by_key(|m| m.iter().flatten().map(|x| x * x).sum::<i32>());
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Permutations of the letters of a group.
    fn permutations(number: u16) -> HashSet<Vec<u8>> {
        let normaliser = SpaceGroup::get(number).normaliser();
        normaliser.classes().iter().map(|(letters, _)| letters.clone()).collect()
    }

    #[test]
    fn permutations_of_letters_form_a_group() {
        for number in 1..=230 {
            let all = permutations(number);
            assert!(!all.iter().flatten().any(|i| *i == u8::MAX), "{number}");
            if number == 2 {
                assert_eq!(all.len(), 1344); // affine maps of the eight centres of inversion
                continue;
            }
            for a in &all {
                for b in &all {
                    let product: Vec<u8> = a.iter().map(|i| b[usize::from(*i)]).collect();
                    assert!(all.contains(&product), "{number}");
                }
            }
        }
    }

    #[test]
    fn known_exchanges_of_letters_are_found() {
        // (group, letters, what they become), from the tables of Euclidean normalisers, Koch and Fischer (2006), International Tables
        // A, chapter 15
        let cases = [
            (225, "ab", "ba"),     // rock salt
            (221, "abcd", "badc"), // perovskite
            (216, "abcd", "cdba"), // half-Heusler, the origin moved by a quarter of the diagonal
            (227, "abcd", "badc"), // diamond, spinel
            (136, "ab", "ba"),
            (194, "cd", "dc"),
            (62, "ab", "ba"),
            (47, "bc", "cb"), // exchange of two axes
            (14, "ad", "da"),
        ];
        for (number, from, to) in cases {
            let index = |c: char| super::super::letter_index(c).unwrap();
            let does = |letters: &Vec<u8>| {
                from.chars()
                    .zip(to.chars())
                    .all(|(a, b)| usize::from(letters[index(a)]) == index(b))
            };
            assert!(permutations(number).iter().any(does), "{number}");
        }
        assert_eq!(permutations(225).len(), 2);
        assert_eq!(permutations(1).len(), 1);
    }
}
