//! Does a sample reach all of the real law, stay inside it, and not repeat the training rows?

use ndarray::ArrayView2;

use crate::error::WganError;
use crate::norm::GroundNorm;
use crate::transport::{GroundCost, PointCost, check_rows};

/// How a sample spreads over known modes.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeCoverage {
    /// Rows near each mode.
    pub counts: Vec<usize>,
    /// Modes with at least one row near.
    pub n_covered: usize,
    /// Share of the rows that are near a mode.
    pub near_share: f64,
}

/// Counts the rows of `fake` within `radius` of their nearest centre.
///
/// # Shapes
/// - `fake`: `[n, d]`, `centres`: `[k, d]`, `radius` in the same unit (three standard deviations of a mode is usual)
///
/// # Errors
/// Different dimensions, empty tables, entries that are not finite, a radius that is not positive.
///
/// # References
/// Srivastava et al. (2017), VEEGAN, section 5.1.
pub fn mode_coverage(
    fake: ArrayView2<'_, f64>,
    centres: ArrayView2<'_, f64>,
    radius: f64,
) -> Result<ModeCoverage, WganError> {
    if !(radius > 0.0 && radius.is_finite()) {
        return Err(WganError::Config {
            field: "radius",
            expected: "a positive number",
            got: radius.to_string(),
        });
    }
    let mut counts = vec![0; centres.nrows()];
    for (mode, distance) in nearest(fake, centres)? {
        counts[mode] += usize::from(distance <= radius);
    }
    let near: usize = counts.iter().sum();
    let n_covered = counts.iter().filter(|&&count| count > 0).count();
    Ok(ModeCoverage { counts, n_covered, near_share: near as f64 / fake.nrows() as f64 })
}

/// Shares that compare two samples by balls around each row that reach to its `k`-th neighbour in its own sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionCoverage {
    /// Fake rows inside some real ball: does the sample stay in the real law?
    pub precision: f64,
    /// Real rows inside some fake ball.
    pub recall: f64,
    /// Mean number of real balls a fake row is in, divided by `k`; about 1 for equal laws.
    pub density: f64,
    /// Real balls with at least one fake row: is all of the real law reached? About `1 − 2^{−k}` for equal laws and sizes.
    pub coverage: f64,
}

/// Precision, recall, density and coverage with `k` neighbours and the Euclidean norm.
///
/// # Shapes
/// - `real`: `[n, d]`, `fake`: `[m, d]`, whitened, so that all coordinates count alike
///
/// # Errors
/// Different dimensions, entries that are not finite, `k` outside `1..min(n, m)`.
///
/// # Complexity
/// `O((n + m)²·d)`.
///
/// # References
/// Kynkäänniemi et al. (2019) for precision and recall; Naeem et al. (2020), equations 4 and 5, for density and coverage.
pub fn precision_coverage(
    real: ArrayView2<'_, f64>,
    fake: ArrayView2<'_, f64>,
    k: usize,
) -> Result<PrecisionCoverage, WganError> {
    let (n, m) = (real.nrows(), fake.nrows());
    if k == 0 || k >= n.min(m) {
        return Err(WganError::Config {
            field: "k",
            expected: "at least 1 and less than both samples",
            got: k.to_string(),
        });
    }
    let (real_radius, fake_radius) = (neighbour_distance(real, k)?, neighbour_distance(fake, k)?);
    let between = PointCost::new(real, fake, GroundNorm::L2)?;
    let mut inside_count = vec![0_usize; m];
    let (mut recalled, mut covered) = (0, 0);
    let mut buffer = vec![0.0; m];
    for (i, radius) in real_radius.iter().enumerate() {
        let row = between.row(i, 0..m, &mut buffer);
        row.iter().zip(&mut inside_count).for_each(|(d, count)| *count += usize::from(d <= radius));
        covered += usize::from(row.iter().any(|d| d <= radius));
        recalled += usize::from(row.iter().zip(&fake_radius).any(|(d, r)| d <= r));
    }
    let inside = inside_count.iter().filter(|&&count| count > 0).count();
    Ok(PrecisionCoverage {
        precision: inside as f64 / m as f64,
        recall: recalled as f64 / n as f64,
        density: inside_count.iter().sum::<usize>() as f64 / (k * m) as f64,
        coverage: covered as f64 / n as f64,
    })
}

/// Whether generated rows are closer to the training rows than fresh real rows are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memorisation {
    /// Median distance of a generated row to its nearest training row.
    pub fake_median: f64,
    /// The same of a held-out real row.
    pub held_out_median: f64,
    /// `P(generated row is closer than held-out row)`, ties count half: ½ without memorisation, 1 when all are copies.
    pub closer_share: f64,
    /// Share of generated rows that equal a training row.
    pub copies: f64,
}

/// Compares distances to the nearest training row between generated and held-out real rows.
///
/// # Shapes
/// - `training`: `[n, d]`, `held_out`: `[h, d]`, `fake`: `[m, d]`, whitened
///
/// # Errors
/// Different dimensions, empty tables, entries that are not finite.
///
/// # References
/// Meehan, Chaudhuri, Dasgupta (2020), A non-parametric test to detect data-copying in generative models: the same comparison.
pub fn memorisation(
    training: ArrayView2<'_, f64>,
    held_out: ArrayView2<'_, f64>,
    fake: ArrayView2<'_, f64>,
) -> Result<Memorisation, WganError> {
    let sorted_distances = |rows| -> Result<Vec<f64>, WganError> {
        let mut distances: Vec<f64> =
            nearest(rows, training)?.into_iter().map(|(_, distance)| distance).collect();
        distances.sort_unstable_by(f64::total_cmp);
        Ok(distances)
    };
    let (generated, fresh) = (sorted_distances(fake)?, sorted_distances(held_out)?);
    let copies = generated.iter().filter(|&&d| d == 0.0).count() as f64 / generated.len() as f64;
    Ok(Memorisation {
        fake_median: median(&generated),
        held_out_median: median(&fresh),
        closer_share: closer_share(&generated, &fresh),
        copies,
    })
}

/// `P(a < b) + ½ P(a = b)` for draws from two sorted lists.
fn closer_share(a: &[f64], b: &[f64]) -> f64 {
    let wins: usize =
        b.iter().map(|&d| a.partition_point(|&x| x < d) + a.partition_point(|&x| x <= d)).sum();
    wins as f64 / (2 * a.len() * b.len()) as f64
}

/// Median of a sorted list that is not empty.
fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    0.5 * (sorted[(n - 1) / 2] + sorted[n / 2])
}

/// Index and distance of the nearest of `others` for every row.
fn nearest(
    rows: ArrayView2<'_, f64>,
    others: ArrayView2<'_, f64>,
) -> Result<Vec<(usize, f64)>, WganError> {
    let distance = PointCost::new(rows, others, GroundNorm::L2)?;
    let m = others.nrows();
    let mut buffer = vec![0.0; m];
    let mut of_row = |i| {
        let row = distance.row(i, 0..m, &mut buffer);
        row.iter()
            .enumerate()
            .fold((0, f64::INFINITY), |best, (j, &d)| if d < best.1 { (j, d) } else { best })
    };
    Ok((0..rows.nrows()).map(&mut of_row).collect())
}

/// Distance of every row to its `k`-th neighbour among the other rows.
fn neighbour_distance(rows: ArrayView2<'_, f64>, k: usize) -> Result<Vec<f64>, WganError> {
    check_rows("sample", rows)?;
    let distance = PointCost::new(rows, rows, GroundNorm::L2)?;
    let n = rows.nrows();
    let mut buffer = vec![0.0; n];
    let mut of_row = |i| {
        let mut row = distance.row(i, 0..n, &mut buffer).to_vec();
        row.swap_remove(i);
        *row.select_nth_unstable_by(k - 1, f64::total_cmp).1
    };
    Ok((0..n).map(&mut of_row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::sample_for_tests;
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    #[test]
    fn modes_are_counted() {
        let centres = array![[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]];
        let fake = array![[0.1, 0.0], [0.0, -0.2], [10.0, 0.3], [5.0, 5.0]];
        let modes = mode_coverage(fake.view(), centres.view(), 0.5).unwrap();
        assert_eq!(modes, ModeCoverage { counts: vec![2, 1, 0], n_covered: 2, near_share: 0.75 });
    }

    #[test]
    fn equal_laws_have_the_expected_shares() {
        let (real, fake) = (sample_for_tests(1000, 3, 1), sample_for_tests(1000, 3, 2));
        let same = precision_coverage(real.view(), fake.view(), 5).unwrap();
        assert_abs_diff_eq!(same.coverage, 1.0 - 1.0 / 32.0, epsilon = 0.02); // a binomial share of 1000
        assert_abs_diff_eq!(same.density, 1.0, epsilon = 0.06);
        assert!(same.precision > 0.9 && same.recall > 0.9);
    }

    #[test]
    fn a_collapsed_sample_is_precise_but_does_not_cover() {
        let real = sample_for_tests(500, 2, 3);
        let collapsed = sample_for_tests(500, 2, 4) * 0.05;
        let shares = precision_coverage(real.view(), collapsed.view(), 5).unwrap();
        assert!(
            shares.precision > 0.95 && shares.coverage < 0.2 && shares.recall < 0.2,
            "{shares:?}"
        );
    }

    #[test]
    fn copies_are_told_from_fresh_rows() {
        let (training, held_out, fresh) =
            (sample_for_tests(500, 4, 5), sample_for_tests(400, 4, 6), sample_for_tests(400, 4, 7));
        let honest = memorisation(training.view(), held_out.view(), fresh.view()).unwrap();
        assert_abs_diff_eq!(honest.closer_share, 0.5, epsilon = 0.07); // three standard errors, √(1/12·(1/400 + 1/400))
        assert_eq!(honest.copies, 0.0);
        let copied = memorisation(training.view(), held_out.view(), training.view()).unwrap();
        assert_eq!((copied.closer_share, copied.copies, copied.fake_median), (1.0, 1.0, 0.0));
    }

    #[test]
    fn too_many_neighbours_are_refused() {
        let x = sample_for_tests(5, 2, 8);
        let message = precision_coverage(x.view(), x.view(), 5).unwrap_err().to_string();
        assert_eq!(message, "k: expected at least 1 and less than both samples, got 5");
    }
}
