//! Classifier two-sample test: can a forest tell candidates from real rows?

use ndarray::{Array2, Axis, concatenate};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::features::fraction_rows;
use crate::forest::ForestConfig;

/// Folds of the cross-validation.
const N_FOLDS: usize = 5;

/// Repetitions with other rows, folds and trees; their mean is reported.
const N_REPEATS: usize = 2;

/// From so many rows of each kind on the accuracy is known to 0.6 %, and once is enough.
const ONCE: usize = 4000;

/// Most rows of each kind: with more, the forests take minutes and the accuracy is known to 0.4 %.
const MOST_ROWS: usize = 8000;

/// Fewer rows of each kind say nothing: the accuracy of 40 guesses deviates by 0.08.
const LEAST_ROWS: usize = 20;

/// Cross-validated accuracy with equally many rows of both kinds, or the reason why there is none.
pub(super) fn accuracy(
    real: &[Composition],
    fake: &[Composition],
    rng: &mut impl Rng,
) -> Result<f64, String> {
    if real.len().min(fake.len()) < LEAST_ROWS {
        return Err(format!(
            "{} candidates that are not copies and {} reference rows, at least {LEAST_ROWS} of each are needed",
            fake.len(),
            real.len()
        ));
    }
    let rows = |rows: &[Composition], drawn: &[usize]| {
        fraction_rows(&drawn.iter().map(|&row| rows[row].clone()).collect::<Vec<_>>())
    };
    let counts = [real.len(), fake.len()];
    repeated(counts, |drawn| rows(real, drawn), |drawn| rows(fake, drawn), rng)
}

/// The same for rows of features, `[n, d]` each.
pub(super) fn accuracy_of_rows(
    real: &Array2<f64>,
    fake: &Array2<f64>,
    rng: &mut impl Rng,
) -> Result<f64, String> {
    if real.nrows().min(fake.nrows()) < LEAST_ROWS {
        return Err(format!(
            "{} candidates that are not copies and {} reference rows, at least {LEAST_ROWS} of each are needed",
            fake.nrows(),
            real.nrows()
        ));
    }
    let rows = |rows: &Array2<f64>, drawn: &[usize]| rows.select(Axis(0), drawn);
    let counts = [real.nrows(), fake.nrows()];
    repeated(counts, |drawn| rows(real, drawn), |drawn| rows(fake, drawn), rng)
}

/// Mean accuracy over the repetitions, each with rows drawn anew.
fn repeated(
    [n_real, n_fake]: [usize; 2],
    real: impl Fn(&[usize]) -> Array2<f64>,
    fake: impl Fn(&[usize]) -> Array2<f64>,
    rng: &mut impl Rng,
) -> Result<f64, String> {
    let n = n_real.min(n_fake).min(MOST_ROWS);
    let mut repeat = || {
        let (of_real, of_fake) = (drawn(n_real, n, rng), drawn(n_fake, n, rng));
        repeat(real(&of_real), fake(&of_fake), rng)
    };
    let n_repeats = if n < ONCE { N_REPEATS } else { 1 };
    let total: Result<f64, MaterialsError> = (0..n_repeats).map(|_| repeat()).sum();
    total.map(|sum| sum / n_repeats as f64).map_err(|error| error.to_string())
}

fn repeat(real: Array2<f64>, fake: Array2<f64>, rng: &mut impl Rng) -> Result<f64, MaterialsError> {
    let n = real.nrows();
    let folds = (0..N_FOLDS).map(|fold| n_right(&real, &fake, fold, rng.random()));
    let right: Result<f64, MaterialsError> = folds.sum();
    Ok(right? / (2 * n) as f64)
}

/// `n` of so many rows, in random order.
fn drawn(n_rows: usize, n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n_rows).collect();
    order.shuffle(rng);
    order.truncate(n);
    order
}

/// Rows of the fold that a forest trained on the other folds classifies rightly; a draw counts one half.
fn n_right(
    real: &Array2<f64>,
    fake: &Array2<f64>,
    fold: usize,
    seed: u64,
) -> Result<f64, MaterialsError> {
    let (held, kept): (Vec<usize>, Vec<usize>) =
        (0..real.nrows()).partition(|row| row % N_FOLDS == fold);
    let targets: Vec<f64> = [0.0, 1.0].iter().flat_map(|&class| vec![class; kept.len()]).collect();
    let forest = ForestConfig::classes(seed).fit(both(real, fake, &kept).view(), &targets)?;
    let shares = forest.predict(both(real, fake, &held).view())?;
    let (of_real, of_fake) = shares.split_at(held.len());
    let rightness = of_real.iter().map(|share| 1.0 - share).chain(of_fake.iter().copied());
    Ok(rightness.map(vote).sum())
}

/// 1 if the share of the trees that are right is above one half, ½ if it is one half.
fn vote(share: f64) -> f64 {
    let margin = share - 0.5;
    if margin.abs() < 1e-9 { 0.5 } else { f64::from(margin > 0.0) }
}

/// The same rows of both, real first.
fn both(real: &Array2<f64>, fake: &Array2<f64>, rows: &[usize]) -> Array2<f64> {
    let (real, fake) = (real.select(Axis(0), rows), fake.select(Axis(0), rows));
    concatenate![Axis(0), real, fake]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Random binary compounds of elements `first..first + 10`.
    fn binaries(n: usize, first: usize, seed: u64) -> Vec<Composition> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut compound = || {
            let (a, b) = (rng.random_range(0..5), rng.random_range(5..10));
            let amounts =
                [(Element::ALL[first + a], rng.random_range(1..40)), (Element::ALL[first + b], 40)];
            Composition::from_amounts(amounts.map(|(element, n)| (element, f64::from(n)))).unwrap()
        };
        (0..n).map(|_| compound()).collect()
    }

    fn measure(real: &[Composition], fake: &[Composition]) -> Result<f64, String> {
        accuracy(real, fake, &mut ChaCha8Rng::seed_from_u64(0))
    }

    #[test]
    fn one_law_cannot_be_told_apart() {
        let found = measure(&binaries(900, 10, 1), &binaries(300, 10, 2)).unwrap();
        // 600 rows a repetition: deviation 0.5/√600 = 0.02
        assert_abs_diff_eq!(found, 0.5, epsilon = 0.08);
    }

    #[test]
    fn other_elements_are_told_apart() {
        assert_eq!(measure(&binaries(60, 10, 1), &binaries(40, 30, 2)), Ok(1.0));
    }

    #[test]
    fn a_forest_that_cannot_split_is_right_half_of_the_time() {
        let salt = vec![Composition::parse("NaCl").unwrap(); 30];
        let found = measure(&salt, &salt).unwrap();
        // every tree knows only the share of its bootstrap sample, and every row of a fold gets the same vote
        assert_abs_diff_eq!(found, 0.5, epsilon = 1e-12);
    }

    #[test]
    fn too_few_rows_are_refused_with_their_number() {
        let message = measure(&binaries(25, 10, 1), &binaries(3, 10, 2)).unwrap_err();
        assert_eq!(
            message,
            "3 candidates that are not copies and 25 reference rows, at least 20 of each are needed"
        );
    }
}
