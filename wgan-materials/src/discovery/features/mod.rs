//! What speaks for a candidate: figures that need the known compounds only.

mod amounts;
mod chemistry;
mod occupancy;
mod structures;
mod swaps;

pub(super) use structures::{D as STRUCTURES_D, Structures};

use super::compound::Compound;
use super::library::Library;

/// What speaks for a candidate, as `D` figures that need the known compounds only; the votes first.
pub(super) trait Evidence<const D: usize>: Sized + Send + Sync {
    /// From the known compounds.
    fn of(known: Vec<Compound>) -> Self;
    /// What can be looked up in them.
    fn library(&self) -> &Library;
    /// Kinds of structure that the amounts of a composition are known in, most frequent first; none of compositions alone.
    fn kinds(&self, _composition: &Compound) -> &[u64] {
        &[]
    }
    /// The figures of one candidate, which should not be among the known compounds.
    fn figures(&self, c: &Compound) -> [f32; D];
}

impl Evidence<D> for Library {
    fn of(known: Vec<Compound>) -> Self {
        Self::new(known)
    }

    fn library(&self) -> &Library {
        self
    }

    fn figures(&self, c: &Compound) -> [f32; D] {
        features(c, self)
    }
}

/// Number of features.
pub(super) const D: usize = swaps::D + occupancy::D + amounts::D + chemistry::D;

/// The features of one candidate, which should not be among the known compounds.
pub(super) fn features(c: &Compound, library: &Library) -> [f32; D] {
    joined(&[
        &swaps::evidence(c, library),
        &occupancy::evidence(c, library),
        &amounts::evidence(c, library),
        &chemistry::evidence(c),
    ])
}

/// Groups of figures, one after the other.
fn joined<const N: usize>(groups: &[&[f32]]) -> [f32; N] {
    let mut all = [0.0; N];
    all.iter_mut().zip(groups.iter().copied().flatten()).for_each(|(to, from)| *to = *from);
    all
}

/// Logarithm of a sum of rates, finite at zero.
fn log(sum: f32) -> f32 {
    (sum + 1e-4).ln()
}

/// Place of the votes among the features.
pub(super) const VOTES: usize = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn features_are_finite_for_anything() {
        let library = Library::new(compounds(&["NaCl", "KCl", "La1.85Sr0.15CuO4", "Fe"]));
        for formula in ["Og", "HeNe", "KBr", "Fe3O4", "La1.8Sr0.2CuO4", "LiNaKRbCsBeMgCaSrBaO2"] {
            let found = features(&compounds(&[formula])[0], &library);
            assert!(found.iter().all(|x| x.is_finite()), "{formula}: {found:?}");
        }
        let empty = Library::new(Vec::new());
        assert!(features(&compounds(&["NaCl"])[0], &empty).iter().all(|x| x.is_finite()));
    }

    #[test]
    fn votes_grow_with_support() {
        let library = Library::new(compounds(&["NaCl", "KCl", "NaBr", "MgO", "CaO"]));
        let votes = |formula: &str| features(&compounds(&[formula])[0], &library)[VOTES];
        assert!(votes("KBr") > votes("KO"));
        assert!(votes("KO") > votes("Og2Lv"));
    }
}
