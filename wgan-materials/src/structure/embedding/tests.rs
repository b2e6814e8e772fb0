use approx::assert_abs_diff_eq;
use proptest::prelude::*;

use super::*;
use crate::structure::{DEFAULT_TOLERANCE, read_cif};

/// A structure from its cell, the name of its group and its sites.
fn structure(cell: [f64; 6], group: &str, sites: &[(&str, [f64; 3])]) -> Structure {
    let [a, b, c, alpha, beta, gamma] = cell;
    let mut text = format!(
        "data_x _cell_length_a {a} _cell_length_b {b} _cell_length_c {c} _cell_angle_alpha {alpha} \
         _cell_angle_beta {beta} _cell_angle_gamma {gamma}\n_space_group_name_H-M_alt '{group}'\nloop_ \
         _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z\n"
    );
    for (label, [x, y, z]) in sites {
        text += &format!("{label} {x} {y} {z}\n");
    }
    read_cif(&text).unwrap().structure
}

fn cubic(a: f64) -> [f64; 6] {
    [a, a, a, 90.0, 90.0, 90.0]
}

fn tetragonal(a: f64, c: f64) -> [f64; 6] {
    [a, a, c, 90.0, 90.0, 90.0]
}

fn hexagonal(a: f64, c: f64) -> [f64; 6] {
    [a, a, c, 90.0, 90.0, 120.0]
}

fn name(structure: &Structure) -> String {
    structure.embedding(DEFAULT_TOLERANCE).unwrap().prototype().to_string()
}

fn rock_salt(a: f64, first: &str, second: &str) -> Structure {
    structure(cubic(a), "F m -3 m", &[(first, [0.0; 3]), (second, [0.5; 3])])
}

fn wurtzite(a: f64, c: f64, u: f64, elements: [&str; 2]) -> Structure {
    let third = 1.0 / 3.0;
    let sites = [(elements[0], [third, 2.0 * third, 0.0]), (elements[1], [third, 2.0 * third, u])];
    structure(hexagonal(a, c), "P 63 m c", &sites)
}

#[test]
fn known_types_have_their_prototypes_in_every_writing() {
    let third = 1.0 / 3.0;
    let [o, h, q] = [[0.0; 3], [0.5; 3], [0.25; 3]];
    let u = 0.3053;
    let cases = [
        ("225:a|b", rock_salt(5.64, "Na", "Cl")),
        ("225:a|b", rock_salt(5.64, "Cl", "Na")),
        ("216:a|c", structure(cubic(5.41), "F -4 3 m", &[("Zn", o), ("S", q)])),
        ("216:a|c", structure(cubic(5.41), "F -4 3 m", &[("S", h), ("Zn", [0.75; 3])])),
        ("216:a|b|c", structure(cubic(5.9), "F -4 3 m", &[("Ti", h), ("Ni", q), ("Sn", o)])),
        ("186:b|b", wurtzite(3.82, 6.26, 0.375, ["Zn", "S"])),
        ("221:a|b", structure(cubic(4.12), "P m -3 m", &[("Cs", o), ("Cl", h)])),
        ("225:a|c", structure(cubic(5.46), "F m -3 m", &[("Ca", o), ("F", q)])),
        ("225:a|c", structure(cubic(4.62), "F m -3 m", &[("O", h), ("Li", q)])),
        (
            "221:a|b|c",
            structure(cubic(3.9), "P m -3 m", &[("Sr", h), ("Ti", o), ("O", [0.5, 0.0, 0.0])]),
        ),
        (
            "221:a|b|c",
            structure(cubic(3.9), "P m -3 m", &[("Sr", o), ("Ti", h), ("O", [0.5, 0.5, 0.0])]),
        ),
        (
            "227:a|d|e",
            structure(
                cubic(8.08),
                "F d -3 m :2",
                &[("Mg", [0.125; 3]), ("Al", h), ("O", [0.2624; 3])],
            ),
        ),
        (
            "227:a|d|e",
            structure(
                cubic(8.08),
                "F d -3 m :1",
                &[("Mg", o), ("Al", [0.625; 3]), ("O", [0.3876; 3])],
            ),
        ),
        (
            "136:a|f",
            structure(tetragonal(4.594, 2.959), "P 42/m n m", &[("Ti", o), ("O", [u, u, 0.0])]),
        ),
        (
            "136:a|f",
            structure(
                tetragonal(4.594, 2.959),
                "P 42/m n m",
                &[("Ti", h), ("O", [u + 0.5, u + 0.5, 0.5])],
            ),
        ),
        (
            "194:c",
            structure(hexagonal(3.21, 5.21), "P 63/m m c", &[("Mg", [third, 2.0 * third, 0.25])]),
        ),
        ("227:a", structure(cubic(3.567), "F d -3 m :1", &[("C", o)])),
        ("227:a", structure(cubic(5.43), "F d -3 m :2", &[("Si", [0.375; 3])])),
        (
            "141:a|e",
            structure(
                tetragonal(3.784, 9.515),
                "I 41/a m d :1",
                &[("Ti", o), ("O", [0.0, 0.0, 0.208])],
            ),
        ),
        ("229:a", structure(cubic(2.87), "I m -3 m", &[("Fe", h)])),
        ("225:a", structure(cubic(3.61), "F m -3 m", &[("Cu", h)])),
    ];
    for (expected, structure) in cases {
        assert_eq!(name(&structure), expected, "{}", structure.composition());
    }
}

#[test]
fn orthorhombic_axes_may_come_in_any_order() {
    // GdFeO₃ in P n m a and in P b n m, one structure
    let pnma = structure(
        [5.61, 7.67, 5.35, 90.0, 90.0, 90.0],
        "P n m a",
        &[
            ("Gd", [0.0626, 0.25, 0.9841]),
            ("Fe", [0.0, 0.0, 0.5]),
            ("O1", [0.467, 0.25, 0.1]),
            ("O2", [0.301, 0.05, 0.696]),
        ],
    );
    let pbnm = structure(
        [5.35, 5.61, 7.67, 90.0, 90.0, 90.0],
        "P b n m",
        &[
            ("Gd", [0.9841, 0.0626, 0.25]),
            ("Fe", [0.5, 0.0, 0.0]),
            ("O1", [0.1, 0.467, 0.25]),
            ("O2", [0.696, 0.301, 0.05]),
        ],
    );
    let [first, second] = [pnma, pbnm].map(|s| s.embedding(DEFAULT_TOLERANCE).unwrap());
    assert_eq!(first.prototype().to_string(), "62:a|c|cd");
    assert_eq!(first.prototype(), second.prototype());
    for (x, y) in first.coordinates().iter().zip(second.coordinates()) {
        assert_abs_diff_eq!(x, y, epsilon = 1e-6);
    }
}

#[test]
fn both_cells_hold_the_same_crystal() {
    for structure in [rock_salt(5.64, "Na", "Cl"), wurtzite(3.82, 6.26, 0.374, ["Zn", "S"])] {
        let embedding = structure.embedding(DEFAULT_TOLERANCE).unwrap();
        let conventional = embedding.structure().unwrap();
        let primitive = embedding.primitive_structure().unwrap();
        assert_eq!(primitive.n_sites(), embedding.prototype().n_atoms());
        assert_eq!(conventional.n_sites(), embedding.prototype().n_atoms_conventional());
        for other in [&conventional, &primitive] {
            assert_abs_diff_eq!(
                other.volume_per_atom(),
                structure.volume_per_atom(),
                epsilon = 1e-9
            );
            assert_abs_diff_eq!(
                other.shortest_distance(),
                structure.shortest_distance(),
                epsilon = 1e-9
            );
            assert_eq!(name(other), embedding.prototype().to_string());
        }
    }
}

#[test]
fn what_does_not_fit_the_prototype_is_refused() {
    let rock_salt = rock_salt(5.64, "Na", "Cl").embedding(DEFAULT_TOLERANCE).unwrap();
    let [na, cl] = [rock_salt.elements()[0], rock_salt.elements()[1]];
    assert_eq!([na.symbol(), cl.symbol()], ["Na", "Cl"]);
    let message = rock_salt.with_elements(vec![na]).unwrap_err().to_string();
    assert_eq!(message, "embedding, elements: expected 2, got 1");
    assert!(rock_salt.with_elements(vec![na, na]).is_err());
    assert!(rock_salt.with_cell(vec![0.0]).is_err());
    assert!(rock_salt.with_cell(vec![f64::NAN]).is_err());
    assert!(rock_salt.with_coordinates(vec![0.1]).is_err());
    let text = serde_json::to_string(&rock_salt).unwrap();
    assert_eq!(serde_json::from_str::<Embedding>(&text).unwrap(), rock_salt);
    assert!(serde_json::from_str::<Embedding>(&text.replace("5.6", "-5.6")).is_err());
}

#[test]
fn alignment_undoes_another_choice_of_origin_and_axes() {
    // The same rutile, once with x = 0.305 and once with the origin at the other kind of site and the axes exchanged: x = 0.695.
    let titania = structure(
        tetragonal(4.594, 2.959),
        "P 42/m n m",
        &[("Ti", [0.0; 3]), ("O", [0.305, 0.305, 0.0])],
    );
    let embedding = titania.embedding(DEFAULT_TOLERANCE).unwrap();
    for x in [0.695, 0.195, 0.805] {
        let other = embedding.with_coordinates(vec![x]).unwrap();
        let aligned = other.aligned_to(&embedding).unwrap();
        let expected = if (0.2..0.8).contains(&x) { 0.305 } else { 0.195 };
        assert_abs_diff_eq!(aligned.coordinates()[0], expected, epsilon = 1e-9);
    }
}

#[test]
fn alignment_finds_the_common_origin_along_a_polar_axis() {
    let [zinc, gallium] =
        [wurtzite(3.82, 6.26, 0.375, ["Zn", "S"]), wurtzite(3.19, 5.19, 0.377, ["Ga", "N"])];
    let reference = zinc.embedding(DEFAULT_TOLERANCE).unwrap();
    let moved: Vec<f64> = reference.coordinates().iter().map(|z| z + 0.21).collect();
    let reference = reference.with_coordinates(moved).unwrap();
    let aligned = gallium.embedding(DEFAULT_TOLERANCE).unwrap().aligned_to(&reference).unwrap();
    let [a, b] = [reference.coordinates(), aligned.coordinates()];
    let differences = [b[0] - a[0], b[1] - a[1]];
    // u differs by 0.002, shared out evenly
    assert_abs_diff_eq!(differences[0] + differences[1], 0.0, epsilon = 1e-9);
    assert_abs_diff_eq!((differences[0] - differences[1]).abs(), 0.002, epsilon = 1e-6);
    let other = rock_salt(5.64, "Na", "Cl").embedding(DEFAULT_TOLERANCE).unwrap();
    assert!(aligned.aligned_to(&other).is_err());
}

#[test]
fn alignment_pairs_orbits_of_one_kind_in_the_best_way() {
    // Four atoms of one element in P -1, listed in another order, at the other end and from another centre of inversion.
    let prototype: Prototype = "2:4i".parse().unwrap();
    let cell = vec![6.0, 7.0, 8.0, 80.0, 85.0, 95.0];
    let boron = Element::from_symbol("B").unwrap();
    let sites = [[0.1, 0.2, 0.3], [0.35, 0.15, 0.8], [0.6, 0.4, 0.1], [0.2, 0.7, 0.45]];
    let reference =
        Embedding::new(prototype.clone(), vec![boron], cell.clone(), sites.concat()).unwrap();
    let other = [2, 0, 3, 1].map(|i| [0, 1, 2].map(|k| 0.5 - sites[i][k] + [0.0, 0.01, 0.0][k]));
    let other = Embedding::new(prototype, vec![boron], cell, other.concat()).unwrap();
    let aligned = other.aligned_to(&reference).unwrap();
    for (x, y) in aligned.coordinates().iter().zip(reference.coordinates()) {
        assert!((x - y).abs() < 0.011, "{:?}", aligned.coordinates());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_free_numbers_keep_the_operations_of_the_group(
        text in prop::sample::select(vec!["136:a|f", "62:a|c|cd", "186:b|b", "167:a|b|e", "14:e|2e", "15:e|f", "227:a|d|e", "194:c|f"]),
        free in prop::collection::vec(0.0f64..1.0, 40), c in 1.1f64..1.6,
    ) {
        let prototype: Prototype = text.parse().unwrap();
        let cell: Vec<f64> = [7.0, 8.0 * c, 9.3, 97.0][..prototype.n_cell_parameters()].to_vec();
        let elements = Element::ALL[10..10 + prototype.n_slots()].to_vec();
        let coordinates = free[..prototype.n_coordinates()].to_vec();
        let embedding = Embedding::new(prototype.clone(), elements, cell, coordinates).unwrap();
        let structure = embedding.structure().unwrap();
        prop_assume!(structure.shortest_distance() > 0.3);
        for operation in prototype.group().operations() {
            for site in structure.sites() {
                let image = operation.apply(site.position);
                let is_there = structure.sites().iter().any(|other| {
                    other.element == site.element && crate::structure::vectors::same_modulo_one(other.position, image, 1e-9)
                });
                prop_assert!(is_there, "{} {}", text, operation);
            }
        }
    }

    #[test]
    fn aligning_a_disguised_structure_gives_the_reference_back(
        text in prop::sample::select(vec!["136:a|f", "62:a|c|cd", "186:b|b", "167:a|b|e", "14:e|2e", "33:a|a|3a", "2:i|2i", "1:a|2a", "19:a|2a"]),
        free in prop::collection::vec(0.0f64..1.0, 40), which in any::<prop::sample::Index>(),
    ) {
        let prototype: Prototype = text.parse().unwrap();
        let cell: Vec<f64> = match prototype.n_cell_parameters() {
            6 => vec![5.0, 6.0, 7.1, 83.0, 75.0, 87.0],
            n => [7.0, 8.8, 9.3, 97.0][..n].to_vec(),
        };
        let elements = Element::ALL[10..10 + prototype.n_slots()].to_vec();
        let reference =
            Embedding::new(prototype.clone(), elements.clone(), cell, free[..prototype.n_coordinates()].to_vec()).unwrap();
        prop_assume!(reference.structure().unwrap().shortest_distance() > 0.3);
        let disguised = reference.disguised(which);
        let aligned = disguised.aligned_to(&reference).unwrap();
        for (x, y) in aligned.coordinates().iter().zip(reference.coordinates()) {
            prop_assert!((x - y).abs() < 1e-6, "{} {:?} {:?}", text, aligned, reference);
        }
    }
}

impl Embedding {
    /// The same structure in some other choice of axes and origin that keeps the letters.
    fn disguised(&self, which: prop::sample::Index) -> Self {
        let own = self.placed().unwrap();
        let all = self.similar_cells(&own, self);
        let placed = &all[which.index(all.len())];
        let cell = free_cell(self.prototype.crystal_system(), placed.lattice.parameters());
        let mut coordinates = Vec::new();
        for orbit in &placed.orbits {
            let choices = placed.group.choices(usize::from(orbit.letter), orbit.site);
            coordinates.extend(choices[which.index(choices.len())].clone());
        }
        self.with_cell(cell).unwrap().with_coordinates(coordinates).unwrap()
    }
}
