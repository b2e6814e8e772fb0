//! Sliced and max-sliced W₁: W₁ on lines, an *approximation* from below of W₁ with the Euclidean norm.

use ndarray::{Array1, ArrayView2, CowArray, Ix2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::cost::check_rows;
use super::one_dimensional::{finite, w1_sorted};
use crate::error::WganError;
use crate::magnitude::{binary_unit, largest};

/// Steps of the ascent from the best random direction.
const ASCENT_STEPS: usize = 30;

/// W₁ of projections to random directions.
#[derive(Debug, Clone, PartialEq)]
pub struct SlicedW1 {
    /// Mean over the directions, the sliced W₁; at most W₁.
    pub mean: f64,
    /// Standard error of the mean from the finite number of directions; NaN for one direction.
    pub standard_error: f64,
    /// Number of directions.
    pub n_directions: usize,
}

/// The direction in which two samples differ most.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxSlicedW1 {
    /// W₁ of the projections, at most W₁. The largest found, not proved to be the largest there is.
    pub value: f64,
    /// Unit vector `[d]`.
    pub direction: Array1<f64>,
}

/// Sliced W₁, `E_θ W₁(⟨θ, x⟩, ⟨θ, y⟩)` over uniform unit vectors `θ`, by `n_directions` draws.
///
/// In high dimension it is small, `O(d^{−1/2})` of W₁, because a random direction misses most of a shift.
///
/// # Shapes
/// - `x`: `[n, d]`, `y`: `[m, d]`, in one unit
///
/// # Errors
/// Different dimensions, empty samples, entries that are not finite, no directions.
///
/// # References
/// Bonneel, Rabin, Peyré, Pfister (2015), Sliced and Radon Wasserstein barycenters of measures.
pub fn sliced_w1<R: Rng + ?Sized>(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    n_directions: usize,
    rng: &mut R,
) -> Result<SlicedW1, WganError> {
    check(x, y, n_directions)?;
    let (x, y, unit) = in_unit(x, y);
    let mut values = Vec::with_capacity(n_directions);
    for _ in 0..n_directions {
        values.push(projected(x.view(), y.view(), &direction(x.ncols(), rng))?);
    }
    let k = n_directions as f64;
    let mean = values.iter().sum::<f64>() / k;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (k - 1.0);
    let standard_error = unit * (variance / k).sqrt();
    Ok(SlicedW1 { mean: finite(unit * mean)?, standard_error, n_directions })
}

/// Max-sliced W₁, `max_θ W₁(⟨θ, x⟩, ⟨θ, y⟩)`: the best of `n_directions` draws, the coordinate axes and the difference of the means, then
/// improved by the fixed-point step `θ ← ∇_θ W₁ / ‖∇_θ W₁‖`.
///
/// # Shapes
/// As [`sliced_w1`].
///
/// # Errors
/// As [`sliced_w1`].
///
/// # References
/// Deshpande et al. (2019), Max-sliced Wasserstein distance and its use for GANs.
pub fn max_sliced_w1<R: Rng + ?Sized>(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    n_directions: usize,
    rng: &mut R,
) -> Result<MaxSlicedW1, WganError> {
    check(x, y, n_directions)?;
    let (x, y, unit) = in_unit(x, y);
    let (x, y) = (x.view(), y.view());
    let d = x.ncols();
    let mut candidates: Vec<Array1<f64>> = (0..n_directions).map(|_| direction(d, rng)).collect();
    candidates.extend((0..d).map(|axis| Array1::from_shape_fn(d, |k| f64::from(k == axis))));
    candidates.extend(normalised(column_means(x) - column_means(y)));
    let mut best = MaxSlicedW1 { value: -1.0, direction: Array1::zeros(d) };
    for direction in candidates {
        best = better(best, projected(x, y, &direction)?, direction);
    }
    let mut current = best.direction.clone();
    for _ in 0..ASCENT_STEPS {
        let Some(next) = normalised(gradient(x, y, &current)) else {
            break;
        };
        let value = projected(x, y, &next)?;
        best = better(best, value, next.clone());
        current = next;
    }
    best.value = finite(unit * best.value)?;
    Ok(best)
}

/// Both samples in the unit of the largest coordinate, and the unit.
fn in_unit<'a>(
    x: ArrayView2<'a, f64>,
    y: ArrayView2<'a, f64>,
) -> (CowArray<'a, f64, Ix2>, CowArray<'a, f64, Ix2>, f64) {
    let unit = binary_unit(largest(x.iter().chain(y.iter())));
    match unit {
        1.0 => (x.into(), y.into(), unit),
        _ => ((&x / unit).into(), (&y / unit).into(), unit),
    }
}

/// The larger of the two.
fn better(best: MaxSlicedW1, value: f64, direction: Array1<f64>) -> MaxSlicedW1 {
    if value > best.value { MaxSlicedW1 { value, direction } } else { best }
}

/// W₁ of the projections to `direction`.
fn projected(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    direction: &Array1<f64>,
) -> Result<f64, WganError> {
    w1_sorted(&x.dot(direction).to_vec(), &y.dot(direction).to_vec())
}

/// `∇_θ W₁ = Σ π·sign(⟨θ, x − y⟩)·(x − y)` over the pairs of the sorted coupling.
fn gradient(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    direction: &Array1<f64>,
) -> Array1<f64> {
    let (px, py) = (x.dot(direction), y.dot(direction));
    let (order_x, order_y) = (order(&px), order(&py));
    let (n, m) = (order_x.len(), order_y.len());
    let mut total = Array1::zeros(direction.len());
    let (mut i, mut j, mut done) = (0, 0, 0);
    while i < n && j < m {
        let (row, other) = (order_x[i], order_y[j]);
        let until = ((i + 1) * m).min((j + 1) * n);
        let weight = (until - done) as f64 * sign(px[row] - py[other]);
        total.scaled_add(weight, &x.row(row));
        total.scaled_add(-weight, &y.row(other));
        done = until;
        i = done / m;
        j = done / n;
    }
    total / (n as f64 * m as f64)
}

/// −1, 0 or 1.
fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

/// Positions from the smallest value to the largest.
fn order(values: &Array1<f64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

/// A uniform unit vector.
fn direction<R: Rng + ?Sized>(d: usize, rng: &mut R) -> Array1<f64> {
    loop {
        let normal = Array1::from_shape_simple_fn(d, || StandardNormal.sample(rng));
        if let Some(unit) = normalised(normal) {
            return unit;
        }
    }
}

/// The vector divided by its length, unless that is zero.
fn normalised(vector: Array1<f64>) -> Option<Array1<f64>> {
    let length = vector.dot(&vector).sqrt();
    (length > 0.0).then(|| vector / length)
}

/// Mean of every column.
fn column_means(x: ArrayView2<'_, f64>) -> Array1<f64> {
    x.sum_axis(ndarray::Axis(0)) / x.nrows() as f64
}

/// Refuses samples that cannot be compared.
fn check(
    x: ArrayView2<'_, f64>,
    y: ArrayView2<'_, f64>,
    n_directions: usize,
) -> Result<(), WganError> {
    check_rows("x", x)?;
    check_rows("y", y)?;
    if x.ncols() != y.ncols() {
        return Err(WganError::Shape {
            at: "y",
            expected: vec![y.nrows(), x.ncols()],
            got: vec![y.nrows(), y.ncols()],
        });
    }
    if n_directions == 0 {
        return Err(WganError::Config {
            field: "n_directions",
            expected: "at least 1",
            got: "0".to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{GroundNorm, sample_for_tests, w1};
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn the_mean_over_directions_of_a_shift_is_the_mean_projection() {
        // E|⟨θ, m⟩| = |m|·2/π in the plane.
        let x = sample_for_tests(50, 2, 1);
        let y = &x + &array![3.0, 4.0];
        let sliced =
            sliced_w1(x.view(), y.view(), 4000, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
        assert_abs_diff_eq!(
            sliced.mean,
            5.0 * std::f64::consts::FRAC_2_PI,
            epsilon = 4.0 * sliced.standard_error
        );
    }

    #[test]
    fn the_best_direction_of_a_shift_is_the_shift() {
        let x = sample_for_tests(80, 10, 2);
        let mut shift = Array1::zeros(10);
        shift[3] = 3.0;
        shift[7] = -4.0;
        let y = &x + &shift;
        let most =
            max_sliced_w1(x.view(), y.view(), 20, &mut ChaCha8Rng::seed_from_u64(2)).unwrap();
        assert_abs_diff_eq!(most.value, 5.0, epsilon = 1e-9);
    }

    #[test]
    fn a_stretch_without_a_shift_is_found_too() {
        let x = sample_for_tests(400, 6, 3);
        let along = normalised(array![1.0, -1.0, 2.0, 0.5, 0.0, 1.0]).unwrap();
        let mut y = x.clone();
        for mut row in y.rows_mut() {
            let part = row.dot(&along);
            row.scaled_add(3.0 * part, &along); // fourfold along one direction
        }
        let most =
            max_sliced_w1(x.view(), y.view(), 50, &mut ChaCha8Rng::seed_from_u64(3)).unwrap();
        assert!(most.direction.dot(&along).abs() > 0.99);
    }

    #[test]
    fn samples_of_any_size_are_compared_like_ordinary_ones() {
        let (x, y) = (sample_for_tests(30, 3, 6), sample_for_tests(20, 3, 7) + 0.5);
        let both = |size: f64| {
            let (x, y) = (&x * size, &y * size);
            let rng = || ChaCha8Rng::seed_from_u64(4);
            let sliced = sliced_w1(x.view(), y.view(), 9, &mut rng()).unwrap();
            let most = max_sliced_w1(x.view(), y.view(), 9, &mut rng()).unwrap();
            [sliced.mean / size, sliced.standard_error / size, most.value / size]
        };
        let plain = both(1.0);
        for size in [1e155, 1e-155, 1e200, 1e-200, 1e305] {
            for (got, expected) in both(size).into_iter().zip(plain) {
                assert_abs_diff_eq!(got, expected, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn it_is_a_lower_bound_of_w1() {
        for (n, m) in [(60, 60), (40, 70)] {
            let (x, y) = (sample_for_tests(n, 4, 4), sample_for_tests(m, 4, 5) * 1.5);
            let exact = w1(x.view(), y.view(), GroundNorm::L2).unwrap().value;
            let mut rng = ChaCha8Rng::seed_from_u64(4);
            let sliced = sliced_w1(x.view(), y.view(), 50, &mut rng).unwrap().mean;
            let most = max_sliced_w1(x.view(), y.view(), 50, &mut rng).unwrap().value;
            assert!(sliced <= most && most <= exact + 1e-12);
        }
    }
}
