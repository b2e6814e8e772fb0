//! How far the law of a property is from the real one.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use wgan_core::transport::w1_sorted;

use super::Notes;
use super::rows::{MaterialRows, PropertyColumn, shared, standard_deviation};

/// Random splits of the reference over which the floor is averaged.
const N_SPLITS: usize = 20;

/// W₁ between a property's values among the candidates and in the reference, in standard deviations of the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropertyDistance {
    /// The distance.
    pub w1: Option<f64>,
    /// What real data reach: the same distance between `min(n, half)` random reference values and the others,
    /// mean of twenty splits.
    pub floor: Option<f64>,
    /// Candidates with a value.
    pub n: usize,
}

/// The distance of each property that both have; none if there is none.
pub(super) fn distances(
    reference: &MaterialRows,
    candidates: &MaterialRows,
    rng: &mut impl Rng,
    notes: &mut Notes,
) -> Option<BTreeMap<String, PropertyDistance>> {
    let mut found = BTreeMap::new();
    for (real, fake) in shared(reference, candidates) {
        let (real_values, fake_values) =
            (real.known(reference.len()).1, fake.known(candidates.len()).1);
        let distance = PropertyDistance::between(&real_values, &fake_values, rng);
        if distance.w1.is_none() {
            notes.add(format!(
                "property_w1 of {}: needs candidates with a value and a reference that varies",
                real.name
            ));
        }
        found.insert(real.name.to_string(), distance);
    }
    (!found.is_empty()).then_some(found)
}

/// Remarks on missing columns and values, once for each property of the reference.
pub(super) fn note_missing(reference: &MaterialRows, candidates: &MaterialRows, notes: &mut Notes) {
    for real in &reference.properties {
        let Some(fake) = candidates.property(real.name) else {
            notes.add(format!(
                "{}: the candidates have no such column, it is not compared",
                real.name
            ));
            continue;
        };
        let n_missing = |column: &PropertyColumn, n: usize| n - column.known(n).0.len();
        let (of_real, of_fake) =
            (n_missing(real, reference.len()), n_missing(&fake, candidates.len()));
        if of_real + of_fake > 0 {
            notes.add(format!(
                "{}: missing in {of_real} of {} reference rows and {of_fake} of {} candidates, which are left out",
                real.name,
                reference.len(),
                candidates.len()
            ));
        }
    }
}

impl PropertyDistance {
    pub(super) fn between(real: &[f64], fake: &[f64], rng: &mut impl Rng) -> Self {
        let deviation = standard_deviation(real);
        let scaled = |w1: f64| deviation.map(|deviation| w1 / deviation);
        Self {
            w1: w1_sorted(real, fake).ok().and_then(scaled),
            floor: floor(real, fake.len(), rng).and_then(scaled),
            n: fake.len(),
        }
    }
}

/// Mean W₁ between `min(n, half)` random values and the others.
fn floor(values: &[f64], n: usize, rng: &mut impl Rng) -> Option<f64> {
    let n = n.min(values.len() / 2);
    let mut values = values.to_vec();
    let mut split = || {
        values.shuffle(rng);
        w1_sorted(&values[..n], &values[n..]).ok()
    };
    let total: Option<f64> = (0..N_SPLITS).map(|_| split()).sum();
    total.map(|total| total / N_SPLITS as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn rng() -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(1)
    }

    #[test]
    fn a_shift_is_measured_in_deviations() {
        let real = [1.0, 3.0, 1.0, 3.0]; // deviation 1
        let found = PropertyDistance::between(&real, &[2.5, 2.5, 4.5, 4.5], &mut rng());
        assert_eq!((found.w1, found.n), (Some(1.5), 4));
    }

    #[test]
    fn the_floor_is_what_two_samples_of_one_law_reach() {
        let values: Vec<f64> = StandardNormal.sample_iter(rng()).take(4000).collect();
        let found = floor(&values, 1000, &mut rng()).unwrap();
        // E W₁ of n against m normal values is √(2/π)·∫√(F(1 − F)) · √(1/n + 1/m) = 0.798 · 1.81 · 0.0365
        assert_abs_diff_eq!(found, 0.0527, epsilon = 0.015); // mean of 20, each ± 40 %
    }

    #[test]
    fn a_floor_needs_two_values() {
        let found = PropertyDistance::between(&[1.0], &[1.0, 2.0], &mut rng());
        assert_eq!((found.w1, found.floor, found.n), (None, None, 2));
        let empty = PropertyDistance::between(&[1.0, 2.0], &[], &mut rng());
        assert_eq!((empty.w1, empty.n), (None, 0));
    }
}
