//! Known materials with their energies.

use std::collections::HashMap;

use super::hull::ConvexHull;
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::material::Material;

/// Different materials with their lowest energies, and the hull of their compositions.
///
/// A composition in two prototypes is two materials. Where not all have a prototype, none is looked at.
#[derive(Clone, Debug)]
pub(super) struct KnownEnergies {
    pub(super) hull: ConvexHull,
    /// In the order of the hull's compounds.
    pub(super) materials: Vec<Material>,
    /// One for each of the materials, eV/atom.
    pub(super) energies: Vec<f64>,
    pub(super) has_prototypes: bool,
}

impl KnownEnergies {
    /// # Errors
    /// As [`ConvexHull::new`].
    pub(super) fn new(known: &[Material], energies: &[f64]) -> Result<Self, MaterialsError> {
        let compositions: Vec<Composition> = known.iter().map(|m| m.composition.clone()).collect();
        let hull = ConvexHull::new(&compositions, energies)?;
        let has_prototypes = known.iter().all(|material| material.prototype.is_some());
        if !has_prototypes {
            let materials = hull.compounds().iter().map(Material::from).collect();
            let energies = hull.energies().to_vec();
            return Ok(Self { hull, materials, energies, has_prototypes });
        }
        let mut lowest: HashMap<&Material, f64> = HashMap::new();
        for (material, &energy) in known.iter().zip(energies) {
            let kept = lowest.entry(material).or_insert(energy);
            *kept = energy.min(*kept);
        }
        let of = |(material, energy): (&Material, f64)| {
            Some((hull.position(&material.composition)?, material.clone(), energy))
        };
        let mut rows: Vec<(usize, Material, f64)> = lowest.into_iter().filter_map(of).collect();
        rows.sort_unstable_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let (materials, energies) = rows.into_iter().map(|(_, m, energy)| (m, energy)).unzip();
        Ok(Self { hull, materials, energies, has_prototypes })
    }

    /// Those of some rows.
    pub(super) fn select(&self, rows: &[usize]) -> (Vec<Material>, Vec<f64>) {
        rows.iter().map(|&i| (self.materials[i].clone(), self.energies[i])).unzip()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn polymorphs_are_kept_where_all_have_a_prototype() {
        let of = |formula: &str, prototype: &str| Material {
            composition: formula.parse().unwrap(),
            prototype: Some(Arc::new(prototype.parse().unwrap())),
        };
        let mut known = vec![
            of("NaCl", "225:a|b"),
            of("Na2Cl2", "225:a|b"),
            of("NaCl", "221:a|b"),
            of("Na", "229:a"),
        ];
        let energies = [-2.0, -2.1, -1.9, 0.0];
        let found = KnownEnergies::new(&known, &energies).unwrap();
        assert_eq!((found.hull.n_compounds(), found.materials.len()), (1, 2));
        assert_eq!(found.energies, [-1.9, -2.1]); // 221 before 225
        known[0].prototype = None;
        let found = KnownEnergies::new(&known, &energies).unwrap();
        assert_eq!((found.materials.len(), found.energies.as_slice()), (1, &[-2.1][..]));
    }
}
