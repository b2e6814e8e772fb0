//! Candidates with their checks as a frame and as a table.

use polars::prelude::{Column as FrameColumn, DataFrame};

use crate::checks::CheckedCandidate;
use crate::error::MaterialsError;
use crate::geometry::CandidateStructure;
use crate::stability::CandidateStability;
use crate::table::{ColumnSpec, Table};

/// A frame of candidates: `formula`, numbers and classes, then `charge_neutral, electronegativity_ok, novel,
/// nearest_known, nearest_distance, critic_score`, `score, source` where they were ranked, `predicted_energy_eV_per_atom,
/// predicted_energy_low, predicted_energy_high, predicted_above_hull_eV_per_atom, probability_stable, decomposes_into` where
/// energies are known, and `cif, space_group_number,
/// prototype, volume_A3_per_atom, shortest_distance_ratio, symmetry_ok` where they have structures.
///
/// # Errors
/// A number that does not fit the type of its column.
pub fn candidate_frame(
    candidates: &[CheckedCandidate],
    specs: &[ColumnSpec],
) -> Result<DataFrame, MaterialsError> {
    let text = |of: &dyn Fn(&CheckedCandidate) -> String| -> Vec<String> {
        candidates.iter().map(of).collect()
    };
    let truth = |of: &dyn Fn(&CheckedCandidate) -> bool| -> Vec<bool> {
        candidates.iter().map(of).collect()
    };
    let number = |of: &dyn Fn(&CheckedCandidate) -> f64| -> Vec<f64> {
        candidates.iter().map(|candidate| rounded(of(candidate))).collect()
    };
    let formulas = text(&|c| c.candidate.composition.to_string());
    let mut columns = vec![FrameColumn::new("formula".into(), formulas)];
    for (j, spec) in specs.iter().enumerate() {
        columns.push(spec.column(candidates.iter().map(|c| c.candidate.values[j])).to_polars()?);
    }
    columns.extend([
        FrameColumn::new("charge_neutral".into(), truth(&|c| c.checks.charge_neutral)),
        FrameColumn::new("electronegativity_ok".into(), truth(&|c| c.checks.electronegativity_ok)),
        FrameColumn::new("novel".into(), truth(&|c| c.checks.novel)),
        FrameColumn::new("nearest_known".into(), text(&|c| c.checks.nearest_known.clone())),
        FrameColumn::new("nearest_distance".into(), number(&|c| c.checks.nearest_distance)),
        FrameColumn::new("critic_score".into(), number(&|c| c.candidate.critic_score)),
    ]);
    if candidates.iter().any(|c| c.score.is_some()) {
        let scores: Vec<Option<f64>> = candidates.iter().map(|c| c.score.map(rounded)).collect();
        let source = |c: &CheckedCandidate| c.source.map(|source| source.name());
        let sources: Vec<Option<&str>> = candidates.iter().map(source).collect();
        columns.push(FrameColumn::new("score".into(), scores));
        columns.push(FrameColumn::new("source".into(), sources));
    }
    if candidates.iter().any(|c| c.stability.is_some()) {
        columns.extend(stability_columns(candidates));
    }
    if candidates.iter().any(|c| c.candidate.crystal.is_some()) {
        columns.extend(structure_columns(candidates)?);
    }
    Ok(DataFrame::new(candidates.len(), columns)?)
}

fn stability_columns(candidates: &[CheckedCandidate]) -> Vec<FrameColumn> {
    let numbers = |name: &str, of: fn(&CandidateStability) -> Option<f64>| {
        let number = |c: &CheckedCandidate| c.stability.as_ref().and_then(of).map(rounded);
        let numbers: Vec<Option<f64>> = candidates.iter().map(number).collect();
        FrameColumn::new(name.into(), numbers)
    };
    let text = |c: &CheckedCandidate| c.stability.as_ref().map(|of| of.decomposition.to_string());
    let texts: Vec<Option<String>> = candidates.iter().map(text).collect();
    vec![
        numbers("predicted_energy_eV_per_atom", |of| of.formation_energy),
        numbers("predicted_energy_low", |of| of.interval.map(|(low, _)| low)),
        numbers("predicted_energy_high", |of| of.interval.map(|(_, high)| high)),
        numbers("predicted_above_hull_eV_per_atom", CandidateStability::energy_above_hull),
        numbers("probability_stable", |of| of.probability),
        FrameColumn::new("decomposes_into".into(), texts),
    ]
}

fn structure_columns(candidates: &[CheckedCandidate]) -> Result<Vec<FrameColumn>, MaterialsError> {
    let crystals = || candidates.iter().map(|c| c.candidate.crystal.as_deref());
    let cifs = crystals().map(|c| c.map(|c| c.embedding.to_cif()).transpose());
    let cifs: Vec<Option<String>> = cifs.collect::<Result<_, _>>()?;
    let numbers = |of: fn(&CandidateStructure) -> f64| -> Vec<Option<f64>> {
        crystals().map(|c| c.map(|c| rounded(of(c)))).collect()
    };
    let prototypes = || crystals().map(|c| c.map(|c| c.embedding.prototype()));
    let groups: Vec<Option<u32>> =
        prototypes().map(|p| p.map(|p| u32::from(p.space_group()))).collect();
    let names: Vec<Option<String>> = prototypes().map(|p| p.map(ToString::to_string)).collect();
    let symmetry: Vec<Option<bool>> = crystals().map(|c| c.map(|c| c.has_symmetry)).collect();
    Ok(vec![
        FrameColumn::new("cif".into(), cifs),
        FrameColumn::new("space_group_number".into(), groups),
        FrameColumn::new("prototype".into(), names),
        FrameColumn::new("volume_A3_per_atom".into(), numbers(|c| c.volume_per_atom)),
        FrameColumn::new("shortest_distance_ratio".into(), numbers(|c| c.distance_ratio)),
        FrameColumn::new("symmetry_ok".into(), symmetry),
    ])
}

/// The candidates as a table, for comparison with others.
///
/// # Errors
/// No candidate.
pub fn candidate_table(
    candidates: &[CheckedCandidate],
    specs: &[ColumnSpec],
) -> Result<Table, MaterialsError> {
    let compositions = candidates.iter().map(|c| c.candidate.composition.clone()).collect();
    let column = |(j, spec): (usize, &ColumnSpec)| {
        spec.column(candidates.iter().map(|c| c.candidate.values[j]))
    };
    let columns = specs.iter().enumerate().map(column).collect();
    let crystal = |c: &CheckedCandidate| c.candidate.crystal.as_ref().map(|c| c.embedding.clone());
    match candidates.iter().map(crystal).collect::<Option<Vec<_>>>() {
        Some(crystals) => Table::from_structures(crystals.into(), columns),
        None => Table::from_columns(Some(compositions), columns),
    }
}

/// To six decimals: what single precision and the round-off of fractions leave of a figure.
fn rounded(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}
