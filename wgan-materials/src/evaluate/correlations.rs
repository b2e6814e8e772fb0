//! Rank correlations between the columns of numbers.

use rand::Rng;
use rayon::prelude::*;

use super::floor::{WithFloor, floor};
use crate::table::Column;

/// Rows with both values, at least, for a correlation.
const MIN_PAIRS: usize = 20;

/// Mean `|ρ − ρ′|` over the pairs of columns of numbers.
pub(super) fn correlation_error(
    pairs: &[(&Column, &Column)],
    rng: &mut impl Rng,
) -> Option<WithFloor> {
    let numbers: Vec<_> = pairs.iter().filter(|(real, _)| !real.is_class()).collect();
    let column = |column: &Column| (0..column.len()).map(|i| column.number(i)).collect();
    let real: Vec<Vec<Option<f64>>> = numbers.iter().map(|(real, _)| column(real)).collect();
    let fake: Vec<Vec<Option<f64>>> = numbers.iter().map(|(_, fake)| column(fake)).collect();
    let pick = |rows: &[usize]| -> Vec<Vec<Option<f64>>> {
        real.iter().map(|values| rows.iter().map(|&row| values[row]).collect()).collect()
    };
    let value = correlation_distance(&real, &fake)?;
    let (n_real, n_fake) = (real.first()?.len(), fake.first()?.len());
    let floor = floor(n_real, n_fake, rng, |a, b| correlation_distance(&pick(a), &pick(b)))?;
    Some(WithFloor { value, floor })
}

fn correlation_distance(real: &[Vec<Option<f64>>], fake: &[Vec<Option<f64>>]) -> Option<f64> {
    let places: Vec<(usize, usize)> =
        (0..real.len()).flat_map(|i| (i + 1..real.len()).map(move |j| (i, j))).collect();
    let difference = |&(i, j): &(usize, usize)| {
        let expected = spearman(&real[i], &real[j])?;
        Some((expected - spearman(&fake[i], &fake[j]).unwrap_or(0.0)).abs())
    };
    let found: Vec<f64> = places.par_iter().filter_map(difference).collect();
    (!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64)
}

/// Spearman's rank correlation over the rows that have both; none with fewer than twenty or where one is constant.
fn spearman(x: &[Option<f64>], y: &[Option<f64>]) -> Option<f64> {
    let both: Vec<(f64, f64)> = x.iter().zip(y).filter_map(|(x, y)| Some(((*x)?, (*y)?))).collect();
    if both.len() < MIN_PAIRS {
        return None;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
    let (x, y) = (ranks(&x), ranks(&y));
    let n = x.len() as f64;
    let mean = (n + 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    (scale > 0.0).then(|| product(&x, &y) / scale)
}

/// Ranks from 1; equal numbers share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (run.len() + 1) as f64 / 2.0;
        run.iter().for_each(|&row| ranks[row] = rank);
        start += run.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn correlations_are_spearman_s() {
        let some = |values: &[f64]| values.iter().copied().map(Some).collect::<Vec<_>>();
        let x: Vec<f64> = (0..30).map(f64::from).collect();
        let cube: Vec<f64> = x.iter().map(|x| -x.powi(3)).collect();
        assert_abs_diff_eq!(spearman(&some(&x), &some(&cube)).unwrap(), -1.0, epsilon = 1e-12);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
        assert_eq!(spearman(&some(&x[..10]), &some(&cube[..10])), None);
    }
}
