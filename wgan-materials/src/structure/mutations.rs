//! Damaged texts: no reading may panic or hang.

use super::read_structure;

const SEEDS: [&str; 4] = [
    "data_a\n_cell_length_a 5.64(1)\n_cell_length_b 5.64\n_cell_length_c 5.64\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n\
     _space_group_name_H-M_alt 'F m -3 m'\n_chemical_formula_sum 'Na Cl'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nNa1 0 0 0\nCl1 0.5 0.5 0.5\n",
    "data_b\n_cell_length_a 4.9\n_cell_length_b 4.9\n_cell_length_c 5.4\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 120\n_publ_text\n;\ntext\n;\n\
     loop_\n_symmetry_equiv_pos_as_xyz\n'x,y,z'\n'-y,x-y,z+2/3'\n'-x+y,-x,z+1/3'\n'y,x,-z'\n'x-y,-y,1/3-z'\n'-x,-x+y,2/3-z'\n\
     loop_\n_atom_site_type_symbol\n_atom_site_label\n_atom_site_occupancy\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi4+ Si1 1 0.47 0 0\nO2- O1 . 0.41 0.27 0.12\n",
    "title\n-60.0\n0 .5 .5\n.5 0 .5\n.5 .5 0\nZn S\n1 1\nSelective dynamics\nDirect\n0 0 0 T T F\n.25 .25 .25 T T T\n",
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nFe1 0.1 0.2 0.3\nD1 0.7 0.1 0.9\nC2 0.4 0.6 0.2\n\
     _cell_length_a 6.1 _cell_length_b 7.2 _cell_length_c 8.3 _cell_angle_alpha 81 _cell_angle_beta 95 _cell_angle_gamma 102\n_space_group_IT_number 2\n",
];

const WORDS: [&str; 40] = [
    "loop_",
    "data_",
    "_cell_length_a",
    "_atom_site_fract_x",
    "_symmetry_equiv_pos_as_xyz",
    "'",
    "\"",
    ";",
    "\n;",
    "#",
    "?",
    ".",
    "0",
    "-1",
    "1e308",
    "1e-308",
    "NaN",
    "inf",
    "0.333333",
    "999999",
    "-0.0",
    "5.4(3",
    "(2)",
    "'x,y,z'",
    "'-x,-y,-z'",
    "'1/0,y,z'",
    "\r",
    "\t",
    "é",
    "\u{feff}",
    "Xx",
    "H",
    "227",
    "'F d -3 m :2'",
    "Direct",
    "Cartesian",
    "1000",
    "0.0001",
    "180",
    "90",
];

/// Steele, Lea, Flood (2014), SplitMix.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

/// One of the seeds with one to six faults.
fn damaged(draws: &mut Draws) -> String {
    let mut text: Vec<char> = SEEDS[draws.below(SEEDS.len())].chars().collect();
    for _ in 0..1 + draws.below(6) {
        let at = draws.below(text.len() + 1);
        let end = (at + draws.below(12)).min(text.len());
        match draws.below(6) {
            0 => drop(text.drain(at..end)),
            1 => text.truncate(at),
            2 => {
                let word = WORDS[draws.below(WORDS.len())].chars();
                text.splice(at..end, word);
            }
            3 => {
                // A whole word in place of another one.
                let is_end = |c: &char| c.is_whitespace();
                let start = text[..at].iter().rposition(is_end).map_or(0, |i| i + 1);
                let stop = text[at..].iter().position(is_end).map_or(text.len(), |i| at + i);
                text.splice(start..stop, WORDS[draws.below(WORDS.len())].chars());
            }
            4 => {
                let copy: Vec<char> = text[at..end].to_vec();
                let to = draws.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            _ if at < text.len() => text[at] = char::from(32 + draws.below(95) as u8),
            _ => {}
        }
    }
    text.into_iter().collect()
}

/// `WGAN_FUZZ_CASES` texts, 20,000 without it; what can be read is also analysed, drawn, written and read again.
#[test]
fn no_damaged_text_makes_reading_panic() {
    let n = std::env::var("WGAN_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let seed = std::env::var("WGAN_FUZZ_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(7);
    let (mut draws, mut n_read) = (Draws(seed), 0);
    for case in 0..n {
        let text = damaged(&mut draws);
        let Ok(reading) = read_structure(&text) else {
            continue;
        };
        n_read += 1;
        let structure = reading.structure;
        assert!(structure.shortest_distance() >= 0.1 - 1e-6, "{text}");
        let again = read_structure(&structure.to_cif("again")).map(|reading| reading.structure);
        assert_eq!(again.unwrap().n_sites(), structure.n_sites(), "{text}");
        if case % 16 == 0 && structure.n_sites() < 200 {
            let _ = super::picture(&structure, &text);
            if let Ok(embedding) = structure.embedding(0.01) {
                let _ = embedding.structure();
            }
        }
    }
    println!("{n_read} of {n} were read");
    assert!(n_read * 100 > n); // else the faults are too coarse to test anything beyond the words
}
