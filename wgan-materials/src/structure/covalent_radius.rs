//! Covalent radii: how near two atoms can come.

use crate::element::Element;

/// Covalent radius by atomic number, Å, H to Cm.
///
/// Cordero et al. (2008), Dalton Trans., 2832, table 2: carbon sp², low spin for Mn, Fe and Co.
#[rustfmt::skip]
const CORDERO: [f64; 96] = [
    0.31, 0.28, 1.28, 0.96, 0.84, 0.73, 0.71, 0.66, 0.57, 0.58, 1.66, 1.41,
    1.21, 1.11, 1.07, 1.05, 1.02, 1.06, 2.03, 1.76, 1.70, 1.60, 1.53, 1.39,
    1.50, 1.42, 1.38, 1.24, 1.32, 1.22, 1.22, 1.20, 1.19, 1.20, 1.20, 1.16,
    2.20, 1.95, 1.90, 1.75, 1.64, 1.54, 1.47, 1.46, 1.42, 1.39, 1.45, 1.44,
    1.42, 1.39, 1.39, 1.38, 1.39, 1.40, 2.44, 2.15, 2.07, 2.04, 2.03, 2.01,
    1.99, 1.98, 1.98, 1.96, 1.94, 1.92, 1.92, 1.89, 1.90, 1.87, 1.87, 1.75,
    1.70, 1.62, 1.51, 1.44, 1.41, 1.36, 1.36, 1.32, 1.45, 1.46, 1.48, 1.40,
    1.50, 1.50, 2.60, 2.21, 2.15, 2.06, 2.00, 1.96, 1.90, 1.87, 1.80, 1.69,
];

/// Covalent radius, Å (Cordero et al. 2008); that of curium, 1.69, for the elements beyond it.
///
/// # Example
/// ```
/// use wgan_materials::Element;
/// use wgan_materials::structure::covalent_radius;
///
/// assert_eq!(covalent_radius(Element::from_symbol("Si").unwrap()), 1.11);
/// ```
///
/// # References
/// Cordero et al. (2008), Covalent radii revisited, Dalton Trans., 2832-2838.
pub fn covalent_radius(element: Element) -> f64 {
    CORDERO[element.index().min(CORDERO.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::references;

    #[test]
    fn radii_are_those_of_the_reference() {
        for row in references("elements.csv").concat() {
            let element = Element::from_symbol(&row["symbol"]).unwrap();
            if let Ok(radius) = row["covalent_radius_cordero_pm"].parse::<f64>() {
                assert!((covalent_radius(element) * 100.0 - radius).abs() < 1e-9, "{element}");
            }
        }
        assert_eq!(covalent_radius(Element::ALL[117]), 1.69);
    }
}
