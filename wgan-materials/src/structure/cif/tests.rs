use super::super::format::read_structure;
use super::super::reading::{Format, Reading};
use super::read_cif;

const CELL: &str = "_cell_length_a 5.64(1)\n_cell_length_b 5.64\n_cell_length_c 5.64\n\
    _cell_angle_alpha 90.\n_cell_angle_beta 90\n_cell_angle_gamma 90.0(3)\n";

const SITES: &str =
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";

/// A text of rock salt from its parts.
fn rock_salt(header: &str, rows: &str) -> String {
    format!("data_NaCl\n{CELL}{header}\n{SITES}{rows}\n")
}

const HEADER: &str = "_space_group_name_H-M_alt 'F m -3 m'";
const ROWS: &str = "Na1 0 0 0\nCl1 0.5 0.5 0.5";

fn read(text: &str) -> Reading {
    read_structure(text).unwrap()
}

fn refusal(text: &str) -> String {
    match read_structure(text) {
        Ok(reading) => format!("{} sites", reading.structure.n_sites()),
        Err(error) => error.to_string(),
    }
}

/// Composition and number of atoms.
fn shown(text: &str) -> (String, usize) {
    let structure = read(text).structure;
    (structure.composition().to_string(), structure.n_sites())
}

#[test]
fn a_name_of_a_space_group_is_enough() {
    let reading = read(&rock_salt(HEADER, ROWS));
    assert_eq!((reading.format, reading.structure.n_sites()), (Format::Cif, 8));
    assert_eq!(reading.name.as_deref(), Some("NaCl"));
    let note =
        "no operations are listed; those of space group 225 F 4/m -3 2/m are used".to_string();
    assert_eq!(reading.notes, [note]);
    assert!((reading.structure.shortest_distance() - 2.82).abs() < 1e-9);
}

#[test]
fn listed_operations_repeat_the_sites() {
    let operations = "'x, y, z'\n'-x,-y,-z'\n'x,y+1/2,1/2+z'\n'1/2+X,y,z+0.5'\n'+x+1/2,y+1/2,z'\n\
        'x,1/2-y,1/2-z'\n";
    for tag in [
        "_symmetry_equiv_pos_as_xyz",
        "_space_group_symop_operation_xyz",
        "_space_group_symop.operation_xyz",
    ] {
        let header = format!("loop_\n{tag}\n{operations}");
        let reading = read(&rock_salt(&header, ROWS));
        assert_eq!(reading.structure.n_sites(), 8, "{tag}");
        assert!(reading.notes.is_empty());
    }
    // the identity alone, not in a loop
    assert_eq!(
        shown(&rock_salt("_symmetry_equiv_pos_as_xyz x,y,z", ROWS)),
        ("NaCl".to_string(), 2)
    );
}

#[test]
fn a_full_list_beside_operations_is_not_doubled() {
    let all = "Na1 0 0 0\nNa2 0 .5 .5\nNa3 .5 0 .5\nNa4 .5 .5 0\nCl1 .5 .5 .5\nCl2 .5 0 0\nCl3 0 .5 0\nCl4 0 0 .5";
    let reading = read(&rock_salt(HEADER, all));
    assert_eq!(reading.structure.n_sites(), 8);
    assert!(reading.notes.contains(&"listed sites that are images of other ones: 6".to_string()));
}

#[test]
fn rounded_special_positions_are_one_atom_on_the_position() {
    let text = "data_\n_cell_length_a 3.21\n_cell_length_b 3.21\n_cell_length_c 5.21\n_cell_angle_alpha 90\n\
        _cell_angle_beta 90\n_cell_angle_gamma 120\n_symmetry_space_group_name_H-M 'P 63/m m c'\n";
    let reading = read(&format!("{text}{SITES}Mg 0.333 0.667 0.25\n"));
    assert_eq!(reading.structure.n_sites(), 2);
    let x = reading.structure.sites()[0].position[0];
    assert!((x - 1.0 / 3.0).abs() < 1e-12, "{x}");
}

#[test]
fn writings_in_the_wild_are_read() {
    let plain = rock_salt(HEADER, ROWS);
    let expected = ("NaCl".to_string(), 8);
    let variants = [
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("#\\#CIF_1.1\n# a comment with 'quotes\n{plain}# end"),
        plain.replace(
            "data_NaCl\n",
            "DATA_NaCl\n_publ_text\n;\nfree 'text' with loop_ and data_\n_and_a_name 5\n;\n",
        ),
        plain
            .replace("loop_\n", "LOOP_ # sites\n")
            .replace("_atom_site_fract_x", "_ATOM_SITE_FRACT_X"),
        plain
            .replace("_atom_site_label\n", "_atom_site_occupancy\n_atom_site_label\n")
            .replace("Na1", "1.0 Na1")
            .replace("Cl1", "? Cl1"),
        plain
            .replace("_atom_site_label\n", "_atom_site_label\n_atom_site_type_symbol\n")
            .replace("Na1", "M1 Na1+")
            .replace("Cl1", "X1 Cl1-"),
        plain.replace("0.5 0.5 0.5", "0.500(2) 1.5 -0.5"),
        plain.replace("0.5 0.5 0.5", "'0.5' \"0.5\"\n0.5"),
        plain.replace(HEADER, "_space_group_IT_number 225\n_space_group_name_H-M_alt ?"),
        plain.replace(HEADER, "_symmetry_space_group_name_Hall '-F 4 2 3'"),
        plain.replace(HEADER, &format!("{HEADER}\n_chemical_formula_sum 'Cl Na'")),
        plain.replace(HEADER, &format!("{HEADER}\n_chemical_formula_sum 'Na4 Cl4'")),
        plain.replace(HEADER, &format!("{HEADER}\n_chemical_formula_sum ?")),
        plain.replace(HEADER, &format!("{HEADER}\n_journal_name_full 'Acta Cryst. \"B\" d'Été'")),
        format!("\u{feff}{plain}"),
        plain.replace("data_NaCl\n", ""),
        format!(
            "{plain}\nloop_\n_geom_bond_atom_site_label_1\n_geom_bond_distance\nNa1 2.82\nCl1 ?\n"
        ),
    ];
    for text in variants {
        assert_eq!(shown(&text), expected, "{text}");
    }
}

#[test]
fn one_site_may_stand_outside_a_loop() {
    let text = format!(
        "data_Po\n{CELL}_atom_site_label Po1\n_atom_site_fract_x 0.0\n_atom_site_fract_y 0\n_atom_site_fract_z 0\n"
    );
    assert_eq!(shown(&text), ("Po".to_string(), 1));
}

#[test]
fn of_several_blocks_the_first_with_sites_is_read_and_said() {
    let text = format!(
        "data_global\n_publ_author 'N. N.'\n{}{}",
        rock_salt(HEADER, ROWS),
        rock_salt(HEADER, "K1 0 0 0\nCl1 0.5 0.5 0.5")
    );
    let reading = read(&text);
    assert_eq!(reading.structure.composition().to_string(), "NaCl");
    assert!(reading.notes.contains(&"2 blocks have sites; `NaCl`, the first, is read".to_string()));
}

#[test]
fn deuterium_is_hydrogen_and_dummies_are_left_out() {
    let header = "_chemical_formula_sum 'D Li'\n";
    let text = rock_salt(header, "D1 0 0 0\nLi1 0.5 0.5 0.5");
    let reading = read(&text);
    assert_eq!(reading.structure.composition().to_string(), "LiH");
    assert_eq!(reading.notes, ["sites of deuterium or tritium, read as hydrogen: 1"]);
    let sites = SITES.replace("_atom_site_label\n", "_atom_site_label\n_atom_site_calc_flag\n");
    let text = format!("data_x\n{CELL}{sites}Na1 d 0 0 0\nX1 dum ? ? ?\n");
    assert_eq!(read(&text).notes, ["dummy sites, left out: 1"]);
}

#[test]
fn refusals_say_the_line_and_the_reason() {
    let plain = rock_salt(HEADER, ROWS);
    let occupied = |value: &str| {
        plain
            .replace("_atom_site_label\n", "_atom_site_label\n_atom_site_occupancy\n")
            .replace("Na1", "Na1 1")
            .replace("Cl1", &format!("Cl1 {value}"))
    };
    let cases = [
        (
            occupied("0.5"),
            "line 16: site Cl1 has the occupancy 0.5; partly filled sites are not supported",
        ),
        (occupied("x"), "line 16: `x` is not a number"),
        (plain.replace("_cell_length_b 5.64\n", ""), "no cell: there is no `_cell_length_b`"),
        (plain.replace("_cell_length_b 5.64", "_cell_length_b ?"), "line 3: `?` is not a number"),
        (
            plain.replace("_cell_length_b 5.64", "_cell_length_b nan"),
            "line 3: `nan` is not a number",
        ),
        (
            plain.replace("_cell_length_b 5.64", "_cell_length_b 0"),
            "line 7: lattice: expected lengths above zero and angles that three vectors can have, got [5.64, 0.0, 5.64, 90.0, 90.0, 90.0]",
        ),
        (
            plain.replace("_alpha 90.", "_alpha 1").replace("_beta 90", "_beta 1"),
            "line 7: lattice: expected lengths above zero and angles that three vectors can have, got [5.64, 5.64, 5.64, 1.0, 1.0, 90.0]",
        ),
        (
            plain.replace("0.5 0.5 0.5", "0.5 ? 0.5"),
            "line 15: site Cl1: the coordinate `?` is not a number",
        ),
        (
            plain.replace("0.5 0.5 0.5", "0.5 NaN 0.5"),
            "line 15: site Cl1: the coordinate `NaN` is not a number",
        ),
        (
            plain.replace("0.5 0.5 0.5", "0.01 0 0").replace(HEADER, ""),
            "line 14: sites Na1 and Cl1 are 0.056 Å apart",
        ),
        (plain.replace("Cl1", "Xx1"), "line 15: `Xx1` is not the symbol of an element"),
        (plain.replace("Cl1", "*1"), "line 15: `*1` is not the symbol of an element"),
        (plain.replace(ROWS, ""), "no sites: there is no `_atom_site_fract_x`"),
        (format!("data_x\n{CELL}"), "no sites: there is no `_atom_site_fract_x`"),
        (
            plain.replace("fract", "Cartn"),
            "line 14: sites have Cartesian coordinates; fractional ones are needed",
        ),
        (
            plain.replace("_atom_site_fract_y", "_atom_site_y"),
            "line 14: sites lack `_atom_site_fract_y` or `_atom_site_fract_z`",
        ),
        (
            plain.replace("_atom_site_label", "_atom_site_name"),
            "line 14: sites have neither `_atom_site_type_symbol` nor `_atom_site_label`",
        ),
        (
            plain.replace(HEADER, "_chemical_formula_sum 'Na Cl2'"),
            "line 8: the formula is NaCl2, but the sites are NaCl",
        ),
        (
            plain.replace(HEADER, "_symmetry_equiv_pos_as_xyz 'x,y,q'"),
            "line 8: `x,y,q` is not an operation such as `x, 1/2+y, -z`",
        ),
        (
            plain.replace("0.5 0.5 0.5", "0.5 0.5"),
            "line 9: the loop has 4 names but 7 values, which do not make whole rows",
        ),
        (
            plain.replace("F m -3 m", "F m -9 m"),
            "line 8: `F m -9 m` is not the symbol of a space group, and there are no operations",
        ),
        (
            plain.replace("F m -3 m", "F d -3 m"),
            "line 8: `F d -3 m` has two choices of origin; without operations, `:1` or `:2` the sites have no place",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(&text), expected, "{text}");
    }
}

#[test]
fn more_than_the_most_atoms_are_refused() {
    let rows: String = (0..11).map(|i| format!("Na{i} 0.{:02} 0.115 0.383\n", 3 * i + 1)).collect();
    let message = refusal(&rock_salt(HEADER, &rows).replace("5.64", "56.4"));
    assert_eq!(message, "line 24: more than 2000 atoms in the cell");
}

#[test]
fn overlapping_atoms_of_one_element_are_a_fault_without_symmetry() {
    let message = refusal(&rock_salt("", "Na1 0 0 0\nNa2 0 0 0.001\nCl1 .5 .5 .5"));
    assert_eq!(message, "line 14: sites Na1 and Na2 are 0.006 Å apart");
}

#[test]
fn what_is_written_is_read_as_the_same_structure() {
    let structure = read(&rock_salt(HEADER, ROWS)).structure;
    assert_eq!(read_cif(&structure.to_cif("rock salt")).unwrap().structure, structure);
    let symmetry = structure.symmetry(0.01).unwrap();
    let text = symmetry.to_cif("rock salt");
    assert_eq!(text.matches("  Na  Na1  4  ").count(), 1);
    assert_eq!(text.lines().filter(|line| line.contains("'x,y,z'")).count(), 1);
    let again = read_cif(&text).unwrap();
    assert_eq!((again.space_group, again.structure.n_sites()), (Some(225), 8));
    assert_eq!(again.name.as_deref(), Some("rock_salt"));
    assert!((again.structure.shortest_distance() - 2.82).abs() < 1e-9);
}
