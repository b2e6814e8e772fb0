//! How far the candidates that were asked for something are from the known rows that have it.

use rand::Rng;
use serde::{Deserialize, Serialize};
use wgan_core::GroundNorm;
use wgan_core::judge::{W1Config, W1Report};

use crate::composition::Composition;
use crate::features::fraction_rows;

/// Rows of each side, at most: exact transport takes their cube.
const MOST_ROWS: usize = 500;

/// Random halves of the known rows over which W₁ and floor are averaged.
const N_SPLITS: usize = 5;

/// W₁ between compositions, with the distance `‖x − y‖₁` of atomic fractions that also finds the nearest known one: 0 for
/// equal laws, 2 where no element is shared.
///
/// Exact transport between `n` and `n` rows is not 0 for equal laws, and the fewer rows, the further from it; only beside
/// the floor of the same `n` does it say something, and where `n` is below a hundred, little.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionalDistance {
    /// Between `n` candidates and `n` known rows that have what was asked for.
    pub w1: f64,
    /// Between `n` of those known rows and `n` others of them.
    pub floor: f64,
    /// Rows of each side.
    pub n: usize,
}

impl ConditionalDistance {
    /// The distance; none with fewer than four known rows or two candidates.
    pub(super) fn between(
        real: &[Composition],
        fake: &[Composition],
        rng: &mut impl Rng,
    ) -> Option<Self> {
        let config = W1Config {
            norm: GroundNorm::L1,
            max_points: MOST_ROWS,
            n_splits: N_SPLITS,
            n_permutations: 0,
            ..W1Config::default()
        };
        let (real, fake) = (fraction_rows(real), fraction_rows(fake));
        let found = W1Report::measure(real.view(), fake.view(), None, config, rng).ok()?;
        Some(Self { w1: found.w1, floor: found.floor, n: found.n })
    }

    /// `W₁ / floor`; 1 where they are equal, also where both are zero.
    pub fn ratio(&self) -> f64 {
        if self.w1 == self.floor { 1.0 } else { self.w1 / self.floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Pure elements from `first` on, eight of each.
    fn pure(first: usize) -> Vec<Composition> {
        let of =
            |i: usize| Composition::from_amounts([(Element::ALL[first + i / 8], 1.0)]).unwrap();
        (0..80).map(of).collect()
    }

    #[test]
    fn laws_without_a_common_element_are_two_apart() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let found = ConditionalDistance::between(&pure(0), &pure(40), &mut rng).unwrap();
        assert_abs_diff_eq!(found.w1, 2.0, epsilon = 1e-9);
        assert_eq!(found.n, 40);
        let same = ConditionalDistance::between(&pure(0), &pure(0), &mut rng).unwrap();
        // The candidates are those rows themselves: nearer than two halves without a common row.
        assert!(same.floor > 0.0 && same.ratio() < 1.0, "{same:?}");
        assert_eq!(ConditionalDistance::between(&pure(0)[..3], &pure(0), &mut rng), None);
    }
}
