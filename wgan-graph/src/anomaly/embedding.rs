//! Features as points of a sphere of few dimensions.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use wgan_core::whitening::RankScale;
use wgan_core::{WganError, binary_unit};

use crate::network::NodeFeatures;

/// Dimensions that are kept; noise lives in the others.
const DIMENSIONS: usize = 16;
/// Rounds of orthogonal iteration; the error of the subspace shrinks by a ratio of singular values
/// in each.
const ROUNDS: usize = 12;
/// Features are taken as counts (of words, say) where fewer entries than this share are not zero.
const SPARSE: f64 = 0.1;

type Point = Vec<f64>;

/// One point per node on the unit sphere (zero for a node without features): the features in the
/// directions in which they vary most.
///
/// Counts are weighted by `ln(n / n_f)`, `n_f` the nodes that have feature `f`, and each node is
/// scaled to length one; other features are centred and scaled to variance one. The directions are the leading right singular vectors.
///
/// # References
/// Deerwester et al. (1990), Indexing by latent semantic analysis; Golub, Van Loan (2013), Matrix
/// Computations, §8.2.4 (orthogonal iteration).
pub fn embed(features: &NodeFeatures) -> Vec<Point> {
    let rows = scaled(features);
    let d = features.names().len();
    let mut basis = start(d, DIMENSIONS.min(d));
    for _ in 0..ROUNDS {
        let points = project(&rows, &basis);
        basis = orthonormal(back(&rows, &points, d, basis.len()));
    }
    let mut points = project(&rows, &basis);
    points.iter_mut().for_each(|point| to_length_one(point));
    points
}

/// One point per node for a critic to learn from: few columns of numbers by their ranks, so that scales and tails do not
/// matter, others as [`embed`] does.
///
/// # Errors
/// [`WganError`] of [`RankScale::fit`].
pub fn coordinates(features: &NodeFeatures) -> Result<Vec<Point>, WganError> {
    let (n, d) = (features.n_nodes(), features.names().len());
    if is_sparse(features) || d > 2 * DIMENSIONS {
        return Ok(embed(features));
    }
    let mut rows = vec![vec![0.0; d]; n];
    for (v, row) in rows.iter_mut().enumerate() {
        features.of(v).iter().for_each(|&(f, x)| row[f as usize] = x);
    }
    for f in 0..d {
        let scale = RankScale::fit(rows.iter().map(|row| row[f]))?;
        rows.iter_mut().for_each(|row| row[f] = scale.scaled(row[f]));
    }
    Ok(rows)
}

/// Whether features are taken as counts.
fn is_sparse(features: &NodeFeatures) -> bool {
    let (n, d) = (features.n_nodes(), features.names().len());
    let n_entries: usize = (0..n).map(|v| features.of(v).len()).sum();
    (n_entries as f64) < SPARSE * (n * d) as f64
}

/// Rows of `(column, value)`, weighted or standardised.
fn scaled(features: &NodeFeatures) -> Vec<Vec<(u32, f64)>> {
    let (n, d) = (features.n_nodes(), features.names().len());
    let entries = || (0..n).flat_map(|v| features.of(v)).copied();
    let is_sparse = is_sparse(features);
    let mut largest = vec![0.0_f64; d];
    entries().for_each(|(f, x)| largest[f as usize] = largest[f as usize].max(x.abs()));
    let units: Vec<f64> = largest.into_iter().map(binary_unit).collect();
    // In units in which squares neither overflow nor underflow; the scale does not matter in the end.
    let all = || entries().map(|(f, x)| (f, x / units[f as usize]));
    let mut counts = vec![0.0_f64; d];
    let mut sums = vec![0.0_f64; d];
    for (f, x) in all() {
        counts[f as usize] += 1.0;
        sums[f as usize] += x;
    }
    if is_sparse {
        let weight = |f: u32| (n as f64 / counts[f as usize]).ln();
        let weighted = |v: usize| {
            let unit = binary_unit(features.of(v).iter().fold(0.0, |l, e| f64::max(l, e.1.abs())));
            let row = features.of(v).iter().map(|&(f, x)| x / unit * weight(f));
            let row: Vec<f64> = row.collect();
            let length = norm(&row);
            let scale = if length > 0.0 { length.recip() } else { 0.0 };
            features.of(v).iter().zip(row).map(|(&(f, _), x)| (f, x * scale)).collect()
        };
        return (0..n).map(weighted).collect();
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum / n as f64).collect();
    let mut squares: Vec<f64> =
        means.iter().zip(&counts).map(|(m, count)| m * m * (n as f64 - count)).collect();
    all().for_each(|(f, x)| squares[f as usize] += (x - means[f as usize]).powi(2));
    let standardised = |v: usize| {
        let mut row: Vec<f64> = means.iter().map(|m| -m).collect();
        features.of(v).iter().for_each(|&(f, x)| row[f as usize] += x / units[f as usize]);
        let scale = |(f, x): (usize, f64)| {
            let sd = (squares[f] / n as f64).sqrt();
            (f as u32, if sd > 0.0 { x / sd } else { 0.0 })
        };
        row.into_iter().enumerate().map(scale).collect()
    };
    (0..n).map(standardised).collect()
}

/// Random orthonormal directions, `[k][d]`; always the same ones.
fn start(d: usize, k: usize) -> Vec<Point> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let direction = |_| StandardNormal.sample_iter(&mut rng).take(d).collect();
    orthonormal((0..k).map(direction).collect())
}

/// Coordinates of the rows along the directions of `basis`.
fn project(rows: &[Vec<(u32, f64)>], basis: &[Point]) -> Vec<Point> {
    let along = |row: &[(u32, f64)], e: &[f64]| row.iter().map(|&(f, x)| x * e[f as usize]).sum();
    let point = |row: &Vec<(u32, f64)>| basis.iter().map(|e| along(row, e)).collect();
    rows.par_iter().map(point).collect()
}

/// `Σᵥ row(v)·point(v)ᵀ`, `[k][d]`; each direction on its own, so the sum has one order.
fn back(rows: &[Vec<(u32, f64)>], points: &[Point], d: usize, k: usize) -> Vec<Point> {
    let direction = |i: usize| {
        let mut sum = vec![0.0; d];
        for (row, point) in rows.iter().zip(points) {
            row.iter().for_each(|&(f, x)| sum[f as usize] += x * point[i]);
        }
        sum
    };
    (0..k).into_par_iter().map(direction).collect()
}

/// Gram–Schmidt, twice for the sake of round-off; directions that add nothing become zero.
fn orthonormal(mut basis: Vec<Point>) -> Vec<Point> {
    for i in 0..basis.len() {
        let length = norm(&basis[i]);
        for _ in 0..2 {
            let (done, rest) = basis.split_at_mut(i);
            for e in done.iter() {
                let along: f64 = e.iter().zip(&rest[0]).map(|(a, b)| a * b).sum();
                rest[0].iter_mut().zip(e).for_each(|(x, e)| *x -= along * e);
            }
        }
        if norm(&basis[i]) > 1e-10 * length {
            to_length_one(&mut basis[i]);
        } else {
            basis[i].fill(0.0);
        }
    }
    basis
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn to_length_one(x: &mut [f64]) {
    let length = norm(x);
    if length > 0.0 {
        x.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn few_dimensions_are_kept_as_they_are() {
        // Two columns, standardised by hand: (−1, −1), (1, −1), (1, 1), (−1, 1).
        let rows = [[0.0, 10.0], [2.0, 10.0], [2.0, 30.0], [0.0, 30.0]];
        let row = |r: &[f64; 2]| vec![(0, r[0]), (1, r[1])];
        let names = ["x", "y"].map(String::from).to_vec();
        let points = embed(&NodeFeatures::new(names, rows.iter().map(row).collect()));
        assert_abs_diff_eq!(dot(&points[0], &points[0]), 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(dot(&points[0], &points[1]), 0.0, epsilon = 1e-12);
        assert_abs_diff_eq!(dot(&points[0], &points[2]), -1.0, epsilon = 1e-12);
    }

    #[test]
    fn features_of_any_size_count_as_much_as_ordinary_ones() {
        let of = |size: f64, n: usize| {
            let value = |v: usize, f: usize| size * ((v * 7 + f * 3) % 11 + 1) as f64;
            // Two entries in each row: all of two columns, few of thirty.
            let row = |v: usize| vec![(0, value(v, 0)), (1 + (v % (n - 1)) as u32, value(v, 1))];
            let names = (0..n).map(|f| f.to_string()).collect();
            embed(&NodeFeatures::new(names, (0..40).map(row).collect()))
        };
        for n in [2, 30] {
            let plain = of(1.0, n);
            for size in [1e155, 1e-155, 1e200, 1e-200, 1e300, 1e-300] {
                for (a, b) in of(size, n).iter().zip(&plain) {
                    assert_abs_diff_eq!(dot(a, b), 1.0, epsilon = 1e-6);
                }
            }
        }
    }

    #[test]
    fn nodes_that_share_words_are_near_each_other() {
        // Each of two groups has four words in common; every node has two rare ones besides.
        let row = |v: usize| {
            let first = if v < 60 { 0 } else { 4 };
            let rare = [8 + v % 37, 45 + v * 7 % 41];
            (first..first + 4).chain(rare).map(|w| (w as u32, 1.0)).collect()
        };
        let names = (0..86).map(|w| w.to_string()).collect();
        let points = embed(&NodeFeatures::new(names, (0..120).map(row).collect()));
        let mean =
            |from: usize| (1..60).map(|v| dot(&points[0], &points[from + v])).sum::<f64>() / 59.0;
        assert!(mean(0) > mean(60) + 0.1, "{} and {}", mean(0), mean(60));
    }

    #[test]
    fn nodes_without_features_and_constant_columns_are_zero() {
        let names = ["x", "y"].map(String::from).to_vec();
        let points = embed(&NodeFeatures::new(names, vec![vec![(0, 1.0)], vec![(0, 1.0)]]));
        assert!(points.iter().flatten().all(|&x| x == 0.0));
    }
}
