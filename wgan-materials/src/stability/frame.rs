//! Stabilities as tables.

use polars::prelude::{Column, DataFrame};

use super::assessment::{CandidateStability, KnownStability};
use crate::error::MaterialsError;

/// Known compounds, one row each.
///
/// Columns: `formula`, `formation_energy_eV_per_atom`, `decomposition_energy_eV_per_atom` (negative: on the hull, which
/// would be so much higher without it), `energy_above_hull_eV_per_atom`, `decomposes_into`.
///
/// # Errors
/// None is known; polars checks that columns are equally long.
pub fn known_stability_frame(rows: &[KnownStability]) -> Result<DataFrame, MaterialsError> {
    let number = |name: &str, of: &dyn Fn(&KnownStability) -> f64| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<f64>>())
    };
    let text = |name: &str, of: &dyn Fn(&KnownStability) -> String| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<String>>())
    };
    Ok(DataFrame::new_infer_height(vec![
        text("formula", &|row| row.composition.to_string()),
        number("formation_energy_eV_per_atom", &|row| row.formation_energy),
        number("decomposition_energy_eV_per_atom", &|row| {
            row.decomposition.decomposition_energy(row.formation_energy)
        }),
        number("energy_above_hull_eV_per_atom", &|row| {
            row.decomposition.energy_above_hull(row.formation_energy)
        }),
        text("decomposes_into", &|row| row.decomposition.to_string()),
    ])?)
}

/// Candidates, one row each.
///
/// Columns: `formula`, `prototype` where candidates have one, `energy_known`, `formation_energy_eV_per_atom` and the ends of its 90 % interval `…_low`, `…_high`,
/// `decomposition_energy_eV_per_atom`, `probability_stable`, `decomposes_into`. Cells about the energy are missing for a
/// candidate with an element that no known compound has.
///
/// # Errors
/// None is known; polars checks that columns are equally long.
pub fn candidate_stability_frame(rows: &[CandidateStability]) -> Result<DataFrame, MaterialsError> {
    let number = |name: &str, of: &dyn Fn(&CandidateStability) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<Option<f64>>>())
    };
    let text = |name: &str, of: &dyn Fn(&CandidateStability) -> String| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<String>>())
    };
    let is_known: Vec<bool> = rows.iter().map(|row| row.is_known).collect();
    let prototype =
        |row: &CandidateStability| row.material.prototype.as_ref().map(|p| p.to_string());
    let prototypes: Vec<Option<String>> = rows.iter().map(prototype).collect();
    let mut columns = vec![text("formula", &|row| row.material.composition.to_string())];
    if prototypes.iter().any(Option::is_some) {
        columns.push(Column::new("prototype".into(), prototypes));
    }
    columns.extend([
        Column::new("energy_known".into(), is_known),
        number("formation_energy_eV_per_atom", &|row| row.formation_energy),
        number("formation_energy_eV_per_atom_low", &|row| row.interval.map(|(low, _)| low)),
        number("formation_energy_eV_per_atom_high", &|row| row.interval.map(|(_, high)| high)),
        number("decomposition_energy_eV_per_atom", &|row| {
            row.formation_energy.map(|energy| row.decomposition.decomposition_energy(energy))
        }),
        number("probability_stable", &|row| row.probability),
        text("decomposes_into", &|row| row.decomposition.to_string()),
    ]);
    Ok(DataFrame::new_infer_height(columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;
    use crate::stability::ConvexHull;

    #[test]
    fn tables_have_one_row_per_compound() {
        let known = ["NaCl", "Na2Cl"].map(|formula| Composition::parse(formula).unwrap());
        let hull = ConvexHull::new(&known, &[-2.0, -1.0]).unwrap();
        let frame = known_stability_frame(&hull.known_stabilities(|_| ()).unwrap()).unwrap();
        let above = frame.column("energy_above_hull_eV_per_atom").unwrap().f64().unwrap();
        assert_eq!(frame.height(), 2);
        let above: Vec<f64> = above.iter().flatten().collect();
        assert_eq!(above.iter().filter(|energy| **energy == 0.0).count(), 1);
        assert!((above.iter().sum::<f64>() - 1.0 / 3.0).abs() < 1e-12); // −1 against ⅔ · −2
        let unseen = CandidateStability {
            material: known[0].clone().into(),
            is_known: false,
            formation_energy: None,
            interval: None,
            decomposition: hull.decompose(&known[0]).unwrap(),
            probability: None,
        };
        let frame = candidate_stability_frame(&[unseen]).unwrap();
        assert_eq!(frame.column("probability_stable").unwrap().null_count(), 1);
    }
}
