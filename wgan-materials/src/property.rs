//! Numeric facts of the elements, for statistics over a composition.

use mendeleev::{OxidationStateCategory, SubshellLabel};
use serde::{Deserialize, Serialize};

use crate::element::Element;

/// A numeric fact of an element, in a fixed unit.
///
/// Facts come from the crate `mendeleev`; the electronegativity, which it lacks, is
/// [`Element::electronegativity`]. Some facts are unknown or do not exist for some elements:
/// [`value`](Self::value) says so, [`filled`](Self::filled) gives a number for every element by a
/// fixed rule and [`imputed`](Self::imputed) lists where the rule was needed.
///
/// # Example
/// ```
/// use wgan_materials::{Element, ElementProperty};
///
/// let iron = Element::from_symbol("Fe").unwrap();
/// assert_eq!(ElementProperty::Electronegativity.value(iron), Some(1.83));
/// assert_eq!(ElementProperty::MeltingPoint.value(iron), Some(1811.15)); // K
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementProperty {
    /// Atomic number.
    AtomicNumber,
    /// Standard atomic weight, u; the mass number of the longest-lived isotope where there is none.
    AtomicWeight,
    /// Period, 1..=7.
    Period,
    /// Group, 1..=18; 3 for the f-block.
    Group,
    /// Pauling electronegativity, dimensionless.
    Electronegativity,
    /// Empirical atomic radius (Slater 1964), pm.
    AtomicRadius,
    /// First ionisation energy, eV.
    IonizationEnergy,
    /// Electron affinity, eV; none where the anion is not bound.
    ElectronAffinity,
    /// Melting point, K.
    MeltingPoint,
    /// Boiling point, K.
    BoilingPoint,
    /// Density near room temperature, g/cm³.
    Density,
    /// Electrons outside the noble-gas core.
    ValenceElectrons,
    /// s electrons outside the noble-gas core.
    ValenceS,
    /// p electrons outside the noble-gas core.
    ValenceP,
    /// d electrons outside the noble-gas core.
    ValenceD,
    /// f electrons outside the noble-gas core.
    ValenceF,
    /// Places left in the subshells that hold an electron outside the noble-gas core.
    Unfilled,
    /// Lowest main oxidation state, e.
    MinOxidation,
    /// Highest main oxidation state, e.
    MaxOxidation,
}

use ElementProperty as P;

impl ElementProperty {
    /// All properties, in the order of their columns.
    pub const ALL: [Self; 19] = [
        P::AtomicNumber,
        P::AtomicWeight,
        P::Period,
        P::Group,
        P::Electronegativity,
        P::AtomicRadius,
        P::IonizationEnergy,
        P::ElectronAffinity,
        P::MeltingPoint,
        P::BoilingPoint,
        P::Density,
        P::ValenceElectrons,
        P::ValenceS,
        P::ValenceP,
        P::ValenceD,
        P::ValenceF,
        P::Unfilled,
        P::MinOxidation,
        P::MaxOxidation,
    ];

    /// Name, in the style of a column: `atomic_weight`.
    pub fn name(self) -> &'static str {
        self.name_and_unit().0
    }

    /// Unit, empty for pure numbers.
    pub fn unit(self) -> &'static str {
        self.name_and_unit().1
    }

    fn name_and_unit(self) -> (&'static str, &'static str) {
        match self {
            P::AtomicNumber => ("atomic_number", ""),
            P::AtomicWeight => ("atomic_weight", "u"),
            P::Period => ("period", ""),
            P::Group => ("group", ""),
            P::Electronegativity => ("electronegativity", ""),
            P::AtomicRadius => ("atomic_radius", "pm"),
            P::IonizationEnergy => ("ionization_energy", "eV"),
            P::ElectronAffinity => ("electron_affinity", "eV"),
            P::MeltingPoint => ("melting_point", "K"),
            P::BoilingPoint => ("boiling_point", "K"),
            P::Density => ("density", "g/cm3"),
            P::ValenceElectrons => ("valence_electrons", ""),
            P::ValenceS => ("valence_s", ""),
            P::ValenceP => ("valence_p", ""),
            P::ValenceD => ("valence_d", ""),
            P::ValenceF => ("valence_f", ""),
            P::Unfilled => ("unfilled", ""),
            P::MinOxidation => ("min_oxidation", "e"),
            P::MaxOxidation => ("max_oxidation", "e"),
        }
    }

    /// The fact, where it is known and exists.
    pub fn value(self, element: Element) -> Option<f64> {
        let facts = element.facts();
        match self {
            P::AtomicNumber => Some(element.atomic_number() as f64),
            P::AtomicWeight => Some(f64::from(facts.atomic_weight())),
            P::Period => Some(f64::from(facts.period())),
            P::Group => facts.group().map(|group| f64::from(group.group_number())),
            P::Electronegativity => element.electronegativity(),
            P::AtomicRadius => facts.atomic_radius().map(|radius| radius.0),
            P::IonizationEnergy => facts.ionization_energy().map(|energy| energy.0),
            P::ElectronAffinity => facts.electron_affinity().map(|energy| energy.0),
            P::MeltingPoint => facts.melting_point().map(|temperature| temperature.0),
            P::BoilingPoint => facts.boiling_point().map(|temperature| temperature.0),
            P::Density => facts.density().map(|density| density.0),
            P::ValenceElectrons => Some(electrons(element, |_| true)),
            P::ValenceS => Some(electrons(element, |label| label == SubshellLabel::S)),
            P::ValenceP => Some(electrons(element, |label| label == SubshellLabel::P)),
            P::ValenceD => Some(electrons(element, |label| label == SubshellLabel::D)),
            P::ValenceF => Some(electrons(element, |label| label == SubshellLabel::F)),
            P::Unfilled => Some(places(element) - electrons(element, |_| true)),
            P::MinOxidation => main_oxidation(element).iter().copied().min().map(f64::from),
            P::MaxOxidation => main_oxidation(element).iter().copied().max().map(f64::from),
        }
    }
}

/// Electrons outside the noble-gas core, in the subshells wanted.
fn electrons(element: Element, wanted: impl Fn(SubshellLabel) -> bool) -> f64 {
    let shells = element.facts().electronic_configuration().valence_subshells;
    let of_label = shells.iter().filter(|shell| wanted(shell.subshell_label));
    of_label.map(|shell| f64::from(shell.number_of_electrons)).sum()
}

/// Places in the subshells that hold an electron outside the noble-gas core, `2(2ℓ + 1)` each.
fn places(element: Element) -> f64 {
    let shells = element.facts().electronic_configuration().valence_subshells;
    let size = |label| match label {
        SubshellLabel::S => 2.0,
        SubshellLabel::P => 6.0,
        SubshellLabel::D => 10.0,
        SubshellLabel::F => 14.0,
        SubshellLabel::G => 18.0,
    };
    shells.iter().map(|shell| size(shell.subshell_label)).sum()
}

fn main_oxidation(element: Element) -> &'static [i8] {
    element.facts().oxidation_states(OxidationStateCategory::Main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::{Row, references};

    const IONIZATION: &str = "first_ionization_energy_eV";

    /// Share of the elements known to both for which property and reference agree within `tolerance`.
    fn agreement(
        rows: &[Row],
        property: ElementProperty,
        column: &str,
        tolerance: f64,
    ) -> (f64, usize) {
        let pairs = rows.iter().filter_map(|row| {
            let ours = property.value(Element::from_symbol(&row["symbol"]).unwrap())?;
            Some((ours, row[column].parse::<f64>().ok()?))
        });
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let close = |(ours, theirs): &&(f64, f64)| {
            (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0)
        };
        (pairs.iter().filter(close).count() as f64 / pairs.len() as f64, pairs.len())
    }

    #[test]
    fn facts_agree_with_the_reference() {
        // (property, column, tolerance relative or in units, least share that agrees, least n of 118)
        let checks = [
            (P::AtomicNumber, "atomic_number", 0.0, 1.0, 118),
            (P::AtomicWeight, "atomic_mass_u", 2e-3, 1.0, 118),
            (P::Period, "period", 0.0, 1.0, 118),
            (P::Group, "group", 0.0, 1.0, 90),
            (P::AtomicRadius, "atomic_radius_slater_pm", 0.01, 1.0, 90),
            (P::IonizationEnergy, IONIZATION, 0.05, 1.0, 100), // older values for the heavy metals
            (P::ElectronAffinity, "electron_affinity_eV", 0.05, 0.89, 57), // 2 of 19 in the excerpt
            (P::MeltingPoint, "melting_point_K", 0.02, 1.0, 94),
            (P::BoilingPoint, "boiling_point_K", 0.05, 1.0, 80),
            (P::Density, "density_g_per_cm3", 0.05, 0.97, 96), // Pa and Cm differ
            (P::ValenceElectrons, "magpie_n_valence", 0.0, 1.0, 97),
            (P::Unfilled, "magpie_n_unfilled", 0.0, 1.0, 97),
        ];
        for rows in references("elements.csv") {
            for (property, column, tolerance, least, n_least) in checks {
                let (share, n) = agreement(&rows, property, column, tolerance);
                let is_known = n * Element::COUNT >= n_least * rows.len();
                assert!(share >= least && is_known, "{}: {share} of {n}", property.name());
            }
        }
    }

    #[test]
    fn names_are_distinct() {
        let names: std::collections::HashSet<_> = P::ALL.iter().map(|p| p.name()).collect();
        assert_eq!(names.len(), P::ALL.len());
    }

    #[test]
    fn gallium_has_thirteen_electrons_outside_the_argon_core() {
        let gallium = Element::from_symbol("Ga").unwrap();
        let counts = [P::ValenceElectrons, P::ValenceS, P::ValenceP, P::ValenceD, P::Unfilled];
        let counts = counts.map(|property| property.value(gallium).unwrap());
        assert_eq!(counts, [13.0, 2.0, 1.0, 10.0, 5.0]);
    }
}
