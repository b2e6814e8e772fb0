//! Known materials of the same prototype and of the same composition.

use std::collections::HashMap;
use std::sync::Arc;

use super::analogues::{Analogues, Opinion};
use crate::composition::Composition;
use crate::material::Material;
use crate::structure::Prototype;

/// What known structures say of a material's decomposition energy.
#[derive(Clone, Debug)]
pub(super) struct Families {
    /// Materials that differ in one element, in the same prototype.
    analogues: Analogues,
    of_prototype: HashMap<Arc<Prototype>, Vec<u32>>,
    of_composition: HashMap<Composition, Vec<u32>>,
    known: Vec<Material>,
    /// Decomposition energies, eV/atom.
    energies: Vec<f64>,
    mean: f64,
}

/// Number, mean, standard deviation and lowest of some energies; those given where there are none.
fn summary(energies: impl Iterator<Item = f64>, none: f64) -> [f64; 4] {
    let (mut n, mut sum, mut squares, mut lowest) = (0.0, 0.0, 0.0, f64::INFINITY);
    for energy in energies {
        n += 1.0;
        sum += energy;
        squares += energy * energy;
        lowest = energy.min(lowest);
    }
    if n == 0.0 {
        return [0.0, none, 0.0, none];
    }
    let mean: f64 = sum / n;
    [n, mean, (squares / n - mean * mean).max(0.0).sqrt(), lowest]
}

impl Families {
    /// Number of figures.
    pub(super) const N: usize = 1 + 4 + 2 + Opinion::N;

    /// `energies`: decomposition energies of distinct materials, eV/atom.
    pub(super) fn new(known: Vec<Material>, energies: Vec<f64>) -> Self {
        let mut of_prototype: HashMap<Arc<Prototype>, Vec<u32>> = HashMap::new();
        let mut of_composition: HashMap<Composition, Vec<u32>> = HashMap::new();
        for (i, material) in (0u32..).zip(&known) {
            if let Some(prototype) = &material.prototype {
                of_prototype.entry(Arc::clone(prototype)).or_default().push(i);
            }
            of_composition.entry(material.composition.clone()).or_default().push(i);
        }
        Self {
            analogues: Analogues::new(&known, energies.clone()),
            mean: energies.iter().sum::<f64>() / energies.len().max(1) as f64,
            of_prototype,
            of_composition,
            known,
            energies,
        }
    }

    /// Space group, members of the prototype, polymorphs, analogues; the material itself left out of all.
    pub(super) fn figures(&self, material: &Material) -> [f64; Self::N] {
        let mut figures = [0.0; Self::N];
        let group = material.prototype.as_deref().map_or(0, Prototype::space_group);
        let members = material.prototype.as_ref().and_then(|p| self.of_prototype.get(p));
        let [n, mean, deviation, lowest] = summary(self.others(members, material), self.mean);
        let [n_polymorphs, .., best] = summary(self.polymorphs(material), self.mean);
        let own = [f64::from(group), n.ln_1p(), mean, deviation, lowest, n_polymorphs, best];
        let said = self.analogues.opinion(material).figures();
        figures.iter_mut().zip(own.into_iter().chain(said)).for_each(|(to, from)| *to = from);
        figures
    }

    /// Lowest decomposition energy among other structures of the same composition, eV/atom.
    pub(super) fn best_polymorph(&self, material: &Material) -> Option<f64> {
        self.polymorphs(material).min_by(f64::total_cmp)
    }

    fn polymorphs(&self, material: &Material) -> impl Iterator<Item = f64> + '_ {
        self.others(self.of_composition.get(&material.composition), material)
    }

    fn others<'a>(
        &'a self,
        rows: Option<&'a Vec<u32>>,
        material: &Material,
    ) -> impl Iterator<Item = f64> + use<'a> {
        let itself = rows
            .and_then(|rows| rows.iter().copied().find(|&i| self.known[i as usize] == *material));
        let rows = rows.map_or(&[][..], Vec::as_slice).iter();
        rows.filter(move |i| Some(**i) != itself).map(|&i| self.energies[i as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(formula: &str, prototype: &str) -> Material {
        Material {
            composition: formula.parse().unwrap(),
            prototype: Some(Arc::new(prototype.parse().unwrap())),
        }
    }

    #[test]
    fn a_material_hears_of_its_relatives_but_not_of_itself() {
        let known = vec![
            of("NaCl", "225:a|b"),
            of("KCl", "225:a|b"),
            of("KBr", "225:a|b"),
            of("NaCl", "221:a|b"),
        ];
        let families = Families::new(known.clone(), vec![0.1, 0.2, 0.4, 0.8]);
        let said = families.figures(&known[0]);
        let expected = [225.0, 2f64.ln_1p(), 0.3, 0.1, 0.2, 1.0, 0.8];
        for (found, expected) in said.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{said:?}");
        }
        assert_eq!(said[Families::N - 1], 1.0); // KCl, in the same prototype
        assert_eq!(families.best_polymorph(&known[0]), Some(0.8));
        assert_eq!(families.best_polymorph(&known[1]), None);
        let unknown = families.figures(&of("CaF2", "225:a|c"));
        assert_eq!((unknown[1], unknown[2], unknown[5]), (0.0, 0.375, 0.0));
    }
}
