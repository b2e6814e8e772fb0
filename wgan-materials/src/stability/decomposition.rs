//! What a composition falls apart into.

use std::fmt;

use crate::composition::Composition;

/// The cheapest mixture of other compounds and elements with the same composition.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// Energy of the mixture, eV/atom, at most 0.
    pub energy: f64,
    /// Atoms in the formula unit that decomposes.
    pub n_atoms: f64,
    /// What it consists of.
    pub products: Vec<Product>,
}

/// One part of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// A known compound, or an element.
    pub composition: Composition,
    /// Share of all atoms, `0 < fraction ≤ 1`.
    pub fraction: f64,
}

impl Decomposition {
    /// Formation energy minus the energy of the mixture, eV/atom.
    ///
    /// Positive: the compound lies so far above the hull. At most 0: it is on the hull, and the hull would be so
    /// much higher without it.
    pub fn decomposition_energy(&self, formation_energy: f64) -> f64 {
        formation_energy - self.energy
    }

    /// Energy above the hull of all compounds with this one, eV/atom, never negative.
    pub fn energy_above_hull(&self, formation_energy: f64) -> f64 {
        self.decomposition_energy(formation_energy).max(0.0)
    }

    /// Formula units of a product for one formula unit of the compound.
    pub fn amount(&self, product: &Product) -> f64 {
        product.fraction * self.n_atoms / product.composition.n_atoms()
    }
}

/// The products with their amounts per formula unit: `0.5 Li2O + 0.5 Fe2O3`; at most four decimals.
impl fmt::Display for Decomposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |product: &Product| {
            let rounded = (self.amount(product) * 1e4).round() / 1e4;
            match rounded {
                1.0 => product.composition.to_string(),
                amount => format!("{amount} {}", product.composition),
            }
        };
        let words: Vec<String> = self.products.iter().map(word).collect();
        f.pad(&words.join(" + "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn signs_and_amounts_are_per_atom_and_per_formula_unit() {
        let product = |formula: &str, fraction: f64| Product {
            composition: Composition::parse(formula).unwrap(),
            fraction,
        };
        // CaTiO3 → CaO + TiO2: 2 and 3 of the 5 atoms
        let products = vec![product("CaO", 0.4), product("TiO2", 0.6)];
        let found = Decomposition { energy: -3.3, n_atoms: 5.0, products };
        assert_eq!(found.to_string(), "CaO + TiO2");
        assert_abs_diff_eq!(found.decomposition_energy(-3.5), -0.2, epsilon = 1e-12);
        assert_eq!(found.energy_above_hull(-3.5), 0.0);
        assert_abs_diff_eq!(found.energy_above_hull(-3.2), 0.1, epsilon = 1e-12);
    }
}
