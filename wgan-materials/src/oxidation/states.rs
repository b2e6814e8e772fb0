//! Common oxidation states, one line per element.

use crate::element::Element;

/// Oxidation states by symbol, lowest first.
///
/// A state counts as common when it occurs more than a handful of times among the structures of the
/// Inorganic Crystal Structure Database, which is how SMACT's list of 2024 draws the line (Davies et al.
/// 2019, J. Open Source Softw. 4, 1361; its `icsd24` filter). Main states alone, which `mendeleev` has, call
/// many known solids impossible: peroxides, Cu(I), Mn(III), the phosphides and silicides with chains.
/// Zero is never listed, so elements are not neutral compounds. He, Ne, Ar, Pm, At, Rn, Fr, Ra and the
/// elements past Cf are too rare in crystals to have a common state.
#[rustfmt::skip]
const STATES: [(&str, &[i8]); 90] = [
    ("H", &[-1, 1]),
    // Groups 1 and 2
    ("Li", &[1]),
    ("Na", &[1]),
    ("K", &[1]),
    ("Rb", &[1]),
    ("Cs", &[1]),
    ("Be", &[2]),
    ("Mg", &[2]),
    ("Ca", &[2]),
    ("Sr", &[2, 4]),
    ("Ba", &[2]),
    // Groups 3 to 12, by group
    ("Sc", &[1, 2, 3]),
    ("Y", &[1, 2, 3, 4]),
    ("Ti", &[2, 3, 4]),
    ("Zr", &[1, 2, 3, 4]),
    ("Hf", &[2, 3, 4]),
    ("V", &[1, 2, 3, 4, 5]),
    ("Nb", &[1, 2, 3, 4, 5, 6]),
    ("Ta", &[1, 2, 3, 4, 5]),
    ("Cr", &[1, 2, 3, 4, 5, 6]),
    ("Mo", &[-1, 1, 2, 3, 4, 5, 6]),
    ("W", &[2, 3, 4, 5, 6]),
    ("Mn", &[-1, 1, 2, 3, 4, 5, 6, 7]),
    ("Tc", &[1, 2, 3, 4, 5, 7]),
    ("Re", &[1, 2, 3, 4, 5, 6, 7]),
    ("Fe", &[1, 2, 3, 4, 5, 6]),
    ("Ru", &[1, 2, 3, 4, 5, 6, 7]),
    ("Os", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("Co", &[-1, 1, 2, 3, 4]),
    ("Rh", &[-1, 1, 2, 3, 4, 5]),
    ("Ir", &[1, 2, 3, 4, 5, 6]),
    ("Ni", &[1, 2, 3, 4]),
    ("Pd", &[1, 2, 3, 4]),
    ("Pt", &[2, 3, 4, 5]),
    ("Cu", &[1, 2, 3]),
    ("Ag", &[1, 2, 3]),
    ("Au", &[-1, 1, 2, 3, 5]),
    ("Zn", &[2, 3]),
    ("Cd", &[2]),
    ("Hg", &[1, 2]),
    // Groups 13 to 18, by group
    ("B", &[-3, -2, -1, 1, 2, 3]),
    ("Al", &[3]),
    ("Ga", &[-3, 1, 2, 3, 4]),
    ("In", &[-3, -1, 1, 2, 3]),
    ("Tl", &[-1, 1, 2, 3]),
    ("C", &[-4, -3, -2, -1, 1, 2, 3, 4]),
    ("Si", &[-4, -3, -2, -1, 2, 3, 4]),
    ("Ge", &[-4, -3, -2, -1, 2, 3, 4]),
    ("Sn", &[-4, -2, -1, 2, 3, 4]),
    ("Pb", &[-4, -1, 2, 3, 4]),
    ("N", &[-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]),
    ("P", &[-3, -2, -1, 1, 2, 3, 4, 5]),
    ("As", &[-3, -2, -1, 1, 2, 3, 4, 5]),
    ("Sb", &[-3, -2, -1, 2, 3, 4, 5]),
    ("Bi", &[-3, -2, -1, 1, 2, 3, 4, 5]),
    ("O", &[-2, -1]),
    ("S", &[-2, -1, 1, 2, 3, 4, 5, 6]),
    ("Se", &[-2, -1, 1, 2, 4, 6]),
    ("Te", &[-3, -2, -1, 1, 2, 4, 5, 6]),
    ("Po", &[4]),
    ("F", &[-1]),
    ("Cl", &[-1, 1, 3, 5, 7]),
    ("Br", &[-1, 1, 3, 5, 7]),
    ("I", &[-1, 1, 3, 5, 7]),
    ("Kr", &[2]),
    ("Xe", &[2, 4, 6, 8]),
    // Lanthanides
    ("La", &[1, 2, 3, 4]),
    ("Ce", &[2, 3, 4]),
    ("Pr", &[2, 3, 4]),
    ("Nd", &[2, 3, 4]),
    ("Sm", &[2, 3]),
    ("Eu", &[2, 3, 4]),
    ("Gd", &[2, 3, 4]),
    ("Tb", &[2, 3, 4]),
    ("Dy", &[2, 3, 4]),
    ("Ho", &[2, 3]),
    ("Er", &[2, 3, 4]),
    ("Tm", &[2, 3]),
    ("Yb", &[2, 3]),
    ("Lu", &[2, 3]),
    // Actinides
    ("Ac", &[3]),
    ("Th", &[2, 3, 4]),
    ("Pa", &[4, 5]),
    ("U", &[2, 3, 4, 5, 6]),
    ("Np", &[2, 3, 4, 5, 6, 7]),
    ("Pu", &[2, 3, 4, 6, 7]),
    ("Am", &[2, 3, 4]),
    ("Cm", &[3]),
    ("Bk", &[3]),
    ("Cf", &[3]),
];

/// [`STATES`] by atomic number.
const BY_NUMBER: [&[i8]; Element::COUNT] = {
    let mut table: [&[i8]; Element::COUNT] = [&[]; Element::COUNT];
    let mut z = 1;
    while z <= Element::COUNT {
        let symbol = mendeleev::ALL_ELEMENTS[z - 1].symbol().as_bytes();
        let mut line = 0;
        while line < STATES.len() {
            if same(STATES[line].0.as_bytes(), symbol) {
                table[z - 1] = STATES[line].1;
            }
            line += 1;
        }
        z += 1;
    }
    table
};

const fn same(a: &[u8], b: &[u8]) -> bool {
    match (a, b) {
        ([a], [b]) => *a == *b,
        ([a, c], [b, d]) => *a == *b && *c == *d,
        _ => false,
    }
}

impl Element {
    /// Common oxidation states in solids, e, lowest first, never 0; empty where there are none.
    ///
    /// A wider list than the main states of [`MinOxidation`](crate::ElementProperty::MinOxidation): those
    /// describe the element, these decide what is called charge neutral.
    pub const fn oxidation_states(self) -> &'static [i8] {
        BY_NUMBER[self.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::references;

    #[test]
    fn states_are_sorted_and_every_line_is_an_element() {
        for (symbol, states) in STATES {
            let element = Element::from_symbol(symbol).unwrap();
            assert_eq!(element.oxidation_states(), states);
            assert!(states.is_sorted_by(|a, b| a < b), "{symbol}");
            assert!(!states.contains(&0), "{symbol}");
        }
    }

    #[test]
    fn states_are_those_of_the_filtered_reference() {
        for row in references("oxidation_states.csv").concat() {
            let element = Element::from_symbol(&row["symbol"]).unwrap();
            let state = row["oxidation_state"].parse::<i8>().unwrap();
            let is_listed = element.oxidation_states().contains(&state);
            assert_eq!(is_listed, row["in_icsd24_filtered"] == "1", "{element} {state}");
        }
    }
}
