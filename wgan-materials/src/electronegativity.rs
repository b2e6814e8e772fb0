//! Pauling electronegativities, which `mendeleev` does not have.

use crate::element::Element;

/// Pauling electronegativity by atomic number, dimensionless, 0 where there is none.
///
/// Pauling scale as revised by Allred (1961), J. Inorg. Nucl. Chem. 17, 215, in the form printed by
/// the CRC Handbook of Chemistry and Physics, section 9. Eu, Tb, Yb and Am to No are Pauling's
/// round estimates; Kr and Xe come from fluoride bond energies.
#[rustfmt::skip]
const PAULING: [f64; Element::COUNT] = [
    // H to Ne
    2.20, 0.0,
    0.98, 1.57, 2.04, 2.55, 3.04, 3.44, 3.98, 0.0,
    // Na to Ar
    0.93, 1.31, 1.61, 1.90, 2.19, 2.58, 3.16, 0.0,
    // K to Kr
    0.82, 1.00, 1.36, 1.54, 1.63, 1.66, 1.55, 1.83, 1.88, 1.91, 1.90, 1.65, 1.81, 2.01, 2.18, 2.55, 2.96, 3.00,
    // Rb to Xe
    0.82, 0.95, 1.22, 1.33, 1.60, 2.16, 2.10, 2.20, 2.28, 2.20, 1.93, 1.69, 1.78, 1.96, 2.05, 2.10, 2.66, 2.60,
    // Cs, Ba, La to Lu
    0.79, 0.89,
    1.10, 1.12, 1.13, 1.14, 0.0, 1.17, 1.20, 1.20, 1.20, 1.22, 1.23, 1.24, 1.25, 1.10, 1.00,
    // Hf to Rn
    1.30, 1.50, 1.70, 1.90, 2.20, 2.20, 2.20, 2.40, 1.90, 1.80, 1.80, 1.90, 2.00, 2.20, 0.0,
    // Fr, Ra, Ac to Lr
    0.70, 0.90,
    1.10, 1.30, 1.50, 1.70, 1.30, 1.30, 1.30, 1.30, 1.30, 1.30, 1.30, 1.30, 1.30, 1.30, 0.0,
    // Rf to Og
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
];

impl Element {
    /// Electronegativity on Pauling's scale, dimensionless, 0.7 (Fr) to 3.98 (F).
    ///
    /// None for He, Ne, Ar, Rn, Pm and the elements from Lr on.
    pub fn electronegativity(self) -> Option<f64> {
        let value = PAULING[self.index()];
        (value > 0.0).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::references;

    #[test]
    fn values_are_those_of_the_reference() {
        for row in references("elements.csv").concat() {
            let element = Element::from_symbol(&row["symbol"]).unwrap();
            let column = |name: &str| row[name].parse::<f64>().ok();
            let expected =
                column("electronegativity_pauling").or(column("electronegativity_smact"));
            assert_eq!(element.electronegativity(), expected, "{element}");
        }
    }
}
