//! The bracket: what a finite sample can say about W₁ between the real and the generated law.

use std::fmt;

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::error::WganError;
use crate::norm::GroundNorm;
use crate::transport::{Below, McShane, Transport, best_extension, check_rows, w1};

/// Dimension from which exact transport between samples of usual size is mostly sampling (d = 16, n = 2000: 4.27 where the truth is 1.95).
const SAMPLING_DIMENSION: usize = 16;

/// Settings of [`W1Report::measure`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct W1Config {
    /// Ground norm (L2).
    pub norm: GroundNorm,
    /// Most rows taken from each side; the exact solver needs `8·n²` bytes and about 0.2 s for 2000 (2000).
    pub max_points: usize,
    /// Random splits of the real rows the floor is averaged over, at least 1 (3).
    pub n_splits: usize,
    /// Relabellings of the permutation test; 0 for none (99).
    pub n_permutations: usize,
    /// Most rows of each side in the permutation test, which solves one problem per relabelling (200).
    pub permutation_points: usize,
}

impl Default for W1Config {
    fn default() -> Self {
        Self {
            norm: GroundNorm::L2,
            max_points: 2000,
            n_splits: 3,
            n_permutations: 99,
            permutation_points: 200,
        }
    }
}

impl W1Config {
    /// Checks every field.
    fn check(&self) -> Result<(), WganError> {
        let counts = [
            ("max_points", self.max_points, 2),
            ("n_splits", self.n_splits, 1),
            ("permutation_points", self.permutation_points, 2),
        ];
        for (field, value, least) in counts {
            if value < least {
                return Err(WganError::Config {
                    field,
                    expected: "at least 1, and 2 for numbers of points",
                    got: value.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// W₁ between real and fake, bracketed, beside the distance of real data from itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct W1Report {
    /// Below the W₁ of the laws with a probability of 98 %, and below the W₁ of the samples: mean difference of a 1-Lipschitz function
    /// minus two standard errors, 0 where that is negative. The function is the critic, lowered to be 1-Lipschitz on the rows, which should
    /// not be those it was trained on; without scores, the optimal potential of one half of the rows, evaluated on the other half.
    pub lower: f64,
    /// Exact W₁ between `n` real and `n` fake rows; its mean is at least the W₁ of the laws.
    pub w1: f64,
    /// Above the W₁ of the laws with a probability of 98 %: `w1` plus two standard errors of the mean difference of the optimal
    /// potential, which is how far the rows that were drawn move `w1` about its mean.
    pub upper: f64,
    /// `upper − lower`.
    pub gap: f64,
    /// Exact W₁ between `n` real rows and `n` other real rows.
    pub floor: f64,
    /// `w1 / floor`; 1 means that real and fake cannot be told apart with `n` rows. Infinite when the floor alone is zero (all real rows
    /// equal).
    pub ratio: f64,
    /// Rows on each side of `w1` and of `floor`.
    pub n: usize,
    /// Dimension of the rows.
    pub d: usize,
    /// Share of relabellings of the pooled rows with at least the observed W₁; small when the laws differ. `None` when not asked for.
    pub permutation_p: Option<f64>,
}

/// A critic's scores of all real and all fake rows.
#[derive(Debug, Clone, Copy)]
pub struct Scores<'a> {
    /// `f` at the real rows, `[n]`.
    pub real: &'a [f64],
    /// `f` at the fake rows, `[m]`.
    pub fake: &'a [f64],
}

impl W1Report {
    /// Measures the bracket between two samples; `n` is the largest number for which the real rows give two disjoint parts and the fake
    /// rows one, at most `max_points`.
    ///
    /// # Shapes
    /// - `real`: `[N, d]`, `fake`: `[M, d]`, in one unit; `scores` for all rows, if there is a critic
    ///
    /// # Errors
    /// Fewer than 4 real or 2 fake rows, different dimensions, entries that are not finite, settings out of range.
    ///
    /// # References
    /// Permutation test: Ramdas, García Trillos, Cuturi (2017), On Wasserstein two-sample testing.
    pub fn measure<R: Rng + ?Sized>(
        real: ArrayView2<'_, f64>,
        fake: ArrayView2<'_, f64>,
        scores: Option<Scores<'_>>,
        config: W1Config,
        rng: &mut R,
    ) -> Result<Self, WganError> {
        config.check()?;
        check_samples(real, fake)?;
        let n = (real.nrows() / 2).min(fake.nrows()).min(config.max_points);
        let fake_rows = shuffled(fake.nrows(), rng);
        let fake_part = fake.select(Axis(0), &fake_rows[..n]);
        let (mut between, mut floor, mut standard_error) = (0.0, 0.0, 0.0);
        let mut real_rows = Vec::new();
        for _ in 0..config.n_splits {
            real_rows = shuffled(real.nrows(), rng);
            let (one, other) =
                (real.select(Axis(0), &real_rows[..n]), real.select(Axis(0), &real_rows[n..2 * n]));
            let transport = w1(one.view(), fake_part.view(), config.norm)?;
            between += transport.value / config.n_splits as f64;
            standard_error = potential_error(&transport)?;
            floor += w1(one.view(), other.view(), config.norm)?.value / config.n_splits as f64;
        }
        let real_part = real.select(Axis(0), &real_rows[..n]);
        let lower = match scores {
            Some(scores) => critic_bound(
                &real_part,
                &fake_part,
                scores,
                (&real_rows[..n], &fake_rows[..n]),
                config.norm,
            )?,
            None => held_out_bound(&real_part, &fake_part, config.norm)?,
        };
        let permutation_p = permutation_p(&real_part, &fake_part, config, rng)?;
        let upper = between + 2.0 * standard_error;
        Ok(Self {
            lower,
            w1: between,
            upper,
            gap: upper - lower,
            floor,
            ratio: ratio(between, floor),
            n,
            d: real.ncols(),
            permutation_p,
        })
    }

    /// Whether `w1` is mostly the distance between any two finite samples: dimension 16 or more, or a floor above half of it.
    pub fn is_dominated_by_sampling(&self) -> bool {
        self.d >= SAMPLING_DIMENSION || self.floor > 0.5 * self.w1
    }
}

impl fmt::Display for W1Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lower, upper, floor, ratio, n, d, .. } = self;
        write!(
            out,
            "W₁ between {lower:.4} and {upper:.4} (n = {n}, d = {d}); real against real {floor:.4}, ratio {ratio:.2}"
        )?;
        if let Some(p) = self.permutation_p {
            write!(out, "; permutation p = {p:.3}")?;
        }
        if self.is_dominated_by_sampling() {
            write!(
                out,
                "; sampling dominates the upper value: two samples of {n} rows of one law in {d} dimensions are already {floor:.4} apart, \
                 so read the ratio and the lower value, not the upper one"
            )?;
        }
        Ok(())
    }
}

/// `w1 / floor`, and 1 when both are zero.
fn ratio(w1: f64, floor: f64) -> f64 {
    if w1 == floor { 1.0 } else { w1 / floor }
}

/// Standard error of the mean difference of the optimal potential.
fn potential_error(transport: &Transport) -> Result<f64, WganError> {
    let on_fake: Vec<f64> = transport.v.iter().map(|v| -v).collect();
    Ok(Estimate::of_scores(&transport.u, &on_fake)?.standard_error)
}

/// Refuses samples that are too small or do not fit together.
fn check_samples(real: ArrayView2<'_, f64>, fake: ArrayView2<'_, f64>) -> Result<(), WganError> {
    for (at, table, expected) in [("real", real, 4), ("fake", fake, 2)] {
        if table.nrows() < expected {
            return Err(WganError::TooFew { at, what: "rows", expected, got: table.nrows() });
        }
        check_rows(at, table)?;
    }
    if real.ncols() != fake.ncols() {
        let got = vec![fake.nrows(), fake.ncols()];
        return Err(WganError::Shape {
            at: "fake",
            expected: vec![fake.nrows(), real.ncols()],
            got,
        });
    }
    Ok(())
}

/// `0..n` in random order.
fn shuffled<R: Rng + ?Sized>(n: usize, rng: &mut R) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..n).collect();
    rows.shuffle(rng);
    rows
}

/// Certified bound from the critic's scores at the rows that were drawn.
fn critic_bound(
    real: &Array2<f64>,
    fake: &Array2<f64>,
    scores: Scores<'_>,
    (real_rows, fake_rows): (&[usize], &[usize]),
    norm: GroundNorm,
) -> Result<f64, WganError> {
    let pick = |at, all: &[f64], rows: &[usize]| -> Result<Vec<f64>, WganError> {
        let chosen: Option<Vec<f64>> = rows.iter().map(|&row| all.get(row).copied()).collect();
        chosen.ok_or_else(|| WganError::Shape {
            at,
            expected: vec![rows.iter().max().map_or(0, |m| m + 1)],
            got: vec![all.len()],
        })
    };
    let (on_real, on_fake) = (
        pick("real scores", scores.real, real_rows)?,
        pick("fake scores", scores.fake, fake_rows)?,
    );
    let scores = (&on_real[..], &on_fake[..]);
    let bound = best_extension(real.view(), fake.view(), scores, norm, Below::Laws)?;
    lower_of(&bound.real, &bound.fake)
}

/// Fits the optimal potential on the first half of the rows and takes its mean difference on the second half.
///
/// The function is 1-Lipschitz and independent of the rows it is evaluated on, so the expectation is at most W₁ of the laws.
fn held_out_bound(
    real: &Array2<f64>,
    fake: &Array2<f64>,
    norm: GroundNorm,
) -> Result<f64, WganError> {
    let half = real.nrows() / 2;
    let ((fit_real, new_real), (fit_fake, new_fake)) =
        (real.view().split_at(Axis(0), half), fake.view().split_at(Axis(0), half));
    let fitted = w1(fit_real, fit_fake, norm)?;
    let values: Vec<f64> = fitted.v.iter().map(|v| -v).collect();
    let critic = McShane::new(fit_fake, &values, norm)?;
    if new_real.nrows() < 2 {
        return Ok(0.0);
    }
    lower_of(&critic.evaluate(new_real)?, &critic.evaluate(new_fake)?)
}

/// Mean difference minus two standard errors, at least 0, which W₁ always is.
fn lower_of(real: &Array1<f64>, fake: &Array1<f64>) -> Result<f64, WganError> {
    Ok(Estimate::of_scores(&real.to_vec(), &fake.to_vec())?.lower().max(0.0))
}

/// `(1 + #{relabelled W₁ ≥ observed}) / (1 + relabellings)`.
fn permutation_p<R: Rng + ?Sized>(
    real: &Array2<f64>,
    fake: &Array2<f64>,
    config: W1Config,
    rng: &mut R,
) -> Result<Option<f64>, WganError> {
    if config.n_permutations == 0 {
        return Ok(None);
    }
    let n = real.nrows().min(config.permutation_points);
    let first = |table: &Array2<f64>| table.select(Axis(0), &(0..n).collect::<Vec<_>>());
    let pooled = concatenate(Axis(0), &[first(real).view(), first(fake).view()]).map_err(|_| {
        WganError::Shape { at: "fake", expected: real.shape().to_vec(), got: fake.shape().to_vec() }
    })?;
    let distance = |rows: &[usize]| -> Result<f64, WganError> {
        let (one, other) = (pooled.select(Axis(0), &rows[..n]), pooled.select(Axis(0), &rows[n..]));
        Ok(w1(one.view(), other.view(), config.norm)?.value)
    };
    let observed = distance(&(0..2 * n).collect::<Vec<_>>())?;
    let mut at_least = 1;
    for _ in 0..config.n_permutations {
        at_least += usize::from(distance(&shuffled(2 * n, rng))? >= observed * (1.0 - 1e-12));
    }
    Ok(Some(f64::from(at_least as u32) / (1 + config.n_permutations) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::sample_for_tests;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn report(real: &Array2<f64>, fake: &Array2<f64>, scores: Option<Scores<'_>>) -> W1Report {
        let config =
            W1Config { n_permutations: 39, permutation_points: 100, ..W1Config::default() };
        W1Report::measure(
            real.view(),
            fake.view(),
            scores,
            config,
            &mut ChaCha8Rng::seed_from_u64(1),
        )
        .unwrap()
    }

    #[test]
    fn equal_laws_have_ratio_one_and_a_large_p() {
        let same = report(&sample_for_tests(800, 2, 1), &sample_for_tests(400, 2, 2), None);
        assert!((same.ratio - 1.0).abs() < 0.25, "{same}");
        assert!(same.permutation_p.unwrap() > 0.05, "{same}");
        assert!(
            same.is_dominated_by_sampling() && same.to_string().contains("sampling dominates"),
            "{same}"
        );
        assert_eq!(same.n, 400);
    }

    #[test]
    fn a_shift_is_between_lower_and_upper() {
        let real = sample_for_tests(1200, 2, 3);
        let mut fake = sample_for_tests(600, 2, 4);
        fake.column_mut(0).mapv_inplace(|x| x + 2.0); // W₁ = 2; the means fluctuate by √(2/600) = 0.06
        let scores: Vec<Vec<f64>> =
            [&real, &fake].map(|t| t.column(0).iter().map(|x| -5.0 * x).collect()).into();
        let critic = report(&real, &fake, Some(Scores { real: &scores[0], fake: &scores[1] }));
        let without = report(&real, &fake, None);
        for found in [critic, without] {
            assert!(
                found.lower <= 2.0 + 0.2 && found.upper >= 2.0 - 0.2 && found.gap > -0.05,
                "{found}"
            );
            assert!(found.lower > 1.7 && found.ratio > 5.0, "{found}");
            assert_eq!(found.permutation_p, Some(1.0 / 40.0));
            assert!(!found.to_string().contains("sampling dominates"), "{found}");
        }
    }

    #[test]
    fn in_sixteen_dimensions_the_report_says_that_sampling_dominates() {
        let mut fake = sample_for_tests(200, 16, 6);
        fake.column_mut(0).mapv_inplace(|x| x + 2.0);
        let high = report(&sample_for_tests(400, 16, 5), &fake, None);
        assert!(
            high.upper > 2.5 && high.to_string().contains("sampling dominates the upper value"),
            "{high}"
        );
    }

    #[test]
    fn a_flat_critic_proves_little_about_the_laws() {
        let mut fake = sample_for_tests(200, 16, 11);
        fake.column_mut(0).mapv_inplace(|x| x + 2.0);
        let real = sample_for_tests(400, 16, 10);
        let scores = [&real, &fake].map(|t| t.column(0).mapv(|x| -0.1 * x).to_vec());
        let flat = report(&real, &fake, Some(Scores { real: &scores[0], fake: &scores[1] }));
        // E f(real) − E f(fake) = 0.2; steep between no two of these rows, the critic may still be so between others.
        assert!(flat.lower <= 0.2 && flat.lower > 0.1, "{flat}");
    }

    #[test]
    fn the_same_seed_gives_the_same_report() {
        let (real, fake) = (sample_for_tests(100, 3, 7), sample_for_tests(80, 3, 8));
        assert_eq!(report(&real, &fake, None), report(&real, &fake, None));
    }

    #[test]
    fn samples_that_are_too_small_are_refused() {
        let (real, fake) = (sample_for_tests(3, 2, 9), sample_for_tests(5, 2, 9));
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let message = W1Report::measure(real.view(), fake.view(), None, W1Config::default(), rng)
            .unwrap_err()
            .to_string();
        assert_eq!(message, "real: expected at least 4 rows, got 3");
    }
}
